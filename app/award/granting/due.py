"""Which lists wait for the government's approval?"""

from sqlalchemy import not_, select

from app.award.granting.models import Approval
from app.award.programmes.models import Cycle
from app.award.roles import Role
from app.award.stages.due import HOLDER, Duties, Duty, held, waiting_for
from app.award.stages.models import Stage
from app.platform.db.base import Rows


def _to_approve() -> Rows:
    decided = (
        select(Approval.id)
        .where(Approval.stage_id == Stage.id, Approval.round == Stage.round)
        .exists()
    )
    return (
        waiting_for(HOLDER.person_id)
        .join(HOLDER, held(Cycle.programme_id, Role.APPROVER))
        .where(Stage.kind == "approval", not_(decided))
    )


DUTIES: Duties = (Duty("list-to-approve", "待审定的名单", "List to approve", _to_approve),)
