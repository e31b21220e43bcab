"""Which legal persons does a submission speak for, and does another one do so already?

A group's subsidiaries inside its scope do not enter by themselves in the same cycle, unless the
regulation lets them (`members_apart`).
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, delete, func, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications import rules
from app.award.applications.asking import Asked
from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application, ScopeClaim
from app.award.applications.queries import application_view, get_application
from app.award.applications.schemas import ApplicationView, ScopeReleaseIn
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.audit.record import record
from app.platform.db.prepared import Direct, Prepared
from app.platform.errors import Refusal, ensure

_CODES = bindparam("codes", type_=ARRAY(Text))


def _claiming() -> Prepared:
    given = select(
        bindparam("cycle", type_=ScopeClaim.cycle_id.type),
        func.unnest(_CODES),
        bindparam("organisation", type_=ScopeClaim.organisation_id.type),
    )
    statement = insert(ScopeClaim).from_select(
        ["cycle_id", "credit_code", "organisation_id"], given
    )
    # What is there already stays whose it is; writing it again tells whose, after waiting for it.
    kept = statement.on_conflict_do_update(
        index_elements=["cycle_id", "credit_code"],
        set_={"organisation_id": ScopeClaim.organisation_id},
    )
    return Prepared(kept.returning(ScopeClaim.credit_code, ScopeClaim.organisation_id))


CLAIM = _claiming()
HELD = Prepared(
    select(ScopeClaim.credit_code, ScopeClaim.organisation_id).where(
        ScopeClaim.cycle_id == bindparam("cycle"), ScopeClaim.credit_code == any_(_CODES)
    )
)


def scope_of(application: Any, asked: Asked) -> list[str]:
    """Credit codes, the organisation's own among them, in order."""
    return sorted({application.credit_code, *asked.whole.inside(application.form)})


async def claim(db: Direct, application: Any, asked: Asked) -> list[Refusal]:
    """Hold the scope for this organisation until it withdraws; what others hold is told. Of two at
    once the second waits for the first.
    """
    application.scope = scope_of(application, asked)
    held = await db.all(
        CLAIM,
        cycle=application.cycle_id,
        codes=application.scope,
        organisation=application.organisation_id,
    )
    return _obstacles(application, held)


async def held_by_others(db: Direct, application: Any, asked: Asked) -> list[Refusal]:
    """The same without holding anything."""
    codes = scope_of(application, asked)
    return _obstacles(application, await db.all(HELD, cycle=application.cycle_id, codes=codes))


def _obstacles(application: Any, held: list[Any]) -> list[Refusal]:
    return [
        *rules.scope_obstacles(
            application.credit_code,
            application.organisation_id,
            sorted((row.credit_code, row.organisation_id) for row in held),
        )
    ]


async def let_go(call: Call, application_id: UUID, body: ScopeReleaseIn) -> ApplicationView:
    """Free a legal person whom a submission names without a right to, so that it can enter by
    itself; what was submitted stays as it is. Raises NotInScope.
    """
    found = await get_application(call, application_id, lock=True)
    found.require("application:release-scope")
    it = found.it
    own = await call.db.get_one(Organisation, it.organisation_id)
    freed = await call.db.scalar(
        delete(ScopeClaim)
        .where(
            ScopeClaim.cycle_id == it.cycle_id,
            ScopeClaim.organisation_id == it.organisation_id,
            ScopeClaim.credit_code == body.credit_code,
            ScopeClaim.credit_code != own.credit_code,
        )
        .returning(ScopeClaim.credit_code)
    )
    ensure([rules.NotInScope(pointer="/credit_code") if freed is None else None])
    record(
        call.db,
        call.actor,
        "application:release-scope",
        subject=application_id,
        now=call.now,
        log=it.cycle_id,
        detail=body.model_dump(),
    )
    return (await application_view(call, application_id))[0]


async def release(db: AsyncSession, application: Application) -> None:
    """After a withdrawal: what no other submission of the organisation speaks for is free again."""
    others = (
        select(func.unnest(Application.scope))
        .where(
            Application.cycle_id == application.cycle_id,
            Application.organisation_id == application.organisation_id,
            Application.status == ApplicationStatus.SUBMITTED,
            Application.id != application.id,
        )
        .scalar_subquery()
    )
    await db.execute(
        delete(ScopeClaim).where(
            ScopeClaim.cycle_id == application.cycle_id,
            ScopeClaim.organisation_id == application.organisation_id,
            not_(ScopeClaim.credit_code.in_(others)),
        )
    )
