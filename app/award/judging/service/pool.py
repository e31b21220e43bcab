"""What the office and the experts do about the pool: enrol, sign, declare interests."""

from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging import queries, rules
from app.award.judging.models import Expert, Undertaking
from app.award.judging.schemas import (
    DeclarationIn,
    DeclarationView,
    ExpertIn,
    ExpertView,
    InterestView,
)
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_programme
from app.award.records.models import Conflict
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person
from app.platform.audit.record import record
from app.platform.errors import ensure


async def enrol(call: Call, programme_id: UUID, body: ExpertIn) -> ExpertView:
    """Take a judge into the programme's pool of experts, or the holder of a committee's seat, who
    can then sign the undertaking and score where the committee does.
    """
    (await get_programme(call, programme_id)).require("programme:enrol")
    name = await call.db.scalar(
        select(Person.name).where(
            Person.id == body.person_id,
            or_(
                queries.judges_in(body.person_id, programme_id),
                queries.seated_in(body.person_id, Cycle.programme_id == programme_id),
            ),
        )
    )
    if name is None:
        raise rules.NotAJudge(pointer="/person_id")
    expert = Expert(programme_id=programme_id, enrolled_at=call.now, **body.model_dump())
    try:
        async with call.db.begin_nested():
            call.db.add(expert)
    except IntegrityError as twice:
        raise rules.AlreadyEnrolled(pointer="/person_id") from twice
    record(call.db, call.actor, "programme:enrol", subject=expert.id, now=call.now)
    return ExpertView(id=expert.id, name=name, **body.model_dump())


async def declare(call: Call, expert_id: UUID, body: DeclarationIn) -> DeclarationView:
    """Sign the undertaking of a cycle and declare interests; both only ever grow."""
    found = await queries.get_expert(call, expert_id)
    found.require("expert:declare")
    await queries.ensure_cycle_of(call.db, found.it, body.cycle_id)
    if body.interests:
        await _ensure_declarable(call.db, body)
    await call.db.execute(
        insert(Undertaking)
        .values(
            expert_id=expert_id,
            cycle_id=body.cycle_id,
            text=rules.UNDERTAKING,
            signed_at=call.now,
        )
        .on_conflict_do_nothing()
    )
    if body.interests:
        await _note_interests(call, found.it, body)
    record(
        call.db,
        call.actor,
        "expert:declare",
        subject=expert_id,
        now=call.now,
        log=body.cycle_id,
        detail={"interests": [str(interest.organisation_id) for interest in body.interests]},
    )
    return await _declaration(call.db, found.it, body.cycle_id)


async def _ensure_declarable(db: AsyncSession, body: DeclarationIn) -> None:
    """Interests are declared in organisations that have applied, once it is known who has."""
    if not await queries.intake_closed(db, body.cycle_id):
        raise rules.IntakeRunning
    known = {row.id for row in await queries.applicants_of(db, body.cycle_id)}
    ensure(
        rules.OrganisationNotHere(pointer=f"/interests/{place}/organisation_id")
        for place, interest in enumerate(body.interests)
        if interest.organisation_id not in known
    )


async def _note_interests(call: Call, expert: Expert, body: DeclarationIn) -> None:
    """What is known already stays as it was first told."""
    await call.db.execute(
        insert(Conflict)
        .values(
            [
                {
                    "id": uuid4(),
                    "person_id": expert.person_id,
                    "declared_by": call.actor.person_id,
                    "declared_at": call.now,
                    **interest.model_dump(),
                }
                for interest in body.interests
            ]
        )
        .on_conflict_do_nothing()
    )


async def _declaration(db: AsyncSession, expert: Expert, cycle_id: UUID) -> DeclarationView:
    signed = (
        await db.execute(
            select(Undertaking.text, Undertaking.signed_at).where(
                Undertaking.expert_id == expert.id, Undertaking.cycle_id == cycle_id
            )
        )
    ).one()
    interests = await db.execute(
        select(Conflict.organisation_id, Conflict.interest, Conflict.note)
        .where(Conflict.person_id == expert.person_id)
        .order_by(Conflict.declared_at, Conflict.id)
    )
    return DeclarationView(
        expert_id=expert.id,
        cycle_id=cycle_id,
        undertaking=signed.text,
        signed_at=signed.signed_at,
        interests=[
            InterestView(organisation_id=row.organisation_id, interest=row.interest, note=row.note)
            for row in interests
        ],
    )
