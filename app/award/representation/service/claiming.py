"""What does somebody do who claims to speak for an organisation, and how does the office decide?"""

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from app.award.programmes.queries import get_programme
from app.award.representation import queries, rules
from app.award.representation.lifecycle import MANDATE, MandateStatus
from app.award.representation.messages import (
    ACCEPTED,
    CLAIMED,
    ENDED,
    REFUSED,
    tell_holder,
    tell_office,
)
from app.award.representation.models import Mandate
from app.award.representation.queries import MANDATE_RESOURCE, get_mandate, mandate_view
from app.award.representation.rules import MandateKind
from app.award.representation.schemas import (
    ClaimAcceptanceIn,
    ClaimIn,
    ClaimView,
    MandateView,
    Paper,
    RefusalIn,
)
from app.award.representation.service import speaking, vouched
from app.award.representation.service.speaking import settle
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, RoleGrant
from app.platform.accounts.queries import ORGANISATION
from app.platform.accounts.service import representing
from app.platform.accounts.service.joining import APPLICANT
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.files.models import Upload
from app.platform.security.access import Found, fetch
from app.platform.uploads.service import take
from app.platform.workflow.advance import advancing
from app.rules.calendar import local_date

REPLACED = "评审办已核验另一份授权，由新的管理员接替。"
DECIDED = "评审办已确认由他人代表该单位。"
"""What is told to whom a decision on somebody else's claim ends or refuses."""


async def claim(call: Call, body: ClaimIn) -> MandateView:
    """Claim to speak for an organisation, with letter and licence, or by a portal's word."""
    statement = select(Organisation).where(Organisation.id == body.organisation_id)
    found = await fetch(call.db, call.actor, ORGANISATION, statement)
    found.require("organisation:claim")
    await get_programme(call, body.programme_id)
    if body.letter is None:
        return await vouched.claim(call, body.programme_id, found.it)
    ensure([rules.over_obstacle(body.valid_until, local_date(call.now))])
    letter = await take(call, body.letter, "mandate", pointer="/letter")
    licence = (
        letter
        if body.licence in (None, body.letter)
        else await take(call, body.licence, "mandate", pointer="/licence")
    )
    mandate = Mandate(
        programme_id=body.programme_id,
        organisation_id=found.it.id,
        credit_code=found.it.credit_code,
        person_id=call.actor.person_id,
        kind=MandateKind.ADMINISTRATOR,
        status=MandateStatus.CLAIMED,
        letter_id=letter.id,
        licence_id=licence.id,
        valid_until=body.valid_until,
        created_at=call.now,
    )
    await speaking.keep(call, mandate)
    detail = {"programme": str(body.programme_id), "credit_code": mandate.credit_code}
    record(call.db, call.actor, "mandate:claim", subject=mandate.id, now=call.now, detail=detail)
    await tell_office(call, mandate, CLAIMED)
    return await mandate_view(call, mandate.id)


async def accept(call: Call, mandate_id: UUID, body: ClaimAcceptanceIn) -> MandateView:
    """Accept a claim: it decides every other claim on the credit code towards the programme, and
    replaces the administrator before. What was drafted under it goes on under the organisation.
    """
    await _alone(call, mandate_id)
    found = await get_mandate(call, mandate_id, lock=True)
    one = found.it
    detail = {"document": body.document, "person": str(one.person_id)}
    with advancing(call.db, found, MANDATE, "accept", now=call.now, detail=detail) as reasons:
        reasons.append(rules.over_obstacle(one.valid_until, local_date(call.now)))
        ensure(reasons)
        await _supersede(call, found, body)
        await _refuse_rivals(call, found, body.document)
        await _confirm(call, one)
        _decided(call, one, body.document, body.reason)
    await settle(call, one.person_id, one.organisation_id)
    await _silence_unproven(call, one.organisation_id)
    await tell_holder(call, one, ACCEPTED)
    return await mandate_view(call, one.id)


async def refuse(call: Call, mandate_id: UUID, body: RefusalIn) -> MandateView:
    """Refuse a claim, with the reason."""
    await _alone(call, mandate_id)
    found = await get_mandate(call, mandate_id, lock=True)
    await _refuse(call, found, body.document, body.reason)
    return await mandate_view(call, mandate_id)


async def withdraw(call: Call, mandate_id: UUID) -> MandateView:
    """Withdraw one's own claim before it is decided."""
    found = await get_mandate(call, mandate_id, lock=True)
    with advancing(call.db, found, MANDATE, "withdraw", now=call.now):
        found.it.decided_at = call.now
    await call.db.flush()
    return await mandate_view(call, mandate_id)


async def open_paper(call: Call, mandate_id: UUID, paper: Paper) -> Upload:
    """Open the letter or the licence: an audited read."""
    found = await get_mandate(call, mandate_id)
    if not found.may("mandate:hold"):
        found.require("mandate:examine")
    wanted = found.it.letter_id if paper is Paper.LETTER else found.it.licence_id
    upload = None if wanted is None else await call.db.get(Upload, wanted)
    if upload is None:
        raise rules.PaperUnknown
    detail = {"paper": paper.value}
    record(
        call.db, call.actor, "mandate:open-paper", subject=mandate_id, now=call.now, detail=detail
    )
    return upload


async def examine(call: Call, mandate_id: UUID) -> ClaimView:
    """Weigh a claim with all that stands against it: an audited read."""
    view = await queries.claim_view(call, mandate_id)
    record(call.db, call.actor, "mandate:examine", subject=mandate_id, now=call.now)
    return view


async def _alone(call: Call, mandate_id: UUID) -> None:
    """Two claims on one credit code are decided one after the other."""
    found = await get_mandate(call, mandate_id)
    await representing.alone_with(call.db, found.it.credit_code)


async def _confirm(call: Call, one: Mandate) -> None:
    """The organisation claimed is now known; or it was, and takes over what was begun."""
    known = await representing.known(call.db, one.credit_code)
    if known is None:
        await representing.confirm(call.db, one.organisation_id, call.now)
    elif known != one.organisation_id:
        try:
            async with call.db.begin_nested():
                await representing.absorb(call.db, one.organisation_id, known, call.wall)
        except IntegrityError as waiting:  # an invitation of theirs towards another programme
            raise rules.MandateHeld from waiting
        one.organisation_id = known


async def _supersede(call: Call, found: Found[Mandate], body: ClaimAcceptanceIn) -> None:
    """End the administrator's mandate before, with the agents' unless they are to stay, and
    whatever else the new one held or was offered.
    """
    one, theirs = found.it, [MandateKind.ADMINISTRATOR, MandateKind.AGENT]
    ended = theirs if body.agents == "end" else theirs[:1]
    before = await call.db.scalars(
        select(Mandate)
        .where(
            Mandate.programme_id == one.programme_id,
            Mandate.credit_code == one.credit_code,
            Mandate.status.in_([MandateStatus.ACCEPTED, MandateStatus.INVITED]),
            or_(Mandate.kind.in_(ended), Mandate.person_id == one.person_id),
        )
        .order_by(Mandate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for other in before.all():
        its = Found(other, MANDATE_RESOURCE, call.actor, found.facts, locked=True)
        detail = {"by": str(one.id)}
        with advancing(call.db, its, MANDATE, "end", now=call.now, detail=detail):
            _decided(call, other, body.document, REPLACED)
        await call.db.flush()
        if other.person_id != one.person_id:
            await settle(call, other.person_id, other.organisation_id)
            await tell_holder(call, other, ENDED)


async def _silence_unproven(call: Call, organisation_id: UUID) -> None:
    """Who had registered the organisation, and for whom no papers were asked, speaks no more."""
    unproven = await call.db.scalars(
        select(RoleGrant.person_id).where(
            RoleGrant.role == APPLICANT,
            RoleGrant.scope_id == organisation_id,
            RoleGrant.ended_at.is_(None),
            ~exists(
                select(Mandate.id).where(
                    Mandate.person_id == RoleGrant.person_id,
                    Mandate.organisation_id == organisation_id,
                    Mandate.status == MandateStatus.ACCEPTED,
                )
            ),
        )
    )
    for person_id in unproven.all():
        await settle(call, person_id, organisation_id)


async def _refuse_rivals(call: Call, found: Found[Mandate], document: str) -> None:
    one = found.it
    rivals = await call.db.scalars(
        select(Mandate)
        .where(
            Mandate.programme_id == one.programme_id,
            Mandate.credit_code == one.credit_code,
            Mandate.status == MandateStatus.CLAIMED,
            Mandate.id != one.id,
        )
        .order_by(Mandate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for other in rivals.all():
        its = Found(other, MANDATE_RESOURCE, call.actor, found.facts, locked=True)
        await _refuse(call, its, document, DECIDED)


async def _refuse(call: Call, found: Found[Mandate], document: str, reason: str) -> None:
    detail = {"document": document, "reason": reason}
    with advancing(call.db, found, MANDATE, "refuse", now=call.now, detail=detail):
        _decided(call, found.it, document, reason)
    await call.db.flush()
    await tell_holder(call, found.it, REFUSED)


def _decided(call: Call, one: Mandate, document: str, reason: str | None) -> None:
    one.document, one.reason = document, reason
    one.decided_by, one.decided_at = call.actor.person_id, call.now
