"""What people are told, and only they read."""

from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.notifications.models import MailAddress, Notification
from app.platform.notifications.service import MAIL, Template, notify, place
from tests.clock import MovableClock
from tests.factories import make_caller
from tests.statements import counting

pytestmark = pytest.mark.anyio

CLOSED = Template("stage-closed", "{stage}已结束", "您申报的{award}，{stage}环节已结束。")
PARAMS = {"stage": "材料评审", "award": "区长质量奖"}


async def told(ground: Ground, person: UUID, **params: str) -> UUID:
    async with ground.database.writing() as db:
        return await notify(db, person, CLOSED, PARAMS | params, ground.clock())


async def mail_job(db: AsyncSession, notification: UUID) -> Job | None:
    return await db.scalar(select(Job).where(Job.key == f"{MAIL}:{notification}"))


async def test_notification_lies_in_the_inbox_of_its_addressee_alone(
    ground: Ground, client: AsyncClient
) -> None:
    one, other = await make_caller(ground), await make_caller(ground)
    made = await told(ground, one.person_id)
    (item,) = (await client.get("/notifications", **one.auth)).json()["items"]
    assert item["id"] == str(made)
    assert (item["title"], item["text"]) == (
        "材料评审已结束",
        "您申报的区长质量奖，材料评审环节已结束。",
    )
    assert (item["template"], item["params"], item["read_at"]) == ("stage-closed", PARAMS, None)
    assert (await client.get("/notifications", **other.auth)).json()["items"] == []
    assert (await client.get("/notifications")).status_code == 401


async def test_notification_of_a_transaction_that_fails_is_never_told(
    ground: Ground, client: AsyncClient
) -> None:
    one = await make_caller(ground)
    async with ground.database.writing(keep=False) as db:
        await notify(db, one.person_id, CLOSED, PARAMS, ground.clock())
    assert (await client.get("/notifications", **one.auth)).json()["items"] == []


async def test_inbox_is_newest_first_page_by_page_at_equal_cost(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    one, made, costs = await make_caller(ground), [], []
    for _ in range(3):
        clock.move(seconds=1)
        made.append(str(await told(ground, one.person_id)))
        with counting(ground) as sent:
            await client.get("/notifications", **one.auth)
        costs.append(len(sent))
    assert len(set(costs)) == 1
    first = (await client.get("/notifications", params={"limit": 2}, **one.auth)).json()
    query = {"limit": 2, "cursor": first["next"]}
    rest = (await client.get("/notifications", params=query, **one.auth)).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


async def test_first_reading_counts(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    one, other = await make_caller(ground), await make_caller(ground)
    made = await told(ground, one.person_id)
    path = f"/notifications/{made}/reading"
    refused = await client.post(path, **other.auth)
    assert (refused.status_code, refused.json()["code"]) == (404, "notification-unknown")
    unknown = await client.post(f"/notifications/{uuid4()}/reading", **one.auth)
    assert unknown.json()["code"] == "notification-unknown"
    at = clock()
    for _ in range(2):
        assert (await client.post(path, **one.auth)).status_code == 204
        clock.move(minutes=1)
    async with ground.database.reading() as db:
        assert (await db.get_one(Notification, made)).read_at == at


async def test_gap_that_nobody_fills_is_refused(ground: Ground) -> None:
    one = await make_caller(ground)
    async with ground.database.writing() as db:
        with pytest.raises(KeyError):
            await notify(db, one.person_id, CLOSED, {"stage": "x"}, ground.clock())


async def test_title_stays_one_line_whatever_is_filled_in(ground: Ground, db: AsyncSession) -> None:
    one = await make_caller(ground)
    made = await told(ground, one.person_id, stage="评审\r\nBcc: all@example.com\u2028x")
    title = (await db.get_one(Notification, made)).title
    assert title == "评审 Bcc: all@example.com x已结束"


async def test_mail_is_asked_for_only_where_there_is_an_address(
    ground: Ground, client: AsyncClient, db: AsyncSession
) -> None:
    one = await make_caller(ground)
    assert await mail_job(db, await told(ground, one.person_id)) is None
    path, body = "/notifications/mail-address", {"address": "li.si+award@mail.example.cn"}
    assert (await client.put(path, json=body, **one.auth)).status_code == 204
    job = await mail_job(db, made := await told(ground, one.person_id))
    assert job is not None
    assert job.payload == {"notification": str(made)}
    stored = await db.get_one(MailAddress, one.person_id)
    assert b"li.si" not in stored.address_sealed
    assert ground.sealer.open(stored.address_sealed, place(one.person_id)) == body["address"]
    assert (await client.put(path, json={"address": None}, **one.auth)).status_code == 204
    assert await mail_job(db, await told(ground, one.person_id)) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.com",
        "a@example.com\r\nBcc: x@example.com",
        "a@example.com\n",
        "a@example.com, b@example.com",
        "<a@example.com>",
        '"a"@example.com',
        "李@example.com",
        "a@-example.com",
        f"{'a' * 250}@example.com",
    ],
)
async def test_address_that_is_none_is_refused(
    ground: Ground, client: AsyncClient, address: str
) -> None:
    one = await make_caller(ground)
    answer = await client.put("/notifications/mail-address", json={"address": address}, **one.auth)
    # white space at the ends is taken off, as in every body
    assert answer.status_code == (204 if address == "a@example.com\n" else 422)
