"""How do people and organisations come in: bootstrap, registration, invitation, roles."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts import rules
from app.platform.accounts.callers import Call, Visitor
from app.platform.accounts.lifecycle import ACCOUNT, AccountStatus
from app.platform.accounts.messages import INVITED, tell
from app.platform.accounts.models import (
    Account,
    BootstrapToken,
    Person,
    RoleGrant,
    SignInSession,
)
from app.platform.accounts.queries import ACCOUNT_RESOURCE, get_account
from app.platform.accounts.schemas import (
    ActivationIn,
    BootstrapIn,
    GrantIn,
    GrantView,
    Invitation,
    Invited,
    PersonIn,
    Registration,
)
from app.platform.accounts.service.passwords import chosen_by_holder, hashed
from app.platform.accounts.service.sign_in import digest_of, end_sessions
from app.platform.audit.record import record
from app.platform.errors import Conflict, NotFound, ensure
from app.platform.security.access import Found, require
from app.platform.workflow.advance import advancing

ACTIVATION_LIFETIME = timedelta(days=14)
BOOTSTRAP_LIFETIME = timedelta(hours=24)
SECURITY_ADMINISTRATOR = "security-administrator"
APPLICANT = "applicant"


async def issue_bootstrap(db: AsyncSession, wall: datetime) -> str:
    """A one-time token with which the first security administrator makes an account."""
    token = token_urlsafe(32)
    db.add(BootstrapToken(digest=digest_of(token), expires_at=wall + BOOTSTRAP_LIFETIME))
    await db.flush()
    return token


async def bootstrap(visitor: Visitor, body: BootstrapIn) -> GrantView:
    """Make the first security administrator; the token works once."""
    good = (
        BootstrapToken.digest == digest_of(body.token),
        BootstrapToken.used_at.is_(None),
        BootstrapToken.expires_at > visitor.wall,
    )
    async with visitor.ground.database.reading() as db:
        if await db.scalar(select(BootstrapToken.digest).where(*good)) is None:
            raise rules.TokenSpent
    chosen = await _chosen(visitor, body, body.password, body.identity_number)
    async with visitor.writing() as call:
        use = update(BootstrapToken).where(*good).values(used_at=call.wall)
        if await call.db.scalar(use.returning(BootstrapToken.digest)) is None:
            raise rules.TokenSpent
        account = await _new_account(call, body, chosen, body.identity_number)
        grant = await give(call, account.person_id, SECURITY_ADMINISTRATOR, None)
        record(call.db, call.actor, "account:bootstrap", subject=account.id, now=call.now)
        return grant


async def register(visitor: Visitor, body: Registration) -> Account:
    """Somebody makes an account for themselves, without any role yet."""
    chosen = await _chosen(visitor, body, body.password)
    async with visitor.writing() as call:
        require(call.actor, "account:register")
        account = await _new_account(call, body, chosen)
        record(call.db, call.actor, "account:register", subject=account.id, now=call.now)
        return account


async def invite(call: Call, body: Invitation) -> Invited:
    """Make an account with roles; the person activates it with the token."""
    require(call.actor, "account:invite")
    scope_of = call.actor.policy.scope_of
    ensure(
        rules.role_obstacle(scope_of, wish.role, wish.scope, at=f"/roles/{place}")
        for place, wish in enumerate(body.roles)
    )
    ensure([rules.identity_number_obstacle(body.identity_number)])
    account = await _new_account(call, body, None, body.identity_number)
    invited = await _invited(call, account)
    for wish in body.roles:
        await give(call, account.person_id, wish.role, wish.scope)
    record(
        call.db,
        call.actor,
        "account:invite",
        subject=account.id,
        now=call.now,
        detail={"roles": [f"{wish.role}:{wish.scope or ''}" for wish in body.roles]},
    )
    return invited


async def renew_invitation(call: Call, account_id: UUID) -> Invited:
    """A new token for an invitation that was lost or ran out; the earlier one is void."""
    found = await get_account(call, account_id)
    found.require("account:invite")
    if found.it.status != AccountStatus.INVITED:
        raise rules.NotInvited
    record(call.db, call.actor, "account:renew-invitation", subject=account_id, now=call.now)
    return await _invited(call, found.it)


async def activate(visitor: Visitor, body: ActivationIn) -> None:
    """The invited person chooses a password; the token works once."""
    good = (
        Account.activation_digest == digest_of(body.token),
        Account.activation_until > visitor.wall,
    )
    weak, chosen = await chosen_by_holder(visitor, body.password, *good)
    async with visitor.writing() as call:
        account = await call.db.scalar(select(Account).where(*good).with_for_update())
        if account is None:
            raise rules.TokenSpent
        found = Found(account, ACCOUNT_RESOURCE, call.actor, {}, locked=True)
        with advancing(call.db, found, ACCOUNT, "activate", now=call.now) as reasons:
            reasons.append(weak)
        account.password_hash, account.activation_digest = chosen, None


async def disable(call: Call, account_id: UUID) -> None:
    """Shut an account; whoever is signed in with it is signed out at once."""
    found = await get_account(call, account_id)
    with advancing(call.db, found, ACCOUNT, "disable", now=call.now) as reasons:
        reasons.append(await _last_administrator(call, found.it.person_id))
    await end_sessions(call.db, SignInSession.account_id == account_id, call.wall)


async def enable(call: Call, account_id: UUID) -> None:
    """Open an account again: for signing in, or, where no password was chosen yet, as invited."""
    found = await get_account(call, account_id)
    move = "enable" if found.it.password_hash else "reinvite"
    with advancing(call.db, found, ACCOUNT, move, now=call.now):
        pass


async def grant_role(call: Call, body: GrantIn) -> GrantView:
    """Give a person a role in one scope; nobody gives one to themselves."""
    require(call.actor, "account:grant")
    ensure([rules.role_obstacle(call.actor.policy.scope_of, body.role, body.scope)])
    if body.person_id == call.actor.person_id:
        raise rules.OwnRoles
    if await call.db.get(Person, body.person_id) is None:
        raise NotFound(pointer="/person_id")
    grant = await give(call, body.person_id, body.role, body.scope)
    record(
        call.db,
        call.actor,
        "account:grant",
        subject=body.person_id,
        now=call.now,
        detail={"role": body.role, "scope": str(body.scope or "")},
    )
    return grant


async def end_role(call: Call, grant_id: UUID) -> None:
    """Take a role away; it stops working with the next request."""
    require(call.actor, "account:grant")
    grant = await call.db.get(RoleGrant, grant_id, with_for_update=True)
    if grant is None or grant.ended_at is not None:
        raise NotFound
    if grant.role == SECURITY_ADMINISTRATOR:
        ensure([await _last_administrator(call, grant.person_id)])
    grant.ended_at = call.wall
    record(call.db, call.actor, "account:end-role", subject=grant.person_id, now=call.now)


async def _last_administrator(call: Call, person_id: UUID) -> rules.LastAdministrator | None:
    """Whether nobody but this person could still give rights and open accounts.

    Locks the grants of that role, so that two cannot shut out each other at the same time.
    """
    held = (RoleGrant.role == SECURITY_ADMINISTRATOR) & RoleGrant.ended_at.is_(None)
    locked = select(RoleGrant.person_id).where(held).order_by(RoleGrant.id).with_for_update()
    if person_id not in set(await call.db.scalars(locked)):
        return None
    others = select(RoleGrant.id).where(
        held,
        RoleGrant.person_id != person_id,
        exists().where(
            Account.person_id == RoleGrant.person_id, Account.status == AccountStatus.ACTIVE
        ),
    )
    if await call.db.scalar(others.limit(1)) is not None:
        return None
    return rules.LastAdministrator()


async def _invited(call: Call, account: Account) -> Invited:
    token = token_urlsafe(32)
    account.activation_digest = digest_of(token)
    account.activation_until = until = call.wall + ACTIVATION_LIFETIME
    await tell(call.db, account.person_id, INVITED, call.wall, login=account.login, until=until)
    return Invited(
        person_id=account.person_id,
        account_id=account.id,
        login=account.login,
        activation_token=token,
        activation_until=until,
    )


async def _chosen(
    visitor: Visitor, body: PersonIn, password: str, identity_number: str | None = None
) -> str:
    """The hash of the password for a new account; no connection is held meanwhile."""
    ensure(
        [
            rules.identity_number_obstacle(identity_number),
            rules.password_obstacle(password, body.login, body.name),
        ]
    )
    return await hashed(visitor.ground, password)


async def _new_account(
    call: Call, body: PersonIn, password_hash: str | None, identity_number: str | None = None
) -> Account:
    person = Person(name=body.name, created_at=call.now)
    if identity_number is not None:
        person.identity_hash = call.ground.sealer.keyed_hash(identity_number)
        person.identity_sealed = call.ground.sealer.seal(identity_number, "person.identity")
    await insert_or(call, person, rules.PersonKnown())
    account = Account(
        person_id=person.id,
        login=body.login,
        password_hash=password_hash,
        status=AccountStatus.INVITED if password_hash is None else AccountStatus.ACTIVE,
        created_at=call.now,
    )
    await insert_or(call, account, rules.LoginTaken(login=body.login, pointer="/login"))
    return account


async def give(call: Call, person_id: UUID, role: str, scope: UUID | None) -> GrantView:
    """Let a person hold a role. Raises RoleHeld."""
    grant = RoleGrant(
        person_id=person_id,
        role=role,
        scope_id=scope,
        granted_by=call.actor.person_id,
        granted_at=call.wall,
    )
    await insert_or(call, grant, rules.RoleHeld())
    return GrantView(id=grant.id, person_id=person_id, role=role, scope=scope)


async def insert_or(call: Call, row: object, taken: Conflict) -> None:
    """Insert; `taken` is the answer when a unique constraint stands against it."""
    try:
        async with call.db.begin_nested():
            call.db.add(row)
    except IntegrityError as duplicate:
        raise taken from duplicate
