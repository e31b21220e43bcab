"""An agent of another firm, one whose mandate has ended, and one who has handed over."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.applications.cycles import opened, put_section
from tests.award.representation.speakers import (
    ENDING,
    accepted,
    act,
    agent_of,
    draft,
    seen,
)
from tests.factories import Caller, Office, make_firm
from tests.stories.telling import assert_done, assert_refused, nothing_kept

pytestmark = pytest.mark.anyio
WORDS = {"contact_name": "赵六"}


async def shut_out(
    client: AsyncClient,
    office: Office,
    who: Caller,
    application: str,
    organisation: str,
    drafting: int = 404,
) -> None:
    """Reads nothing, writes nothing, submits nothing, and drafts nothing in the firm's name."""
    place = f"/applications/{application}"
    body: dict[str, Any] = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": organisation,
        "track": "organisation",
    }
    async with nothing_kept(office):
        for path in ("", "/sections", "/sections/contact", "/completeness", "/receipt", "/copy"):
            answer = await client.get(place + path, **who.auth)
            assert_refused(answer, 404, "application-not-found")
        saved = await put_section(client, who, place, "contact", WORDS, '"s0"')
        assert_refused(saved, 404, "application-not-found")
        for move in ("submission", "withdrawal", "copy"):
            answer = await client.post(f"{place}/{move}", **who.auth)
            assert_refused(answer, 404, "application-not-found")
        begun = await client.post("/applications", json=body, **who.auth)
        assert begun.status_code == drafting, begun.text
    assert application not in await seen(client, who)


async def test_an_agent_of_another_firm(ground: Ground, client: AsyncClient) -> None:
    office = await opened(ground, client)
    head, organisation, made = await accepted(client, office)
    application = await draft(client, office, head, organisation)
    other_head, elsewhere, other = await accepted(client, office)
    agent, held = await agent_of(client, ground, other_head, other["id"])
    theirs = await draft(client, office, agent, elsewhere)
    assert await seen(client, agent) == [theirs]
    await shut_out(client, office, agent, application, organisation)
    async with nothing_kept(office):
        over = await act(client, other_head, other["id"], "handover", to=made["id"])
        assert_refused(over, 422, "no-agent")
        taken = await act(client, agent, made["id"], "ending", **ENDING)
        assert_refused(taken, 404, "mandate-not-found")
    assert assert_done(await client.get(f"/mandates/{held}", **agent.auth))["kind"] == "agent"


async def test_an_agent_whose_mandate_has_ended(ground: Ground, client: AsyncClient) -> None:
    office = await opened(ground, client)
    head, organisation, made = await accepted(client, office)
    agent, held = await agent_of(client, ground, head, made["id"])
    application = await draft(client, office, agent, organisation)
    place = f"/applications/{application}"
    assert_done(await put_section(client, agent, place, "contact", WORDS, '"s0"'))
    assert (await act(client, head, held, "ending", **ENDING)).status_code == 204
    await shut_out(client, office, agent, application, organisation)
    kept = assert_done(await client.get(f"{place}/sections/contact", **head.auth))
    assert kept["answers"]["contact_name"] == "赵六"


async def test_an_administrator_who_has_handed_over_and_left(
    ground: Ground, client: AsyncClient
) -> None:
    office = await opened(ground, client)
    head, organisation, made = await accepted(client, office)
    application = await draft(client, office, head, organisation)
    agent, held = await agent_of(client, ground, head, made["id"])
    assert_done(await act(client, head, made["id"], "handover", to=held))
    assert await seen(client, head) == [application]  # an agent now
    async with nothing_kept(office):
        back = await act(client, head, made["id"], "handover", to=held)
        assert_refused(back, 403, "not-allowed")
        invited = await act(client, head, made["id"], "agents", login="somebody.else")
        assert_refused(invited, 403, "not-allowed")
    assert (await act(client, agent, made["id"], "ending", **ENDING)).status_code == 204
    # that it exists is known to whoever registered it, and no more
    await shut_out(client, office, head, application, organisation, drafting=403)
    assert await seen(client, agent) == [application]
    stranger = await make_firm(ground)
    await shut_out(client, office, stranger.speaker, application, str(UUID(organisation)))
