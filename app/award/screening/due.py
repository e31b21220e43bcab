"""What of a screening waits: for the office, for applicants, for departments?"""

from sqlalchemy import not_, select

from app.award.applications.models import Application, Supplement
from app.award.programmes.models import Cycle
from app.award.representation.queries import member
from app.award.roles import Role
from app.award.screening.models import Consultation, ConsultedGround, Cure, Opinion, Screening
from app.award.stages.due import (
    HOLDER,
    Duties,
    Duty,
    held,
    live_without_interest,
    waiting_for,
)
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.db.base import Rows

SCREENED = select(Screening.entry_id).where(Screening.entry_id == Entry.id).exists()
SUPPLIED = select(Supplement.id).where(Supplement.cure_id == Cure.id).exists()
HEARD = (
    select(Opinion.id)
    .where(
        Opinion.entry_id == Entry.id,
        Opinion.department == Consultation.department,
        Opinion.ground.is_not_distinct_from(ConsultedGround.ground),
    )
    .exists()
)
"""Whether the department has said anything of the entry on what it was asked."""
ENDED = select(Outcome.entry_id).where(Outcome.entry_id == Entry.id).exists()


def _to_screen() -> Rows:
    return (
        waiting_for(HOLDER.person_id, each=Entry.id)
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .join(Entry, Entry.stage_id == Stage.id)
        .where(Stage.kind == "screening", live_without_interest(), not_(SCREENED))
    )


def _cures() -> Rows:
    """Calls to cure that nobody has answered, of entries that are not decided on."""
    return (
        waiting_for(HOLDER.person_id, each=Cure.id, at=Cure.ends_at)
        .join(Entry, Entry.stage_id == Stage.id)
        .join(Cure, Cure.entry_id == Entry.id)
        .where(not_(SUPPLIED), not_(SCREENED))
    )


def _to_supply() -> Rows:
    return (
        _cures()
        .join(Application, Application.id == Entry.application_id)
        .join(HOLDER, held(Entry.organisation_id, Role.APPLICANT))
        .where(
            Entry.round == Stage.round,
            not_(ENDED),
            member(
                HOLDER.person_id,
                Application.drafted_by,
                Entry.organisation_id,
                Cycle.programme_id,
            ),
        )
    )


def _to_await() -> Rows:
    return (
        _cures()
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .where(live_without_interest())
    )


def _opinions() -> Rows:
    """Entries of which a department asked by letter has still to answer a question."""
    return (
        waiting_for(HOLDER.person_id, each=Entry.id, at=Consultation.ends_at)
        .join(
            Consultation,
            (Consultation.stage_id == Stage.id) & (Consultation.round == Stage.round),
        )
        .join(Entry, Entry.stage_id == Stage.id)
        .join(
            ConsultedGround,
            (ConsultedGround.consultation_id == Consultation.id)
            & (ConsultedGround.track == Entry.track),
        )
        .where(not_(HEARD), not_(SCREENED))
    )


def _to_answer() -> Rows:
    return (
        _opinions()
        .join(HOLDER, held(Consultation.authority_id, Role.ENDORSER))
        .where(live_without_interest())
    )


def _to_hear() -> Rows:
    return (
        _opinions()
        .join(HOLDER, held(Cycle.programme_id, Role.CLERK, Role.HEAD))
        .where(live_without_interest())
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
    Duty(
        "cure-to-supply",
        "待补正的材料",
        "Call to cure to answer",
        _to_supply,
        (
            "补正期限至{at}，请一次补齐；逾期未补正的，按现有材料审查。",
            "What the call names can be mended until {at}; else the file is examined as it is.",
        ),
        lapses=True,
    ),
    Duty("cure-awaited", "等待补正", "Cure awaited", _to_await, lapses=True),
    Duty(
        "consultation-to-answer",
        "待回复的征求意见",
        "Consultation to answer",
        _to_answer,
        (
            "还有 {count} 家单位待贵单位回复意见，请于{at}前回复。",
            "Your opinion on {count} entries is awaited; please answer by {at}.",
        ),
    ),
    Duty("opinions-awaited", "等待部门意见", "Opinions awaited", _to_hear),
)
