"""What does an administrator do about agents: invite, end, hand over; and what do agents?"""

from uuid import UUID

from sqlalchemy import select

from app.award.representation import rules
from app.award.representation.lifecycle import MANDATE, MandateStatus
from app.award.representation.messages import (
    ENDED,
    HANDED_ON,
    HANDED_OVER,
    INVITED,
    tell_holder,
    tell_office,
)
from app.award.representation.models import Mandate
from app.award.representation.queries import MANDATE_RESOURCE, get_mandate, mandate_view
from app.award.representation.rules import MandateKind
from app.award.representation.schemas import EndingIn, HandOverIn, InvitationIn, MandateView
from app.award.representation.service.speaking import keep, settle
from app.platform.accounts.callers import Call
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import Account
from app.platform.security.access import Found
from app.platform.workflow.advance import advancing
from app.rules.calendar import local_date

UNLED = "管理员的授权已结束。"
"""Why agents' mandates end with the administrator's."""


async def invite(call: Call, mandate_id: UUID, body: InvitationIn) -> MandateView:
    """Invite somebody to be an agent; they speak for the organisation once they have joined."""
    found = await get_mandate(call, mandate_id, lock=True)
    own = found.it
    detail = {"login": body.login}
    with advancing(call.db, found, MANDATE, "invite", now=call.now, detail=detail) as reasons:
        person = await call.db.scalar(
            select(Account.person_id).where(
                Account.login == body.login, Account.status == AccountStatus.ACTIVE
            )
        )
        unknown = rules.LoginUnknown(pointer="/login", login=body.login)
        reasons.append(unknown if person is None else await _held(call, own, person))
        reasons.append(rules.over_obstacle(own.valid_until, local_date(call.now)))
    agent = Mandate(
        programme_id=own.programme_id,
        organisation_id=own.organisation_id,
        credit_code=own.credit_code,
        person_id=person,
        kind=MandateKind.AGENT,
        status=MandateStatus.INVITED,
        valid_until=own.valid_until,
        invited_by=call.actor.person_id,
        created_at=call.now,
    )
    await keep(call, agent)
    await tell_holder(call, agent, INVITED)
    return await mandate_view(call, agent.id)


async def join(call: Call, mandate_id: UUID) -> MandateView:
    """Accept an invitation: from now on the caller speaks for the organisation."""
    found = await get_mandate(call, mandate_id, lock=True)
    with advancing(call.db, found, MANDATE, "join", now=call.now) as reasons:
        reasons.append(rules.over_obstacle(found.it.valid_until, local_date(call.now)))
        found.it.decided_by, found.it.decided_at = call.actor.person_id, call.now
    await settle(call, found.it.person_id, found.it.organisation_id)
    return await mandate_view(call, mandate_id)


async def decline(call: Call, mandate_id: UUID) -> MandateView:
    """Decline an invitation."""
    found = await get_mandate(call, mandate_id, lock=True)
    with advancing(call.db, found, MANDATE, "decline", now=call.now):
        found.it.decided_by, found.it.decided_at = call.actor.person_id, call.now
    await call.db.flush()
    return await mandate_view(call, mandate_id)


async def hand_over(call: Call, mandate_id: UUID, body: HandOverIn) -> MandateView:
    """Make an agent the administrator; the caller goes on as an agent."""
    found = await get_mandate(call, mandate_id, lock=True)
    own, detail = found.it, {"to": str(body.to)}
    with advancing(call.db, found, MANDATE, "hand-over", now=call.now, detail=detail) as reasons:
        successor = await call.db.scalar(
            select(Mandate)
            .where(
                Mandate.id == body.to,
                Mandate.organisation_id == own.organisation_id,
                Mandate.programme_id == own.programme_id,
                Mandate.kind == MandateKind.AGENT,
                Mandate.status == MandateStatus.ACCEPTED,
            )
            .with_for_update()
        )
        reasons.append(rules.NoAgent(pointer="/to") if successor is None else None)
        reasons.append(rules.over_obstacle(own.valid_until, local_date(call.now)))
    if successor is not None:
        own.kind = MandateKind.AGENT
        await call.db.flush()  # one administrator at a time
        successor.kind = MandateKind.ADMINISTRATOR
        await call.db.flush()
        await tell_holder(call, successor, HANDED_OVER)
        await tell_office(call, successor, HANDED_ON)
    return await mandate_view(call, mandate_id)


async def end(call: Call, mandate_id: UUID, body: EndingIn) -> None:
    """End a mandate: one's own, an agent's as the administrator, anybody's as the office. With the
    administrator's the agents' end, for they spoke on that word.
    """
    found = await get_mandate(call, mandate_id, lock=True)
    led = found.it.kind == MandateKind.ADMINISTRATOR
    await _end(call, found, body.document, body.reason)
    if not led:
        return
    agents = await call.db.scalars(
        select(Mandate)
        .where(
            Mandate.organisation_id == found.it.organisation_id,
            Mandate.programme_id == found.it.programme_id,
            Mandate.kind == MandateKind.AGENT,
            Mandate.status.in_([MandateStatus.ACCEPTED, MandateStatus.INVITED]),
        )
        .order_by(Mandate.id)
        .with_for_update()
    )
    for agent in agents.all():
        its = Found(agent, MANDATE_RESOURCE, call.actor, found.facts, locked=True)
        await _end(call, its, body.document, UNLED)


async def _end(call: Call, found: Found[Mandate], document: str | None, reason: str) -> None:
    one, detail = found.it, {"document": document, "reason": reason}
    with advancing(call.db, found, MANDATE, "end", now=call.now, detail=detail):
        one.document, one.reason = document, reason
        one.decided_by, one.decided_at = call.actor.person_id, call.now
    await settle(call, one.person_id, one.organisation_id)
    if one.person_id != call.actor.person_id:
        await tell_holder(call, one, ENDED)


async def _held(call: Call, own: Mandate, person_id: UUID) -> rules.MandateHeld | None:
    holds = await call.db.scalar(
        select(Mandate.id).where(
            Mandate.person_id == person_id,
            Mandate.organisation_id == own.organisation_id,
            Mandate.programme_id == own.programme_id,
            Mandate.status.in_([MandateStatus.ACCEPTED, MandateStatus.INVITED]),
        )
    )
    return rules.MandateHeld(pointer="/login") if holds else None
