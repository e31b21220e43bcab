"""Chapters are passed over by their words: is every route still found, and nothing else?"""

import re

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from httpx import ASGITransport, AsyncClient

from app.api import CHAPTERS, PREFIX
from app.platform.http.chapters import Chapter

pytestmark = pytest.mark.anyio


def addresses(routes: APIRouter) -> list[str]:
    """The addresses of a chapter, with something in every place."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(Chapter(PREFIX, routes))
    return [re.sub(r"\{[^}]+\}", "7", str(one.path)) for one in iter_route_contexts(app.routes)]


@pytest.mark.parametrize("routes", CHAPTERS, ids=[str(n) for n in range(len(CHAPTERS))])
async def test_every_route_is_found_in_its_chapter(routes: APIRouter) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    chapter = Chapter(PREFIX, routes)
    app.include_router(chapter)
    found = addresses(routes)
    assert found
    async with AsyncClient(transport=ASGITransport(app), base_url="http://award.test") as client:
        for path in found:
            assert path.startswith(f"{PREFIX}/")
            assert chapter.may_hold(path)
            assert (await client.request("TRACE", path)).status_code == 405, path


def nothing() -> None:
    """A route's work does not matter here."""


def test_chapter_of_another_word_is_passed_over() -> None:
    routes = APIRouter(prefix="/sheets")
    routes.add_api_route("", nothing)
    routes.add_api_route("/{it}/items", nothing)
    chapter = Chapter("/v1", routes)
    assert chapter.may_hold("/v1/sheets")
    assert chapter.may_hold("/behind/a/proxy/v1/sheets/7/items")
    assert not chapter.may_hold("/v1/books/7/items")


async def test_wrong_method_and_unknown_address_are_told_apart(client: AsyncClient) -> None:
    assert (await client.delete("/scoresheets/1")).status_code == 405
    assert (await client.get("/nowhere")).status_code == 404
    assert (await client.get("/scoresheets")).status_code == 404
