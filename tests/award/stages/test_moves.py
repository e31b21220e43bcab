"""A cycle is extended, postponed, halted and resumed over HTTP, and everybody concerned is told."""

from asyncio import create_task, gather, sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.applications.announcing import announce
from app.award.programmes.models import Slot
from app.award.stages.models import Outcome
from app.award.stages.queries import open_stage as held_open
from app.award.stages.rules import StageNotOpen
from app.award.stages.service.moves import ANNOUNCE
from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.notifications.models import Notification
from app.settings import Settings
from app.working import tasks_of
from tests.award.cycle_log import cycle_log
from tests.award.events.test_feed import feed
from tests.award.stages.steps import open_
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Firm,
    Office,
    close,
    entries_in,
    make_firm,
    make_office,
    refresh_token,
    stage_row,
)
from tests.platform.http.test_once import complete_draft

pytestmark = pytest.mark.anyio
WHY = {"document": "滨质奖办〔2026〕5号", "reason": "应多家单位请求"}
PROMISED, LATER = "2026-04-01T01:00:00Z", "2026-04-11T01:00:00Z"


async def ask(
    client: AsyncClient, office: Office, path: str, by: Caller | None = None, **body: Any
) -> Response:
    caller = by or office.head
    return await client.post(office.path(path), json=WHY | body, **caller.auth)


async def refused(answer: Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def announced(ground: Ground, office: Office) -> list[dict[str, Any]]:
    """Do what the work process would; gives what had been asked of it."""
    async with ground.database.reading() as db:
        asked = await db.scalars(
            select(Job.payload)
            .where(Job.kind == ANNOUNCE, Job.payload["cycle"].astext == str(office.cycle_id))
            .order_by(Job.created_at)
        )
        payloads = [dict(each) for each in asked]
    for payload in payloads:
        await announce(ground, payload)
        await announce(ground, payload)  # a worker that was killed in between does it again
    return payloads


async def told(ground: Ground, person: UUID) -> list[tuple[str, str]]:
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Notification)
            .where(Notification.person_id == person)
            .order_by(Notification.created_at)
        )
        return [(row.template, row.text) for row in rows]


async def submit(client: AsyncClient, by: Caller, application: str) -> Response:
    named = by.with_headers(Idempotency_Key=uuid4().hex)
    return await client.post(f"/applications/{application}/submission", **named)


async def drafting(client: AsyncClient, office: Office) -> tuple[Firm, str]:
    """A firm with a draft in the open intake."""
    firm = await make_firm(office.ground)
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    answer = await client.post("/applications", json=body, **firm.speaker.auth)
    assert answer.status_code == 201, answer.text
    return firm, answer.json()["id"]


# --- extending and postponing


async def test_an_extended_intake_takes_what_arrives_until_the_new_deadline(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, speaker, application = await complete_draft(ground, client)
    answer = await ask(client, office, "/stages/intake/extension", closes_at=LATER)
    assert answer.status_code == 200, answer.text
    times = {slot["stage"]: slot["closes_at"] for slot in answer.json()["timetable"]}
    assert (times["intake"], times["eligibility"]) == (LATER, PROMISED)
    clock.move(days=35)
    for caller in (speaker, office.head):
        await refresh_token(ground, caller)
    late = await submit(client, speaker, application)
    assert late.status_code == 201, late.text
    await refused(await close(client, office, "intake"), 409, "intake-not-settled")
    clock.move(days=6)
    await refresh_token(ground, office.head)
    assert (await close(client, office, "intake")).json()["advanced"] == 1


async def test_without_an_extension_the_same_submission_is_late(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    clock.move(days=35)
    await refresh_token(ground, speaker)
    await refused(await submit(client, speaker, application), 409, "intake-closed")


async def test_everybody_with_a_draft_or_an_entry_is_told_once(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "intake", 1)
    (entrant,) = office.firms.values()
    drafter, _ = await drafting(client, office)
    stranger = await make_firm(ground)
    await ask(client, office, "/stages/intake/extension", closes_at=LATER)
    assert len(await announced(ground, office)) == 1
    for firm in (entrant, drafter):
        ((template, text),) = await told(ground, firm.speaker.person_id)
        assert template == "cycle-extended"
        assert text == (
            "“申报”截止时间延长至2026-04-11 09:00，此前送达的申报均为有效。"
            "依据：滨质奖办〔2026〕5号。原因：应多家单位请求"
        )
    assert await told(ground, stranger.speaker.person_id) == []
    assert await cycle_log(office) == ["application:draft", "cycle:extend"]


async def test_a_move_is_public_in_the_feed(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await ask(client, office, "/stages/site/postponement", opens_at=PROMISED, closes_at=LATER)
    clock.move(minutes=2)
    stranger = (await make_firm(ground)).speaker
    told = await feed(client, stranger)
    mine = [one for one in told if one["cycle_id"] == str(office.cycle_id)]
    assert [one["type"] for one in mine] == ["cycle-postponed"]


async def test_a_stage_is_never_moved_to_before_what_was_promised(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    path = "/stages/{}/{}"
    early = "2026-03-31T00:00:00Z"
    for key, move, body, code in (
        ("intake", "extension", {"closes_at": LATER}, "stage-closed"),
        ("site", "extension", {"closes_at": LATER}, "not-an-intake"),
        ("nowhere", "extension", {"closes_at": LATER}, "stage-not-found"),
        ("site", "postponement", {"opens_at": PROMISED, "closes_at": early}, "invalid-input"),
        ("documents", "postponement", {"opens_at": PROMISED, "closes_at": LATER}, "already-opened"),
    ):
        answer = await ask(client, office, path.format(key, move), **body)
        assert answer.json()["code"] == code, answer.text
    before = {"opens_at": "2026-02-01T00:00:00Z", "closes_at": PROMISED}
    codes = await ask(client, office, path.format("site", "postponement"), **before)
    await refused(codes, 422, "earlier-than-promised")
    clerk = await ask(
        client, office, path.format("site", "extension"), office.clerk, closes_at=LATER
    )
    await refused(clerk, 403, "not-allowed")
    assert await announced(ground, office) == []
    assert await cycle_log(office) == []
    async with ground.database.reading() as db:
        ends = await db.scalars(select(Slot.closes_at).where(Slot.cycle_id == office.cycle_id))
        assert {end.isoformat() for end in ends} == {"2026-04-01T01:00:00+00:00"}


async def test_a_postponed_stage_opens_at_its_new_time(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    times = {"opens_at": PROMISED, "closes_at": LATER}
    moved = await ask(client, office, "/stages/intake/postponement", **times)
    assert moved.status_code == 200, moved.text
    await refused(await open_(client, office, "intake"), 409, "too-early")
    clock.move(days=31)
    await refresh_token(ground, office.clerk)
    assert (await open_(client, office, "intake")).status_code == 200


# --- suspending and resuming


async def test_nothing_is_done_in_a_suspended_cycle_but_reading_and_drafting(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, speaker, application = await complete_draft(ground, client)
    answer = await ask(client, office, "/suspension")
    assert (answer.status_code, answer.json()["status"]) == (200, "suspended")
    await refused(await ask(client, office, "/suspension"), 409, "move-not-possible")
    await refused(await submit(client, speaker, application), 409, "stage-not-open")
    path = f"/applications/{application}"
    draft = await client.get(path, **speaker.auth)
    body = {name: draft.json()[name] for name in ("cycle_id", "organisation_id", "track")}
    begun = await client.post("/applications", json=body, **speaker.auth)
    await refused(begun, 409, "stage-not-open")
    headers = speaker.with_headers(If_Match=draft.headers["ETag"])
    form = draft.json()["form"] | {"employees": 421}
    assert (await client.put(f"{path}/form", json=form, **headers)).status_code == 200
    assert (await client.get(office.path(), **speaker.auth)).json()["status"] == "suspended"
    assert len((await client.get(office.path("/stages"))).json()) == 10
    clock.move(days=31)
    await refresh_token(ground, office.head)
    await refresh_token(ground, office.clerk)
    await refused(await close(client, office, "intake"), 409, "cycle-not-running")
    closed = await open_(client, office, "eligibility")
    assert "cycle-not-running" in closed.text
    ended = await client.post(office.path("/completion"), **office.head.auth)
    await refused(ended, 409, "move-not-possible")
    assert (await stage_row(ground, office, "intake")).status == "open"


async def test_a_suspended_cycle_goes_on_where_it_stood(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await entries_in(office, "intake", 1)
    await ask(client, office, "/suspension")
    clock.move(days=31)
    await refresh_token(ground, office.head)
    extended = await ask(client, office, "/stages/intake/extension", closes_at=LATER)
    assert (extended.status_code, extended.json()["status"]) == (200, "suspended")
    clerk = office.clerk
    await refresh_token(ground, clerk)
    await refused(await ask(client, office, "/resumption", clerk), 403, "not-allowed")
    answer = await ask(client, office, "/resumption")
    assert (answer.status_code, answer.json()["status"]) == (200, "launched")
    await refused(await ask(client, office, "/resumption"), 409, "move-not-possible")
    await announced(ground, office)
    (firm,) = office.firms.values()
    said = [template for template, _ in await told(ground, firm.speaker.person_id)]
    assert sorted(said) == ["cycle-extended", "cycle-resumed", "cycle-suspended"]
    assert await cycle_log(office) == ["cycle:suspend", "cycle:extend", "cycle:resume"]


async def test_who_wants_to_withdraw_can_while_the_cycle_is_suspended(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "documents", 1)
    await ask(client, office, "/suspension")
    gone = f"/applications/{application}/withdrawal"
    answer = await client.post(gone, **office.firms[application].speaker.auth)
    assert answer.status_code == 200, answer.text
    async with ground.database.reading() as db:
        assert (await db.get_one(Outcome, entry)).result == "withdrawn"


async def test_a_cycle_is_suspended_before_a_piece_of_work_or_after_it(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    stage = await stage_row(ground, office, "documents")
    async with ground.database.writing() as db:
        await held_open(db, stage.id)
        halt = create_task(ask(client, office, "/suspension"))
        await sleep(0.3)
        assert not halt.done(), "it waits for the work"
    assert (await halt).status_code == 200
    async with ground.database.writing() as db:
        with pytest.raises(StageNotOpen):
            await held_open(db, stage.id)


async def test_closing_and_suspending_at_once_never_wait_for_each_other(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    for _ in range(5):
        clock.rest()
        office = await make_office(ground)
        await entries_in(office, "intake", 1)
        clock.move(days=31)
        await refresh_token(ground, office.head)
        longer = {"closes_at": "2026-05-11T01:00:00Z"}
        closing, halt, extension = await gather(
            close(client, office, "intake"),
            ask(client, office, "/suspension"),
            ask(client, office, "/stages/intake/extension", **longer),
        )
        assert halt.status_code == 200
        assert closing.status_code in {200, 409}
        assert extension.status_code in {200, 409}
        closed = (await stage_row(ground, office, "intake")).status == "closed"
        assert closed == (closing.status_code == 200)
        assert not (closed and extension.status_code == 200), "one of the two came first"


async def test_a_cancelled_cycle_is_announced(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    await ask(client, office, "/suspension")
    assert (await ask(client, office, "/cancellation")).json()["status"] == "cancelled"
    await announced(ground, office)
    (firm,) = office.firms.values()
    said = [template for template, _ in await told(ground, firm.speaker.person_id)]
    assert sorted(said) == ["cycle-cancelled", "cycle-suspended"]


def test_the_work_process_announces() -> None:
    assert tasks_of(Settings())[ANNOUNCE] is announce
