"""Authorities, programmes, people, cycles and entries, made straight in the database.

Each test makes its own and shares nothing. `Office` is a programme with everything a cycle of the
Binhu regulation needs; a `Caller` is a signed-in person, ready for `client.get(…, **caller.auth)`.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import (
    Adoption,
    Authority,
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    Programme,
    RegulationEdition,
    Slot,
)
from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.rules import MandateKind
from app.award.roles import Role
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Snapshot, Stage
from app.catalogue import loader
from app.platform.accounts.callers import AUDIENCE
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import (
    Account,
    Organisation,
    Person,
    Portal,
    PortalSignature,
    RoleGrant,
    SignInSession,
    Vouching,
)
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.proof.jws import access_token
from app.rules.identifiers import credit_code_check
from app.rules.regulation.model import Regulation
from app.rules.regulation.read import digest, read
from app.rules.regulation.stages import Panel

BINHU = "binhu-2023"


def credit_code() -> str:
    """A credit code that nobody else has, with its right check character."""
    digits = "".join(str(int(character, 16) % 10) for character in uuid4().hex[:9])
    stem = f"91320211{digits}"
    return stem + credit_code_check(stem)


@dataclass
class Caller:
    """A signed-in person."""

    person_id: UUID
    account_id: UUID
    name: str
    token: str

    @property
    def auth(self) -> dict[str, Any]:
        return {"headers": {"Authorization": f"Bearer {self.token}"}}

    def with_headers(self, **headers: str) -> dict[str, Any]:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"headers": self.auth["headers"] | more}


@dataclass
class Firm:
    """An organisation with somebody who speaks for it."""

    id: UUID
    name: str
    credit_code: str
    speaker: Caller


@dataclass
class Office:
    """A programme with a launched cycle, and the people of its office."""

    ground: Ground
    authority_id: UUID
    programme_id: UUID
    cycle_id: UUID
    regulation: Regulation
    regulation_hash: str
    clerk: Caller
    head: Caller
    supervisor: Caller
    firms: dict[UUID, Firm] = field(default_factory=dict)  # by application

    def path(self, rest: str = "") -> str:
        return f"/cycles/{self.cycle_id}{rest}"


async def make_caller(ground: Ground, *roles: tuple[str, UUID | None], name: str = "") -> Caller:
    """A person with an account, these roles, and a session."""
    wall = ground.clock()
    name = name or f"人员{uuid4().hex[:6]}"
    async with ground.database.writing() as db:
        person = Person(name=name, created_at=wall)
        db.add(person)
        await db.flush()
        account = Account(
            person_id=person.id,
            login=f"u{uuid4().hex[:16]}",
            status=AccountStatus.ACTIVE,
            created_at=wall,
        )
        db.add(account)
        await db.flush()
        session = SignInSession(
            account_id=account.id, created_at=wall, expires_at=wall + timedelta(days=3650)
        )
        db.add(session)
        for role, scope in roles:
            db.add(RoleGrant(person_id=person.id, role=role, scope_id=scope, granted_at=wall))
        await db.flush()
    caller = Caller(person.id, account.id, name, "")
    caller.token = token_for(ground, account.id, session.id)
    return caller


def token_for(ground: Ground, account_id: UUID, session_id: UUID) -> str:
    """An access token that counts now."""
    return access_token(
        sub=str(account_id),
        sid=str(session_id),
        issuer=ground.issuer,
        audience=AUDIENCE,
        now=ground.clock(),
        key=ground.access_key,
    )


async def refresh_token(ground: Ground, caller: Caller) -> None:
    """After the clock has moved: an access token that counts again."""
    async with ground.database.reading() as db:
        session = await db.scalar(
            select(SignInSession.id).where(SignInSession.account_id == caller.account_id)
        )
    assert session is not None
    caller.token = token_for(ground, caller.account_id, session)


async def give_role(ground: Ground, caller: Caller, role: str, scope: UUID | None) -> None:
    async with ground.database.writing() as db:
        db.add(
            RoleGrant(
                person_id=caller.person_id, role=role, scope_id=scope, granted_at=ground.clock()
            )
        )


PORTAL = UUID(int=0x504F5254414C)


async def vouch(db: AsyncSession, person_id: UUID, organisation_id: UUID) -> None:
    """The person speaks for the organisation by a portal's word: towards any programme."""
    always = datetime(2099, 12, 31, tzinfo=UTC)
    row = {"id": PORTAL, "name": "测试门户", "proving": ["L3"]}
    await db.execute(
        insert(Portal)
        .values(row | {"until": always, "created_at": always})
        .on_conflict_do_nothing()
    )
    key = {"portal_id": PORTAL, "kid": "none", "public_key": '{"kid": "none"}'}
    await db.execute(
        insert(PortalSignature)
        .values(key | {"since": always, "added_at": always})
        .on_conflict_do_nothing()
    )
    db.add(
        Vouching(
            person_id=person_id,
            organisation_id=organisation_id,
            portal_id=PORTAL,
            assurance="L3",
            until=always,
        )
    )


async def make_firm(ground: Ground, name: str = "") -> Firm:
    """An organisation, and a person who speaks for it."""
    speaker = await make_caller(ground)
    code = credit_code()
    name = name or f"无锡{code[8:14]}精工有限公司"
    async with ground.database.writing() as db:
        organisation = Organisation(
            name=name,
            credit_code=code,
            registered_by=speaker.person_id,
            confirmed_at=ground.clock(),
            created_at=ground.clock(),
        )
        db.add(organisation)
        await db.flush()
        await vouch(db, speaker.person_id, organisation.id)
    await give_role(ground, speaker, Role.APPLICANT, organisation.id)
    return Firm(organisation.id, name, code, speaker)


async def accept_agent(ground: Ground, firm: Firm, agent: Caller) -> None:
    """Somebody who speaks for the firm towards every programme to which it has begun something."""
    async with ground.database.writing() as db:
        towards = await db.scalars(
            select(Cycle.programme_id)
            .join(Application, Application.cycle_id == Cycle.id)
            .where(Application.organisation_id == firm.id)
            .distinct()
        )
        db.add_all(
            Mandate(
                programme_id=programme,
                organisation_id=firm.id,
                credit_code=firm.credit_code,
                person_id=agent.person_id,
                kind=MandateKind.AGENT,
                status=MandateStatus.ACCEPTED,
                created_at=ground.clock(),
            )
            for programme in towards.all()
        )


async def make_office(
    ground: Ground,
    *,
    regulation_text: str | None = None,
    places: int = 3,
    launched: bool = True,
) -> Office:
    """A programme with its office, and a cycle under a regulation (Binhu's unless given)."""
    text = regulation_text or loader.regulation_text(BINHU)
    regulation, name, now = read(text), digest(text), ground.clock()
    async with ground.database.writing() as db:
        authority = Authority(name=f"监管局{uuid4().hex[:8]}", created_at=now)
        db.add(authority)
        await db.flush()
        programme = Programme(
            authority_id=authority.id, name=f"质量奖{uuid4().hex[:8]}", created_at=now
        )
        db.add(programme)
        await db.flush()
        await db.execute(
            insert(RegulationEdition)
            .values(
                hash=name, code=regulation.code, title=regulation.title, text=text, created_at=now
            )
            .on_conflict_do_nothing()
        )
        db.add(
            Adoption(programme_id=programme.id, regulation_hash=name, document="文", adopted_at=now)
        )
        cycle = await _cycle(db, programme.id, name, places, now, launched=launched)
        await _criteria(db, cycle.id, regulation, now)
        if launched:
            _stages(db, cycle.id, regulation, now)
    roles = {
        role: await make_caller(ground, (role, programme.id))
        for role in (Role.CLERK, Role.HEAD, Role.SUPERVISOR)
    }
    return Office(
        ground,
        authority.id,
        programme.id,
        cycle.id,
        regulation,
        name,
        clerk=roles[Role.CLERK],
        head=roles[Role.HEAD],
        supervisor=roles[Role.SUPERVISOR],
    )


async def _cycle(
    db: AsyncSession, programme_id: UUID, name: str, places: int, now: datetime, *, launched: bool
) -> Cycle:
    cycle = Cycle(
        programme_id=programme_id,
        regulation_hash=name,
        ordinal=1,
        label="2026年度",
        period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31),
        cut_off=date(2025, 12, 31),
        status=CycleStatus.LAUNCHED if launched else CycleStatus.PLANNED,
        places=places if launched else None,
        launched_at=now if launched else None,
        created_at=now,
    )
    db.add(cycle)
    await db.flush()
    return cycle


async def _criteria(
    db: AsyncSession, cycle_id: UUID, regulation: Regulation, now: datetime
) -> None:
    rubrics = {s.rubric for s in regulation.stages if isinstance(s, Panel) and s.rubric}
    for code in {track.criteria for track in regulation.tracks} | rubrics:
        text = loader.criteria_text(code)
        await db.execute(
            insert(CriteriaEdition)
            .values(hash=digest_text(text), code=code, name=code, text=text, created_at=now)
            .on_conflict_do_nothing()
        )
        db.add(CycleCriteria(cycle_id=cycle_id, code=code, criteria_hash=digest_text(text)))


def _stages(db: AsyncSession, cycle_id: UUID, regulation: Regulation, now: datetime) -> None:
    """Every stage may be opened at once, and closes by plan in 30 days."""
    for position, stage in enumerate(regulation.stages):
        window = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=30)}
        db.add(Slot(cycle_id=cycle_id, stage_key=stage.key, **window))
        db.add(
            Stage(
                cycle_id=cycle_id,
                key=stage.key,
                kind=stage.kind,
                name=stage.name,
                position=position,
                **window,
            )
        )


async def stage_row(ground: Ground, office: Office, key: str) -> Stage:
    async with ground.database.reading() as db:
        found = await db.scalar(
            select(Stage).where(Stage.cycle_id == office.cycle_id, Stage.key == key)
        )
    assert found is not None
    return found


async def make_submitted(office: Office, firm: Firm, track: str = "organisation") -> UUID:
    """A submitted application, frozen as a submission would freeze it."""
    now = office.ground.clock()
    async with office.ground.database.writing() as db:
        application = Application(
            code=f"SB-{uuid4().hex[:8].upper()}",
            cycle_id=office.cycle_id,
            organisation_id=firm.id,
            drafted_by=firm.speaker.person_id,
            track=track,
            status=ApplicationStatus.SUBMITTED,
            entry_key=str(firm.id),
            form={
                "registered_on": "2009-06-18",
                "employees": 420,
                "industry": "C34",
                "contact_name": "李四",
                "facts": {},
            },
            content="{}",
            digest=digest_text("{}"),
            receipt="receipt",
            created_at=now,
            submitted_at=now,
        )
        db.add(application)
        await db.flush()
    office.firms[application.id] = firm
    return application.id


def _snapshot(stage: Stage) -> Snapshot:
    return Snapshot(
        stage_id=stage.id,
        round=stage.round,
        text="{}",
        digest=digest_text("{}"),
        taken_at=stage.closed_at,
    )


async def entries_in(office: Office, key: str, count: int) -> list[tuple[UUID, UUID]]:
    """Open a stage with `count` new applications in it; every stage before is closed and has let
    them through. Gives (application id, entry id)."""
    ground, made = office.ground, []
    applications = [await make_submitted(office, await make_firm(ground)) for _ in range(count)]
    async with ground.database.writing() as db:
        stages = (
            await db.scalars(
                select(Stage).where(Stage.cycle_id == office.cycle_id).order_by(Stage.position)
            )
        ).all()
        for stage in stages:
            here = stage.key == key
            if stage.status != StageStatus.CLOSED:
                stage.status = StageStatus.OPEN if here else StageStatus.CLOSED
                stage.opened_at = ground.clock()
                stage.closed_at = None if here else ground.clock()
                if not here:
                    db.add(_snapshot(stage))
            entries = [
                Entry(
                    stage_id=stage.id,
                    application_id=application,
                    organisation_id=office.firms[application].id,
                    round=1,
                    track="organisation",
                    entered_at=ground.clock(),
                )
                for application in applications
            ]
            db.add_all(entries)
            await db.flush()
            if here:
                made = [(entry.application_id, entry.id) for entry in entries]
                break
            db.add_all(
                Outcome(entry_id=entry.id, result=Result.ADVANCED, decided_at=ground.clock())
                for entry in entries
            )
    return made


async def close(client: AsyncClient, office: Office, key: str) -> Any:
    """Close a stage as the head of the secretariat would."""
    return await client.post(office.path(f"/stages/{key}/closing"), **office.head.auth)
