"""Which minutes wait to be recorded, or confirmed by a second person?"""

from app.award.deliberation.lifecycle import MotionStatus
from app.award.deliberation.models import Motion
from app.award.programmes.models import Cycle
from app.award.roles import Role
from app.award.stages.due import HOLDER, Duties, Duty, held, waiting_for
from app.award.stages.models import Stage
from app.platform.db.base import Rows


def _motions(status: MotionStatus, *roles: Role) -> Rows:
    return (
        waiting_for(HOLDER.person_id)
        .join(HOLDER, held(Cycle.programme_id, *roles))
        .join(Motion, (Motion.stage_id == Stage.id) & (Motion.round == Stage.round))
        .where(Motion.status == status)
    )


def _to_record() -> Rows:
    return _motions(MotionStatus.OPEN, Role.CLERK)


def _to_confirm() -> Rows:
    second = Motion.recorded_by.is_distinct_from(HOLDER.person_id)
    return _motions(MotionStatus.RECORDED, Role.CLERK, Role.HEAD).where(second)


DUTIES: Duties = (
    Duty("minutes-to-record", "待录入的评委会记录", "Minutes to record", _to_record),
    Duty("minutes-to-confirm", "待复核的评委会记录", "Minutes to confirm", _to_confirm),
)
