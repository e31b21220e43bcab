"""How do organisations come in, and who holds the role of speaking for one?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts import rules
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, RoleGrant
from app.platform.accounts.queries import ORGANISATION, known_under
from app.platform.accounts.schemas import OrganisationIn, OrganisationView
from app.platform.accounts.service.joining import APPLICANT, give, insert_or
from app.platform.audit.record import record
from app.platform.db.base import Model
from app.platform.errors import ensure
from app.platform.security.access import require


async def register_organisation(call: Call, body: OrganisationIn) -> OrganisationView:
    """Register an organisation under its credit code, for oneself until it is confirmed."""
    require(call.actor, "organisation:register")
    ensure([rules.credit_code_obstacle(body.credit_code, to_be_checked=True)])
    organisation = Organisation(
        name=body.name,
        credit_code=body.credit_code,
        registered_by=call.actor.person_id,
        created_at=call.now,
    )
    await insert_or(call, organisation, rules.OrganisationKnown(pointer="/credit_code"))
    await give(call, organisation.registered_by, APPLICANT, organisation.id)
    record(
        call.db, call.actor, f"{ORGANISATION.name}:register", subject=organisation.id, now=call.now
    )
    return OrganisationView(id=organisation.id, name=body.name, credit_code=body.credit_code)


async def alone_with(db: AsyncSession, credit_code: str) -> None:
    """Nobody else decides on this credit code until the transaction ends."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(credit_code, 0))))


async def known(db: AsyncSession, credit_code: str) -> UUID | None:
    """The organisation that is confirmed under a credit code."""
    return await db.scalar(select(Organisation.id).where(known_under(credit_code)))


async def confirmed(db: AsyncSession, organisation_id: UUID) -> bool:
    """Whether this organisation is known, not only claimed."""
    at = select(Organisation.confirmed_at).where(Organisation.id == organisation_id)
    return await db.scalar(at) is not None


async def confirm(db: AsyncSession, organisation_id: UUID, now: datetime) -> None:
    """From now on this is the organisation of its credit code."""
    chosen = Organisation.id == organisation_id
    await db.execute(update(Organisation).where(chosen).values(confirmed_at=now))


async def absorb(db: AsyncSession, claimed: UUID, into: UUID, wall: datetime) -> None:
    """What was begun under an organisation only claimed goes on under the one that is known: every
    row that names the one names the other. Rows of append-only tables never name one only claimed.
    """
    columns: list[Any] = [
        column
        for table in Model.metadata.sorted_tables
        if not table.info.get("append_only")
        for column in table.columns
        if any(key.column is Organisation.__table__.c.id for key in column.foreign_keys)
    ]
    for column in columns:
        moved = update(column.table).where(column == claimed).values({column: into})
        await db.execute(moved)
    scope = (RoleGrant.scope_id == claimed) & RoleGrant.ended_at.is_(None)
    await db.execute(update(RoleGrant).where(scope).values(ended_at=wall))


async def let_speak(
    call: Call, person_id: UUID, organisation_id: UUID, until: datetime | None
) -> None:
    """A person holds the role of speaking for an organisation, until then (wall time)."""
    grant = await _held(call.db, person_id, organisation_id)
    if grant is None:
        await give(call, person_id, APPLICANT, organisation_id)
        grant = await _held(call.db, person_id, organisation_id)
    if grant is not None:
        grant.until = until


async def let_speak_for_now(
    call: Call, person_id: UUID, organisation_id: UUID, until: datetime
) -> None:
    """The same at least until then; what lasts longer goes on."""
    grant = await _held(call.db, person_id, organisation_id)
    lasts = grant is not None and (grant.until is None or grant.until > until)
    if not lasts:
        await let_speak(call, person_id, organisation_id, until)


async def silence(call: Call, person_id: UUID, organisation_id: UUID) -> None:
    """A person no longer speaks for an organisation, from their next request on."""
    grant = await _held(call.db, person_id, organisation_id)
    if grant is not None:
        grant.ended_at = call.wall


async def _held(db: AsyncSession, person_id: UUID, organisation_id: UUID) -> RoleGrant | None:
    return await db.scalar(
        select(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == APPLICANT,
            RoleGrant.scope_id == organisation_id,
            RoleGrant.ended_at.is_(None),
        )
        .with_for_update()
    )
