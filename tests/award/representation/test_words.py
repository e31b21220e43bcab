"""Whose word counts is the regulation's; a portal's word stands on the office's list."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.catalogue import loader
from app.platform.accounts.models import Organisation
from app.platform.ground import Ground
from tests.award.representation.speakers import (
    DECISION,
    ENDING,
    accepted,
    act,
    agent_of,
    claim,
    claimed,
    draft,
    in_log,
    open_office,
    paper,
    register,
    seen,
    submission,
    told,
)
from tests.clock import MovableClock
from tests.factories import BINHU, Caller, Office, credit_code, make_caller, refresh_token
from tests.platform.accounts.portals import Vouching, registered
from tests.platform.http.test_once import attach

pytestmark = pytest.mark.anyio
MISSING = "mandate-missing"
Token = dict[str, Any]


@pytest.fixture
async def portal(ground: Ground, client: AsyncClient) -> Vouching:
    return await registered(ground, client)


async def office_with(ground: Ground, client: AsyncClient, speaking: str) -> Office:
    """An office whose regulation says so of who speaks."""
    text = loader.regulation_text(BINHU)
    asked = f"kind: intake\n    speaking: {{{speaking}}}\n"
    changed = text.replace("kind: intake\n", asked, 1)
    assert changed != text
    return await open_office(ground, client, regulation_text=changed)


async def person(client: AsyncClient, portal: Vouching, **said: Any) -> tuple[Caller, str]:
    """Somebody who comes by the portal, and the organisation they speak for."""
    token = await portal.let_in(**said)
    me = (await client.get("/auth/me", **token)).json()
    bearer = token["headers"]["Authorization"].removeprefix("Bearer ")
    caller = Caller(me["person_id"], me["account_id"], me["name"], bearer)
    (role,) = me["roles"]
    return caller, role["scope"]


async def listed(client: AsyncClient, office: Office) -> list[dict[str, Any]]:
    desk = f"/programmes/{office.programme_id}/mandates"
    items: list[dict[str, Any]] = (await client.get(desk, **office.clerk.auth)).json()["items"]
    return items


async def test_whom_a_portal_stands_for_is_on_the_list_of_the_office(
    ground: Ground, client: AsyncClient, portal: Vouching
) -> None:
    office = await open_office(ground, client)
    speaker, organisation = await person(client, portal)
    assert await listed(client, office) == []
    first = await draft(client, office, speaker, organisation)
    await draft(client, office, speaker, organisation)
    (line,) = await listed(client, office)
    assert (line["kind"], line["status"], line["by"]) == ("portal", "accepted", portal.name)
    assert (line["organisation_id"], line["person"]) == (organisation, speaker.name)
    assert line["created_at"]
    assert MISSING not in await submission(client, speaker, first)


async def test_word_the_office_has_ended_comes_back_by_the_office_alone(
    ground: Ground, client: AsyncClient, portal: Vouching
) -> None:
    office, code = await open_office(ground, client), credit_code()
    speaker, organisation = await person(client, portal, sub="s-1", credit_code=code)
    begun = await draft(client, office, speaker, organisation)
    (line,) = await listed(client, office)
    ended = await act(client, office.clerk, line["id"], "ending", **ENDING)
    assert ended.status_code == 204
    assert (await client.get(f"/applications/{begun}", **speaker.auth)).status_code == 404
    again, same = await person(client, portal, sub="s-1", credit_code=code)
    assert same == organisation
    assert await seen(client, again) == []
    before = await in_log(ground, office)
    body = {"cycle_id": str(office.cycle_id), "organisation_id": organisation}
    anew = await client.post("/applications", json=body | {"track": "organisation"}, **again.auth)
    assert (anew.status_code, anew.json()["code"]) == (409, MISSING)
    asked = {"programme_id": str(office.programme_id), "organisation_id": organisation}
    asking = await client.post("/mandates", json=asked, **again.auth)
    assert (asking.status_code, asking.json()["code"]) == (409, "portal-word-ended")
    own = await act(client, again, line["id"], "restoration", **DECISION)
    assert (own.status_code, own.json()["code"]) == (403, "not-allowed")
    assert await in_log(ground, office) == before
    assert [one["status"] for one in await listed(client, office)] == ["ended"]
    restored = await act(client, office.clerk, line["id"], "restoration", **DECISION)
    assert (restored.status_code, restored.json()["status"]) == (200, "accepted")
    assert await seen(client, again) == [begun]
    assert MISSING not in await submission(client, again, begun)
    assert set(await told(client, again)) == {"mandate-accepted", "mandate-ended"}


async def test_only_a_portals_word_is_restored(ground: Ground, client: AsyncClient) -> None:
    office = await open_office(ground, client)
    _, _, made = await accepted(client, office)
    await act(client, office.clerk, made["id"], "ending", **ENDING)
    refused = await act(client, office.clerk, made["id"], "restoration", **DECISION)
    assert (refused.status_code, refused.json()["code"]) == (409, "no-portals-word")
    assert [one["status"] for one in await listed(client, office)] == ["ended"]


async def test_colleague_who_came_by_the_portal_asks_to_stand_on_the_list(
    ground: Ground, client: AsyncClient, portal: Vouching
) -> None:
    office, code = await open_office(ground, client), credit_code()
    speaker, organisation = await person(client, portal, credit_code=code)
    begun = await draft(client, office, speaker, organisation)
    colleague, _ = await person(client, portal, credit_code=code, name="王五")
    assert await seen(client, colleague) == []
    body = {"programme_id": str(office.programme_id), "organisation_id": organisation}
    stands = await client.post("/mandates", json=body, **colleague.auth)
    assert (stands.status_code, stands.json()["status"]) == (201, "accepted"), stands.text
    assert await seen(client, colleague) == [begun]
    twice = await client.post("/mandates", json=body, **colleague.auth)
    assert (twice.status_code, twice.json()["code"]) == (409, "mandate-held")
    nobody = await make_caller(ground)
    own = await register(client, nobody, credit_code())
    wordless = await client.post("/mandates", json=body | {"organisation_id": own}, **nobody.auth)
    assert (wordless.status_code, wordless.json()["code"]) == (409, "portal-word-missing")


@pytest.mark.parametrize(
    ("speaking", "assurance", "believed"),
    [
        ("portal: refused", "l3", False),
        ("levels: [l4]", "l3", False),
        ("levels: [l4]", "l4", True),
        ("portal: accepted", "l3", True),
    ],
)
async def test_regulation_says_whether_and_at_which_level_a_portal_is_believed(
    ground: Ground,
    client: AsyncClient,
    portal: Vouching,
    speaking: str,
    assurance: str,
    *,
    believed: bool,
) -> None:
    office = await office_with(ground, client, speaking)
    speaker, organisation = await person(client, portal, assurance=assurance)
    begun = await draft(client, office, speaker, organisation)
    before = await in_log(ground, office)
    assert (MISSING not in await submission(client, speaker, begun)) is believed
    assert await in_log(ground, office) == before
    assert bool(await listed(client, office)) is believed
    body = {"programme_id": str(office.programme_id), "organisation_id": organisation}
    asking = await client.post("/mandates", json=body, **speaker.auth)
    assert asking.json()["code"] == ("mandate-held" if believed else "portal-word-missing")
    papers = await claim(client, office, speaker, organisation)
    await act(client, office.clerk, papers.json()["id"], "acceptance", **DECISION)
    assert MISSING not in await submission(client, speaker, begun)


async def test_agents_only_draft_where_the_regulation_says_so(
    ground: Ground, client: AsyncClient
) -> None:
    office = await office_with(ground, client, "agents: draft")
    head, organisation, made = await accepted(client, office)
    agent, _ = await agent_of(client, ground, head, made["id"])
    begun = await draft(client, office, agent, organisation)
    before = await in_log(ground, office)
    codes = await submission(client, agent, begun)
    assert "agent-only-drafts" in codes
    assert len(codes) > 2, "all reasons at once"
    assert await in_log(ground, office) == before
    assert (await client.get(f"/applications/{begun}", **agent.auth)).json()["status"] == "draft"
    assert "agent-only-drafts" not in await submission(client, head, begun)


async def test_without_papers_whoever_drafts_submits_until_papers_come(
    ground: Ground, client: AsyncClient
) -> None:
    office, code = await office_with(ground, client, "papers: not_asked"), credit_code()
    first = await make_caller(ground)
    organisation = await register(client, first, code)
    begun = await draft(client, office, first, organisation)
    await complete(client, first, begun)
    true = await make_caller(ground)
    of_true = await register(client, true, code)
    theirs = await draft(client, office, true, of_true)
    assert MISSING not in await submission(client, true, theirs)
    sent = await client.post(
        f"/applications/{begun}/submission", **first.with_headers(Idempotency_Key="first-one")
    )
    assert sent.status_code == 201, sent.text
    async with ground.database.reading() as db:
        known = await db.get(Organisation, organisation)
        assert known is not None
        assert known.confirmed_at is not None
    before = await in_log(ground, office)
    assert MISSING in await submission(client, true, theirs), "the code is known by now"
    assert await in_log(ground, office) == before
    papers = (await claim(client, office, true, of_true)).json()
    settled = await act(client, office.clerk, papers["id"], "acceptance", **DECISION)
    assert settled.json()["organisation_id"] == organisation
    assert set(await seen(client, true)) == {begun, theirs}
    assert await seen(client, first) == []
    assert (await client.get("/auth/me", **first.auth)).json()["roles"] == []
    headers = first.with_headers(Idempotency_Key="withdraw-it")
    gone = await client.post(f"/applications/{begun}/withdrawal", **headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "application-not-found")


async def complete(client: AsyncClient, speaker: Caller, application: str) -> None:
    """Everything that the submission asks for."""
    form = {"registered_on": "2009-06-18", "employees": 3, "industry": "C34", "contact_name": "李"}
    headers = speaker.with_headers(If_Match='"v1"')
    saved = await client.put(f"/applications/{application}/form", json=form, **headers)
    assert saved.status_code == 200, saved.text
    for document in ("申报表", "自评报告", "证实性材料"):
        await attach(client, speaker, application, document)


async def test_who_is_accepted_towards_one_programme_sees_nothing_towards_another(
    ground: Ground, client: AsyncClient
) -> None:
    here, there = await open_office(ground, client), await open_office(ground, client)
    head, organisation, made = await accepted(client, here)
    agent, _ = await agent_of(client, ground, head, made["id"])
    ours = await draft(client, here, head, organisation)
    own = await draft(client, there, agent, organisation)
    assert await seen(client, head) == [ours], "what the agent has begun there is their own"
    assert set(await seen(client, agent)) == {ours, own}
    assert (await client.get(f"/applications/{own}", **head.auth)).status_code == 404
    papers = (await claim(client, there, head, organisation)).json()
    await act(client, there.clerk, papers["id"], "acceptance", **DECISION)
    assert set(await seen(client, head)) == {ours, own}
    assert await seen(client, agent) == [ours], "that office has accepted somebody else"
    for method, path in (("GET", ""), ("POST", "/withdrawal"), ("GET", "/sections")):
        headers = agent.with_headers(Idempotency_Key="withdraw-it")
        refused = await client.request(method, f"/applications/{own}{path}", **headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "application-not-found")
    body = {"cycle_id": str(there.cycle_id), "organisation_id": organisation}
    anew = await client.post("/applications", json=body | {"track": "organisation"}, **agent.auth)
    assert (anew.status_code, anew.json()["code"]) == (409, MISSING)


async def test_agents_of_a_rival_who_was_first_end_with_the_rival(
    ground: Ground, client: AsyncClient
) -> None:
    office, code = await open_office(ground, client), credit_code()
    rival, _, theirs = await accepted(client, office, code)
    crony, held = await agent_of(client, ground, rival, theirs["id"])
    waiting = await make_caller(ground)
    login = (await client.get("/auth/me", **waiting.auth)).json()["login"]
    invited = await act(client, rival, theirs["id"], "agents", login=login)
    true, provisional, ours = await claimed(client, office, code)
    begun = await draft(client, office, true, provisional)
    assert (await act(client, office.clerk, ours["id"], "acceptance", **DECISION)).is_success
    for one in (rival, crony):
        assert (await client.get(f"/applications/{begun}", **one.auth)).status_code == 404
        assert (await client.get("/auth/me", **one.auth)).json()["roles"] == []
    assert (await client.get(f"/mandates/{held}", **crony.auth)).json()["status"] == "ended"
    late = await act(client, waiting, invited.json()["id"], "joining")
    assert (late.status_code, late.json()["code"]) == (409, "move-not-possible")


async def test_hand_over_to_somebody_no_letter_names_is_told_to_the_office(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, _, made = await accepted(client, office)
    _, held = await agent_of(client, ground, head, made["id"])
    assert (await act(client, head, made["id"], "handover", to=held)).status_code == 200
    assert set(await told(client, office.clerk)) == {"mandate-handed-on", "mandate-claimed"}
    assert (await act(client, office.clerk, held, "ending", **ENDING)).status_code == 204


async def test_only_an_agent_who_has_joined_just_this_organisation_is_handed_to(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, _, made = await accepted(client, office)
    stranger, _, elsewhere = await accepted(client, office)
    foreign, of_foreign = await agent_of(client, ground, stranger, elsewhere["id"])
    before = await in_log(ground, office)
    for to in (of_foreign, elsewhere["id"]):
        refused = await act(client, head, made["id"], "handover", to=to)
        assert (refused.status_code, refused.json()["code"]) == (422, "no-agent")
    assert await in_log(ground, office) == before
    letter = await paper(client, foreign)
    body = {
        "programme_id": str(office.programme_id),
        "organisation_id": made["organisation_id"],
        "letter": letter,
    }
    claims = await client.post("/mandates", json=body, **foreign.auth)
    assert claims.status_code == 404, "an agent of another firm does not even find it"


async def test_letter_that_has_run_out_leads_nobody_and_is_renewed_by_a_claim(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    here, there = await open_office(ground, client), await open_office(ground, client)
    last = f"{clock.now.date():%Y-%m-%d}"
    head, organisation, made = await accepted(client, here, valid_until=last)
    papers = (await claim(client, there, head, organisation)).json()
    await act(client, there.clerk, papers["id"], "acceptance", **DECISION)
    clock.move(days=2)
    guest = await make_caller(ground)
    for one in (head, here.clerk):
        await refresh_token(ground, one)
    login = (await client.get("/auth/me", **guest.auth)).json()["login"]
    refused = await act(client, head, made["id"], "agents", login=login)
    assert (refused.status_code, refused.json()["code"]) == (422, "mandate-over")
    await act(client, there.clerk, papers["id"], "ending", **ENDING)
    alone = await claim(client, here, head, organisation)
    assert alone.status_code == 201, "who registered it may always claim anew"
    renewed = await act(client, here.clerk, alone.json()["id"], "acceptance", **DECISION)
    assert renewed.json()["status"] == "accepted"
    assert (await client.get("/auth/me", **head.auth)).json()["roles"] != []


async def test_whoever_left_keeps_a_session_and_sees_nothing(
    ground: Ground, client: AsyncClient, portal: Vouching
) -> None:
    office, code = await open_office(ground, client), credit_code()
    answer = await portal.present(portal.signed(sub="left", credit_code=code))
    tokens = answer.json()
    token = {"headers": {"Authorization": f"Bearer {tokens['access_token']}"}}
    (role,) = (await client.get("/auth/me", **token)).json()["roles"]
    body = {"cycle_id": str(office.cycle_id), "organisation_id": role["scope"]}
    begun = await client.post("/applications", json=body | {"track": "organisation"}, **token)
    (line,) = await listed(client, office)
    await act(client, office.clerk, line["id"], "ending", **ENDING)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = (await client.post("/auth/token", data=form)).json()["access_token"]
    for held in (tokens["access_token"], fresh):
        token = {"headers": {"Authorization": f"Bearer {held}"}}
        place = f"/applications/{begun.json()['id']}"
        assert (await client.get(place, **token)).status_code == 404
        assert (await client.get("/applications", **token)).json()["items"] == []
