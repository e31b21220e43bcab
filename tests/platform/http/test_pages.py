"""A long list, read page by page, shows every row once."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.programmes.models import Authority
from app.platform.ground import Ground
from app.platform.http.pages import MOST, CursorUnreadable, Page, Paging, page

SOMEWHERE = "d59d44db-0857-49e9-a0d1-fc8c84a1755c"

pytestmark = pytest.mark.anyio

IDS = select(Authority.id, Authority.name)


async def authorities(ground: Ground, names: list[str]) -> None:
    async with ground.database.writing() as db:
        db.add_all(Authority(name=name, created_at=ground.clock()) for name in names)


async def walk(ground: Ground, prefix: str, limit: int) -> list[list[str]]:
    """The pages of all authorities whose name begins so."""
    pages, cursor = [], None
    while True:
        got = await one_page(ground, prefix, Paging(cursor=cursor, limit=limit))
        pages.append(got.items)
        if (cursor := got.next) is None:
            return pages


async def one_page(ground: Ground, prefix: str, paging: Paging) -> Page[str]:
    async with ground.database.reading() as db:
        return await page(
            db,
            IDS.where(Authority.name.startswith(prefix)),
            paging,
            by=Authority.name,
            identity=Authority.id,
            view=lambda row: str(row.name),
        )


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
async def test_walk_shows_every_row_once_in_order(ground: Ground, count: int, limit: int) -> None:
    prefix = f"局{uuid4().hex[:8]}"
    names = [f'{prefix}-{place}’\u3000"\\' for place in range(count)]
    await authorities(ground, names[::-1])
    pages = await walk(ground, prefix, limit)
    assert [name for names in pages for name in names] == names
    assert all(len(names) == limit for names in pages[:-1])
    assert len(pages) == max(1, -(-count // limit))


async def test_rows_with_equal_keys_are_told_apart_by_id(ground: Ground) -> None:
    prefix = f"局{uuid4().hex[:8]}"
    await authorities(ground, [f"{prefix}-{place}" for place in range(3)])
    seen: list[Any] = []
    cursor = None
    async with ground.database.reading() as db:
        while True:
            got = await page(
                db,
                select(Authority.id).where(Authority.name.startswith(prefix)),
                Paging(cursor=cursor, limit=1),
                by=Authority.name,
                identity=Authority.id,
                view=lambda row: row.id,
            )
            seen += got.items
            if (cursor := got.next) is None:
                break
    assert len(set(seen)) == len(seen) == 3


async def test_row_added_behind_the_cursor_changes_nothing_already_seen(ground: Ground) -> None:
    prefix = f"局{uuid4().hex[:8]}"
    await authorities(ground, [f"{prefix}-b", f"{prefix}-d"])
    first = await one_page(ground, prefix, Paging(limit=1))
    await authorities(ground, [f"{prefix}-a", f"{prefix}-c"])
    rest = await one_page(ground, prefix, Paging(cursor=first.next))
    assert rest.items == [f"{prefix}-c", f"{prefix}-d"]


def encoded(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "页",
        encoded(5),
        encoded([]),
        encoded(["a"]),
        encoded(["a", "not-an-id"]),
        encoded(["a", SOMEWHERE, "more"]),
        encoded(["a\x00", SOMEWHERE]),
        encoded(["\ud800", SOMEWHERE]),
        encoded({"a": 1}),
        "W" * 400,
    ],
)
async def test_garbage_cursor_is_refused(client: AsyncClient, cursor: str) -> None:
    answer = await client.get("/authorities", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, CursorUnreadable.code), answer.text
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/query/cursor"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("0", "too-small"),
        ("-1", "too-small"),
        (str(MOST + 1), "too-large"),
        ("many", "not-a-whole-number"),
        ("", "not-a-whole-number"),
    ],
)
async def test_limit_has_bounds(client: AsyncClient, limit: str, code: str) -> None:
    answer = await client.get("/authorities", params={"limit": limit})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/query/limit", code)]


@pytest.mark.parametrize("limit", [1, MOST])
async def test_limits_at_the_bounds_are_taken(client: AsyncClient, limit: int) -> None:
    answer = await client.get("/authorities", params={"limit": limit})
    assert answer.status_code == 200
    assert len(answer.json()["items"]) <= limit


async def test_unknown_question_is_refused(client: AsyncClient) -> None:
    answer = await client.get("/authorities", params={"offset": 5})
    assert [e["code"] for e in answer.json()["errors"]] == ["unknown-field"]
