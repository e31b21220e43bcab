"""Who speaks for an organisation: told by applicant, rival, agent of another firm, and office."""

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.platform.accounts.models import RoleGrant
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.award.representation.speakers import (
    DECISION,
    ENDING,
    REFUSAL,
    accepted,
    act,
    agent_of,
    claim,
    claimed,
    draft,
    in_log,
    login_of,
    open_office,
    register,
    seen,
    submission,
    told,
)
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    credit_code,
    make_caller,
    make_firm,
    refresh_token,
)

pytestmark = pytest.mark.anyio

MISSING = "mandate-missing"


async def acts(ground: Ground, subject: str) -> set[str]:
    async with ground.database.reading() as db:
        rows = await db.scalars(select(AuditEvent.act).where(AuditEvent.subject == subject))
        return set(rows)


async def moves(client: AsyncClient, caller: Caller, path: str) -> dict[str, list[str]]:
    """The moves offered, with what stands against each."""
    listed = (await client.get(path, **caller.auth)).json()["actions"]
    return {one["move"]: one["reasons"] for one in listed}


async def test_applicant_drafts_at_once_and_submits_once_the_office_has_accepted(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    speaker, organisation, made = await claimed(client, office)
    application = await draft(client, office, speaker, organisation)
    before = await in_log(ground, office)
    assert MISSING in await submission(client, speaker, application)
    assert await in_log(ground, office) == before
    place = f"/applications/{application}"
    assert (await client.get(place, **speaker.auth)).json()["status"] == "draft"
    assert (await moves(client, speaker, place))["submit"] == [MISSING]
    assert await told(client, office.clerk) == ["mandate-claimed"]
    assert set(await moves(client, office.clerk, f"/mandates/{made['id']}")) == {
        "accept",
        "refuse",
        "end",
        "restore",
    }
    answer = await act(client, office.clerk, made["id"], "acceptance", **DECISION)
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert await told(client, speaker) == ["mandate-accepted"]
    assert (await moves(client, speaker, place))["submit"] == []
    assert MISSING not in await submission(client, speaker, application)
    assert await acts(ground, made["id"]) == {"mandate:claim", "mandate:accept"}


async def test_office_weighs_the_papers_and_every_look_is_logged(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    code = credit_code()
    wrong = code[:-1] + next(c for c in "0123456789" if c != code[-1])
    speaker, _, made = await claimed(client, office, wrong)
    desk = f"/programmes/{office.programme_id}/mandates"
    (line,) = (await client.get(desk, params={"status": "claimed"}, **office.clerk.auth)).json()[
        "items"
    ]
    assert (line["id"], line["doubts"]) == (made["id"], ["credit-code-check"])
    place = f"/mandates/{made['id']}"
    view = (await client.get(f"{place}/claim", **office.clerk.auth)).json()
    assert [one["paper"] for one in view["papers"]] == ["letter", "licence"]
    assert (view["rivals"], view["administrator"]) == ([], None)
    opened = await client.get(f"{place}/papers/letter", **office.clerk.auth)
    assert opened.status_code == 200
    assert opened.content.startswith(b"%PDF")
    assert (await client.get(f"{place}/claim", **speaker.auth)).status_code == 403
    assert (await client.get(desk, **speaker.auth)).status_code == 403
    refused = await act(client, office.head, made["id"], "refusal", **REFUSAL)
    assert refused.json()["reason"] == REFUSAL["reason"]
    assert await told(client, speaker) == ["mandate-refused"]
    assert await acts(ground, made["id"]) == {
        "mandate:claim",
        "mandate:examine",
        "mandate:open-paper",
        "mandate:refuse",
    }


async def test_rival_who_claims_the_same_code_sees_nothing_and_one_decision_settles_it(
    ground: Ground, client: AsyncClient
) -> None:
    office, code = await open_office(ground, client), credit_code()
    mine, of_mine, first = await claimed(client, office, code, "真公司")
    rival, of_rival, second = await claimed(client, office, code, "假公司")
    ours = await draft(client, office, mine, of_mine)
    theirs = await draft(client, office, rival, of_rival)
    assert (await seen(client, mine), await seen(client, rival)) == ([ours], [theirs])
    assert (await client.get(f"/applications/{ours}", **rival.auth)).status_code == 404
    assert (await client.get(f"/mandates/{first['id']}", **rival.auth)).status_code == 404
    lines = (
        await client.get(
            f"/programmes/{office.programme_id}/mandates",
            params={"credit_code": code},
            **office.clerk.auth,
        )
    ).json()["items"]
    assert [one["doubts"] for one in lines] == [["disputed"], ["disputed"]]
    view = (await client.get(f"/mandates/{first['id']}/claim", **office.clerk.auth)).json()
    assert [one["id"] for one in view["rivals"]] == [second["id"]]
    await act(client, office.clerk, first["id"], "acceptance", **DECISION)
    lost = (await client.get(f"/mandates/{second['id']}", **rival.auth)).json()
    assert (lost["status"], "由他人代表" in lost["reason"]) == ("refused", True)
    assert await told(client, rival) == ["mandate-refused"]
    late = await act(client, office.clerk, second["id"], "acceptance", **DECISION)
    assert (late.status_code, late.json()["code"]) == (409, "move-not-possible")
    assert await seen(client, rival) == [theirs]
    assert MISSING in await submission(client, rival, theirs)
    assert (await client.get(f"/applications/{ours}", **rival.auth)).status_code == 404


async def test_agents_are_invited_join_and_learn_nothing_of_another_firm(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, organisation, made = await accepted(client, office)
    stranger, elsewhere, other = await accepted(client, office)
    application = await draft(client, office, head, organisation)
    agent = await make_caller(ground)
    invited = await act(client, head, made["id"], "agents", login=await login_of(client, agent))
    assert await told(client, agent) == ["mandate-invited"]
    assert await seen(client, agent) == []
    again = await act(client, head, made["id"], "agents", login=await login_of(client, agent))
    assert (again.status_code, again.json()["code"]) == (409, "mandate-held")
    nobody = await act(client, head, made["id"], "agents", login="nobody.of.that.name")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "login-unknown")
    await act(client, agent, invited.json()["id"], "joining")
    assert await seen(client, agent) == [application]
    assert MISSING not in await submission(client, agent, application)
    for one in (made["id"], invited.json()["id"]):
        for move, body in (("ending", ENDING), ("handover", {"to": other["id"]}), ("joining", {})):
            refused = await act(client, stranger, one, move, **body)
            assert (refused.status_code, refused.json()["code"]) == (404, "mandate-not-found")
    assert (await client.get(f"/applications/{application}", **stranger.auth)).status_code == 404
    assert [one["organisation_id"] for one in await mandates(client, stranger)] == [elsewhere]
    assert {one["id"] for one in await mandates(client, head)} == {
        made["id"],
        invited.json()["id"],
    }
    assert [one["id"] for one in await mandates(client, agent)] == [invited.json()["id"]]
    ended = await act(client, head, invited.json()["id"], "ending", **ENDING)
    assert ended.status_code == 204
    assert await seen(client, agent) == []
    assert "mandate-ended" in await told(client, agent)


async def mandates(client: AsyncClient, caller: Caller) -> list[dict[str, str]]:
    items: list[dict[str, str]] = (await client.get("/mandates", **caller.auth)).json()["items"]
    return items


async def test_agent_may_not_lead_and_an_invitation_may_be_declined(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, _, made = await accepted(client, office)
    agent, held = await agent_of(client, ground, head, made["id"])
    for move, body in (("agents", {"login": "whoever"}), ("handover", {"to": made["id"]})):
        refused = await act(client, agent, held, move, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    guest = await make_caller(ground)
    invited = await act(client, head, made["id"], "agents", login=await login_of(client, guest))
    declined = await act(client, guest, invited.json()["id"], "declining")
    assert declined.json()["status"] == "declined"
    me = (await client.get("/auth/me", **guest.auth)).json()
    assert me["roles"] == []


async def test_administrator_hands_over_and_may_be_ended_by_the_successor(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, _, made = await accepted(client, office)
    agent, held = await agent_of(client, ground, head, made["id"])
    stray = await act(client, head, made["id"], "handover", to=made["id"])
    assert (stray.status_code, stray.json()["code"]) == (422, "no-agent")
    given = await act(client, head, made["id"], "handover", to=held)
    assert (given.status_code, given.json()["kind"]) == (200, "agent")
    successor = (await client.get(f"/mandates/{held}", **agent.auth)).json()
    assert successor["kind"] == "administrator"
    assert "mandate-handed-over" in await told(client, agent)
    assert (await act(client, agent, made["id"], "ending", **ENDING)).status_code == 204
    assert (await client.get("/auth/me", **head.auth)).json()["roles"] == []
    assert await acts(ground, made["id"]) == {
        "mandate:claim",
        "mandate:accept",
        "mandate:invite",
        "mandate:hand-over",
        "mandate:end",
    }


async def test_lost_administrator_is_replaced_by_a_claim_and_told(
    ground: Ground, client: AsyncClient
) -> None:
    office, code = await open_office(ground, client), credit_code()
    lost, organisation, made = await accepted(client, office, code)
    kept = await draft(client, office, lost, organisation)
    agent, _ = await agent_of(client, ground, lost, made["id"])
    newcomer, provisional, second = await claimed(client, office, code)
    begun = await draft(client, office, newcomer, provisional)
    assert await seen(client, newcomer) == [begun]
    view = (await client.get(f"/mandates/{second['id']}/claim", **office.clerk.auth)).json()
    assert view["administrator"] == lost.name
    stays = DECISION | {"agents": "stay"}
    answer = await act(client, office.clerk, second["id"], "acceptance", **stays)
    assert answer.json()["organisation_id"] == organisation
    assert set(await seen(client, newcomer)) == {kept, begun}
    assert set(await seen(client, agent)) == {kept, begun}
    assert await seen(client, lost) == []
    assert "mandate-ended" in await told(client, lost)
    before = (await client.get(f"/mandates/{made['id']}", **lost.auth)).json()
    assert (before["status"], "接替" in before["reason"]) == ("ended", True)
    me = (await client.get("/auth/me", **newcomer.auth)).json()
    assert me["roles"] == [{"role": "applicant", "scope": organisation}]
    assert MISSING not in await submission(client, newcomer, begun)


async def test_office_ends_an_administrator_and_their_agents_with_them(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    head, organisation, made = await accepted(client, office)
    application = await draft(client, office, head, organisation)
    agent, held = await agent_of(client, ground, head, made["id"])
    ended = await act(client, office.clerk, made["id"], "ending", **ENDING)
    assert ended.status_code == 204
    assert (await client.get(f"/mandates/{held}", **agent.auth)).json()["status"] == "ended"
    for one in (head, agent):
        assert (await client.get(f"/applications/{application}", **one.auth)).status_code == 404
    async with ground.database.reading() as db:
        living = select(func.count()).where(
            RoleGrant.scope_id == organisation, RoleGrant.ended_at.is_(None)
        )
        assert await db.scalar(living) == 0


async def test_mandate_runs_out_with_the_last_day_of_its_letter(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await open_office(ground, client)
    last = f"{clock.now.date():%Y-%m-%d}"
    speaker, organisation, _ = await accepted(client, office, valid_until=last)
    application = await draft(client, office, speaker, organisation)
    assert MISSING not in await submission(client, speaker, application)
    clock.move(days=2)
    await refresh_token(ground, speaker)
    assert (await client.get(f"/applications/{application}", **speaker.auth)).status_code == 404
    over = await claim(client, office, speaker, organisation, valid_until=last)
    assert (over.status_code, over.json()["code"]) == (422, "mandate-over")
    own = await register(client, speaker, credit_code())
    over = await claim(client, office, speaker, own, valid_until=last)
    assert (over.status_code, over.json()["code"]) == (422, "mandate-over")


async def test_mandate_towards_one_programme_says_nothing_to_another(
    ground: Ground, client: AsyncClient
) -> None:
    here, there = await open_office(ground, client), await open_office(ground, client)
    speaker, organisation, made = await accepted(client, here)
    application = await draft(client, there, speaker, organisation)
    assert MISSING in await submission(client, speaker, application)
    read = await client.get(f"/mandates/{made['id']}", **there.clerk.auth)
    assert read.status_code == 404
    again = await claim(client, there, speaker, organisation)
    await act(client, there.clerk, again.json()["id"], "acceptance", **DECISION)
    assert MISSING not in await submission(client, speaker, application)


async def test_clerk_with_an_interest_decides_nothing(ground: Ground, client: AsyncClient) -> None:
    office, code = await open_office(ground, client), credit_code()
    await claimed(client, office, code)
    _, _, other = await claimed(client, office, code)
    await register(client, office.clerk, code)
    for path in ("acceptance", "refusal"):
        refused = await act(client, office.clerk, other["id"], path, **REFUSAL)
        assert (refused.status_code, refused.json()["code"]) == (404, "mandate-not-found")
    desk = f"/programmes/{office.programme_id}/mandates"
    assert (await client.get(desk, **office.clerk.auth)).json()["items"] == []
    assert len((await client.get(desk, **office.head.auth)).json()["items"]) == 2


async def test_claim_is_refused_without_papers_of_ones_own_or_twice(
    ground: Ground, client: AsyncClient
) -> None:
    office = await open_office(ground, client)
    speaker, organisation, made = await claimed(client, office)
    twice = await claim(client, office, speaker, organisation)
    assert (twice.status_code, twice.json()["code"]) == (409, "mandate-held")
    firm, stranger = await make_firm(ground), await make_caller(ground)
    foreign = await claim(client, office, stranger, str(firm.id))
    assert foreign.status_code == 404
    own = await register(client, stranger, credit_code())
    body = {
        "programme_id": str(office.programme_id),
        "organisation_id": own,
        "letter": made["id"],
    }
    paperless = await client.post("/mandates", json=body, **stranger.auth)
    assert (paperless.status_code, paperless.json()["code"]) == (422, "upload-unknown")
    assert await mandates(client, stranger) == []
    withdrawn = await act(client, speaker, made["id"], "withdrawal")
    assert withdrawn.json()["status"] == "withdrawn"
    renewed = await claim(client, office, speaker, organisation)
    assert renewed.status_code == 201
