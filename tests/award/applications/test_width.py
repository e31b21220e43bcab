"""Applications over HTTP that name awardees, tiers, own documents and an internal notice."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.applications.models import Application
from app.award.stages.models import Entry, Outcome
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.proof.jws import Typ, verify
from tests.award.applications.regulations import text
from tests.clock import MovableClock
from tests.factories import Firm, Office, close, make_firm, make_office, refresh_token
from tests.platform.http.test_once import attach

pytestmark = pytest.mark.anyio

FORM = {"registered_on": "2009-06-18", "employees": 3, "industry": "C34", "contact_name": "李"}
PERSON = {"people": [{"name": "王五", "post": "首席质量官"}]}


async def opened(ground: Ground, client: AsyncClient, **intake: Any) -> tuple[Office, Firm]:
    office = await make_office(ground, regulation_text=text(**intake))
    answer = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return office, await make_firm(ground)


async def drafted(
    client: AsyncClient,
    office: Office,
    firm: Firm,
    track: str,
    *,
    documents: tuple[str, ...] = ("申报表", "自评报告", "证实性材料"),
    **named: Any,
) -> str:
    """A draft with its form and its documents; gives its id."""
    body = {"cycle_id": str(office.cycle_id), "organisation_id": str(firm.id), "track": track}
    made = await client.post("/applications", json=body, **firm.speaker.auth)
    assert made.status_code == 201, made.text
    application: str = made.json()["id"]
    saved = await client.put(
        f"/applications/{application}/form",
        json=FORM | named,
        **firm.speaker.with_headers(If_Match='"v1"'),
    )
    assert saved.status_code == 200, saved.text
    for document in documents:
        await attach(client, firm.speaker, application, document)
    return application


async def submitted(client: AsyncClient, firm: Firm, application: str) -> Response:
    named = firm.speaker.with_headers(Idempotency_Key=uuid4().hex)
    return await client.post(f"/applications/{application}/submission", **named)


def reasons(answer: Response) -> set[str]:
    problem = answer.json()
    return {each["code"] for each in problem.get("reasons") or [problem]}


async def test_organisation_its_person_and_its_team_are_three_entries(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await opened(ground, client)
    drafts = [
        await drafted(client, office, firm, "organisation"),
        await drafted(client, office, firm, "person", awardee=PERSON),
        await drafted(client, office, firm, "team", awardee={"name": "一线班组"}),
    ]
    answers = [await submitted(client, firm, each) for each in drafts]
    assert [each.status_code for each in answers] == [201, 201, 201], answers[-1].text
    again = await drafted(client, office, firm, "team", awardee={"name": "一线 班组"})
    refused = await submitted(client, firm, again)
    assert (refused.status_code, reasons(refused)) == (409, {"already-entered"})


async def test_same_awardee_submitted_twice_at_once_enters_once(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await opened(ground, client)
    drafts = [
        await drafted(client, office, firm, track, awardee=PERSON) for track in ("person", "pair")
    ]
    answers = await asyncio.gather(*(submitted(client, firm, each) for each in drafts))
    assert sorted(each.status_code for each in answers) == [201, 409]
    (lost,) = (each for each in answers if each.status_code == 409)
    assert reasons(lost) == {"already-entered"}


async def test_everything_unnamed_is_told_at_once_with_what_else_is_missing(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await opened(
        ground,
        client,
        names_tier="true",
        internal_notice={"length": {"working_days": "5"}},
        documents_of=[{"track": ["person"], "documents": ["事迹材料"]}],
    )
    application = await drafted(client, office, firm, "person", subject="五心模式")
    refused = await submitted(client, firm, application)
    assert refused.status_code == 409
    assert reasons(refused) == {
        "awardee-missing",
        "subject-not-asked",
        "tier-missing",
        "internal-notice-missing",
        "document-missing",
    }
    missing = [r for r in refused.json()["reasons"] if r["code"] == "document-missing"]
    assert len(missing) == 2  # 事迹材料, 内部公示证明


async def test_documents_of_another_track_are_refused(ground: Ground, client: AsyncClient) -> None:
    own = [{"track": ["person"], "documents": ["事迹材料"]}]
    office, firm = await opened(ground, client, documents_of=own)
    person = await drafted(client, office, firm, "person", documents=("事迹材料",), awardee=PERSON)
    assert person
    other = await drafted(client, office, firm, "organisation", documents=())
    file = {"file_name": "a.pdf", "media_type": "application/pdf", "size": 3, "sha256": "0" * 64}
    refused = await client.post(
        f"/applications/{other}/attachments",
        json=file | {"document": "事迹材料"},
        **firm.speaker.auth,
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "document-unknown")


async def test_receipt_and_frozen_content_hold_what_was_named(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    today = clock().date()
    office, firm = await opened(
        ground, client, names_tier="true", internal_notice={"length": {"days": "3"}}
    )
    notice = {"first_day": today.isoformat(), "last_day": today.replace(day=28).isoformat()}
    assert date.fromisoformat(notice["last_day"]) > today
    documents = ("申报表", "自评报告", "证实性材料", "内部公示证明")
    application = await drafted(
        client,
        office,
        firm,
        "person",
        documents=documents,
        awardee=PERSON,
        tier="nominee",
        internal_notice=notice,
    )
    early = await submitted(client, firm, application)
    assert reasons(early) == {"internal-notice-not-over"}
    clock.move(days=29 - today.day)
    await refresh_token(ground, firm.speaker)
    said = await submitted(client, firm, application)
    assert said.status_code == 201, said.text
    stated = verify(said.json()["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    assert (stated["awardee"], stated["tier"]) == ("王五", "nominee")
    async with ground.database.reading() as db:
        row = await db.get_one(Application, UUID(application))
    assert row.content is not None
    frozen = json.loads(row.content)["form"]
    assert (frozen["awardee"]["people"], frozen["tier"]) == (PERSON["people"], "nominee")
    assert frozen["internal_notice"] == notice
    assert digest_text(row.content) == said.json()["digest"]
    (line,) = (await client.get("/applications", **firm.speaker.auth)).json()["items"]
    assert (line["awardee"], line["organisation"]) == ("王五", firm.name)
    assert line["tier"] == "nominee"


async def test_other_tiers_are_closed_to_who_applied_for_one(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await opened(ground, client, names_tier="true")
    application = await drafted(client, office, firm, "organisation", tier="nominee")
    assert (await submitted(client, firm, application)).status_code == 201
    clock.move(days=31)
    for caller in (office.clerk, office.head):
        await refresh_token(ground, caller)
    await close(client, office, "intake")
    opening = await client.post(office.path("/stages/eligibility/opening"), **office.clerk.auth)
    assert opening.status_code == 200, opening.text
    async with ground.database.reading() as db:
        rows = await db.execute(
            select(Entry.id, Entry.closed, Outcome.closed)
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(Entry.application_id == UUID(application))
            .order_by(Entry.entered_at)
        )
        submission, screening = rows.all()
    assert submission[1:] == ((), ("award",))
    assert screening[1:] == (("award",), None)
    # Without the one tier it applied for nothing is left, though the other's grounds are met.
    answers = {
        "registered": "met",
        "gold": "not_met",
        "accident": "met",
        "winners": "met",
        "fraud": "met",
    }
    grounds = [{"key": k, "answer": a, "evidence": "文"} for k, a in answers.items()]
    body = {"decision": "eligible", "grounds": grounds, "note": "经核对"}
    place = f"/entries/{screening[0]}/screening"
    refused = await client.post(place, json=body, **office.clerk.auth)
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-contradicts")
    decided = await client.post(place, json=body | {"decision": "ineligible"}, **office.clerk.auth)
    assert decided.status_code == 201, decided.text
    closing = await close(client, office, "eligibility")
    assert closing.status_code == 200, closing.text
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, screening[0])
    assert outcome.reason == "no-tier-open"
