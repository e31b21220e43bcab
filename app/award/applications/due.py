"""Whose draft is not submitted yet?"""

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.programmes.models import Cycle
from app.award.representation.queries import member
from app.award.roles import Role
from app.award.stages.due import HOLDER, Duties, Duty, held, waiting_for
from app.award.stages.models import Stage
from app.platform.db.base import Rows


def _to_submit() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Application.id)
        .join(Application, Application.cycle_id == Cycle.id)
        .join(HOLDER, held(Application.organisation_id, Role.APPLICANT))
        .where(
            Stage.kind == "intake",
            Application.status == ApplicationStatus.DRAFT,
            member(
                HOLDER.person_id,
                Application.drafted_by,
                Application.organisation_id,
                Cycle.programme_id,
            ),
        )
    )


DUTIES: Duties = (
    Duty(
        "application-to-submit",
        "待提交的申报",
        "Application to submit",
        _to_submit,
        (
            "您有 {count} 份申报尚未提交，{at}之后不再受理。",
            "{count} of your applications is not submitted yet; nothing is taken after {at}.",
        ),
    ),
)
