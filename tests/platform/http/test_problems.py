"""Every refusal and every fault is an RFC 9457 problem document that tells what to mend."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import FastAPI, Query
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text

from app.main import create_app
from app.platform.accounts.callers import PublicWriting
from app.platform.errors import Conflict, Invalid, ensure
from app.platform.ground import Ground
from app.platform.http.bodies import Body, Line
from app.platform.http.problems import STATUS, answers, status_of
from app.settings import Profile, Settings
from tests.factories import make_caller, make_office

pytestmark = pytest.mark.anyio


class Shut(Conflict):
    code = "shut"
    zh = "“{name}”已关闭。"
    en = "“{name}” is shut."


class Odd(Invalid):
    code = "odd"
    zh = "须为偶数。"
    en = "Use an even number."


class Thing(Body):
    name: Line
    places: int
    parts: tuple[int, ...] = ()


@pytest.fixture(scope="module")
async def broken(ground: Ground) -> AsyncIterator[AsyncClient]:
    """The real application with routes that fail in every way a route can."""
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    _lay_routes(app)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        yield client


def _lay_routes(app: FastAPI) -> None:
    @app.post("/things")
    async def things(body: Thing) -> Thing:
        return body

    @app.get("/numbers")
    async def numbers(limit: Annotated[int, Query(ge=1)]) -> int:
        return limit

    @app.get("/fault")
    async def fault() -> None:
        secret = "postgresql://award:hunter2@db"
        raise RuntimeError(secret)

    @app.get("/refusals/{count}")
    async def refusals(count: int) -> None:
        ensure(Shut(name=f"第{place}扇门", clause="第九条") for place in range(count))

    @app.get("/mistakes")
    async def mistakes() -> None:
        ensure([Odd(pointer="/a"), Odd(pointer="/b")])

    @app.get("/mixed")
    async def mixed() -> None:
        ensure([Odd(pointer="/a"), Shut(name="门")])

    @app.post("/states/{state}")
    async def states(call: PublicWriting, state: str) -> None:
        await call.db.execute(
            text(f"DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{state}'; END $$")
        )

    @app.post("/nul")
    async def nul(call: PublicWriting) -> None:
        await call.db.execute(text("SELECT CAST(:it AS text)"), {"it": "a\x00b"})


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The answer is this problem, whole and well formed."""
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["type"].endswith(f"/{code}")
    assert document["instance"] == answer.request.url.path
    assert document["title"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    return document


# What cannot be read


@pytest.mark.parametrize(
    "content",
    [b"{", b"", b'{"name": "\xb0\xa1", "places": 1}', '{"places": ３}'.encode()],
)
async def test_body_that_is_no_json_is_malformed(broken: AsyncClient, content: bytes) -> None:
    answer = await broken.post(
        "/things", content=content, headers={"content-type": "application/json"}
    )
    if content:
        problem(answer, 400, "malformed-json")
    else:
        assert problem(answer, 422, "invalid-input")["errors"][0]["code"] == "missing"


async def test_unknown_fields_are_named_by_pointer(broken: AsyncClient) -> None:
    body = {"name": "一", "places": 1, "palces": 2, "a/b~c": 3}
    errors = problem(await broken.post("/things", json=body), 422, "invalid-input")["errors"]
    assert {(e["pointer"], e["code"]) for e in errors} == {
        ("/palces", "unknown-field"),
        ("/a~1b~0c", "unknown-field"),
    }


async def test_several_mistakes_are_told_at_once(broken: AsyncClient) -> None:
    body = {"name": "", "parts": [1, "x", 3]}
    document = problem(await broken.post("/things", json=body), 422, "invalid-input")
    assert {(e["pointer"], e["code"]) for e in document["errors"]} == {
        ("/name", "too-short"),
        ("/places", "missing"),
        ("/parts/1", "not-a-whole-number"),
    }
    assert document["title"] == "有 3 处内容需要改正。"


@pytest.mark.parametrize("value", ["３", "12", "٣", True, 12.0, 1.5])
async def test_what_only_looks_like_a_whole_number_is_refused(
    broken: AsyncClient, value: object
) -> None:
    answer = await broken.post("/things", json={"name": "一", "places": value})
    errors = problem(answer, 422, "invalid-input")["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("/places", "not-a-whole-number")]


async def test_full_width_digits_in_a_query_are_refused(broken: AsyncClient) -> None:
    answer = await broken.get("/numbers", params={"limit": "１０"})
    errors = problem(answer, 422, "invalid-input")["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("/query/limit", "not-a-whole-number")]


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\ud800", "x" * 201])
async def test_text_that_no_document_could_print_is_refused(broken: AsyncClient, name: str) -> None:
    answer = await broken.post(
        "/things",
        content=json.dumps({"name": name, "places": 1}),  # escaped, as a browser would send it
        headers={"content-type": "application/json"},
    )
    errors = problem(answer, 422, "invalid-input")["errors"]
    assert [e["pointer"] for e in errors] == ["/name"]


async def test_nul_that_reaches_the_database_is_the_callers_mistake(broken: AsyncClient) -> None:
    problem(await broken.post("/nul"), 422, "not-text")


# Language


@pytest.mark.parametrize(
    ("wish", "language", "title"),
    [
        ("", "zh-CN", "有 1 处内容需要改正。"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "有 1 处内容需要改正。"),
        ("fr, en-GB;q=0.9, zh", "en", "1 values need attention."),
        ("en", "en", "1 values need attention."),
        ("fr", "zh-CN", "有 1 处内容需要改正。"),
    ],
)
async def test_language_follows_accept_language(
    broken: AsyncClient, wish: str, language: str, title: str
) -> None:
    answer = await broken.post(
        "/things", json={"name": "一"}, headers={"accept-language": wish} if wish else {}
    )
    document = problem(answer, 422, "invalid-input")
    assert (answer.headers["content-language"], document["title"]) == (language, title)


async def test_code_is_the_same_in_every_language(broken: AsyncClient) -> None:
    zh = problem(await broken.get("/refusals/1"), 409, "shut")
    en = problem(await broken.get("/refusals/1", headers={"accept-language": "en"}), 409, "shut")
    assert (zh["title"], en["title"]) == ("“第0扇门”已关闭。", "“第0扇门” is shut.")
    assert zh["reasons"][0]["code"] == en["reasons"][0]["code"] == "shut"


# Several reasons


async def test_one_reason_stands_alone_and_several_together(broken: AsyncClient) -> None:
    one = problem(await broken.get("/refusals/1"), 409, "shut")
    assert (len(one["reasons"]), one["errors"], one["rule"]) == (1, [], {"clause": "第九条"})
    several = problem(await broken.get("/refusals/3"), 409, "several-reasons")
    assert [reason["code"] for reason in several["reasons"]] == ["shut"] * 3
    assert (await broken.get("/refusals/0")).status_code == 200


async def test_wrong_values_are_errors_and_obstacles_are_reasons(broken: AsyncClient) -> None:
    wrong = problem(await broken.get("/mistakes"), 422, "invalid-input")
    assert ([e["pointer"] for e in wrong["errors"]], wrong["reasons"]) == (["/a", "/b"], [])
    mixed = problem(await broken.get("/mixed"), 409, "several-reasons")
    assert ([r["code"] for r in mixed["reasons"]], mixed["errors"]) == (["odd", "shut"], [])


# Addresses, methods, conditions


@pytest.mark.parametrize(
    "path", ["/nowhere", "/regulations/a/b", "/cycles/e77f3f4d-88c5-4374-a03d-91b5d4331ab0/nowhere"]
)
async def test_unknown_path_is_not_found(client: AsyncClient, path: str) -> None:
    problem(await client.get(path), 404, "not-found")


async def test_method_not_taken_is_405_and_names_those_that_are(client: AsyncClient) -> None:
    answer = await client.delete("/authorities")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST"


async def test_identifier_of_wrong_form_is_refused_with_its_place(
    client: AsyncClient, ground: Ground
) -> None:
    caller = await make_caller(ground)
    answer = await client.get("/applications/1", **caller.auth)
    errors = problem(answer, 422, "invalid-input")["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("/path/application_id", "wrong-form")]


async def test_missing_if_match_is_428(client: AsyncClient, ground: Ground) -> None:
    caller = await make_caller(ground)
    answer = await client.put(f"/applications/{uuid4()}/form", json={}, **caller.auth)
    problem(answer, 428, "if-match-missing")


async def test_what_one_may_not_see_answers_like_what_does_not_exist(
    client: AsyncClient, ground: Ground
) -> None:
    office = await make_office(ground, launched=False)
    stranger = await make_caller(ground)
    hidden = (await client.get(office.path(), **stranger.auth)).json()
    absent = (await client.get(f"/cycles/{uuid4()}", **stranger.auth)).json()
    assert hidden.pop("instance") != absent.pop("instance")
    assert hidden == absent


# Faults


async def test_fault_tells_nothing_of_its_cause(
    broken: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await broken.get("/fault")
    document = problem(answer, 500, "fault")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    assert set(document) == {
        "type",
        "title",
        "status",
        "detail",
        "code",
        "instance",
        "errors",
        "reasons",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "hunter2" in caplog.text  # whoever keeps the service needs the cause


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "57014"])
async def test_lost_race_asks_to_send_again(broken: AsyncClient, state: str) -> None:
    answer = await broken.post(f"/states/{state}")
    problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "2"
    assert "secret" not in answer.text


async def test_full_disk_of_the_database_is_told_as_such(broken: AsyncClient) -> None:
    problem(await broken.post("/states/53100"), 507, "storage-full")


@pytest.mark.parametrize("state", ["23505", "42P01", "P0001"])
async def test_other_trouble_of_the_database_is_a_fault(broken: AsyncClient, state: str) -> None:
    answer = await broken.post(f"/states/{state}")
    problem(answer, 500, "fault")
    assert "secret" not in answer.text


# What is documented


def test_every_family_has_its_own_status() -> None:
    assert len(set(STATUS.values())) == len(STATUS)
    assert all(status_of(family) == status for family, status in STATUS.items())


def test_documented_answers_are_grouped_by_status() -> None:
    listed = answers(Shut, Odd)
    assert sorted(map(str, listed)) == ["409", "422"]
    assert set(listed[409]["content"]["application/problem+json"]["examples"]) == {"shut"}
