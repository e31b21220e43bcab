"""Statements and plans of the four measured requests: the short form of `make bench`."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from app.platform.db import embedded
from app.proof.jws import SigningKey
from benchmarks import floor
from benchmarks.capture import Captured, Sent, capture, send, traceable_world, tried
from benchmarks.copying import connect
from benchmarks.operations import Operation, Tokens, Wishes
from benchmarks.world import World

pytestmark = pytest.mark.anyio

BIG = 1_000  # rows of a table from which on reading all of it is a fault


@dataclass(frozen=True)
class Populated:
    """A database of its own with a world in it."""

    owner: str
    url: str
    world: World


async def populated(cluster: embedded.Cluster, template: str, name: str, size: int) -> Populated:
    cluster.create_database(name, template)
    owner, url = cluster.url(name), cluster.url(name, embedded.APP_ROLE)
    world = await traceable_world(owner, applications=size, drafts=max(size // 10, 2))
    return Populated(owner, url, world)


@pytest.fixture(scope="module")
async def large(cluster: embedded.Cluster, template: str, worker: str) -> AsyncIterator[Populated]:
    name = f"bench_large_{worker}"
    yield await populated(cluster, template, name, 3_000)
    cluster.drop_database(name)


@pytest.fixture(scope="module")
async def captured(large: Populated, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return await capture(large.url, tmp_path_factory.mktemp("files"), large.world)


def texts(found: Captured) -> dict[str, list[str]]:
    return {name: [one["text"] for one in statements] for name, statements in found.items()}


async def test_floor_runs_the_statements_of_the_service(captured: Captured) -> None:
    checked_in = json.loads(floor.FILE.read_text("utf-8"))
    again = "the service sends other statements: run `python -m benchmarks.capture`"
    assert texts(checked_in) == texts(captured), again


@pytest.mark.parametrize("operation", list(Operation))
async def test_request_stays_within_its_statements(
    operation: Operation, captured: Captured
) -> None:
    assert len(captured[operation]) <= operation.most


@pytest.mark.parametrize("size", [1, 3])
async def test_statements_do_not_grow_with_the_cycle(
    size: int,
    captured: Captured,
    cluster: embedded.Cluster,
    template: str,
    worker: str,
    tmp_path: Path,
) -> None:
    name = f"bench_{size}_{worker}"
    small = await populated(cluster, template, name, size)
    found = await capture(small.url, tmp_path, small.world)
    cluster.drop_database(name)
    assert texts(found) == texts(captured)


def seq_scans(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    here = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return here.union(*(seq_scans(below) for below in plan.get("Plans", [])))


async def explained(owner: str, sent: Sent) -> set[str]:
    connection = await connect(owner)
    rows = await connection.fetch("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
    big = {row["relname"] for row in rows if row["reltuples"] >= BIG}
    assert {"application", "entry", "sheet", "sheet_item", "session", "role_grant"} <= big
    read: set[str] = set()
    for text, given in sent:
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *given)
        read |= seq_scans(json.loads(plan)[0]["Plan"])
    await connection.close()
    return read & big


@pytest.mark.parametrize("operation", list(Operation))
async def test_no_big_table_is_read_from_end_to_end(
    operation: Operation, large: Populated, tmp_path: Path
) -> None:
    async with tried(large.url, tmp_path) as ground:
        sent = await send(ground, next(Wishes(large.world).unconditional(operation)))
    assert await explained(large.owner, sent) == set()


async def test_floor_answers_every_request(
    large: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", large.url)
    app, tokens = floor.create_app(), Tokens(SigningKey.generate())
    given = {}
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://floor.test") as client,
    ):
        for operation in Operation:
            wish = next(Wishes(large.world).of(operation, 0, 1))
            headers = wish.headers(tokens.of(wish.who))
            answer = await client.request(
                wish.method, wish.path, headers=headers, content=wish.body
            )
            assert answer.status_code == 200, answer.text
            given[operation] = answer.json()
    assert (
        len(given[Operation.LIST]) == 51
    )  # one more than the page, to know whether it is the last
    assert len(given[Operation.SCORESHEET]) == 1 + 23
    assert given[Operation.AUTOSAVE][0]["version"] == 700_002
