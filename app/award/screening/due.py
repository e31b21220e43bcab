"""Which entries still wait for a decision of the office?"""

from sqlalchemy import not_, select

from app.award.programmes.models import Cycle
from app.award.roles import Role
from app.award.screening.models import Screening
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


def _to_screen() -> Rows:
    decided = select(Screening.entry_id).where(Screening.entry_id == Entry.id).exists()
    return (
        waiting_for(HOLDER.person_id, each=Entry.id)
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .join(Entry, Entry.stage_id == Stage.id)
        .where(Stage.kind == "screening", live_without_interest(), not_(decided))
    )


DUTIES: Duties = (
    Duty(
        "entry-to-screen",
        "待审查的参评",
        "Entry to screen",
        _to_screen,
        (
            "还有 {count} 家单位待审查，计划于{at}结束。",
            "{count} entries wait to be screened; planned to end at {at}.",
        ),
    ),
)
