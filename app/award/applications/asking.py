"""What is a track asked in a cycle, by the form that was pinned when the cycle was opened?"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from app.award.applications.naming import intake_of
from app.award.applications.rules import TrackUnknown
from app.award.programmes.models import (
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    CycleForm,
    FormEdition,
)
from app.award.programmes.queries import regulation_of
from app.award.programmes.rules import CycleUnknown
from app.catalogue import loader
from app.platform.db.prepared import Connected, Prepared, first_of
from app.platform.files.rules import LARGEST
from app.proof.canonical import digest, digest_text
from app.rules.criteria import CriteriaSet, read_criteria
from app.rules.forms.describe import described
from app.rules.forms.model import FormSet
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import Lists, WholeForm, whole_form
from app.rules.regulation.handed_in import FileType
from app.rules.regulation.model import Regulation

ENDINGS_TAKEN = get_args(FileType)
BEFORE = "basic-2022"
"""The form of cycles that were opened before forms were pinned."""
FACTS = "declared-facts"
MOST_KEPT = 512

PINNED = Prepared(
    select(
        Cycle.regulation_hash,
        Cycle.cut_off,
        FormEdition.text,
        FormEdition.hash,
        CycleForm.assumed,
    )
    .select_from(Cycle)
    .outerjoin(
        CycleForm, and_(CycleForm.cycle_id == Cycle.id, CycleForm.track == bindparam("track"))
    )
    .outerjoin(FormEdition, FormEdition.hash == CycleForm.form_hash)
    .where(Cycle.id == bindparam("cycle"))
)
CRITERIA = Prepared(
    select(CriteriaEdition.text)
    .join(CycleCriteria, CycleCriteria.criteria_hash == CriteriaEdition.hash)
    .where(
        CycleCriteria.cycle_id == bindparam("cycle"), CycleCriteria.code == bindparam("criteria")
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The form of one track: its edition, whether we had to assume it, everything it asks, the
    code lists it chooses from, its description and the digest of that.
    """

    edition: FormSet
    hash: str
    assumed: bool
    regulation: Regulation
    track: str
    whole: WholeForm
    lists: Lists
    sections: tuple[dict[str, Any], ...]
    digest: str

    @property
    def versions(self) -> dict[str, list[str]]:
        """The versions of the code lists that it chooses from, by list."""
        made: dict[str, list[str]] = {}
        for name, version in sorted(self.lists):
            made.setdefault(name, []).append(version)
        return made


_KEPT: OrderedDict[tuple[UUID, str], Asked] = OrderedDict()
"""Forms by cycle and track, as this worker has put them together: a cycle's never change."""


async def asked_of(db: Connected, cycle_id: UUID, track: str) -> Asked:
    """The form of a track in a cycle; three statements, and none once this worker knows it. Raises
    CycleUnknown, TrackUnknown.
    """
    known = _KEPT.get((cycle_id, track))
    if known is not None:
        return known
    row = await first_of(db, PINNED, cycle=cycle_id, track=track)
    if row is None:
        raise CycleUnknown
    regulation = await regulation_of(db, row.regulation_hash)
    here = next((each for each in regulation.tracks if each.key == track), None)
    if here is None:
        raise TrackUnknown(pointer="/path/track", track=track)
    judged = None
    if here.criteria:
        judged = await first_of(db, CRITERIA, cycle=cycle_id, criteria=here.criteria)
    criteria = _criteria(judged.text) if judged else None
    made = _asked(row, regulation, track, criteria)
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.popitem(last=False)
    _KEPT[cycle_id, track] = made
    return made


def documents_told(asked: Asked) -> list[dict[str, Any]]:
    """Every document of the track with what its files may be: by the regulation, else by what the
    service takes at all.
    """
    rule, assessed = intake_of(asked.regulation, asked.track), asked.whole.assessed
    return [
        {
            "name": each.name,
            "types": [*(each.types or ENDINGS_TAKEN)],
            "at_most": each.at_most,
            "largest": min(each.largest or LARGEST, LARGEST),
            "most_pages": assessed.most_pages
            if assessed and each.name == assessed.document
            else None,
        }
        for each in asked.regulation.handed_in(rule, asked.track)
    ]


def _asked(row: Any, regulation: Regulation, track: str, criteria: CriteriaSet | None) -> Asked:
    text = row.text or loader.form_text(BEFORE)
    name, edition = row.hash or digest_text(text), _edition(text)
    rule = intake_of(regulation, track)
    whole = whole_form(regulation, rule, track, edition, criteria, row.cut_off, _fact_names())
    sections = described(whole)
    return Asked(
        edition=edition,
        hash=name,
        assumed=row.assumed is not False,
        regulation=regulation,
        track=track,
        whole=whole,
        lists=loader.lists_of(edition),
        sections=tuple(sections),
        digest=digest({"form": name, "sections": sections}),
    )


@lru_cache(maxsize=64)
def _edition(text: str) -> FormSet:
    return read_form_set(text)


@lru_cache(maxsize=64)
def _criteria(text: str) -> CriteriaSet:
    return read_criteria(text)


def _fact_names() -> dict[str, str]:
    return {item.code: item.name for item in loader.code_list(FACTS).items}
