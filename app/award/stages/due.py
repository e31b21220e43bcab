"""What waits for whom, and until when? Each package says it of its own work, in one select; the
desk and the reminders read them all, named in `wiring.py`.

The select is of people, so that one statement finds what is due for everybody, or for one of them:
the policy's roles and conflicts are written in it with the holder's column in place of an id.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, func, not_, select, type_coerce
from sqlalchemy.orm import aliased

from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Cycle
from app.award.records.queries import conflicted
from app.award.roles import Role
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.accounts.models import RoleGrant
from app.platform.db.base import Rows
from app.platform.notifications.templates import Template, Urgency, Words

HOLDER = aliased(RoleGrant, name="holder")
"""Whoever holds the role for which something waits."""

WHERE, WHERE_EN = "{programme}（{cycle}）“{stage}”", "{programme} ({cycle}), “{stage}”"


@dataclass(frozen=True, slots=True)
class _EachHolder:
    """Everybody at once, where the policy asks who is asking."""

    @property
    def person_id(self) -> ColumnElement[UUID]:
        found: ColumnElement[UUID] = type_coerce(HOLDER.person_id, Uuid())
        return found


EACH = _EachHolder()


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work that waits for people: what a desk calls it, and the rows `(person_id,
    stage_id, at, count)` of `waiting_for`. With `says`, people are reminded before it is due. What
    `lapses` cannot be done any more when its time is over: nobody waits for it then. What is
    `ahead` begins only when its time has come; everything else can be done now.
    """

    key: str
    zh: str
    en: str
    rows: Callable[[], Rows]
    says: tuple[str, str] | None = None
    lapses: bool = False
    ahead: bool = False
    reminder: Template | None = field(init=False)

    def __post_init__(self) -> None:
        said = self.says and Template(
            f"due-{self.key}",
            WHERE + "将于{at}截止",
            self.says[0],
            Words(WHERE_EN + ": due {at}", self.says[1]),
            urgency=Urgency.URGENT,
        )
        object.__setattr__(self, "reminder", said or None)


Duties = tuple[Duty, ...]


def waiting_for(
    person: Any, *, each: Any = None, at: Any = Stage.closes_at, stage: str = StageStatus.OPEN
) -> Rows:
    """What waits for people in the stages of running cycles: how many of `each`, until `at`. Join
    whatever says for whom.
    """
    count = func.count((Stage.id if each is None else each).distinct())
    return (
        select(
            person.label("person_id"),
            Stage.id.label("stage_id"),
            at.label("at"),
            count.label("count"),
        )
        .select_from(Stage)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Cycle.status == CycleStatus.LAUNCHED, Stage.status == stage)
        .group_by(person, Stage.id, at)
    )


def held(scope: Any, *roles: Role) -> ColumnElement[bool]:
    """Whether HOLDER holds one of these roles there now."""
    return and_(HOLDER.scope_id == scope, HOLDER.role.in_(roles), HOLDER.ended_at.is_(None))


def live_without_interest(entry: Any = Entry) -> ColumnElement[bool]:
    """Whether an entry of the running round has no outcome yet, and HOLDER no interest in it."""
    decided = select(Outcome.entry_id).where(Outcome.entry_id == entry.id).exists()
    return and_(
        entry.round == Stage.round, not_(decided), not_(conflicted(EACH, entry.organisation_id))
    )


def _to_open() -> Rows:
    """The first stage that waits, in the order of the regulation."""
    earlier = aliased(Stage)
    first = (
        select(func.min(earlier.position))
        .where(earlier.cycle_id == Stage.cycle_id, earlier.status == StageStatus.WAITING)
        .correlate(Stage)
        .scalar_subquery()
    )
    return (
        waiting_for(HOLDER.person_id, at=Stage.opens_at, stage=StageStatus.WAITING)
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .where(Stage.position == first)
    )


def _to_close() -> Rows:
    return waiting_for(HOLDER.person_id).join(HOLDER, held(Cycle.programme_id, Role.HEAD))


DUTIES: Duties = (
    Duty("stage-to-open", "待开启的环节", "Stage to open", _to_open, ahead=True),
    Duty("stage-to-close", "待关闭的环节", "Stage to close", _to_close, ahead=True),
)
