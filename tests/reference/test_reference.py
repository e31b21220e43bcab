"""What an engineer outside can look up is complete, and right."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from httpx import AsyncClient

from app.award.records.models import Interest
from app.catalogue import loader
from app.platform.errors import Refusal
from app.platform.ground import Ground
from app.platform.http.problems import MISTAKES, status_of
from app.platform.workflow.lifecycle import Lifecycle
from app.reference.lifecycles import TABLES
from app.reference.problems import catalogue, families
from app.rules.facts import RecordKind
from app.rules.regulation.eligibility_rules import Incident
from app.rules.regulation.read import read
from tests.architecture.sources import sources

pytestmark = pytest.mark.anyio


async def test_meta_tells_both_clocks_and_the_limits(ground: Ground, client: AsyncClient) -> None:
    answer = await client.get("/meta")
    told = answer.json()
    assert answer.status_code == 200
    assert datetime.fromisoformat(told["server_time"]) == ground.clock()
    assert told["award_time"] == told["server_time"]
    assert told["zone"] == "Asia/Shanghai"
    assert not told["rehearsal"]
    assert told["limits"]["page"] == 100
    assert told["sign_in"] == ["password", "portal"]


def refusals(family: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {one for child in family.__subclasses__() for one in {child, *refusals(child)}}


async def test_every_code_the_service_can_answer_with_is_in_the_catalogue(
    client: AsyncClient,
) -> None:
    told = {one["code"]: one for one in (await client.get("/problems")).json()}
    ours = {one for one in refusals() if one.__module__.startswith("app.") and hasattr(one, "code")}
    assert len(ours) > 100
    assert {one.code for one in ours} | {code for code, _, _ in MISTAKES.values()} <= set(told)
    assert all(one[key] for one in told.values() for key in ("zh", "en", "mend_zh", "mend_en"))
    for one in families():
        assert told[one.code]["status"] == status_of(one)


def test_one_code_has_one_status() -> None:
    found: dict[str, set[int]] = {}
    for one in families():
        found.setdefault(one.code, set()).add(status_of(one))
    assert {code for code, statuses in found.items() if len(statuses) > 1} == set()


def test_what_is_nobodys_fault_alone_sends_to_the_operators() -> None:
    helpless = {code for code, one in catalogue().items() if one.mend_zh == Refusal.mend[0]}
    assert helpless == {"fault"}


async def test_every_list_of_codes_can_be_read(client: AsyncClient) -> None:
    lines = (await client.get("/codes")).json()
    assert {line["list"] for line in lines} >= {"industries", "organisation-sizes", "interests"}
    for line in lines:
        answer = await client.get(f"/codes/{line['list']}")
        whole = answer.json()
        codes = [item["code"] for item in whole["items"]]
        assert {key: whole[key] for key in line} == line
        assert line["source"]
        assert len(codes) == len(set(codes)) > 0
        assert {item["parent"] for item in whole["items"]} <= {None, *codes}
        assert answer.headers["cache-control"].startswith("public")
    missing = await client.get("/codes/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "code-list-unknown")


def codes(name: str) -> set[str]:
    return {item.code for item in loader.code_list(name).items}


def test_industries_are_twenty_sections_and_97_divisions() -> None:
    items = loader.code_list("industries").items
    assert [item.code for item in items if item.parent is None] == list("ABCDEFGHIJKLMNOPQRST")
    divisions = [item.code for item in items if item.parent]
    assert [code[1:] for code in divisions] == [f"{n:02}" for n in range(1, 98)]
    assert all(item.code.startswith(item.parent) for item in items if item.parent)


@pytest.mark.parametrize(
    ("name", "members"), [("interests", Interest), ("record-kinds", RecordKind)]
)
def test_lists_of_our_own_have_every_member(name: str, members: type[StrEnum]) -> None:
    assert codes(name) == {member.value for member in members}


def test_every_incident_of_a_shipped_regulation_is_listed() -> None:
    for code in loader.regulation_codes():
        forbidden = read(loader.regulation_text(code)).eligibility.forbid
        asked = {kind for one in forbidden if isinstance(one, Incident) for kind in one.of}
        assert asked <= codes("incidents"), code


async def test_deadline_skips_the_spring_festival(client: AsyncClient) -> None:
    told = (
        await client.get("/calendar/deadline", params={"from": "2026-02-12", "length": "5"})
    ).json()
    # 2026: 15-23 February off; Saturday 14 and 28 February worked
    assert told["last_day"] == "2026-02-26"
    assert datetime.fromisoformat(told["ends_at"]) == datetime(2026, 2, 26, 16, tzinfo=UTC)
    assert "2026-02-17" in {day["day"] for day in told["skipped"]}
    assert not told["provisional"]


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ({"unit": "days"}, "2026-03-09"),  # the 7th is a Saturday, the 8th a Sunday
        ({"unit": "days", "ends_on_rest_day": "stays"}, "2026-03-07"),
        ({"first_day": "counted"}, "2026-03-06"),
        ({"unit": "months", "length": "1"}, "2026-04-02"),
    ],
)
async def test_deadline_is_counted_as_asked(
    client: AsyncClient, more: dict[str, str], last: str
) -> None:
    asked = {"from": "2026-03-02", "length": "5"} | more
    assert (await client.get("/calendar/deadline", params=asked)).json()["last_day"] == last


async def test_deadline_of_a_year_not_yet_arranged_is_provisional(client: AsyncClient) -> None:
    asked = {"from": "2031-03-03", "length": "5"}
    assert (await client.get("/calendar/deadline", params=asked)).json()["provisional"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from": "9999-12-30", "length": "5"}, "cannot-be-counted"),
        ({"from": "2026-03-02", "length": "0"}, "too-small"),
        ({"from": "2026-03-02", "length": "5", "unit": "weeks"}, "not-in-list"),
        ({"from": "2026-03-02", "length": "5", "lenght": "5"}, "unknown-field"),
        ({"length": "5"}, "missing"),
    ],
)
async def test_deadline_that_cannot_be_counted_is_refused(
    client: AsyncClient, asked: dict[str, str], code: str
) -> None:
    answer = await client.get("/calendar/deadline", params=asked)
    assert answer.status_code == 422, answer.text
    assert [one["code"] for one in answer.json()["errors"]] == [code]


async def test_days_of_a_year(client: AsyncClient) -> None:
    days = {d["day"]: d for d in (await client.get("/calendar/days?year=2026")).json()}
    assert len(days) == 365
    assert not days["2026-10-01"]["working"]
    assert days["2026-02-28"]["working"]  # a Saturday that makes up for the holidays
    assert date.fromisoformat("2026-02-28").weekday() == 5
    assert days["2026-12-31"]["provisional"]


def declared() -> dict[str, Lifecycle[Any]]:
    """`package.NAME` → every table of a `lifecycle.py`, found in the sources."""
    from importlib import import_module  # noqa: PLC0415  names are known at run time only

    modules = [path for path in sources() if path.endswith("/lifecycle.py")]
    return {
        f"{path}:{name}": value
        for path in modules
        for name, value in vars(import_module(path[:-3].replace("/", "."))).items()
        if isinstance(value, Lifecycle)
    }


async def test_every_lifecycle_is_told_with_every_move(client: AsyncClient) -> None:
    told = {one["thing"]: one for one in (await client.get("/lifecycles")).json()}
    assert {id(table) for table in declared().values()} == {id(table) for table in TABLES.values()}
    assert set(told) == set(TABLES)
    for thing, table in TABLES.items():
        moves = {
            (one["move"], source, one["target"])
            for one in told[thing]["moves"]
            for source in one["sources"]
        }
        assert moves == {
            (move.name, source.value, move.leads_to(source).value)
            for move in table
            for source in move.sources
        }
        assert {source for _, source, _ in moves} <= set(told[thing]["statuses"])
        assert set(told[thing]["names"]) == set(told[thing]["statuses"])
        called = [*told[thing]["names"].values(), *(one["name"] for one in told[thing]["moves"])]
        assert all(re.fullmatch("[\u4e00-\u9fff]+", name) for name in called)
