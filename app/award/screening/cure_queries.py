"""What can be read of calls to cure, and by whom?"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application, Attachment, Supplement, Validity
from app.award.applications.queries import attachment_view
from app.award.applications.schemas import SupplementView
from app.award.programmes.models import Cycle, Programme
from app.award.records.queries import conflicted
from app.award.representation.queries import member
from app.award.screening import cures
from app.award.screening.models import Cure, Defect
from app.award.screening.schemas import CureLine, CureQuery, CureView, DefectView
from app.award.stages.models import Entry, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows, among
from app.platform.http.pages import Page, page
from app.platform.security.access import Found, fetch_view, visible_to
from app.platform.security.permission import Resource

CURE_RESOURCE = Resource(
    "cure",
    scopes={
        "organisation": Entry.organisation_id,
        "programme": Cycle.programme_id,
        "cycle": Cycle.id,
    },
    standings={
        "member": lambda actor: member(
            actor.person_id,
            Application.drafted_by,
            Entry.organisation_id,
            Cycle.programme_id,
        )
    },
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=cures.CureUnknown,
)

CURES = (
    select(
        Cure.id,
        Cure.entry_id,
        Entry.application_id,
        Entry.organisation_id,
        Entry.stage_id,
        Application.code,
        Cycle.id.label("cycle_id"),
        Organisation.name.label("organisation"),
        Stage.key.label("stage"),
        Cure.number,
        Cure.document,
        Cure.issued_by,
        Cure.issued_at,
        Cure.last_day,
        Cure.ends_at,
        Supplement.id.label("supplement_id"),
        Supplement.digest,
        Supplement.receipt,
        Supplement.received_at,
    )
    .join(Entry, Entry.id == Cure.entry_id)
    .join(Stage, Stage.id == Entry.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .join(Application, Application.id == Entry.application_id)
    .join(Organisation, Organisation.id == Entry.organisation_id)
    .outerjoin(Supplement, Supplement.cure_id == Cure.id)
)


async def get_cure(call: Call, cure_id: UUID) -> Found[Any]:
    """The call to cure with whatever answered it, or CureUnknown; one statement."""
    return await fetch_view(call.db, call.actor, CURE_RESOURCE, CURES.where(Cure.id == cure_id))


async def list_cures(call: Call, query: CureQuery) -> Page[CureLine]:
    """Those the caller may see, in order of the application's code; one statement."""
    statement = CURES.where(visible_to(call.actor, CURE_RESOURCE))
    if query.entry is not None:
        statement = statement.where(Cure.entry_id == query.entry)
    if query.cycle is not None:
        statement = statement.where(Cycle.id == query.cycle)
    return await page(
        call.db,
        statement,
        query,
        by=Application.code,
        identity=Cure.id,
        view=lambda row: CureLine.of(row, state=cures.state_of(row, call.now)),
    )


async def cure_view(call: Call, cure_id: UUID) -> CureView:
    """A call to cure; three statements. Files that wait are shown to who may hand them in."""
    found = await get_cure(call, cure_id)
    row = found.it
    files = select(Attachment).where(Attachment.cure_id == cure_id)
    if not found.may("cure:supply"):
        files = files.where(Attachment.validity != Validity.PENDING)
    attached = await call.db.scalars(files.order_by(Attachment.document, Attachment.id))
    return CureView.of(
        row,
        state=cures.state_of(row, call.now),
        defects=(await defects_of(call.db, [cure_id]))[cure_id],
        attachments=[attachment_view(one) for one in attached],
        supplement=_supplement(row),
    )


def _supplement(row: Any) -> SupplementView | None:
    if row.supplement_id is None:
        return None
    return SupplementView(
        id=row.supplement_id,
        cure_id=row.id,
        document=row.document,
        digest=row.digest,
        received_at=row.received_at,
        receipt=row.receipt,
    )


async def defects_of(db: AsyncSession, wanted: Sequence[UUID]) -> dict[UUID, list[DefectView]]:
    """What is wrong, by call, in its order; one statement."""
    rows = await db.scalars(
        select(Defect)
        .where(among(Defect.cure_id, wanted))
        .order_by(Defect.cure_id, Defect.position)
    )
    found: dict[UUID, list[DefectView]] = defaultdict(list)
    for row in rows:
        found[row.cure_id].append(DefectView(pointer=row.pointer, wrong=row.wrong, asked=row.asked))
    return found


async def cures_of(db: AsyncSession, entries: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The calls made on each entry, first to last, with what answered them; one statement."""
    rows = await db.execute(
        select(
            Cure.entry_id,
            Cure.number,
            Cure.document,
            Cure.ends_at,
            Supplement.digest,
            Supplement.received_at,
        )
        .outerjoin(Supplement, Supplement.cure_id == Cure.id)
        .where(among(Cure.entry_id, entries))
        .order_by(Cure.entry_id, Cure.number)
    )
    found: dict[UUID, list[Any]] = {entry: [] for entry in entries}
    for row in rows:
        found[row.entry_id].append(row)
    return found


def names_of(cycle_id: UUID) -> Rows:
    """What programme and cycle are called, for a message."""
    return (
        select(Programme.name.label("programme"), Cycle.label.label("cycle"))
        .join(Cycle, Cycle.programme_id == Programme.id)
        .where(Cycle.id == cycle_id)
    )
