"""Each ground met, not met or for a person, with its clause and its evidence, over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.records.models import Record
from app.platform.accounts.models import Organisation
from app.platform.ground import Ground
from tests.award.screening.regulations import text
from tests.clock import MovableClock
from tests.factories import Firm, Office, entries_in, make_office, refresh_token
from tests.rules.regulation.award_texts import changed

pytestmark = pytest.mark.anyio

CITED = "第八条第二项"


async def screened(
    ground: Ground, key: str = "eligibility", regulation: str | None = None
) -> tuple[Office, UUID, Firm]:
    office = await make_office(ground, regulation_text=regulation or text())
    ((application, entry),) = await entries_in(office, key, 1)
    return office, entry, office.firms[application]


async def grounds_of(client: AsyncClient, office: Office, entry: UUID) -> dict[str, dict[str, Any]]:
    answer = await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return {each["key"]: each for each in answer.json()}


async def incident(office: Office, firm: Firm, on: date) -> None:
    async with office.ground.database.writing() as db:
        db.add(
            Record(
                programme_id=office.programme_id,
                credit_code=firm.credit_code,
                kind="incident",
                what="safety",
                on=on,
                evidence=f"锡应急罚〔{on.year}〕1号",
                entered_by=office.clerk.person_id,
                entered_at=office.ground.clock(),
            )
        )


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2022, 12, 30), "met"),
        (
            date(2022, 12, 31),
            "not_met",
        ),  # three years back from the cut-off 2025-12-31, that day in
        (date(2025, 12, 31), "not_met"),
    ],
)
async def test_look_back_runs_to_the_day_from_its_reference_date(
    ground: Ground, client: AsyncClient, on: date, found: str
) -> None:
    office, entry, firm = await screened(ground)
    await incident(office, firm, on)
    accident = (await grounds_of(client, office, entry))["accident"]
    assert accident["answer"] == found
    assert bool(accident["evidence"]) == (found == "not_met")


async def test_look_back_stands_still_while_the_calendar_runs(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, entry, firm = await screened(ground)
    await incident(office, firm, date(2022, 12, 31))
    clock.move(days=20)
    await refresh_token(ground, office.clerk)
    assert (await grounds_of(client, office, entry))["accident"]["answer"] == "not_met"


async def test_second_screening_before_the_committee_sees_what_has_happened_since(
    ground: Ground, client: AsyncClient
) -> None:
    office, entry, firm = await screened(ground, "again")
    assert (await grounds_of(client, office, entry))["accident"]["answer"] == "met"
    await incident(office, firm, date(2026, 2, 20))
    later = await grounds_of(client, office, entry)
    assert list(later) == ["accident", "winners", "fraud"]
    assert later["accident"]["answer"] == "not_met"


async def test_decision_cites_the_clause_of_each_ground(
    ground: Ground, client: AsyncClient
) -> None:
    cited = changed("/eligibility/require/0/cite", CITED, text())
    office, entry, _ = await screened(ground, regulation=cited)
    found = await grounds_of(client, office, entry)
    assert (found["registered"]["clause"], found["credit"]["clause"]) == (CITED, None)
    answers = dict.fromkeys(found, "met") | {"gold": "not_met"}
    lines = [{"key": key, "answer": said, "evidence": "原件"} for key, said in answers.items()]
    body = {
        "decision": "eligible",
        "grounds": lines,
        "groups": [{"key": "small", "answer": "not_met", "evidence": "统计证明"}],
        "note": "核对原件。",
    }
    decided = await client.post(f"/entries/{entry}/screening", json=body, **office.clerk.auth)
    assert decided.status_code == 201, decided.text
    kept = {each["key"]: each for each in decided.json()["grounds"]}
    assert kept["registered"]["clause"] == CITED
    assert {each["evidence"] for each in kept.values()} == {"原件"}


async def test_credit_code_that_fails_its_check_needs_a_person(
    ground: Ground, client: AsyncClient
) -> None:
    office, entry, firm = await screened(ground, "formal")
    assert list(await grounds_of(client, office, entry)) == ["complete"]
    last = "0" if firm.credit_code[-1] != "0" else "1"
    async with ground.database.writing() as db:
        await db.execute(
            update(Organisation)
            .where(Organisation.id == firm.id)
            .values(credit_code=firm.credit_code[:-1] + last)
        )
    found = await grounds_of(client, office, entry)
    assert list(found) == ["credit-code", "complete"]
    assert found["credit-code"]["answer"] == "needs_a_person"
    unanswered = {
        "decision": "eligible",
        "grounds": [{"key": "complete", "answer": "met", "evidence": "原件"}],
    }
    refused = await client.post(f"/entries/{entry}/screening", json=unanswered, **office.clerk.auth)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "ground-unanswered")


async def test_credit_code_is_asked_about_at_the_first_screening_only(
    ground: Ground, client: AsyncClient
) -> None:
    office, entry, firm = await screened(ground, "eligibility")
    async with ground.database.writing() as db:
        await db.execute(
            update(Organisation)
            .where(Organisation.id == firm.id)
            .values(
                credit_code=firm.credit_code[:-1] + ("0" if firm.credit_code[-1] != "0" else "1")
            )
        )
    assert "credit-code" not in await grounds_of(client, office, entry)
