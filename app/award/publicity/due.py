"""Which notices and objections wait for the office?"""

from sqlalchemy import not_

from app.award.programmes.models import Cycle
from app.award.publicity.lifecycle import NoticeStatus, ObjectionStatus
from app.award.publicity.models import Notice, Objection
from app.award.records.queries import conflicted
from app.award.roles import Role
from app.award.stages.due import EACH, HOLDER, Duties, Duty, held, waiting_for
from app.award.stages.models import Entry, Stage
from app.platform.db.base import Rows


def _to_post() -> Rows:
    return (
        waiting_for(HOLDER.person_id)
        .join(HOLDER, held(Cycle.programme_id, Role.HEAD))
        .join(Notice, (Notice.stage_id == Stage.id) & (Notice.round == Stage.round))
        .where(Notice.status == NoticeStatus.DRAFT)
    )


def _period() -> Rows:
    return (
        waiting_for(HOLDER.person_id, at=Notice.ends_at)
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .join(Notice, (Notice.stage_id == Stage.id) & (Notice.round == Stage.round))
        .where(Notice.status == NoticeStatus.POSTED)
    )


def _to_rule() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Objection.id)
        .join(HOLDER, held(Cycle.programme_id, Role.HEAD))
        .join(Notice, Notice.stage_id == Stage.id)
        .join(Objection, Objection.notice_id == Notice.id)
        .join(Entry, Entry.id == Objection.entry_id)
        .where(
            Objection.status == ObjectionStatus.RECEIVED,
            not_(conflicted(EACH, Entry.organisation_id)),
        )
    )


DUTIES: Duties = (
    Duty("notice-to-post", "待发布的公示", "Notice to post", _to_post),
    Duty(
        "notice-period",
        "公示期",
        "Period of a notice",
        _period,
        (
            "公示期于{at}届满，届满前收到的异议均应受理。",
            "The period of the notice ends at {at}; objections are taken until then.",
        ),
    ),
    Duty("objection-to-rule", "待裁定的异议", "Objection to rule on", _to_rule),
)
