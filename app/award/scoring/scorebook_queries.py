"""What can be read of scorebooks, and by whom? By the panel's members alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging.models import Expert, Member, Panel
from app.award.judging.queries import find_panel, on_panel, unbiased
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import conflicted
from app.award.scoring import queries, rules
from app.award.scoring.lifecycle import SCOREBOOK, ScorebookStatus
from app.award.scoring.models import Agreement, Scorebook, ScorebookItem
from app.award.scoring.schemas import (
    AnswerView,
    Comment,
    IndividualView,
    LockView,
    ScorebookItemView,
    ScorebookLine,
    ScorebookView,
)
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Resource
from app.platform.workflow.advance import actions
from app.rules.regulation.stages import Panel as PanelRule
from app.rules.scoring import Limits

SCOREBOOK_RESOURCE = Resource(
    "scorebook",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    standings={
        "member": lambda actor: on_panel(Scorebook.panel_id, actor),
        "leader": lambda actor: on_panel(Scorebook.panel_id, actor, leading=True),
    },
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=rules.ScorebookUnknown,
)


def scorebooks(*columns: Any) -> Any:
    """A select over scorebooks with everything their resource speaks of."""
    return (
        select(*columns)
        .select_from(Scorebook)
        .join(Entry, Entry.id == Scorebook.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
    )


LINES = scorebooks(
    Scorebook.id,
    Scorebook.panel_id,
    Scorebook.entry_id,
    Organisation.name.label("organisation"),
    *queries.STAGE_COLUMNS,
    Scorebook.status,
).join(Organisation, Organisation.id == Entry.organisation_id)


async def list_scorebooks(call: Call, panel_id: UUID) -> list[ScorebookLine]:
    """Those of a panel that the caller may see, by stage and organisation; two statements."""
    await find_panel(call, panel_id)
    rows = await call.db.execute(
        LINES.where(
            Scorebook.panel_id == panel_id, visible_to(call.actor, SCOREBOOK_RESOURCE)
        ).order_by(Stage.position, Organisation.name, Scorebook.id)
    )
    return [ScorebookLine.of(row, stage=queries.stage_ref(row)) for row in rows]


async def get_scorebook(call: Call, scorebook_id: UUID, *, lock: bool = False) -> Found[Scorebook]:
    """The scorebook, or ScorebookUnknown."""
    statement = scorebooks(Scorebook).where(Scorebook.id == scorebook_id)
    return await fetch(call.db, call.actor, SCOREBOOK_RESOURCE, statement, lock=lock)


async def items_of(db: AsyncSession, scorebook_id: UUID) -> Sequence[ScorebookItem]:
    """The items in the order of the criteria."""
    return (
        await db.scalars(
            select(ScorebookItem)
            .where(ScorebookItem.scorebook_id == scorebook_id)
            .order_by(ScorebookItem.position)
        )
    ).all()


async def answers_of(db: AsyncSession, scorebook_id: UUID) -> list[AnswerView]:
    """Every member who is to answer, and their answer to the scorebook as it stands. Members who
    must stand aside are not asked.
    """
    rows = await db.execute(
        select(Expert.id, Person.name, Agreement.agrees, Agreement.dissent)
        .select_from(Scorebook)
        .join(Entry, Entry.id == Scorebook.entry_id)
        .join(Member, Member.panel_id == Scorebook.panel_id)
        .join(Expert, Expert.id == Member.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .outerjoin(
            Agreement,
            (Agreement.scorebook_id == Scorebook.id)
            & (Agreement.expert_id == Expert.id)
            & (Agreement.version == Scorebook.version),
        )
        .where(Scorebook.id == scorebook_id, unbiased())
        .order_by(Person.name, Expert.id)
    )
    return [
        AnswerView(expert_id=row.id, name=row.name, agrees=row.agrees, dissent=row.dissent)
        for row in rows
    ]


async def scorebook_view(call: Call, scorebook_id: UUID) -> tuple[ScorebookView, bool]:
    """A scorebook as a member may see it, and whether it shows what the members gave; five
    statements.
    """
    found = await fetch_view(
        call.db,
        call.actor,
        SCOREBOOK_RESOURCE,
        LINES.add_columns(Scorebook.version, Scorebook.scale, Cycle.regulation_hash).where(
            Scorebook.id == scorebook_id
        ),
    )
    row, items = found.it, await items_of(call.db, scorebook_id)
    drafts, given = await queries.given_by_members(call.db, row.entry_id)
    rule = (await regulation_of(call.db, row.regulation_hash)).stage(row.stage)
    assert isinstance(rule, PanelRule)  # noqa: S101  only panel stages have scorebooks
    limits = rules.limits_of(rule.disagreement, rules.scale_of(row.scale))
    view = ScorebookView.of(
        row,
        stage=queries.stage_ref(row),
        items=[
            _item_view(item, None if drafts else given.get(item.code, []), limits) for item in items
        ],
        answers=await answers_of(call.db, scorebook_id),
        total=queries.total_text(items),
        actions=actions(found, SCOREBOOK, ScorebookStatus(row.status)),
    )
    return view, not drafts


def _item_view(
    item: ScorebookItem, given: Sequence[Any] | None, limits: Limits
) -> ScorebookItemView:
    return ScorebookItemView(
        code=item.code,
        name=item.name,
        kind=item.kind,
        category=item.category,
        points=queries.points_text(item.units),
        percentage=item.percentage,
        reason=item.reason,
        version=item.version,
        starting=item.starting,
        individual=None
        if given is None
        else [
            IndividualView(
                expert_id=one.expert_id,
                percentage=one.percentage,
                comments=[Comment.model_validate(comment) for comment in one.comments],
            )
            for one in given
        ],
        disagreement=list(rules.disagreeing([one.percentage for one in given or []], limits)),
    )


async def scorebook_receipt(call: Call, scorebook_id: UUID) -> LockView:
    """The receipt that the lock was answered with."""
    return queries.lock_view((await get_scorebook(call, scorebook_id)).it)


async def seat_of(db: AsyncSession, scorebook: Scorebook, person_id: UUID | None) -> UUID:
    """As which expert a member of the panel speaks."""
    return (
        await db.scalars(
            select(Expert.id)
            .join(Member, Member.expert_id == Expert.id)
            .join(Panel, Panel.id == Member.panel_id)
            .where(Panel.id == scorebook.panel_id, Expert.person_id == person_id)
        )
    ).one()


async def about(db: AsyncSession, scorebook_id: UUID) -> Any:
    """Application, stage, cycle and regulation of a scorebook, and what became of its entry."""
    return (
        await db.execute(
            scorebooks(
                Entry.application_id,
                Entry.stage_id,
                Stage.cycle_id,
                Stage.key,
                Cycle.regulation_hash,
                Outcome.result,
            )
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(Scorebook.id == scorebook_id)
        )
    ).one()
