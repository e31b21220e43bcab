"""Notices over HTTP: draft, change, post; who may and who may not."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.award.applications.models import Application
from app.award.roles import Role
from app.award.stages.lifecycle import Result
from app.award.stages.models import Outcome
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from tests.award.granting.steps import declare
from tests.award.publicity.steps import POSTING, Board, board, drafted, notice, posted
from tests.clock import START
from tests.factories import entries_in, make_caller, make_firm, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def test_draft_lists_the_awardees_to_be(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    path = at.office.path("/stages/notice/notices")
    answer = await client.post(path, json=notice(), **at.office.clerk.auth)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert (view["status"], view["stage"], view["digest"]) == ("draft", "notice", None)
    assert [one["application_code"] for one in view["awardees"]] == at.codes
    assert {one["tier"] for one in view["awardees"]} == {"award"}
    assert answer.headers["etag"] == '"v1"'
    listed = await client.get(at.office.path("/notices"), **at.office.supervisor.auth)
    assert [one["id"] for one in listed.json()] == [view["id"]]
    assert (await at.state())[2] == ["notice:draft"]


async def test_an_interest_hides_a_line_of_the_draft_and_forbids_every_act(
    ground: Ground, client: AsyncClient
) -> None:
    at = await board(ground)
    office = at.office
    ours = next(iter(office.firms.values()))
    clerk = await make_caller(ground, (Role.CLERK, office.programme_id))
    head = await make_caller(ground, (Role.HEAD, office.programme_id))
    for person in (clerk, head):
        await declare(ground, person, ours)
    path = office.path("/stages/notice/notices")
    before = await at.state()
    refused = await client.post(path, json=notice(), **clerk.auth)
    await at.assert_refused(before, refused, 403, "recusal-needed")
    view = await drafted(client, at)
    assert view["hidden"] == 0
    before = await at.state()
    for person in (clerk, head):
        (seen,) = (await client.get(office.path("/notices"), **person.auth)).json()
        assert (len(seen["awardees"]), seen["hidden"], ours.name in str(seen)) == (1, 1, False)
    assert seen["actions"] == [{"move": "post", "allowed": False, "reasons": ["recusal-needed"]}]
    change = await client.put(
        f"/notices/{view['id']}", json=notice(), **clerk.with_headers(If_Match='"v1"')
    )
    await at.assert_refused(before, change, 403, "recusal-needed")
    post = await client.post(f"/notices/{view['id']}/posting", json=POSTING, **head.auth)
    await at.assert_refused(before, post, 403, "recusal-needed")


async def test_clerk_drafts_but_only_the_head_posts(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    assert view["actions"] == []
    before = await at.state()
    path = f"/notices/{view['id']}/posting"
    refused = await client.post(path, json=POSTING, **at.office.clerk.auth)
    await at.assert_refused(before, refused, 403, "not-allowed")
    seen = await client.get(at.office.path("/notices"), **at.office.head.auth)
    assert seen.json()[0]["actions"] == [{"move": "post", "allowed": True, "reasons": []}]


async def test_second_notice_of_a_round_is_refused(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await drafted(client, at)
    before = await at.state()
    path = at.office.path("/stages/notice/notices")
    again = await client.post(path, json=notice(), **at.office.head.auth)
    await at.assert_refused(before, again, 409, "notice-exists")


async def test_of_two_drafts_at_once_one_counts(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    path = at.office.path("/stages/notice/notices")
    answers = await asyncio.gather(
        client.post(path, json=notice(), **at.office.clerk.auth),
        client.post(path, json=notice(), **at.office.head.auth),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert (await at.state())[2] == ["notice:draft"]


async def test_draft_in_a_stage_of_another_kind_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    made = await entries_in(office, "government", 1)
    at = Board(office, [entry for _, entry in made], [])
    before = await at.state()
    path = office.path("/stages/government/notices")
    refused = await client.post(path, json=notice(), **office.clerk.auth)
    await at.assert_refused(before, refused, 409, "not-a-publicity")
    waiting = await client.post(
        office.path("/stages/notice/notices"), json=notice(), **office.clerk.auth
    )
    await at.assert_refused(before, waiting, 409, "stage-not-open")


async def test_who_may_not_draft(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    before = await at.state()
    path = at.office.path("/stages/notice/notices")
    judge = await make_caller(ground, (Role.JUDGE, at.office.programme_id))
    for stranger in ((await make_firm(ground)).speaker, judge, at.office.supervisor):
        refused = await client.post(path, json=notice(), **stranger.auth)
        await at.assert_refused(before, refused, 403, "not-allowed")
    await at.assert_refused(before, await client.post(path, json=notice()), 401, "sign-in-needed")


async def test_draft_is_changed_by_whoever_read_it(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    path, body = f"/notices/{view['id']}", notice(title="更正后的公示")
    answer = await client.put(path, json=body, **at.office.head.with_headers(If_Match='"v1"'))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["title"], answer.headers["etag"]) == ("更正后的公示", '"v2"')
    before = await at.state()
    stale = await client.put(path, json=body, **at.office.clerk.with_headers(If_Match='"v1"'))
    await at.assert_refused(before, stale, 412, "stale")
    blind = await client.put(path, json=body, **at.office.clerk.auth)
    await at.assert_refused(before, blind, 428, "if-match-missing")


async def test_posting_freezes_text_and_list(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await posted(client, at)
    assert (view["status"], view["from"], view["to"]) == ("posted", "2026-03-03", "2026-03-09")
    assert (view["ends_at"], view["provisional"]) == ("2026-03-09T16:00:00Z", False)
    async with ground.database.writing() as db:
        db.add(Outcome(entry_id=at.entries[0], result=Result.WITHDRAWN, decided_at=ground.clock()))
    public = (await client.get(f"/notices/{view['code']}")).json()
    assert [one["application_code"] for one in public["awardees"]] == at.codes
    assert digest_text(public["content"]) == public["digest"] == view["digest"]
    frozen = json.loads(public["content"])
    assert [one["application"] for one in frozen["awardees"]] == at.codes
    assert (frozen["from"], frozen["to"]) == (public["from"], public["to"])
    assert (await at.state())[2] == ["notice:draft", "notice:post"]


async def test_notice_names_the_awardee_with_the_organisation_beside_it(
    ground: Ground, client: AsyncClient
) -> None:
    at = await board(ground)
    async with ground.database.writing() as db:
        application = await db.scalar(select(Application).where(Application.code == at.codes[0]))
        assert application is not None
        application.awardee = "一线班组"
        firm = at.office.firms[application.id]
    view = await posted(client, at)
    public = (await client.get(f"/notices/{view['code']}")).json()
    named, *others = public["awardees"]
    assert (named["awardee"], named["organisation"]) == ("一线班组", firm.name)
    assert all(each["awardee"] == each["organisation"] for each in others)
    frozen, *rest = json.loads(public["content"])["awardees"]
    assert (frozen["awardee"], frozen["organisation"]) == ("一线班组", firm.name)
    assert not any("awardee" in each for each in rest)


async def test_dry_run_of_a_posting_keeps_nothing(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    before = await at.state()
    path = f"/notices/{view['id']}/posting?dry_run=true"
    answer = await client.post(path, json=POSTING, **at.office.head.auth)
    assert (answer.status_code, answer.json()["to"]) == (200, "2026-03-09")
    assert await at.state() == before


async def test_posted_notice_does_not_change(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await posted(client, at)
    before = await at.state()
    again = await client.post(f"/notices/{view['id']}/posting", json=POSTING, **at.office.head.auth)
    await at.assert_refused(before, again, 409, "move-not-possible")
    changed = await client.put(
        f"/notices/{view['id']}", json=notice(), **at.office.head.with_headers(If_Match='"v2"')
    )
    await at.assert_refused(before, changed, 409, "notice-posted")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"posted_at": "2026-03-02T01:00:01Z"}, "posted-in-future"),
        ({"posted_at": "9999-12-31T23:59:59Z"}, "posted-in-future"),
        ({"posted_at": "2026-03-02T00:59:59Z"}, "posted-before-stage"),
        ({"posted_at": "0001-01-01T00:00:00+14:00"}, "posted-before-stage"),
        ({"posted_at": "2026-03-02T01:00:00"}, "wrong-value"),
        ({"url": "javascript:alert(1)"}, "wrong-form"),
    ],
)
async def test_impossible_posting_is_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], code: str
) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    before = await at.state()
    path = f"/notices/{view['id']}/posting"
    refused = await client.post(path, json=POSTING | changes, **at.office.head.auth)
    await at.assert_refused(before, refused, 422, code)


async def test_draft_is_nobodys_business(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    before = await at.state()
    assert (await client.get(f"/notices/{view['code']}")).status_code == 404
    assert (await client.get(f"/notices?cycle={at.office.cycle_id}")).json()["items"] == []
    judge = await make_caller(ground, (Role.JUDGE, at.office.programme_id))
    firm = next(iter(at.office.firms.values()))
    other = await make_office(ground)
    for stranger in ((await make_firm(ground)).speaker, firm.speaker, judge, other.head):
        refused = await client.post(f"/notices/{view['id']}/posting", json=POSTING, **stranger.auth)
        await at.assert_refused(before, refused, 404, "notice-not-found")
        changed = await client.put(
            f"/notices/{view['id']}", json=notice(), **stranger.with_headers(If_Match='"v1"')
        )
        await at.assert_refused(before, changed, 404, "notice-not-found")
        assert (await client.get(at.office.path("/notices"), **stranger.auth)).json() == []


async def test_unknown_notice_is_not_found(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    missing = await client.post(f"/notices/{uuid4()}/posting", json=POSTING, **at.office.head.auth)
    assert (missing.status_code, missing.json()["code"]) == (404, "notice-not-found")
    assert (await client.get("/notices/GS-000000-00000000")).status_code == 404


async def test_posted_notices_are_listed_for_everybody(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await posted(client, at)
    answer = await client.get(f"/notices?cycle={at.office.cycle_id}")
    (line,) = answer.json()["items"]
    assert (line["code"], line["digest"]) == (view["code"], view["digest"])
    assert line["posted_at"] == START.isoformat().replace("+00:00", "Z")


async def test_reads_run_the_same_statements_for_one_awardee_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    counts: dict[str, list[int]] = {"line": [], "public": [], "office": []}
    for awardees in (1, 3):
        at = await board(ground, awardees)
        view = await posted(client, at)
        for name, path in (
            ("line", f"/notices?cycle={at.office.cycle_id}"),
            ("public", f"/notices/{view['code']}"),
            ("office", at.office.path("/notices")),
        ):
            with counting(ground) as sent:
                answer = await client.get(path, **at.office.head.auth)
            assert answer.status_code == 200, answer.text
            counts[name].append(len(sent))
    assert counts == {"line": [1, 1], "public": [2, 2], "office": [5, 5]}


async def test_posted_lines_are_never_changed(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    with pytest.raises(DBAPIError, match=r"permission denied|never changed"):
        async with ground.database.writing() as db:
            await db.execute(
                text("UPDATE notice_line SET organisation = '某公司' WHERE entry_id = :entry"),
                {"entry": at.entries[0]},
            )
