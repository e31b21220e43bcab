"""The policy is read twice, in Python and in SQL: do both readings always agree?"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import pytest
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.policy import TABLE
from app.award.roles import Role
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.platform.db.prepared import Direct, Prepared
from app.platform.ground import Ground
from app.platform.security.access import visible_to
from app.platform.security.permission import Actor, AnyCaller, Resource
from tests.architecture.resources import resources
from tests.award.world import READABLE, Readable, World, make_world

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def ground(
    ground: Ground, cluster: embedded.Cluster, template: str, worker: str
) -> AsyncIterator[Ground]:
    """Over a database of the world's own: every row of it is asked about for everybody."""
    name = f"parity_{worker}"
    cluster.create_database(name, template)
    database = Database.connect(cluster.url(name, embedded.APP_ROLE))
    async with database.writing() as db:
        await settle(db, Purpose.AWARD)
    yield replace(ground, database=database)
    await database.close()
    cluster.drop_database(name)


@pytest.fixture(scope="module")
async def world(ground: Ground) -> World:
    return await make_world(ground)


def verbs(resource: Resource) -> list[str]:
    """The verbs that can be decided from what this resource knows."""

    def decidable(verb: str) -> bool:
        rows = [row for row in TABLE if row[0] == verb]
        return all(
            (standing is None or standing in resource.standings)
            and (phase is None or phase in resource.phases)
            for _, _, standing, phase in rows
        )

    mine = sorted({row[0] for row in TABLE if row[0].split(":")[0] == resource.name})
    return [verb for verb in mine if decidable(verb)]


async def shown(db: AsyncSession, actor: Actor, readable: Readable, verb: str) -> set[object]:
    """By SQL: the rows that the condition lets through."""
    condition = visible_to(actor, readable.resource, verb)
    return set(await db.scalars(readable.rows.where(condition)))


async def shown_prepared(db: Direct, actor: Actor, readable: Readable, verb: str) -> set[object]:
    """By SQL written for every caller of this shape."""
    condition = visible_to(actor.shape, readable.resource, verb)
    statement = Prepared(readable.rows.where(condition))
    return {row[0] for row in await db.all(statement, **actor.values())}


async def allowed_prepared(
    db: Direct, actor: Actor, readable: Readable, of: Iterable[str]
) -> dict[str, set[object]]:
    """By Python: the rows that facts written for every caller allow."""
    statement = Prepared(readable.rows.add_columns(*readable.resource.facts(AnyCaller())))
    rows = [(row[0], row._asdict()) for row in await db.all(statement, caller=actor.person_id)]
    return {verb: {it for it, facts in rows if actor.may(verb, facts)} for verb in of}


async def allowed(
    db: AsyncSession, actor: Actor, readable: Readable, of: Iterable[str]
) -> dict[str, set[object]]:
    """By Python: the rows whose facts allow each verb."""
    statement: Select[tuple[object, ...]] = readable.rows.add_columns(
        *readable.resource.facts(actor)
    )
    rows = [(row[0], dict(row._mapping)) for row in await db.execute(statement)]  # noqa: SLF001  public
    return {verb: {it for it, facts in rows if actor.may(verb, facts)} for verb in of}


def test_every_resource_is_proved() -> None:
    proved = [id(readable.resource) for readable in READABLE]
    assert {name for name, one in resources().items() if id(one) not in proved} == set()


@pytest.mark.parametrize(
    "readable", READABLE, ids=[f"{r.resource.name}{i}" for i, r in enumerate(READABLE)]
)
async def test_both_readings_agree_for_everybody(
    ground: Ground, world: World, readable: Readable
) -> None:
    seen: dict[str, int] = {}
    async with ground.database.reading() as db:
        everything = len(set(await db.scalars(readable.rows)))
        for name, actor in world.actors.items():
            by_python = await allowed(db, actor, readable, verbs(readable.resource))
            for verb, rows in by_python.items():
                assert await shown(db, actor, readable, verb) == rows, (name, verb)
                seen[verb] = max(seen.get(verb, 0), len(rows))
    assert everything > 0
    assert seen
    # A verb that nobody here may use on anything would prove nothing.
    assert {verb for verb, most in seen.items() if most == 0} == set()


@pytest.mark.parametrize(
    "readable", READABLE, ids=[f"{r.resource.name}{i}" for i, r in enumerate(READABLE)]
)
async def test_statements_written_once_agree_with_those_of_each_caller(
    ground: Ground, world: World, readable: Readable
) -> None:
    of = verbs(readable.resource)
    async with ground.database.reading() as db, ground.database.reading_directly() as direct:
        for name, actor in world.actors.items():
            by_python = await allowed(db, actor, readable, of)
            assert await allowed_prepared(direct, actor, readable, of) == by_python, name
            for verb, rows in by_python.items():
                assert await shown_prepared(direct, actor, readable, verb) == rows, (name, verb)


async def test_who_sees_which_application(ground: Ground, world: World) -> None:
    """The same, by hand: the firm has an application here and a draft, its rival one."""
    expected = {
        "nobody": 0,
        Role.APPLICANT: 2,
        f"{Role.APPLICANT}, interested": 2,
        f"{Role.APPLICANT} elsewhere": 1,
        f"{Role.APPLICANT} in both": 0,  # accepted by no office, and began nothing
        Role.CLERK: 2,
        f"{Role.CLERK}, interested": 1,
        f"{Role.CLERK} elsewhere": 0,
        Role.HEAD: 2,
        f"{Role.HEAD}, interested": 1,
        Role.SUPERVISOR: 2,
        f"{Role.SUPERVISOR}, interested": 1,
        f"{Role.SUPERVISOR} elsewhere": 0,
        Role.JUDGE: 0,
        Role.COMMITTEE_MEMBER: 0,
        Role.ENDORSER: 0,
        Role.FINANCE: 0,
        Role.APPROVER: 0,
        Role.CONTRACTED_SECRETARIAT: 0,
        Role.SYSTEM_ADMINISTRATOR: 0,
        Role.SECURITY_ADMINISTRATOR: 0,
        Role.AUDIT_ADMINISTRATOR: 0,
        "clerk who works at the firm": 1,
    }
    applications = next(r for r in READABLE if r.resource.name == "application")
    async with ground.database.reading() as db:
        seen = {
            name: len(await shown(db, world.actors[name], applications, "application:read"))
            for name in expected
        }
    assert seen == expected
