"""Paper that is not what was submitted: a screening decides, by what the regulation says."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from app.rules.calendar import local_date
from app.rules.strict_yaml import load
from tests.award.cycle_log import cycle_log
from tests.factories import Office, entries_in, make_office
from tests.rules.regulation.award_texts import BINHU, dump

pytestmark = pytest.mark.anyio
KEYS = ("registered", "accident", "winners", "fraud")
OTHER = "0123456789abcdef"


async def screened(ground: Ground, **sealed: Any) -> tuple[Office, UUID, UUID]:
    """An application in the screening, under what its regulation says of sealed copies."""
    tree: Any = load(BINHU)
    if sealed:
        tree["stages"][0]["sealed_copy"] = sealed
    office = await make_office(ground, regulation_text=dump(tree))
    ((application, entry),) = await entries_in(office, "eligibility", 1)
    return office, application, entry


async def registered(
    client: AsyncClient, office: Office, application: UUID, digest: str = OTHER
) -> Any:
    today = local_date(office.ground.clock()).isoformat()
    body = {"copies": 3, "received_on": today, "printed_digest": digest}
    path = f"/applications/{application}/paper-copies"
    answer = await client.post(path, json=body, **office.clerk.auth)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def finding(client: AsyncClient, office: Office, entry: UUID) -> Any:
    grounds = (await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)).json()
    return next((each for each in grounds if each["key"] == "paper-copy"), None)


@pytest.mark.parametrize(
    ("sealed", "clause", "told"),
    [
        ({}, None, "管理办法未作规定，本系统默认以电子件为准"),
        ({"prevails": "electronic"}, None, "按管理办法以电子件为准"),
        ({"prevails": "paper", "cite": "第九条"}, "第九条", "按管理办法以纸质件为准"),
    ],
)
async def test_paper_that_differs_needs_a_person_and_says_which_one_counts(
    ground: Ground, client: AsyncClient, sealed: dict[str, str], clause: str | None, told: str
) -> None:
    office, application, entry = await screened(ground, **sealed)
    assert await finding(client, office, entry) is None
    view = await registered(client, office, application)
    assert view["differs"] is True
    found = await finding(client, office, entry)
    assert (found["answer"], found["clause"]) == ("needs_a_person", clause)
    assert told in found["because"]
    assert found["evidence"] == [OTHER]
    await registered(client, office, application, view["digest"])
    assert await finding(client, office, entry) is None


async def test_decision_answers_for_the_paper_and_cites_it(
    ground: Ground, client: AsyncClient
) -> None:
    office, application, entry = await screened(ground, prevails="paper", cite="第九条")
    await registered(client, office, application)
    grounds = [{"key": key, "answer": "met", "evidence": "原件"} for key in KEYS]
    body = {"decision": "eligible", "grounds": grounds}
    path = f"/entries/{entry}/screening"
    unanswered = await client.post(path, json=body, **office.clerk.auth)
    assert (unanswered.status_code, unanswered.json()["code"]) == (422, "ground-unanswered")
    assert "entry:screen" not in await cycle_log(office)
    bulk = office.path("/stages/eligibility/screenings?dry_run=true")
    (line,) = (await client.post(bulk, json={}, **office.clerk.auth)).json()["items"]
    assert line["decision"] is None
    assert any("纸质件" in why["zh"] for why in line["reasons"])
    answer = {"key": "paper-copy", "answer": "met", "evidence": "第三页手写更正，已按纸质件核对"}
    body["grounds"] = [*grounds, answer]
    decided = await client.post(path, json=body, **office.clerk.auth)
    assert decided.status_code == 201, decided.text
    (cited,) = [each for each in decided.json()["grounds"] if each["key"] == "paper-copy"]
    assert (cited["clause"], cited["evidence"]) == ("第九条", answer["evidence"])
    assert OTHER in cited["because"]
