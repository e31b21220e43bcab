"""What can be read of assignments, sheets and scores, and by whom?"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging.models import Assignment, Expert, PanelEntry
from app.award.judging.queries import ASSIGNMENT_RESOURCE, assignments, find_panel, unbiased
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import conflicted
from app.award.scoring import rules
from app.award.scoring.lifecycle import SHEET, SheetStatus
from app.award.scoring.models import Scorebook, ScorebookItem, Sheet, SheetItem
from app.award.scoring.recount import recount
from app.award.scoring.schemas import (
    AssignmentQuery,
    AssignmentView,
    DisagreementView,
    EntryDisagreements,
    LockView,
    SheetItemView,
    SheetView,
    StageRef,
)
from app.award.stages.models import Entry, Snapshot, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import among
from app.platform.db.prepared import Direct, Prepared
from app.platform.http.pages import Page, page
from app.platform.http.preconditions import version_tag
from app.platform.security.access import Found, fetch, fetch_prepared, visible_to
from app.platform.security.permission import AnyCaller, Resource
from app.platform.workflow.advance import actions
from app.rules import scoring
from app.rules.exact import decimal_text, from_units
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Panel as PanelRule
from app.rules.scoring import ScoredItem

SHEET_RESOURCE = Resource(
    "sheet",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    standings={"author": lambda actor: Expert.person_id == actor.person_id},
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=rules.SheetUnknown,
)
STAGE_COLUMNS = (Stage.cycle_id, Stage.key.label("stage"), Stage.name.label("stage_name"))
ITEM_COLUMNS = (
    SheetItem.code,
    SheetItem.name,
    SheetItem.kind,
    SheetItem.category,
    SheetItem.units,
    SheetItem.percentage,
    SheetItem.version,
    SheetItem.comments,
    SheetItem.starting,
)


def stage_ref(row: Any) -> StageRef:
    """The stage that `STAGE_COLUMNS` name."""
    return StageRef(cycle_id=row.cycle_id, key=row.stage, name=row.stage_name)


@lru_cache
def points_text(units: int) -> str:
    """Points as exact text, from units of 1/10000 point."""
    return decimal_text(from_units(units))


def sheets(*columns: Any) -> Any:
    """A select over sheets with everything their resource speaks of."""
    return assignments(*columns).join(Sheet, Sheet.assignment_id == Assignment.id)


async def list_assignments(call: Call, query: AssignmentQuery) -> Page[AssignmentView]:
    """Those the caller may see, in order of organisation; one statement."""
    statement = (
        sheets(
            Assignment.id,
            *STAGE_COLUMNS,
            Assignment.panel_id,
            Assignment.entry_id,
            Assignment.expert_id,
            Organisation.name.label("organisation"),
            Sheet.id.label("sheet_id"),
            (Sheet.status == SheetStatus.LOCKED).label("locked"),
        )
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(visible_to(call.actor, ASSIGNMENT_RESOURCE))
    )
    if query.cycle is not None:
        statement = statement.where(Stage.cycle_id == query.cycle)
    if query.stage is not None:
        statement = statement.where(Stage.key == query.stage)

    def view(row: Any) -> AssignmentView:
        return AssignmentView.of(row, stage=stage_ref(row))

    return await page(
        call.db, statement, query, by=Organisation.name, identity=Assignment.id, view=view
    )


SHEET_READ = Prepared(
    sheets(
        Sheet.id,
        Sheet.assignment_id,
        Assignment.entry_id,
        Sheet.status,
        *STAGE_COLUMNS,
        *SHEET_RESOURCE.facts(AnyCaller()),
    ).where(Sheet.id == bindparam("sheet"))
)
ITEMS_READ = (
    select(*ITEM_COLUMNS)
    .where(SheetItem.sheet_id == bindparam("sheet"))
    .order_by(SheetItem.position)
)
ITEMS_READ_DIRECTLY = Prepared(ITEMS_READ)


async def sheet_view(call: Call[Direct], sheet_id: UUID) -> tuple[SheetView, str]:
    """A sheet as its author may see it, and its ETag; two statements."""
    found = await fetch_prepared(call.db, call.actor, SHEET_RESOURCE, SHEET_READ, sheet=sheet_id)
    row, items = found.it, await call.db.all(ITEMS_READ_DIRECTLY, sheet=sheet_id)
    status = SheetStatus(row.status)
    shown = row._asdict() | {
        "stage": stage_ref(row),
        "items": [_item_fields(item) for item in items],
        "total": total_text(items),
        "actions": actions(found, SHEET, status),
    }
    return SheetView.model_validate(shown), sheet_tag(items, status)


async def items_of(db: AsyncSession, sheet_id: UUID) -> Sequence[Any]:
    """The items of a sheet in the order of the criteria."""
    return (await db.execute(ITEMS_READ, {"sheet": sheet_id})).all()


def item_view(row: Any) -> SheetItemView:
    """An item of a sheet, from `ITEM_COLUMNS`."""
    return SheetItemView.model_validate(_item_fields(row))


def _item_fields(row: Any) -> dict[str, Any]:
    fields: dict[str, Any] = row._asdict()
    return fields | {"points": points_text(row.units)}


def sheet_tag(items: Iterable[Any], status: SheetStatus) -> str:
    """The ETag of a whole sheet: every saved item counts one up, and so does the lock. The sheet's
    own row stays untouched, so that two of its items can be saved at the same time.
    """
    return version_tag(sum(item.version for item in items) + (status == SheetStatus.LOCKED))


def total_text(items: Sequence[Any]) -> str | None:
    """Item points of a sheet or a scorebook; None until every item has its percentage."""
    if any(item.percentage is None for item in items):
        return None
    return decimal_text(
        from_units(sum(item.units * item.percentage for item in items)) / scoring.FULL
    )


async def get_sheet(call: Call, sheet_id: UUID, *, lock: bool = False) -> Found[Sheet]:
    """The sheet, or SheetUnknown."""
    statement = sheets(Sheet).where(Sheet.id == sheet_id)
    return await fetch(call.db, call.actor, SHEET_RESOURCE, statement, lock=lock)


async def sheet_receipt(call: Call, sheet_id: UUID) -> LockView:
    """The receipt that the lock was answered with, for its author."""
    return lock_view((await get_sheet(call, sheet_id)).it)


def lock_view(row: Sheet | Scorebook) -> LockView:
    """The receipt of what is locked. Raises NotLocked."""
    if not (row.digest and row.total is not None and row.receipt and row.locked_at):
        raise rules.NotLocked
    return LockView(
        digest=row.digest, total=row.total, receipt=row.receipt, locked_at=row.locked_at
    )


async def given_by_members(db: AsyncSession, entry_id: UUID) -> tuple[int, dict[str, list[Any]]]:
    """How many sheets of an entry are still drafts, and, once none is, what every member gave, by
    item. Judges who must stand aside do not count.
    """
    rows = (
        await db.execute(
            select(
                Sheet.id,
                Sheet.status,
                Assignment.expert_id,
                SheetItem.code,
                SheetItem.percentage,
                SheetItem.comments,
            )
            .join(Assignment, Assignment.id == Sheet.assignment_id)
            .join(Expert, Expert.id == Assignment.expert_id)
            .join(Entry, Entry.id == Assignment.entry_id)
            .join(SheetItem, SheetItem.sheet_id == Sheet.id)
            .where(Assignment.entry_id == entry_id, unbiased())
            .order_by(SheetItem.position, Assignment.expert_id)
        )
    ).all()
    drafts = len({row.id for row in rows if row.status != SheetStatus.LOCKED})
    given: dict[str, list[Any]] = defaultdict(list)
    if not drafts:
        for row in rows:
            given[row.code].append(row)
    return drafts, given


async def disagreements(call: Call, panel_id: UUID) -> tuple[Found[Any], list[EntryDisagreements]]:
    """What a panel must discuss of every entry whose sheets are all locked; three statements."""
    found = await find_panel(call, panel_id)
    found.require("panel:compare")
    regulation = await regulation_of(call.db, found.it.regulation_hash)
    rows = await call.db.execute(
        select(
            Entry.id,
            Stage.key,
            Organisation.name.label("organisation"),
            Sheet.id.label("sheet"),
            Sheet.status,
            Sheet.scale,
            *ITEM_COLUMNS,
        )
        .select_from(PanelEntry)
        .join(Entry, Entry.id == PanelEntry.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .join(Assignment, Assignment.entry_id == Entry.id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .join(Sheet, Sheet.assignment_id == Assignment.id)
        .join(SheetItem, SheetItem.sheet_id == Sheet.id)
        .where(
            PanelEntry.panel_id == panel_id,
            unbiased(),
            not_(conflicted(call.actor, Entry.organisation_id)),
        )
        .order_by(Stage.position, Organisation.name, Entry.id, SheetItem.position, Sheet.id)
    )
    by_entry: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_entry[row.id].append(row)
    comparable = [
        lines
        for lines in by_entry.values()
        if all(line.status == SheetStatus.LOCKED for line in lines)
    ]
    return found, [_entry_disagreements(regulation, lines) for lines in comparable]


def _entry_disagreements(regulation: Regulation, lines: Sequence[Any]) -> EntryDisagreements:
    rule = regulation.stage(lines[0].key)
    assert isinstance(rule, PanelRule)  # noqa: S101  only panel stages have sheets
    items = {
        line.code: ScoredItem(line.code, line.category, from_units(line.units)) for line in lines
    }
    given: dict[UUID, dict[str, int]] = defaultdict(dict)
    for line in lines:
        given[line.sheet][line.code] = line.percentage
    limits = rules.limits_of(rule.disagreement, rules.scale_of(lines[0].scale))
    found = scoring.disagreements(list(items.values()), list(given.values()), limits)
    return EntryDisagreements(
        entry_id=lines[0].id,
        stage=lines[0].key,
        organisation=lines[0].organisation,
        items=[
            DisagreementView(
                item=each.item,
                low=decimal_text(each.low),
                high=decimal_text(each.high),
                reasons=list(each.reasons),
            )
            for each in found
        ],
    )


async def starting_of(
    db: AsyncSession, cycle_id: UUID, rule: PanelRule, applications: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    """The percentages of the scorebooks a stage starts from, by application and item; empty where
    the rule starts afresh or the earlier stage kept no scorebook.
    """
    rows = await db.execute(
        select(Entry.application_id, ScorebookItem.code, ScorebookItem.percentage)
        .join(Scorebook, Scorebook.id == ScorebookItem.scorebook_id)
        .join(Entry, Entry.id == Scorebook.entry_id)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .where(
            Stage.cycle_id == cycle_id,
            Stage.key == rule.start_from,
            among(Entry.application_id, applications),
            Scorebook.locked_at.is_not(None),
        )
        .order_by(ScorebookItem.position)
    )
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row.application_id][row.code] = row.percentage
    return found


async def category_points(
    db: AsyncSession, cycle_id: UUID, key: str
) -> dict[UUID, dict[str, Fraction]]:
    """Exact points by application and category of a closed panel stage, counted again from its
    snapshot; empty while the stage is not closed. One statement.
    """
    text = await db.scalar(
        select(Snapshot.text)
        .join(Stage, (Stage.id == Snapshot.stage_id) & (Stage.round == Snapshot.round))
        .where(Stage.cycle_id == cycle_id, Stage.key == key)
    )
    if text is None:
        return {}
    inputs = json.loads(text)["inputs"]
    return {
        UUID(inputs["entries"][entry_id]["application"]): earned.categories
        for entry_id, earned in recount(inputs).items()
    }
