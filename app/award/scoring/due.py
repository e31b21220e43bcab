"""Which sheets and scorebooks are not locked yet?"""

from sqlalchemy import ColumnElement, or_

from app.award.judging.models import Assignment, Expert, Member, PanelEntry
from app.award.programmes.models import Cycle
from app.award.roles import Role
from app.award.scoring.lifecycle import ScorebookStatus, SheetStatus
from app.award.scoring.models import Scorebook, Sheet
from app.award.stages.due import (
    HOLDER,
    Duties,
    Duty,
    held,
    live_without_interest,
    waiting_for,
)
from app.award.stages.models import Entry, Stage
from app.platform.db.base import Rows


def _judges() -> ColumnElement[bool]:
    """HOLDER is the expert, and still in the pool or in the committee."""
    seated = held(Cycle.id, Role.COMMITTEE_MEMBER)
    role = or_(held(Cycle.programme_id, Role.JUDGE), seated)
    return (HOLDER.person_id == Expert.person_id) & role


def _sheets() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Sheet.id)
        .join(Entry, Entry.stage_id == Stage.id)
        .join(Assignment, Assignment.entry_id == Entry.id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .join(Sheet, Sheet.assignment_id == Assignment.id)
        .join(HOLDER, _judges())
        .where(Sheet.status == SheetStatus.DRAFT, live_without_interest())
    )


def _scorebooks() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Scorebook.id)
        .join(Entry, Entry.stage_id == Stage.id)
        .join(PanelEntry, PanelEntry.entry_id == Entry.id)
        .join(Scorebook, Scorebook.entry_id == Entry.id)
        .join(Member, (Member.panel_id == Scorebook.panel_id) & Member.leader)
        .join(Expert, Expert.id == Member.expert_id)
        .join(HOLDER, _judges())
        .where(Scorebook.status == ScorebookStatus.OPEN, live_without_interest())
    )


DUTIES: Duties = (
    Duty(
        "sheet-to-lock",
        "待锁定的评分表",
        "Scoresheet to lock",
        _sheets,
        (
            "您还有 {count} 份评分表未锁定，请于{at}前完成。",
            "{count} of your scoresheets are not locked; please finish by {at}.",
        ),
    ),
    Duty(
        "scorebook-to-lock",
        "待合议锁定的评分册",
        "Scorebook to lock",
        _scorebooks,
        (
            "您任组长的评审组还有 {count} 份合议评分册未锁定，请于{at}前完成。",
            "{count} scorebooks of the panel you lead are not locked; please finish by {at}.",
        ),
    ),
)
