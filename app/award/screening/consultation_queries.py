"""What is a department asked, and who reads that?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.programmes.models import Authority, Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import conflicted
from app.award.roles import Role
from app.award.screening import consulting, queries
from app.award.screening.models import Consultation, Opinion, Reply
from app.award.screening.schemas import AskedView, ConsultationLine, ConsultationView
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import live
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, RoleGrant
from app.platform.files.models import Upload
from app.platform.http.pages import Page, Paging, page
from app.platform.security.access import Found, fetch_view, visible_to
from app.platform.security.permission import Resource

CONSULTATION_RESOURCE = Resource(
    "consultation",
    scopes={
        "authority": Consultation.authority_id,
        "programme": Cycle.programme_id,
        "cycle": Cycle.id,
    },
    missing=consulting.ConsultationUnknown,
)
SENT = (
    select(
        Consultation.id,
        Consultation.stage_id,
        Consultation.department,
        Consultation.authority_id,
        Authority.name.label("authority"),
        Consultation.document,
        Consultation.asked_at,
        Consultation.asked_by,
        Consultation.ends_at,
        Consultation.last_day,
        Stage.cycle_id,
        Stage.key.label("stage"),
        Stage.opened_at,
        Cycle.programme_id,
        Cycle.regulation_hash,
    )
    .join(Stage, Stage.id == Consultation.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .join(Authority, Authority.id == Consultation.authority_id)
)


async def get_consultation(call: Call, consultation_id: UUID) -> Found[Any]:
    """The consultation, or ConsultationUnknown; one statement."""
    statement = SENT.where(Consultation.id == consultation_id)
    return await fetch_view(call.db, call.actor, CONSULTATION_RESOURCE, statement)


async def list_consultations(call: Call, paging: Paging) -> Page[ConsultationLine]:
    """Those the caller may see, in order of the department; one statement."""
    return await page(
        call.db,
        SENT.where(visible_to(call.actor, CONSULTATION_RESOURCE)),
        paging,
        by=Consultation.department,
        identity=Consultation.id,
        view=ConsultationLine.of,
    )


async def entries_asked(call: Call, row: Any) -> Sequence[Any]:
    """The living entries about which a department is asked, but those in which the caller has an
    interest: names, and nothing of what they handed in.
    """
    found = await call.db.execute(
        select(
            Entry.id,
            Entry.track,
            Application.code,
            Organisation.name.label("organisation"),
            Organisation.credit_code,
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Application, Application.id == Entry.application_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(row.stage_id), not_(conflicted(call.actor, Entry.organisation_id)))
        .order_by(Organisation.name, Entry.id)
    )
    return found.all()


async def questions_of(call: Call, row: Any) -> list[tuple[Any, consulting.Question]]:
    """Each entry with each question that this department is asked about it; two statements."""
    regulation = await regulation_of(call.db, row.regulation_hash)
    rule: Any = regulation.stage(row.stage)
    return [
        (entry, question)
        for entry in await entries_asked(call, row)
        for question in consulting.questions(regulation, rule, entry.track, row.opened_at)
        if question.department == row.department
    ]


async def get_reply(call: Call, reply_id: UUID) -> tuple[UUID, Upload]:
    """The cycle of a department's letter and its scan, for whoever may read the consultation; to
    whoever has an interest in an entry that it speaks of, and to others, there is none.
    """
    biased = (
        select(Opinion.id)
        .join(Entry, Entry.id == Opinion.entry_id)
        .where(Opinion.reply_id == Reply.id, conflicted(call.actor, Entry.organisation_id))
        .exists()
    )
    row = (
        await call.db.execute(
            select(Stage.cycle_id, Upload)
            .select_from(Reply)
            .join(Upload, Upload.id == Reply.scan_id)
            .join(Consultation, Consultation.id == Reply.consultation_id)
            .join(Stage, Stage.id == Consultation.stage_id)
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .where(
                Reply.id == reply_id,
                visible_to(call.actor, CONSULTATION_RESOURCE),
                not_(biased),
            )
        )
    ).one_or_none()
    if row is None:
        raise consulting.ReplyScanUnknown
    return row.cycle_id, row.Upload


async def officers_of(db: AsyncSession, authority_id: UUID) -> Sequence[UUID]:
    """Who answers for an authority; one statement."""
    rows = await db.scalars(
        select(RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.ENDORSER,
            RoleGrant.scope_id == authority_id,
            RoleGrant.ended_at.is_(None),
        )
        .distinct()
        .order_by(RoleGrant.person_id)
    )
    return rows.all()


async def consultation_view(call: Call, consultation_id: UUID) -> ConsultationView:
    """What a department is asked and has said; four statements."""
    row = (await get_consultation(call, consultation_id)).it
    asked = await questions_of(call, row)
    known = await queries.opinions_of(call.db, sorted({entry.id for entry, _ in asked}))
    lines = []
    for entry, question in asked:
        last: Any = consulting.last_of(question, known[entry.id])
        lines.append(
            AskedView(
                entry_id=entry.id,
                code=entry.code,
                organisation=entry.organisation,
                credit_code=entry.credit_code,
                ground=question.ground,
                name=question.name,
                said=last.said if last else None,
                statement=last.statement if last else None,
                scan=last.scan if last else None,
            )
        )
    return ConsultationView.of(row, asked=lines)
