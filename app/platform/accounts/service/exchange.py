"""How do people whose portal vouches for them get our tokens (RFC 8693)?"""

import json
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts import rules
from app.platform.accounts.callers import Call
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import (
    Account,
    Organisation,
    Person,
    Portal,
    PortalPerson,
    RoleGrant,
    SignInSession,
    SpentAssertion,
    Vouching,
)
from app.platform.accounts.queries import portal_view
from app.platform.accounts.schemas import PortalIn, PortalView, Tokens
from app.platform.accounts.service import representing
from app.platform.accounts.service.joining import APPLICANT, insert_or
from app.platform.accounts.service.sign_in import SESSION_LIFETIME, end_sessions, note, tokens
from app.platform.audit.record import record
from app.platform.errors import NotFound
from app.platform.ground import Ground
from app.platform.http.networks import site
from app.platform.http.rates import swept
from app.platform.security.access import require
from app.platform.security.permission import Actor
from app.proof.assertion import Assertion, read_assertion
from app.proof.jws import BadKey, BadToken, KeyRing, VerifyingKey
from app.rules.identifiers import credit_code_problem, identity_number_problem

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


async def register(call: Call, body: PortalIn) -> PortalView:
    """Take a portal's word from now on."""
    require(call.actor, "portal:register")
    try:
        key = VerifyingKey.at(body.key.x, body.key.y)
    except BadKey as wrong:
        raise rules.PortalKeyWrong(pointer="/key") from wrong
    portal = Portal(
        name=body.name,
        public_key=json.dumps(key.public_jwk(), sort_keys=True),
        proving=body.proving,
        until=body.until,
        registered_by=call.actor.person_id,
        created_at=call.wall,
    )
    await insert_or(call, portal, rules.PortalKnown(pointer="/name"))
    detail = {"kid": key.kid, "proving": body.proving, "until": body.until.isoformat()}
    record(call.db, call.actor, "portal:register", subject=portal.id, now=call.now, detail=detail)
    return portal_view(portal)


async def revoke(call: Call, portal_id: UUID) -> None:
    """Its word counts no more, and its sessions end."""
    require(call.actor, "portal:revoke")
    portal = await call.db.get(Portal, portal_id, with_for_update=True)
    if portal is None:
        raise NotFound
    if portal.revoked_at is not None:
        raise rules.PortalRevoked
    portal.revoked_at = call.wall
    ended = await end_sessions(call.db, SignInSession.portal_id == portal_id, call.wall)
    detail = {"sessions": ended}
    record(call.db, call.actor, "portal:revoke", subject=portal_id, now=call.now, detail=detail)


async def exchange(
    ground: Ground, client_id: str, token: str, wall: datetime, address: str
) -> Tokens:
    """Our tokens for whom the assertion is about, made on first sight. Raises AssertionRefused,
    whatever is wrong; the security events say what.
    """
    network = site(address)
    try:
        async with ground.database.writing() as db:
            portal = await _portal(db, client_id, wall)
            said = _read(ground, portal, token, wall)
            await _spend(db, portal, said, wall)
            call = Call(db, Actor(ground.policy), wall, wall, ground)
            account = await _account(call, portal, said)
            await _stand_for(call, portal, account, said)
            session = SignInSession(
                account_id=account.id,
                created_at=wall,
                expires_at=min(portal.until, wall + SESSION_LIFETIME),
                network=network,
                portal_id=portal.id,
            )
            db.add(session)
            await db.flush()
            who = Actor(ground.policy, account.person_id, account.id)
            detail = {"assurance": said.assurance, "jti": said.jti, "code": said.credit_code}
            record(db, who, "portal:vouch", subject=portal.id, now=wall, detail=detail)
            return tokens(db, ground, session, 0, wall)
    except BadToken as bad:
        await note(ground, f"assertion-{bad.code.value}", None, wall, network)
        raise rules.AssertionRefused from bad
    except _Refused as refused:
        await note(ground, f"assertion-{refused}", None, wall, network)
        raise rules.AssertionRefused from refused


class _Refused(Exception):
    """Why, for the security events."""


async def _portal(db: AsyncSession, client_id: str, wall: datetime) -> Portal:
    try:
        named = UUID(client_id)
    except ValueError as malformed:
        raise _Refused("unknown-portal") from malformed
    # shared: a revocation waits for the sessions that it is to end
    portal = await db.scalar(select(Portal).where(Portal.id == named).with_for_update(read=True))
    if portal is None or portal.revoked_at is not None or portal.until <= wall:
        raise _Refused("unknown-portal")
    return portal


def _read(ground: Ground, portal: Portal, token: str, wall: datetime) -> Assertion:
    ring = KeyRing(others=(VerifyingKey.from_jwk(json.loads(portal.public_key)),))
    said = read_assertion(token, ring, issuer=str(portal.id), audience=ground.issuer, now=wall)
    if credit_code_problem(said.credit_code) == "malformed":
        raise _Refused("credit-code")
    if said.identity_number is not None and identity_number_problem(said.identity_number):
        raise _Refused("identity-number")
    return said


async def _spend(db: AsyncSession, portal: Portal, said: Assertion, wall: datetime) -> None:
    """Once only: of two at the same time the second waits, and is refused."""
    await db.execute(swept(SpentAssertion, SpentAssertion.expires_at < wall))
    spent = SpentAssertion(portal_id=portal.id, jti=said.jti, expires_at=said.expires_at)
    try:
        async with db.begin_nested():
            db.add(spent)
    except IntegrityError as replayed:
        raise _Refused("replayed") from replayed


async def _account(call: Call, portal: Portal, said: Assertion) -> Account:
    """The account under which the portal knows them. A person known by their identity number is
    the same person, where the assurance proves it, but never one who serves the award: they sign
    in by themselves.
    """
    await representing.alone_with(call.db, f"{portal.id} {said.sub}")
    known = await call.db.scalar(
        select(Account)
        .join(PortalPerson, PortalPerson.account_id == Account.id)
        .where(PortalPerson.portal_id == portal.id, PortalPerson.subject == said.sub)
    )
    if known is not None:
        if known.status != AccountStatus.ACTIVE:
            raise _Refused("account-shut")
        return known
    account = Account(
        person_id=await _person(call, portal, said),
        login=f"portal-{uuid4().hex}",
        password_hash=None,
        status=AccountStatus.ACTIVE,
        created_at=call.now,
    )
    call.db.add(account)
    await call.db.flush()
    call.db.add(PortalPerson(portal_id=portal.id, subject=said.sub, account_id=account.id))
    await call.db.flush()
    return account


async def _person(call: Call, portal: Portal, said: Assertion) -> UUID:
    sealer = call.ground.sealer
    number = said.identity_number if said.assurance in portal.proving else None
    if number is not None:
        await representing.alone_with(call.db, sealer.keyed_hash(number).hex())
        found = await call.db.scalar(
            select(Person.id).where(Person.identity_hash == sealer.keyed_hash(number))
        )
        serves = exists().where(
            RoleGrant.person_id == found,
            RoleGrant.role != APPLICANT,
            RoleGrant.ended_at.is_(None),
        )
        if found is not None and await call.db.scalar(select(serves)):
            raise _Refused("person-serves")
        if found is not None:
            return found
    person = Person(name=said.name, created_at=call.now)
    if number is not None:
        person.identity_hash = sealer.keyed_hash(number)
        person.identity_sealed = sealer.seal(number, "person.identity")
    call.db.add(person)
    await call.db.flush()
    return person.id


async def _stand_for(call: Call, portal: Portal, account: Account, said: Assertion) -> None:
    """They speak for the organisation as long as the session lasts, where the assurance proves it;
    else it is theirs alone, as if they had registered it.
    """
    await representing.alone_with(call.db, said.credit_code)
    proven = said.assurance in portal.proving and not credit_code_problem(said.credit_code)
    known = await representing.known(call.db, said.credit_code) if proven else None
    until = min(portal.until, call.wall + SESSION_LIFETIME)
    organisation = known or await _own(call, account, said)
    if not proven:
        # where it is known by now, only its office or a better assurance lets them speak again
        if not await representing.confirmed(call.db, organisation):
            await representing.let_speak(call, account.person_id, organisation, None)
        return
    if known is None:
        await representing.confirm(call.db, organisation, call.now)
    await representing.let_speak_for_now(call, account.person_id, organisation, until)
    vouching = {"assurance": said.assurance, "until": until}
    await call.db.execute(
        insert(Vouching)
        .values(
            person_id=account.person_id,
            organisation_id=organisation,
            portal_id=portal.id,
            **vouching,
        )
        .on_conflict_do_update(constraint="pk_vouching", set_=vouching)
    )


async def _own(call: Call, account: Account, said: Assertion) -> UUID:
    """The organisation as this person has registered it, now or before."""
    mine = (
        Organisation.registered_by == account.person_id,
        Organisation.credit_code == said.credit_code,
    )
    found = await call.db.scalar(select(Organisation.id).where(*mine))
    if found is not None:
        return found
    made = Organisation(
        name=said.organisation,
        credit_code=said.credit_code,
        registered_by=account.person_id,
        created_at=call.now,
    )
    call.db.add(made)
    await call.db.flush()
    return made.id
