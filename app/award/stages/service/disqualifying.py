"""How is somebody disqualified, wherever it comes out? By document, on a ground, with evidence."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.models import Cycle, Programme
from app.award.programmes.queries import regulation_of
from app.award.records.models import disqualification
from app.award.records.rules import word_obstacle
from app.award.representation.queries import speakers_of
from app.award.stages import queries, rules
from app.award.stages.lifecycle import Result
from app.award.stages.models import Disqualification, Entry, Outcome, Stage
from app.award.stages.schemas import DisqualificationView, DisqualifyingIn
from app.award.stages.service.sieve import end_everywhere
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.notifications.service import Matter, notify_all
from app.platform.notifications.templates import Template, Urgency, Words
from app.platform.security.access import fetch_view
from app.rules.calendar import local_date
from app.rules.facts import RecordKind
from app.rules.recorded import known_words
from app.rules.regulation.words import kinds_text

TOLD = Template(
    "disqualified",
    "{programme}（{cycle}）取消参评资格",
    "依据{document}，因{ground}，贵单位的参评资格已被取消。事实与证据：{evidence}。",
    Words(
        "{programme} ({cycle}): disqualified",
        "By {document} your organisation is disqualified for {ground}. The evidence: {evidence}.",
    ),
    sample={"ground": "弄虚作假", "evidence": "检测报告系伪造"},
    urgency=Urgency.URGENT,
    private=frozenset({"evidence"}),
)
CASE = (
    select(
        Entry.id,
        Entry.application_id,
        Entry.organisation_id,
        Stage.cycle_id,
        Stage.key,
        Cycle.programme_id,
        Cycle.ordinal,
        Cycle.label.label("cycle"),
        Cycle.regulation_hash,
        Programme.name.label("programme"),
        Organisation.credit_code,
    )
    .join(Stage, Stage.id == Entry.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .join(Programme, Programme.id == Cycle.programme_id)
    .join(Organisation, Organisation.id == Entry.organisation_id)
)


async def disqualify(call: Call, entry_id: UUID, body: DisqualifyingIn) -> DisqualificationView:
    """Throw an applicant out of the cycle, wherever it stands; later cycles know of it.

    Raises AlreadyDisqualified, AwardStands, WordUnknown.
    """
    found = await fetch_view(
        call.db, call.actor, queries.ENTRY_RESOURCE, CASE.where(Entry.id == entry_id)
    )
    found.require("entry:disqualify")
    case = found.it
    made = Disqualification(
        application_id=case.application_id,
        entry_id=entry_id,
        ground=body.ground,
        document=body.document,
        evidence=body.evidence,
        decided_by=call.actor.person_id,
        decided_at=call.now,
    )
    words = known_words([await regulation_of(call.db, case.regulation_hash)])
    strange = word_obstacle(RecordKind.DISQUALIFICATION, body.ground, words, "/ground")
    ensure([await _granted(call.db, case.application_id), strange])
    try:
        async with call.db.begin_nested():
            call.db.add(made)
    except IntegrityError as twice:
        raise rules.AlreadyDisqualified from twice
    await end_everywhere(call.db, case.cycle_id, case.application_id, Result.DISQUALIFIED, call.now)
    ensure([await _granted(call.db, case.application_id)])  # now that the stages are held
    call.db.add(
        disqualification(
            case, body.ground, body.document, local_date(call.now), call.actor.person_id, call.now
        )
    )
    await _tell(call, case, made)
    return DisqualificationView(entry_id=entry_id, decided_at=call.now, **body.model_dump())


async def _tell(call: Call, case: Any, made: Disqualification) -> None:
    record(
        call.db,
        call.actor,
        "entry:disqualify",
        subject=case.id,
        now=call.now,
        log=case.cycle_id,
        detail={"stage": case.key, "ground": made.ground, "document": made.document},
    )
    await notify_all(
        call.db,
        await speakers_of(call.db, case.organisation_id, case.programme_id),
        TOLD,
        {
            "programme": case.programme,
            "cycle": case.cycle,
            "document": made.document,
            "ground": kinds_text((made.ground,)),
            "evidence": made.evidence.rstrip("。"),
        },
        call.wall,
        occasion=case.application_id,
        matter=Matter(case.cycle_id, words_of=case.programme_id),
    )


async def _granted(db: AsyncSession, application_id: UUID) -> rules.AwardStands | None:
    """What has been granted is revoked, with a hearing; it is not disqualified."""
    granted = exists(
        select(Outcome.entry_id)
        .join(Entry, Entry.id == Outcome.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .where(
            Entry.application_id == application_id,
            Stage.kind == "grant",
            Outcome.result == Result.ADVANCED,
        )
    )
    return rules.AwardStands() if await db.scalar(select(granted)) else None
