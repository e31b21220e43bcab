"""What can be read of experts, panels and assignments, and by whom?"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.judging.models import Assignment, Expert, Member, Panel, PanelEntry
from app.award.judging.rules import (
    AssignmentUnknown,
    ExpertUnknown,
    IntakeRunning,
    PanelUnknown,
)
from app.award.judging.schemas import (
    ApplicantView,
    ExpertView,
    MemberView,
    PanelEntryView,
    PanelView,
)
from app.award.programmes.models import Cycle, Seat
from app.award.programmes.queries import get_programme
from app.award.programmes.rules import CycleUnknown
from app.award.records.queries import conflicted, interested
from app.award.roles import Role
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Stage
from app.award.stages.queries import get_stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person, RoleGrant
from app.platform.db.base import among
from app.platform.http.pages import Page, Paging, page
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Asking, Resource


def judges_in(person: Any, programme: Any) -> ColumnElement[bool]:
    """Whether the person holds the role of judge in the programme now."""
    return exists(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person,
            RoleGrant.scope_id == programme,
            RoleGrant.role == Role.JUDGE,
            RoleGrant.ended_at.is_(None),
        )
    )


def seated_in(person: Any, *cycles: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the person holds a seat in the committee of one of these cycles."""
    return exists(
        select(Seat.id)
        .join(Cycle, Cycle.id == Seat.cycle_id)
        .where(Seat.person_id == person, *cycles)
        .correlate_except(Seat, Cycle)
    )


def on_panel(panel: Any, actor: Asking, *, leading: bool = False) -> ColumnElement[bool]:
    """Whether the caller is a member, or the leader, of the panel of that id."""
    seat, self = aliased(Member), aliased(Expert)
    mine = (
        select(seat.panel_id)
        .join(self, self.id == seat.expert_id)
        .where(seat.panel_id == panel, self.person_id == actor.person_id)
    )
    return exists(mine.where(seat.leader) if leading else mine)


def _interested_in_panel(actor: Asking) -> ColumnElement[bool]:
    """An outsider with an interest in one of a panel's entries learns nothing of the panel; a
    member of it still does, but nothing of that entry.
    """
    place, entry = aliased(PanelEntry), aliased(Entry)
    touched = (
        select(place.entry_id)
        .join(entry, entry.id == place.entry_id)
        .where(place.panel_id == Panel.id, conflicted(actor, entry.organisation_id))
    )
    return and_(exists(touched), not_(on_panel(Panel.id, actor)))


def unbiased() -> ColumnElement[bool]:
    """Whether an assignment's judge has no conflict of interest with its entry. What a judge with
    one has written is kept, but does not count. Join Expert and Entry.
    """
    return not_(interested(Expert.person_id, Entry.organisation_id))


EXPERT_RESOURCE = Resource(
    "expert",
    scopes={"programme": Expert.programme_id},
    standings={"self": lambda actor: Expert.person_id == actor.person_id},
    missing=ExpertUnknown,
)
PANEL_RESOURCE = Resource(
    "panel",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    standings={"member": lambda actor: on_panel(Panel.id, actor)},
    conflict=_interested_in_panel,
    missing=PanelUnknown,
)
ASSIGNMENT_RESOURCE = Resource(
    "assignment",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    standings={"assigned": lambda actor: Expert.person_id == actor.person_id},
    phases={"running": Stage.status == StageStatus.OPEN},
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=AssignmentUnknown,
)


async def list_experts(call: Call, programme_id: UUID, paging: Paging) -> Page[ExpertView]:
    """The pool in order of name: a judge sees only themselves; two statements."""
    await get_programme(call, programme_id)
    statement = (
        select(Expert.id, Expert.person_id, Person.name, Expert.industries, Expert.qualification)
        .join(Person, Person.id == Expert.person_id)
        .where(Expert.programme_id == programme_id, visible_to(call.actor, EXPERT_RESOURCE))
    )
    return await page(
        call.db, statement, paging, by=Person.name, identity=Expert.id, view=ExpertView.of
    )


async def get_expert(call: Call, expert_id: UUID) -> Found[Expert]:
    """The expert, or ExpertUnknown."""
    statement = select(Expert).where(Expert.id == expert_id)
    return await fetch(call.db, call.actor, EXPERT_RESOURCE, statement)


async def list_applicants(call: Call, expert_id: UUID, cycle_id: UUID) -> list[ApplicantView]:
    """With whom an expert may have an interest; told once every intake is closed."""
    found = await get_expert(call, expert_id)
    found.require("expert:declare")
    await ensure_cycle_of(call.db, found.it, cycle_id)
    if not await intake_closed(call.db, cycle_id):
        raise IntakeRunning
    rows = await applicants_of(call.db, cycle_id)
    return [ApplicantView(organisation_id=row.id, name=row.name) for row in rows]


async def ensure_cycle_of(db: AsyncSession, expert: Expert, cycle_id: UUID) -> None:
    """CycleUnknown where the cycle is not one of the expert's programme."""
    here = await db.scalar(
        select(Cycle.id).where(Cycle.id == cycle_id, Cycle.programme_id == expert.programme_id)
    )
    if here is None:
        raise CycleUnknown


async def intake_closed(db: AsyncSession, cycle_id: UUID) -> bool:
    """Whether the cycle has an intake, and none that still runs."""
    statuses = await db.scalars(
        select(Stage.status).where(Stage.cycle_id == cycle_id, Stage.kind == "intake")
    )
    found = set(statuses)
    return found == {StageStatus.CLOSED.value}


async def applicants_of(db: AsyncSession, cycle_id: UUID) -> Sequence[Any]:
    """Id and name of every organisation with a submitted application, in order of name."""
    return (
        await db.execute(
            select(Organisation.id, Organisation.name)
            .join(Application, Application.organisation_id == Organisation.id)
            .where(
                Application.cycle_id == cycle_id,
                Application.status == ApplicationStatus.SUBMITTED,
            )
            .distinct()
            .order_by(Organisation.name, Organisation.id)
        )
    ).all()


def _panels() -> Any:
    return (
        select(Panel.id, Panel.name, Stage.key.label("stage"), Cycle.regulation_hash)
        .join(Stage, Stage.id == Panel.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
    )


async def find_panel(call: Call, panel_id: UUID) -> Found[Any]:
    """The panel's id, name, stage and regulation, or PanelUnknown."""
    return await fetch_view(
        call.db, call.actor, PANEL_RESOURCE, _panels().where(Panel.id == panel_id)
    )


async def panel_view(call: Call, panel_id: UUID) -> PanelView:
    """A panel as the caller may see it; three statements."""
    found = await find_panel(call, panel_id)
    return (await _with_members_and_entries(call, [found.it]))[0]


async def list_panels(call: Call, cycle_id: UUID, key: str) -> list[PanelView]:
    """The panels that serve a stage, in order of name; four statements."""
    stage = (await get_stage(call, cycle_id, key)).it
    place, entry = aliased(PanelEntry), aliased(Entry)
    taken_over = exists(
        select(place.entry_id)
        .join(entry, entry.id == place.entry_id)
        .where(place.panel_id == Panel.id, entry.stage_id == stage.id)
    )
    rows = await call.db.execute(
        _panels()
        .where(or_(Panel.stage_id == stage.id, taken_over), visible_to(call.actor, PANEL_RESOURCE))
        .order_by(Panel.name, Panel.id)
    )
    return await _with_members_and_entries(call, rows.all())


async def _with_members_and_entries(call: Call, panels: Sequence[Any]) -> list[PanelView]:
    ids = [panel.id for panel in panels]
    members, entries = await _members_of(call, ids), await _entries_of(call, ids)
    return [
        PanelView(
            id=panel.id,
            name=panel.name,
            stage=panel.stage,
            members=members[panel.id],
            entries=entries[panel.id],
        )
        for panel in panels
    ]


async def _members_of(call: Call, panels: Sequence[UUID]) -> dict[UUID, list[MemberView]]:
    """By panel, the leader first."""
    found: dict[UUID, list[MemberView]] = defaultdict(list)
    for row in await call.db.execute(
        select(Member.panel_id, Member.expert_id, Person.name, Member.leader, Member.categories)
        .join(Expert, Expert.id == Member.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(among(Member.panel_id, panels))
        .order_by(Member.leader.desc(), Person.name, Expert.id)
    ):
        found[row.panel_id].append(MemberView.of(row))
    return found


async def _entries_of(call: Call, panels: Sequence[UUID]) -> dict[UUID, list[PanelEntryView]]:
    """By panel, without those in which the caller has an interest."""
    found: dict[UUID, list[PanelEntryView]] = defaultdict(list)
    for row in await call.db.execute(
        select(
            PanelEntry.panel_id,
            PanelEntry.entry_id,
            Entry.application_id,
            Organisation.name.label("organisation"),
            Stage.key.label("stage"),
        )
        .join(Entry, Entry.id == PanelEntry.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(
            among(PanelEntry.panel_id, panels), not_(conflicted(call.actor, Entry.organisation_id))
        )
        .order_by(Stage.position, Organisation.name, Entry.id)
    ):
        found[row.panel_id].append(PanelEntryView.of(row))
    return found


def assignments(*columns: Any) -> Any:
    """A select over assignments with everything their resource speaks of."""
    return (
        select(*columns)
        .select_from(Assignment)
        .join(Expert, Expert.id == Assignment.expert_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
    )
