"""An office finds any application by any part of its name, and lists them as it needs."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import pytest
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from app.award.applications.finding import Wanted, listed
from app.award.applications.models import Application
from app.award.applications.schemas import ApplicationSort
from app.platform.accounts.models import Organisation
from app.platform.db import embedded
from app.platform.ground import Ground
from app.platform.security.permission import Shape
from app.wiring import POLICY
from benchmarks.copying import connect
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Office,
    entries_in,
    make_firm,
    make_office,
    make_submitted,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio

NAMES = ["无锡恒远精密机械有限公司", "滨湖区荣巷街道中心医院", "江苏ＡＢＣ传感（集团）股份公司"]


async def received(ground: Ground, *names: str) -> tuple[Office, list[str]]:
    """A cycle with a submitted application of a firm of each name; their codes."""
    office = await make_office(ground)
    made = [await make_submitted(office, await make_firm(ground, name)) for name in names]
    async with ground.database.reading() as db:
        return office, [(await db.get_one(Application, one)).code for one in made]


async def found(client: AsyncClient, caller: Caller, office: Office, **query: str) -> list[str]:
    """The organisations that a list gives, page by page of two."""
    params: dict[str, str] = {"cycle": str(office.cycle_id), "limit": "2", **query}
    names: list[str] = []
    while True:
        answer = await client.get("/applications", params=params, **caller.auth)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        names += [item["organisation"] for item in body["items"]]
        if body["next"] is None:
            return names
        params["cursor"] = body["next"]


def plain(name: str) -> str:
    return "".join(normalize("NFKC", name).lower().split())


async def test_any_two_characters_of_a_name_find_it(ground: Ground, client: AsyncClient) -> None:
    office, _ = await received(ground, *NAMES)
    for name in NAMES:
        for place in range(len(name) - 1):
            looked = await found(client, office.clerk, office, q=name[place : place + 2])
            assert name in looked, name[place : place + 2]
            pair = plain(name[place : place + 2])
            if not pair.isascii():  # two letters may stand in somebody's credit code as well
                assert all(pair in plain(each) for each in looked)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("恒远精密", NAMES[:1]),
        ("恒 远", NAMES[:1]),
        ("恒", NAMES[:1]),
        ("远机", []),  # both characters are there, apart
        ("精密恒远", []),
        ("ABC", NAMES[2:]),
        ("abc传", NAMES[2:]),
        ("(集团)", NAMES[2:]),
        ("公司", [NAMES[0], NAMES[2]]),
        ("%", []),
        ("__", []),
        ("' OR 1=1 --", []),
        ("}', '{", []),
        ("\\", []),
        ("\U00020000", []),
    ],
)
async def test_search_takes_what_is_written_as_it_is(
    ground: Ground, client: AsyncClient, q: str, expected: list[str]
) -> None:
    office, _ = await received(ground, *NAMES)
    assert sorted(await found(client, office.clerk, office, q=q)) == sorted(expected)


async def test_code_credit_code_and_awardee_are_found(ground: Ground, client: AsyncClient) -> None:
    office, codes = await received(ground, *NAMES)
    firm = next(iter(office.firms.values()))
    assert await found(client, office.clerk, office, q=codes[1].lower()) == [NAMES[1]]
    assert await found(client, office.clerk, office, q=firm.credit_code) == [NAMES[0]]
    async with ground.database.writing() as db:
        await db.execute(
            update(Application).where(Application.code == codes[1]).values(awardee="王翠花班组")
        )
        await db.execute(
            update(Organisation).where(Organisation.id == firm.id).values(name="改名后的公司")
        )
    assert await found(client, office.clerk, office, q="翠花") == [NAMES[1]]
    assert await found(client, office.clerk, office, q="改名") == ["改名后的公司"]
    assert await found(client, office.clerk, office, q="恒远") == []


async def test_search_finds_nothing_that_the_caller_may_not_see(
    ground: Ground, client: AsyncClient
) -> None:
    office, _ = await received(ground, *NAMES)
    other = await make_office(ground)
    mine = next(iter(office.firms.values()))
    assert await found(client, other.clerk, office, q="公司") == []
    assert await found(client, mine.speaker, office, q="公司") == [NAMES[0]]
    for q in ("", " ", "　", "a\x00", "x" * 61):
        refused = await client.get("/applications", params={"q": q}, **office.clerk.auth)
        assert refused.status_code == 422


@pytest.fixture(scope="module")
async def pairs(ground: Ground) -> AsyncIterator[Any]:
    async with ground.database.reading() as db:
        yield db


NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=2, max_size=40
)


@given(name=NAME, data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
async def test_pairs_of_every_part_are_pairs_of_the_whole(
    pairs: Any, name: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    plain = await pairs.scalar(text("SELECT folded(:name)"), {"name": name})
    part = plain[start:end] or plain
    asked = {"name": name, "part": part}
    held = "SELECT bigrams(:name, '') @> bigrams(:part, '') AND strpos(folded(:name), :part) > 0"
    assert await pairs.scalar(text(held), asked) is True


async def test_filters_take_what_they_name(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 1)
    first = next(iter(office.firms.values())).name
    clock.move(minutes=5)
    later = await make_submitted(office, await make_firm(ground, "后来的公司"))
    async with ground.database.writing() as db:
        await db.execute(
            update(Application)
            .where(Application.id == later)
            .values(tier="award", form={"industry": "F5132"})
        )
    start = clock() - timedelta(minutes=5)
    between = (clock() - timedelta(minutes=1)).isoformat()
    for query, expected in (
        ({"industry": "C"}, [first]),
        ({"industry": "F51"}, ["后来的公司"]),
        ({"industry": "F52"}, []),
        ({"tier": "award"}, ["后来的公司"]),
        ({"track": "organisation", "status": "submitted", "tier": "award"}, ["后来的公司"]),
        ({"track": "team"}, []),
        ({"status": "draft"}, []),
        ({"received_until": between}, [first]),
        ({"received_from": between}, ["后来的公司"]),
        ({"received_from": start.isoformat(), "received_until": between}, [first]),
        ({"stage": "eligibility"}, [first]),
        ({"stage": "documents"}, []),
        ({"result": "advanced"}, [first]),
        ({"stage": "intake", "result": "advanced"}, [first]),
        ({"stage": "eligibility", "result": "advanced"}, []),
        ({"stage": "intake", "result": "eliminated"}, []),
    ):
        assert await found(client, office.clerk, office, **query) == expected, query
    for wrong in ({"status": "lost"}, {"sort": "score"}, {"received_from": "2026-01-01"}):
        refused = await client.get("/applications", params=wrong, **office.clerk.auth)
        assert refused.status_code == 422, wrong


async def test_entries_are_filtered_by_what_is_shown(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    for query, count in (
        ({}, 2),
        ({"track": "organisation"}, 2),
        ({"track": "team"}, 0),
        ({"tier": "award"}, 0),
        ({"result": "advanced"}, 0),
    ):
        path = office.path("/stages/eligibility/entries")
        answer = await client.get(path, params=query, **office.clerk.auth)
        assert len(answer.json()["items"]) == count, query
    path, clerk = office.path("/stages/intake/entries?result=advanced"), office.clerk
    assert len((await client.get(path, **clerk.auth)).json()["items"]) == 2
    refused = await client.get(office.path("/stages/intake/entries?score=1"), **clerk.auth)
    assert refused.status_code == 422


async def test_orders_go_on_from_page_to_page(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, names = await make_office(ground), ["乙公司", "丁公司", "甲公司", "丙公司", "戊公司"]
    for name in names:
        await make_submitted(office, await make_firm(ground, name))
        clock.move(seconds=1)
    ask = {"client": client, "caller": office.clerk, "office": office}
    assert await found(**ask, sort="received") == names
    assert await found(**ask, sort="-received") == names[::-1]
    for sort in ("organisation", "awardee"):
        listed_so = await found(**ask, sort=sort)
        assert sorted(listed_so) == sorted(names)
        assert listed_so == await found(**ask, sort=sort, limit="100")
    for cursor in ("x", "WyJ4IiwgIngiXQ", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ"):
        query = {"sort": "received", "cursor": cursor}
        refused = await client.get("/applications", params=query, **office.clerk.auth)
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor-unreadable")


@pytest.mark.parametrize("query", [{"q": "公司"}, {"sort": "-received"}, {"stage": "intake"}])
async def test_looking_costs_the_same_for_one_row_and_three(
    ground: Ground, client: AsyncClient, query: dict[str, str]
) -> None:
    costs = []
    for count in (1, 3):
        office, _ = await received(ground, *(f"第{each}公司" for each in range(count)))
        with counting(ground) as sent:
            params = {"cycle": str(office.cycle_id), **query}
            await client.get("/applications", params=params, **office.clerk.auth)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 3


async def filled(ground: Ground, office: Office, count: int) -> None:
    """`count` organisations of different names, each with an application received."""
    async with ground.database.writing() as db:
        person = office.clerk.person_id
        await db.execute(
            text(
                "WITH o AS (INSERT INTO organisation (id, name, credit_code, registered_by,"
                " created_at) SELECT gen_random_uuid(), md5(i::text) || '有限公司',"
                " 'X' || md5(:salt || i), :person, now() FROM generate_series(1, :count) i"
                " RETURNING id) INSERT INTO application (id, code, cycle_id, organisation_id,"
                " track, status, version, form, entry_key, content, digest, receipt, created_at,"
                " submitted_at) SELECT gen_random_uuid(), 'SB-' || md5(o.id::text), :cycle, o.id,"
                " 'organisation', 'submitted', 1, '{}', o.id::text, '', '', '', now(), now()"
                " FROM o"
            ),
            {"count": count, "person": person, "cycle": office.cycle_id, "salt": uuid4().hex},
        )


async def test_ten_thousand_are_searched_and_ordered_by_index(
    ground: Ground, client: AsyncClient, cluster: embedded.Cluster, worker: str
) -> None:
    office, _ = await received(ground, "独一无二的精密公司")
    await filled(ground, office, 10_000)
    owner = await connect(cluster.url(f"award_{worker}"))
    await owner.execute("ANALYZE application, organisation, cycle")
    await owner.close()
    shape = Shape(POLICY, frozenset({"clerk"}))
    values: dict[str, Any] = {
        "caller": office.clerk.person_id,
        "clerk_scopes": [office.programme_id],
        "cycle": office.cycle_id,
        "q": "独一",
        "most": 51,
    }
    plans = {}
    async with ground.database.writing(keep=False) as db:
        connection = (await (await db.connection()).get_raw_connection()).driver_connection
        assert connection is not None
        for filters, sort in (
            ({"cycle", "q"}, ApplicationSort.CODE),
            ({"cycle"}, ApplicationSort.CODE),
            ({"cycle"}, ApplicationSort.LAST_RECEIVED),
        ):
            prepared = listed(shape, Wanted(frozenset(filters), sort, going_on=False))
            plan = await connection.fetchval(
                f"EXPLAIN (FORMAT JSON) {prepared.text}", *prepared.arguments(values)
            )
            plans[frozenset(filters), sort] = json.dumps(plan)
    searched = plans[frozenset({"cycle", "q"}), ApplicationSort.CODE]
    assert "ix_organisation_bigrams" in searched
    assert "ix_application_bigrams" in searched
    assert "ix_application_code" in plans[frozenset({"cycle"}), ApplicationSort.CODE]
    assert "ix_application_received" in plans[frozenset({"cycle"}), ApplicationSort.LAST_RECEIVED]
    assert await found(client, office.clerk, office, q="独一") == ["独一无二的精密公司"]
    with counting(ground) as sent:
        await client.get("/applications", params={"q": "独一"}, **office.clerk.auth)
    assert len(sent) <= 3
