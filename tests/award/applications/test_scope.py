"""A group and its subsidiaries; trade secrets and where they are told."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.applications.including import INCLUDE, INCLUDED, tell_included
from app.award.applications.models import ScopeClaim
from app.platform.accounts.models import Organisation
from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.notifications.models import Notification
from tests.award.applications.cycles import (
    WHOLE,
    begun,
    colleague,
    completed,
    drafted,
    id_of,
    opened,
    put_section,
    reasons,
    submitted,
)
from tests.award.applications.regulations import text
from tests.award.cycle_log import cycle_log
from tests.factories import Caller, Firm, Office, make_firm

pytestmark = pytest.mark.anyio


async def code_of(ground: Ground, firm: Firm) -> str:
    async with ground.database.reading() as db:
        return (await db.get_one(Organisation, firm.id)).credit_code


def speaking_for(*codes: str) -> dict[str, Any]:
    form = deepcopy(WHOLE)
    form["answers"]["scope_entities"] = [
        {"name": f"子公司{n}", "credit_code": code, "employees": 20} for n, code in enumerate(codes)
    ]
    return form


async def group(
    ground: Ground, client: AsyncClient, **intake: Any
) -> tuple[Office, tuple[Firm, str], tuple[Firm, str]]:
    """A group whose draft speaks for its subsidiary, and the subsidiary's own draft."""
    office = await opened(ground, client, regulation_text=text(**intake))
    parent, child = await make_firm(ground), await make_firm(ground)
    places = [await begun(client, office, firm) for firm in (parent, child)]
    form = speaking_for(await code_of(ground, child))
    await completed(client, parent, places[0], form)
    await completed(client, child, places[1])
    return office, (parent, places[0]), (child, places[1])


async def test_subsidiary_inside_a_scope_does_not_enter_by_itself(
    ground: Ground, client: AsyncClient
) -> None:
    _, parent, child = await group(ground, client)
    assert (await submitted(client, *parent)).status_code == 201
    told = await client.get(f"{child[1]}/completeness", **child[0].speaker.auth)
    assert [gap["code"] for gap in told.json()["gaps"]] == ["inside-a-scope"]
    refused = await submitted(client, *child)
    assert (refused.status_code, refused.json()["code"]) == (409, "inside-a-scope")


async def test_group_does_not_speak_for_who_has_entered(
    ground: Ground, client: AsyncClient
) -> None:
    office, parent, child = await group(ground, client)
    assert (await submitted(client, *child)).status_code == 201
    refused = await submitted(client, *parent)
    assert (refused.status_code, refused.json()["code"]) == (409, "member-entered")
    async with ground.database.reading() as db:
        claims = await db.scalars(
            select(ScopeClaim.organisation_id).where(ScopeClaim.cycle_id == office.cycle_id)
        )
        assert claims.all() == [child[0].id]


async def test_of_both_at_once_one_enters(ground: Ground, client: AsyncClient) -> None:
    _, parent, child = await group(ground, client)
    answers = await asyncio.gather(submitted(client, *parent), submitted(client, *child))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_withdrawal_sets_the_subsidiary_free(ground: Ground, client: AsyncClient) -> None:
    _, parent, child = await group(ground, client)
    assert (await submitted(client, *parent)).status_code == 201
    gone = await client.post(
        f"{parent[1]}/withdrawal", **parent[0].speaker.with_headers(Idempotency_Key="w" * 16)
    )
    assert gone.status_code == 200, gone.text
    assert (await submitted(client, *child)).status_code == 201


async def test_who_was_named_in_a_scope_without_a_right_to_is_freed_by_the_office(
    ground: Ground, client: AsyncClient
) -> None:
    office, parent, child = await group(ground, client)
    assert (await submitted(client, *parent)).status_code == 201
    body = {
        "credit_code": await code_of(ground, child[0]),
        "document": "来函2026-5",
        "reason": "不是子公司，未同意列入。",
    }
    place, before = f"{parent[1]}/scope-releases", await cycle_log(office)
    for who, status in ((child[0].speaker, 404), (parent[0].speaker, 403)):
        assert (await client.post(place, json=body, **who.auth)).status_code == status
    for code in (await code_of(ground, parent[0]), "91320211MA1P2R3T49"):
        answer = await client.post(place, json=body | {"credit_code": code}, **office.clerk.auth)
        assert (answer.status_code, answer.json()["code"]) == (409, "not-in-scope")
    assert await cycle_log(office) == before
    assert (await submitted(client, *child)).status_code == 409
    digest = (await client.get(parent[1], **office.clerk.auth)).json()["digest"]
    freed = await client.post(place, json=body, **office.clerk.auth)
    assert (freed.status_code, freed.json()["digest"]) == (200, digest)
    assert (await cycle_log(office)).count("application:release-scope") == 1
    assert (await submitted(client, *child)).status_code == 201
    again = await client.post(place, json=body, **office.clerk.auth)
    assert again.json()["code"] == "not-in-scope"  # it is the child's own by now


async def told_of_it(ground: Ground, *people: Caller) -> list[Notification]:
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Notification)
            .where(
                Notification.template == INCLUDED.key,
                Notification.person_id.in_([each.person_id for each in people]),
            )
            .order_by(Notification.person_id)
        )
        return [*rows]


async def worked(ground: Ground, place: str) -> int:
    """Do what the work process would, twice: who is killed in between does it again."""
    async with ground.database.reading() as db:
        asked = await db.scalars(
            select(Job.payload).where(
                Job.kind == INCLUDE, Job.payload["application"].astext == place.rsplit("/", 1)[1]
            )
        )
        payloads = asked.all()
    for payload in [*payloads, *payloads]:
        await tell_included(ground, payload)
    return len(payloads)


async def test_who_is_inside_a_submitted_scope_is_told_so_once_and_nothing_else(
    ground: Ground, client: AsyncClient
) -> None:
    _, parent, child = await group(ground, client)
    other = await colleague(ground, child[0])
    assert await worked(ground, parent[1]) == 0  # a draft tells nobody
    assert (await submitted(client, *parent)).status_code == 201
    assert await worked(ground, parent[1]) == 1
    told = await told_of_it(ground, child[0].speaker, other, parent[0].speaker)
    assert {row.person_id for row in told} == {child[0].speaker.person_id, other.person_id}
    assert len(told) == 2
    async with ground.database.reading() as db:
        group_, own = [await db.get_one(Organisation, one[0].id) for one in (parent, child)]
    for row in told:
        said = f"{row.title} {row.text} {row.params}"
        assert own.name in said
        assert "评审办" in said
        assert not any(word in said for word in (group_.name, group_.credit_code, parent[1][14:]))


async def test_nobody_is_told_of_a_scope_that_is_refused_withdrawn_or_holds_nobody_else(
    ground: Ground, client: AsyncClient
) -> None:
    _, parent, child = await group(ground, client)
    assert (await submitted(client, *child)).status_code == 201
    assert (await submitted(client, *parent)).status_code == 409
    assert [await worked(ground, each[1]) for each in (parent, child)] == [0, 0]
    _, parent, child = await group(ground, client)
    assert (await submitted(client, *parent)).status_code == 201
    await client.post(
        f"{parent[1]}/withdrawal", **parent[0].speaker.with_headers(Idempotency_Key="w" * 16)
    )
    assert await worked(ground, parent[1]) == 1
    assert await told_of_it(ground, child[0].speaker) == []


async def test_who_claims_a_code_that_nobody_has_confirmed_is_not_told(
    ground: Ground, client: AsyncClient
) -> None:
    _, parent, child = await group(ground, client)
    async with ground.database.writing() as db:
        (await db.get_one(Organisation, child[0].id)).confirmed_at = None
    assert (await submitted(client, *parent)).status_code == 201
    await worked(ground, parent[1])
    assert await told_of_it(ground, child[0].speaker) == []


async def test_regulation_may_let_subsidiaries_enter_apart(
    ground: Ground, client: AsyncClient
) -> None:
    _, parent, child = await group(ground, client, members_apart="true")
    assert (await submitted(client, *parent)).status_code == 201
    assert (await submitted(client, *child)).status_code == 201


async def mark(client: AsyncClient, firm: Firm, place: str, **marks: Any) -> Any:
    named = firm.speaker.with_headers(If_Match="*")
    return await client.put(f"{place}/secrets", json=marks, **named)


async def test_secrets_are_marked_kept_and_shown_to_who_reads_the_application(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    await completed(client, firm, place)
    files = (await client.get(place, **firm.speaker.auth)).json()["attachments"]
    secret = {"sections": ["performance"], "attachments": [files[0]["id"]]}
    marked = await mark(client, firm, place, **secret)
    assert marked.status_code == 200, marked.text
    assert marked.json()["secrets"] == secret
    section = await client.get(f"{place}/sections/performance", **firm.speaker.auth)
    assert section.json()["secret"] is True
    answers = {"contact_name": "李", "contact_phone": "13900001111"}
    saved = await put_section(client, firm.speaker, place, "contact", answers, "*")
    assert saved.json()["secret"] is False
    assert (await submitted(client, firm, place)).status_code == 201
    seen = await client.get(place, **office.clerk.auth)
    assert seen.json()["secrets"] == secret


async def test_what_the_application_has_not_cannot_be_marked(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    refused = await mark(client, firm, place, sections=["nothing"], attachments=[str(id_of(place))])
    assert refused.status_code == 422
    assert reasons(refused) == [("secret-unknown", "/sections"), ("secret-unknown", "/attachments")]
    assert (await client.get(place, **firm.speaker.auth)).json()["secrets"] == {
        "sections": [],
        "attachments": [],
    }
