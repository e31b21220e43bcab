"""What an office tells people: in its own words, by which ways, and what became of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.applications.announcing import MESSAGES
from app.award.records.models import Conflict, Interest
from app.platform.ground import Ground
from app.platform.jobs.models import Job, JobState
from app.platform.notifications.models import Delivery
from app.platform.notifications.service import Matter, notify, notify_all
from tests.award.cycle_log import cycle_log
from tests.clock import MovableClock
from tests.factories import Caller, Firm, Office, make_caller, make_firm, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio

SUSPENDED = MESSAGES["suspend"]
PARAMS = {"programme": "区长质量奖", "cycle": "2026年度", "document": "文1", "reason": "停电"}
OWN = {"title": "{programme}暂停", "text": "依据{document}，因{reason}暂停。"}


async def told(office: Office, person: UUID, template: Any = SUSPENDED) -> str:
    async with office.ground.database.writing() as db:
        made = await notify(
            db,
            person,
            template,
            PARAMS | {"stage": "材料评审", "closes": "2026-01-01", "opens": "2026-01-01"},
            office.ground.clock(),
            matter=Matter(office.cycle_id, words_of=office.programme_id),
        )
    return str(made)


async def reachable(client: AsyncClient, caller: Caller, least: str = "ordinary") -> None:
    for path, body in (
        ("mail-address", {"address": "li.si@example.com", "least": least}),
        ("phone-number", {"number": "13812345678", "least": least}),
    ):
        answer = await client.put(f"/notifications/{path}", json=body, **caller.auth)
        assert answer.status_code == 204


async def settle(ground: Ground, message: str, way: str, state: JobState, error: str = "") -> None:
    async with ground.database.writing() as db:
        await db.execute(
            update(Job)
            .where(Job.key == f"{way}:{message}")
            .values(state=state, attempts=10, last_error=error or None)
        )


async def messages(client: AsyncClient, office: Office, caller: Caller, **query: str) -> Any:
    answer = await client.get(office.path("/messages"), params=query, **caller.auth)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def wording(office: Office, key: str = SUSPENDED.key) -> str:
    return f"/programmes/{office.programme_id}/wordings/{key}"


async def test_templates_are_listed_with_a_preview(client: AsyncClient) -> None:
    answer = await client.get("/notifications/templates")
    items = {item["key"]: item for item in answer.json()}
    assert {"account-invited", "cycle-extended"} <= items.keys()
    shown = items["cycle-suspended"]
    assert shown["places"] == ["cycle", "document", "programme", "reason"]
    assert shown["preview"]["title"] == "滨湖区区长质量奖（2026年度）暂停"
    assert shown["en"]["title"] == "{programme} ({cycle}) suspended"


async def test_person_chooses_ways_urgency_and_language(
    ground: Ground, client: AsyncClient
) -> None:
    caller, office = await make_caller(ground), await make_office(ground)
    empty = (await client.get("/notifications/contacts", **caller.auth)).json()
    assert empty == {"mail": None, "phone": None, "language": "zh"}
    await reachable(client, caller, least="urgent")
    await client.put("/notifications/language", json={"language": "en"}, **caller.auth)
    shown = (await client.get("/notifications/contacts", **caller.auth)).json()
    assert shown == {
        "mail": {"masked": "l***@example.com", "least": "urgent"},
        "phone": {"masked": "138****5678", "least": "urgent"},
        "language": "en",
    }
    ordinary = await told(office, caller.person_id, MESSAGES["postpone"])
    urgent = await told(office, caller.person_id)
    async with ground.database.reading() as db:
        for way in ("mail", "sms"):
            assert await db.get(Delivery, (UUID(ordinary), way)) is None
            assert await db.get(Delivery, (UUID(urgent), way)) is not None
    inbox = (await client.get("/notifications", **caller.auth)).json()["items"]
    assert "区长质量奖 (2026年度) suspended" in [item["title"] for item in inbox]
    for number in ("12812345678", "138", "+8613812345678", "138123456789"):
        body = {"number": number}
        wrong = await client.put("/notifications/phone-number", json=body, **caller.auth)
        assert wrong.status_code == 422
    gone = {"number": None}
    await client.put("/notifications/phone-number", json=gone, **caller.auth)
    assert (await client.get("/notifications/contacts", **caller.auth)).json()["phone"] is None


async def test_telling_many_costs_as_much_as_telling_one(
    ground: Ground, client: AsyncClient
) -> None:
    people = [await make_caller(ground) for _ in range(4)]
    for person in people:
        await reachable(client, person)
    costs = []
    for many in (people[:1], people[1:]):
        async with ground.database.writing() as db:
            with counting(ground) as sent:
                asked = [person.person_id for person in many]
                now = ground.clock()
                await notify_all(db, asked, SUSPENDED, PARAMS, now, occasion=uuid4())
        costs.append(len(sent))
    assert costs[0] == costs[1]


async def test_office_uses_its_own_words_and_old_messages_keep_theirs(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    before = await told(office, firm.speaker.person_id)
    made = await client.put(wording(office), json=OWN, **office.head.auth)
    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["unused"]) == (1, ["cycle"])
    assert made.json()["preview"]["title"] == "滨湖区区长质量奖暂停"
    await told(office, firm.speaker.person_id)
    titles = {m["id"]: m["title"] for m in await messages(client, office, office.clerk)}
    assert titles.pop(before) == "区长质量奖（2026年度）暂停"
    assert [*titles.values()] == ["区长质量奖暂停"]
    other = await make_office(ground)
    theirs = await told(other, firm.speaker.person_id)
    (shown,) = await messages(client, other, other.clerk)
    assert (shown["id"], shown["title"]) == (theirs, "区长质量奖（2026年度）暂停")
    back = {"title": None, "text": None}
    again = await client.put(wording(office), json=back, **office.head.auth)
    assert (again.json()["version"], again.json()["title"]) == (2, None)
    listed = f"/programmes/{office.programme_id}/wordings"
    assert (await client.get(listed, **office.clerk.auth)).json() == []
    versions = (await client.get(wording(office), **office.clerk.auth)).json()
    assert [each["version"] for each in versions] == [2, 1]


async def test_dry_run_of_a_wording_shows_it_and_keeps_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    path, query = wording(office), {"dry_run": "true"}
    tried = await client.put(path, json=OWN, params=query, **office.head.auth)
    assert tried.json()["preview"]["text"].startswith("依据滨质奖办")
    assert (await client.get(path, **office.head.auth)).json() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"title": "{programme.name}", "text": "x"}, "place-wrong"),
        ({"title": "x", "text": "{stage}"}, "place-wrong"),
        ({"title": "x", "text": "{reason!r}"}, "place-wrong"),
        ({"title": "x", "text": "{"}, "place-wrong"),
        ({"title": "{a}", "text": "{b}"}, "invalid-input"),
        ({"title": "x", "text": None}, "words-incomplete"),
    ],
)
async def test_words_with_wrong_places_are_refused(
    ground: Ground, client: AsyncClient, body: dict[str, Any], code: str
) -> None:
    office = await make_office(ground)
    refused = await client.put(wording(office), json=body, **office.head.auth)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await client.get(wording(office), **office.head.auth)).json() == []


async def test_words_are_the_heads_alone(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    for caller in (office.clerk, other.head):
        refused = await client.put(wording(office), json=OWN, **caller.auth)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    path = wording(office, "account-invited")
    fixed = await client.put(path, json={"title": "x", "text": "y"}, **office.head.auth)
    assert (fixed.status_code, fixed.json()["code"]) == (409, "words-fixed")
    unknown = await client.put(wording(office, "nothing"), json=OWN, **office.head.auth)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "template-not-found")


async def test_log_says_what_was_told_to_whom_and_how_far_it_came(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await reachable(client, firm.speaker)
    made = await told(office, firm.speaker.person_id)
    await settle(ground, made, "mail", JobState.FAILED, "NotTaken: SMTPDataError 550")
    await settle(ground, made, "sms", JobState.DONE)
    (shown,) = await messages(client, office, office.clerk)
    assert (shown["person"], shown["template"]) == (firm.speaker.name, "cycle-suspended")
    mail, sms = shown["deliveries"]
    assert (mail["way"], mail["masked"], mail["state"]) == ("mail", "l***@example.com", "failed")
    assert (mail["error"], mail["attempts"]) == ("NotTaken: SMTPDataError 550", 10)
    assert (sms["masked"], sms["state"]) == ("138****5678", "stale")
    assert "li.si@" not in str(shown)
    assert "13812345678" not in str(shown)
    assert await messages(client, office, office.clerk, state="taken") == []
    assert len(await messages(client, office, office.clerk, state="failed")) == 1
    assert await messages(client, office, office.clerk, template="cycle-extended") == []


async def test_log_hides_what_is_told_to_an_organisation_of_interest(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await told(office, firm.speaker.person_id)
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=firm.id,
                interest=Interest.RELATIVE,
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    assert await messages(client, office, office.clerk) == []
    assert len(await messages(client, office, office.head)) == 1
    assert await messages(client, office, firm.speaker) == []
    other = await make_office(ground)
    assert await messages(client, office, other.head) == []


async def test_log_costs_the_same_for_one_row_and_three(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, costs = await make_office(ground), []
    for _ in range(3):
        clock.move(seconds=1)
        firm = await make_firm(ground)
        await reachable(client, firm.speaker)
        await told(office, firm.speaker.person_id)
        with counting(ground) as sent:
            await messages(client, office, office.clerk)
        costs.append(len(sent))
    assert len(set(costs)) == 1


async def failed(ground: Ground, client: AsyncClient) -> tuple[Office, Firm, str]:
    office, firm = await make_office(ground), await make_firm(ground)
    await reachable(client, firm.speaker)
    made = await told(office, firm.speaker.person_id)
    await settle(ground, made, "mail", JobState.FAILED, "NotTaken: SMTPDataError 550")
    return office, firm, made


async def test_failed_delivery_is_sent_again_under_a_new_name(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, _, made = await failed(ground, client)
    path, body = office.path(f"/messages/{made}/resending"), {"way": "mail"}
    clock.move(minutes=5)
    again = await client.post(path, json=body, **office.clerk.auth)
    assert again.status_code == 204, again.text
    (shown,) = await messages(client, office, office.clerk)
    mail = shown["deliveries"][0]
    assert (mail["state"], mail["times"], mail["attempts"]) == ("waiting", 2, 0)
    async with ground.database.reading() as db:
        delivery = await db.get_one(Delivery, (UUID(made), "mail"))
    assert delivery.job_key == f"mail:{made}:2"
    assert delivery.asked_at - clock() == timedelta()
    assert "message:resend" in await cycle_log(office)


async def test_only_what_failed_is_sent_again(ground: Ground, client: AsyncClient) -> None:
    office, firm, made = await failed(ground, client)
    path = office.path(f"/messages/{made}/resending")
    for body, code, status in (
        ({"way": "sms"}, "delivery-going-on", 409),
        ({"way": "fax"}, "invalid-input", 422),
    ):
        refused = await client.post(path, json=body, **office.clerk.auth)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    async with ground.database.writing() as db:
        await db.execute(
            update(Delivery)
            .where(Delivery.notification_id == UUID(made))
            .values(taken_at=ground.clock())
        )
    taken = await client.post(path, json={"way": "mail"}, **office.clerk.auth)
    assert taken.json()["code"] == "delivery-taken"
    for caller in (firm.speaker, (await make_office(ground)).head):
        hidden = await client.post(path, json={"way": "mail"}, **caller.auth)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "message-not-found")
    seen = await client.post(path, json={"way": "mail"}, **office.supervisor.auth)
    assert (seen.status_code, seen.json()["code"]) == (403, "not-allowed")
    assert "message:resend" not in await cycle_log(office)
