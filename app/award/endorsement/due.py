"""Which bodies have not yet recommended, or refused to?"""

from app.award.endorsement.models import Recommendation, Routing
from app.award.roles import Role
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


def _to_answer() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Routing.id)
        .join(Entry, Entry.stage_id == Stage.id)
        .join(Routing, Routing.entry_id == Entry.id)
        .join(HOLDER, held(Routing.authority_id, Role.ENDORSER))
        .outerjoin(Recommendation, Recommendation.routing_id == Routing.id)
        .where(Recommendation.routing_id.is_(None), live_without_interest())
    )


DUTIES: Duties = (
    Duty(
        "routing-to-answer",
        "待推荐的申报",
        "Application to recommend",
        _to_answer,
        (
            "还有 {count} 份申报待贵单位推荐，请于{at}前回复推荐函。",
            "{count} applications wait for your recommendation until {at}.",
        ),
    ),
)
