"""What is laid before the judges: panels formed or taken over, with sheets and scorebooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application, Attachment, Validity
from app.award.applications.queries import attachment_view, attachments_of, supplements_of
from app.award.applications.rules import AttachmentUnknown
from app.award.applications.schemas import Form, Secrets
from app.award.judging import queries as judging
from app.award.judging.models import Assignment
from app.award.judging.rules import criteria_of
from app.award.judging.schemas import MemberIn, PanelIn, PanelView
from app.award.judging.service import members, panels
from app.award.judging.service.panels import Assigned
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.scoring.lifecycle import ScorebookStatus
from app.award.scoring.models import Scorebook, ScorebookItem, Sheet, SheetItem
from app.award.scoring.queries import starting_of
from app.award.scoring.rules import kept_scale
from app.award.scoring.schemas import DossierView, StartingView
from app.award.stages.kind import StageAt
from app.award.stages.models import Entry, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.files.models import FileState
from app.platform.files.rules import NotUploaded
from app.platform.security.access import Found, fetch_view
from app.rules.criteria import CriteriaSet
from app.rules.exact import to_units
from app.rules.regulation.stages import Panel


async def form_panel(call: Call, cycle_id: UUID, key: str, body: PanelIn) -> PanelView:
    """Form a panel, and lay a sheet before every member for every entry."""
    formed = await panels.form_panel(call, cycle_id, key, body)
    await lay_out(call.db, formed.at, formed.rule, formed.assigned)
    return await judging.panel_view(call, formed.panel_id)


async def add_member(call: Call, panel_id: UUID, body: MemberIn) -> PanelView:
    """One more judge for what the panel has not settled yet, with a sheet for each entry."""
    settled = await call.db.scalars(
        select(Scorebook.entry_id).where(
            Scorebook.panel_id == panel_id, Scorebook.status == ScorebookStatus.LOCKED
        )
    )
    for formed in await members.add_member(call, panel_id, body, settled=settled.all()):
        await lay_out(call.db, formed.at, formed.rule, formed.assigned)
    return await judging.panel_view(call, panel_id)


async def lay_out(db: AsyncSession, at: StageAt, rule: Panel, assigned: Sequence[Assigned]) -> None:
    """A sheet for every assignment with the items it covers; where the panel is to agree, one
    scorebook for every entry that has none.
    """
    if not assigned:
        return
    starting: dict[UUID, dict[str, int]] = {}
    if rule.start_from is not None:
        applications = list({each.application_id for each in assigned})
        starting = await starting_of(db, at.cycle_id, rule, applications)
    sheets = [(uuid4(), each) for each in assigned]
    await db.execute(
        insert(Sheet),
        [
            {"id": sheet, "assignment_id": each.id, "scale": _scale(at, rule, each)}
            for sheet, each in sheets
        ],
    )
    await db.execute(
        insert(SheetItem),
        [
            {"sheet_id": sheet, "comments": [], **item}
            for sheet, each in sheets
            for item in _items(
                criteria_of(at, rule, each.track),
                each.categories,
                starting.get(each.application_id, {}),
            )
        ],
    )
    if rule.method.consensus is not None:
        await _lay_scorebooks(db, at, rule, assigned, starting)


async def _lay_scorebooks(
    db: AsyncSession,
    at: StageAt,
    rule: Panel,
    assigned: Sequence[Assigned],
    starting: dict[UUID, dict[str, int]],
) -> None:
    by_entry = {each.entry_id: each for each in assigned}
    there = await db.scalars(select(Scorebook.entry_id).where(among(Scorebook.entry_id, by_entry)))
    for entry in there.all():
        del by_entry[entry]
    if not by_entry:
        return
    books = {entry: (uuid4(), each) for entry, each in by_entry.items()}
    await db.execute(
        insert(Scorebook),
        [
            {
                "id": book,
                "panel_id": each.panel_id,
                "entry_id": entry,
                "scale": _scale(at, rule, each),
            }
            for entry, (book, each) in books.items()
        ],
    )
    await db.execute(
        insert(ScorebookItem),
        [
            {"scorebook_id": book, **item}
            for book, each in books.values()
            for item in _items(
                criteria_of(at, rule, each.track), None, starting.get(each.application_id, {})
            )
        ],
    )


def _scale(at: StageAt, rule: Panel, assigned: Assigned) -> dict[str, Any] | None:
    return kept_scale(criteria_of(at, rule, assigned.track).scale.plain())


def _items(
    criteria: CriteriaSet, categories: Sequence[str] | None, starting: dict[str, int]
) -> list[dict[str, object]]:
    """The rows of a form: all items, or those of some categories."""
    category_of = {item: category for item, category, _ in criteria.scored_items()}
    return [
        {
            "code": item.code,
            "position": position,
            "category": category_of[item.code],
            "name": item.name,
            "kind": item.kind.value,
            "units": to_units(item.points),
            "starting": starting.get(item.code),
        }
        for position, item in enumerate(criteria.items())
        if categories is None or category_of[item.code] in categories
    ]


async def dossier(call: Call, assignment_id: UUID) -> DossierView:
    """Open an applicant's file: an audited read, while the stage is open."""
    found = await _opened(call, assignment_id)
    row = found.it
    rule = (await regulation_of(call.db, row.regulation_hash)).stage(row.stage)
    start: list[StartingView] | None = None
    if isinstance(rule, Panel) and rule.start_from is not None:
        earlier = await starting_of(call.db, row.cycle_id, rule, [row.application_id])
        start = [
            StartingView(code=code, percentage=percentage)
            for code, percentage in earlier.get(row.application_id, {}).items()
        ]
    attached = await attachments_of(call.db, row.application_id)
    record(
        call.db,
        call.actor,
        "assignment:read-dossier",
        subject=assignment_id,
        now=call.now,
        log=row.cycle_id,
    )
    return DossierView(
        organisation=row.organisation,
        track=row.track,
        form=Form.model_validate(row.form),
        secrets=Secrets.model_validate(row.secrets),
        attachments=[
            attachment_view(one)
            for one in attached
            if one.state == FileState.STORED and one.validity == Validity.IN_FORCE
        ],
        supplements=await supplements_of(call.db, row.application_id),
        start_from=start,
    )


async def open_attachment(call: Call, assignment_id: UUID, attachment_id: UUID) -> Attachment:
    """Open one file of a dossier: an audited read, while the stage is open."""
    found = await _opened(call, assignment_id)
    attachment = await call.db.scalar(
        select(Attachment).where(
            Attachment.id == attachment_id,
            Attachment.application_id == found.it.application_id,
            Attachment.validity != Validity.PENDING,
        )
    )
    if attachment is None:
        raise AttachmentUnknown
    if attachment.state != FileState.STORED:
        raise NotUploaded
    record(
        call.db,
        call.actor,
        "attachment:download",
        subject=attachment_id,
        now=call.now,
        log=found.it.cycle_id,
    )
    return attachment


async def _opened(call: Call, assignment_id: UUID) -> Found[Any]:
    statement = (
        judging.assignments(
            Entry.application_id,
            Stage.cycle_id,
            Stage.key.label("stage"),
            Cycle.regulation_hash,
            Organisation.name.label("organisation"),
            Application.track,
            Application.form,
            Application.secrets,
        )
        .join(Application, Application.id == Entry.application_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(Assignment.id == assignment_id)
    )
    found = await fetch_view(call.db, call.actor, judging.ASSIGNMENT_RESOURCE, statement)
    found.require("assignment:read-dossier")
    return found
