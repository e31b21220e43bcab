"""What can be read of programmes and cycles, and by whom?"""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.lifecycle import CYCLE, MADE_PUBLIC, CycleStatus
from app.award.programmes.models import (
    Adoption,
    Authority,
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    Programme,
    RegulationEdition,
    Slot,
)
from app.award.programmes.rules import (
    CriteriaUnknown,
    CycleUnknown,
    ProgrammeUnknown,
    RegulationUnknown,
)
from app.award.programmes.schemas import (
    ChangeView,
    CriteriaView,
    CycleDetail,
    DifferenceView,
    ParagraphView,
    RegulationDetail,
    SlotView,
)
from app.platform.accounts.callers import Call
from app.platform.db.prepared import Connected, Prepared, first_of
from app.platform.security.access import Found, fetch, fetch_view
from app.platform.security.permission import Resource
from app.platform.workflow.advance import actions
from app.rules.criteria import CriteriaSet, read_criteria
from app.rules.regulation.difference import change_text, difference
from app.rules.regulation.explain import Paragraph, explain
from app.rules.regulation.model import Regulation
from app.rules.regulation.read import read

AUTHORITY = Resource("authority")
PROGRAMME = Resource(
    "programme",
    scopes={"programme": Programme.id, "authority": Programme.authority_id},
    missing=ProgrammeUnknown,
)
CYCLE_RESOURCE = Resource(
    "cycle",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    phases={"launched": Cycle.status.in_(MADE_PUBLIC)},
    missing=CycleUnknown,
)

AUTHORITIES = select(Authority.id, Authority.name)
PROGRAMMES = select(Programme.id, Programme.authority_id, Programme.name)
REGULATIONS = select(RegulationEdition.hash, RegulationEdition.code, RegulationEdition.title)
CYCLES = select(
    Cycle.id,
    Cycle.programme_id,
    Cycle.regulation_hash,
    Cycle.ordinal,
    Cycle.label,
    Cycle.period_from,
    Cycle.period_to,
    Cycle.cut_off,
    Cycle.special_document,
    Cycle.status,
    Cycle.places,
    Cycle.places_of,
)


async def get_programme(call: Call, programme_id: UUID, *, lock: bool = False) -> Found[Programme]:
    """The programme, or ProgrammeUnknown."""
    statement = select(Programme).where(Programme.id == programme_id)
    return await fetch(call.db, call.actor, PROGRAMME, statement, lock=lock)


async def get_cycle(call: Call, cycle_id: UUID, *, lock: bool = False) -> Found[Cycle]:
    """The cycle, or CycleUnknown."""
    statement = select(Cycle).where(Cycle.id == cycle_id)
    return await fetch(call.db, call.actor, CYCLE_RESOURCE, statement, lock=lock)


async def cycle_detail(call: Call, cycle_id: UUID) -> CycleDetail:
    """The cycle with its timetable and the caller's moves; two statements."""
    found = await fetch_view(
        call.db, call.actor, CYCLE_RESOURCE, CYCLES.where(Cycle.id == cycle_id)
    )
    return CycleDetail.of(
        found.it,
        timetable=[
            SlotView(stage=slot.stage_key, opens_at=slot.opens_at, closes_at=slot.closes_at)
            for slot in await slots_of(call.db, cycle_id)
        ],
        actions=actions(found, CYCLE, CycleStatus(found.it.status)),
    )


async def regular_cycles(db: AsyncSession, programme_id: UUID) -> list[tuple[int, date]]:
    """The cycles of a programme that its rhythm is counted from, by ordinal and cut-off date: not
    those cancelled, nor special ones.
    """
    rows = await db.execute(
        select(Cycle.ordinal, Cycle.cut_off).where(
            Cycle.programme_id == programme_id,
            Cycle.status != CycleStatus.CANCELLED,
            Cycle.special_document.is_(None),
        )
    )
    return [(row.ordinal, row.cut_off) for row in rows]


async def slots_of(db: AsyncSession, cycle_id: UUID) -> list[Any]:
    """The timetable, in order of opening."""
    statement = select(Slot.stage_key, Slot.opens_at, Slot.closes_at)
    return list(
        await db.execute(statement.where(Slot.cycle_id == cycle_id).order_by(Slot.opens_at))
    )


_EDITIONS: dict[str, Regulation] = {}
"""Regulations by digest, as this worker has read them: an edition never changes, and the cycles of
an installation are held under few."""


@lru_cache(maxsize=64)
def _regulation(text: str) -> Regulation:
    return read(text)


@lru_cache(maxsize=64)
def _criteria(text: str) -> CriteriaSet:
    return read_criteria(text)


EDITION_READ = Prepared(
    select(RegulationEdition.text).where(RegulationEdition.hash == bindparam("digest"))
)


async def regulation_of(db: Connected, regulation_hash: str) -> Regulation:
    """The regulation that a cycle has pinned by this digest; one statement, and none once this
    worker has read it.
    """
    known = _EDITIONS.get(regulation_hash)
    if known is not None:
        return known
    edition = await first_of(db, EDITION_READ, digest=regulation_hash)
    if edition is None:
        raise RegulationUnknown
    return _EDITIONS.setdefault(regulation_hash, _regulation(edition.text))


async def adopted(db: AsyncSession, programme_id: UUID) -> list[Regulation]:
    """The regulations that a programme has adopted, one after the other; one statement once this
    worker has read them.
    """
    hashes = await db.scalars(
        select(Adoption.regulation_hash)
        .where(Adoption.programme_id == programme_id)
        .order_by(Adoption.adopted_at)
    )
    return [await regulation_of(db, each) for each in hashes.all()]


async def criteria_of(db: AsyncSession, cycle_id: UUID) -> dict[str, CriteriaSet]:
    """The criteria sets that a cycle judges by, each in the edition pinned when it was opened."""
    rows = await db.execute(
        select(CycleCriteria.code, CriteriaEdition.text)
        .join(CriteriaEdition, CriteriaEdition.hash == CycleCriteria.criteria_hash)
        .where(CycleCriteria.cycle_id == cycle_id)
    )
    return {row.code: _criteria(row.text) for row in rows}


async def regulation_detail(call: Call, regulation_hash: str) -> RegulationDetail:
    """An edition with its explanation; one statement."""
    row = (
        await call.db.execute(
            REGULATIONS.add_columns(RegulationEdition.text).where(
                RegulationEdition.hash == regulation_hash
            )
        )
    ).first()
    if row is None:
        raise RegulationUnknown
    return RegulationDetail(
        hash=row.hash,
        code=row.code,
        title=row.title,
        text=row.text,
        explanation=[_paragraph(said) for said in explain(_regulation(row.text))],
    )


async def difference_view(call: Call, new: str, old: str) -> DifferenceView:
    """What changes from the edition `old` to `new`; two statements."""
    earlier, later = await regulation_of(call.db, old), await regulation_of(call.db, new)
    found = difference(earlier, later)
    return DifferenceView(
        old=old,
        new=new,
        changes=[
            ChangeView(
                path=change.path,
                way=change.way,
                old=change.old,
                new=change.new,
                zh=change_text(change, earlier, later),
            )
            for change in found.changes
        ],
        gone=[_paragraph(each) for each in found.gone],
        come=[_paragraph(each) for each in found.come],
    )


def _paragraph(said: Paragraph) -> ParagraphView:
    return ParagraphView(stage=said.stage, text=said.text, cite=said.cite, assumed=said.assumed)


async def criteria_view(call: Call, criteria_hash: str) -> CriteriaView:
    """A criteria set by its digest; one statement."""
    edition = await call.db.get(CriteriaEdition, criteria_hash)
    if edition is None:
        raise CriteriaUnknown
    return _criteria_view(edition)


async def cycle_criteria(call: Call, cycle_id: UUID) -> list[CriteriaView]:
    """The criteria sets of a cycle, in order of code; two statements."""
    await get_cycle(call, cycle_id)
    rows = await call.db.scalars(
        select(CriteriaEdition)
        .join(CycleCriteria, CycleCriteria.criteria_hash == CriteriaEdition.hash)
        .where(CycleCriteria.cycle_id == cycle_id)
        .order_by(CycleCriteria.code)
    )
    return [_criteria_view(edition) for edition in rows]


def _criteria_view(edition: CriteriaEdition) -> CriteriaView:
    return CriteriaView(
        code=edition.code,
        name=edition.name,
        hash=edition.hash,
        criteria=_criteria(edition.text).model_dump(mode="json", by_alias=True, exclude_none=True),
    )
