"""How do people whose portal vouches for them get our tokens (RFC 8693)?"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
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
    PortalSignature,
    RoleGrant,
    SignInSession,
    SpentAssertion,
    Vouching,
)
from app.platform.accounts.schemas import Tokens
from app.platform.accounts.service import representing
from app.platform.accounts.service.joining import APPLICANT
from app.platform.accounts.service.sign_in import SESSION_LIFETIME, note, tokens
from app.platform.audit.record import record
from app.platform.ground import Ground
from app.platform.http.networks import site
from app.platform.http.rates import swept
from app.platform.security.permission import Actor
from app.proof.assertion import Assertion, read_assertion
from app.proof.jws import BadToken, Fault, KeyRing, VerifyingKey
from app.rules.identifiers import credit_code_problem, identity_number_problem

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


async def exchange(
    ground: Ground, client_id: str, token: str, wall: datetime, address: str
) -> Tokens:
    """Our tokens for whom the assertion is about, made on first sight. Raises AssertionKeyOver, and
    AssertionRefused whatever else is wrong; the security events say what.
    """
    network = site(address)
    try:
        async with ground.database.writing() as db:
            portal = await _portal(db, client_id, wall)
            said = _read(ground, portal, await _keys(db, portal), token, wall)
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
    except _KeyOver as over:
        await note(ground, "assertion-key-over", None, wall, network)
        raise rules.AssertionKeyOver from over
    except _Refused as refused:
        await note(ground, f"assertion-{refused}", None, wall, network)
        raise rules.AssertionRefused from refused


class _Refused(Exception):
    """Why, for the security events."""


class _KeyOver(Exception):
    """A sound assertion by a key of the portal's that does not count now."""


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


async def _keys(db: AsyncSession, portal: Portal) -> Sequence[PortalSignature]:
    of = PortalSignature.portal_id == portal.id
    return (await db.scalars(select(PortalSignature).where(of))).all()


def _asserted(
    ground: Ground, portal_id: UUID, keys: Sequence[PortalSignature], token: str, wall: datetime
) -> Assertion:
    """What is asserted by a key that counts now. Raises BadToken, and _KeyOver where the key does
    not, but the assertion is sound: only who holds the key learns that.
    """
    read = partial(read_assertion, token, issuer=str(portal_id), audience=ground.issuer, now=wall)
    counting = [each for each in keys if each.since <= wall and not _over(each, wall)]
    try:
        return read(_ring(counting))
    except BadToken as bad:
        if bad.code is Fault.UNKNOWN_KEY and len(counting) < len(keys):
            read(_ring(keys))
            raise _KeyOver from bad
        raise


def _over(key: PortalSignature, wall: datetime) -> bool:
    return key.until is not None and key.until <= wall


def _ring(keys: Sequence[PortalSignature]) -> KeyRing:
    return KeyRing(others=tuple(VerifyingKey.from_jwk(json.loads(k.public_key)) for k in keys))


def _read(
    ground: Ground, portal: Portal, keys: Sequence[PortalSignature], token: str, wall: datetime
) -> Assertion:
    said = _asserted(ground, portal.id, keys, token, wall)
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
