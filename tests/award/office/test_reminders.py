"""Everybody is reminded of what is due, in time, once, and again when it is moved."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from app.award.applications.models import Application
from app.award.office.reminding import remind
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Cycle
from app.award.stages.models import Stage
from app.platform.ground import Ground
from app.platform.notifications.models import Notification
from app.wiring import DUTIES
from app.working import ROUNDS
from tests.award.endorsement.desk import desk_of
from tests.award.judging.bench import declare_interest, make_bench
from tests.award.screening.curing import asked, entered, firm_of
from tests.award.screening.test_consultations import ask, consulting
from tests.clock import MovableClock
from tests.factories import (
    Firm,
    Office,
    accept_agent,
    give_role,
    make_caller,
    make_firm,
    make_office,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio

DUE = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)  # Tuesday, 17:30 in Beijing
THREE_BEFORE = datetime(2026, 3, 26, 9, 30, tzinfo=UTC)
ONE_BEFORE = datetime(2026, 3, 30, 9, 30, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


async def drafting(ground: Ground, count: int = 1) -> tuple[Office, list[Firm]]:
    """A cycle whose intake is open until DUE, and firms with a draft in it."""
    office = await make_office(ground)
    firms = [await make_firm(ground) for _ in range(count)]
    async with ground.database.writing() as db:
        for firm in firms:
            db.add(
                Application(
                    code=f"SB-{firm.credit_code[-8:]}",
                    cycle_id=office.cycle_id,
                    organisation_id=firm.id,
                    drafted_by=firm.speaker.person_id,
                    track="organisation",
                    entry_key=str(firm.id),
                    created_at=ground.clock(),
                )
            )
    await due_at(office, "intake", DUE)
    return office, firms


async def due_at(office: Office, key: str, at: datetime) -> None:
    async with office.ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == key)
            .values(status="open", closes_at=at)
        )


async def told(ground: Ground, person: UUID) -> list[tuple[str, str]]:
    """Template and title of what a person was reminded of, oldest first."""
    async with ground.database.reading() as db:
        rows = await db.execute(
            select(Notification.template, Notification.title)
            .where(Notification.person_id == person, Notification.template.startswith("due-"))
            .order_by(Notification.created_at, Notification.title)
        )
        return [(row.template, row.title) for row in rows]


async def look(ground: Ground, clock: MovableClock, at: datetime) -> None:
    clock.set(at)
    await remind(ground, DUTIES)


async def test_draft_is_reminded_of_twice_before_the_end_and_never_more(
    ground: Ground, clock: MovableClock
) -> None:
    office, (firm,) = await drafting(ground)
    person = firm.speaker.person_id
    seen = []
    for at in (
        THREE_BEFORE - MOMENT,
        THREE_BEFORE,
        THREE_BEFORE + timedelta(hours=1),
        ONE_BEFORE - MOMENT,
        ONE_BEFORE,
        DUE - MOMENT,
        DUE,
        DUE + timedelta(days=1),
    ):
        await look(ground, clock, at)
        seen.append(len(await told(ground, person)))
    assert seen == [0, 1, 1, 1, 2, 2, 2, 2]
    template, title = (await told(ground, person))[0]
    assert template == "due-application-to-submit"
    assert title.endswith("“申报”将于2026-03-31 17:30截止")
    async with ground.database.reading() as db:
        about = await db.scalar(
            select(Notification.about).where(
                Notification.person_id == person, Notification.template == template
            )
        )
    assert about == office.cycle_id


async def test_work_process_that_was_down_tells_once_when_it_is_back(
    ground: Ground, clock: MovableClock
) -> None:
    _, (firm,) = await drafting(ground)
    await look(ground, clock, ONE_BEFORE + timedelta(hours=3))
    assert len(await told(ground, firm.speaker.person_id)) == 1


async def test_reminder_moves_with_its_deadline(ground: Ground, clock: MovableClock) -> None:
    office, (firm,) = await drafting(ground)
    person = firm.speaker.person_id
    await look(ground, clock, THREE_BEFORE)
    later = DUE + timedelta(days=14)
    await due_at(office, "intake", later)
    await look(ground, clock, ONE_BEFORE)
    assert len(await told(ground, person)) == 1, "it is far off again"
    await look(ground, clock, later - timedelta(days=1))
    (_, first), (_, second) = await told(ground, person)
    assert ("2026-03-31" in first, "2026-04-14" in second) == (True, True)


async def test_whoever_is_done_is_not_reminded(ground: Ground, clock: MovableClock) -> None:
    office, (firm,) = await drafting(ground)
    async with ground.database.writing() as db:
        await db.execute(
            update(Application)
            .where(Application.cycle_id == office.cycle_id)
            .values(status="withdrawn")
        )
    await look(ground, clock, ONE_BEFORE)
    assert await told(ground, firm.speaker.person_id) == []


async def test_nothing_is_due_in_a_cycle_that_is_suspended(
    ground: Ground, clock: MovableClock
) -> None:
    office, (firm,) = await drafting(ground)
    async with ground.database.writing() as db:
        await db.execute(
            update(Cycle).where(Cycle.id == office.cycle_id).values(status=CycleStatus.SUSPENDED)
        )
    await look(ground, clock, ONE_BEFORE)
    assert await told(ground, firm.speaker.person_id) == []


async def test_people_who_join_later_are_told_and_nobody_twice(
    ground: Ground, clock: MovableClock
) -> None:
    _, (firm,) = await drafting(ground)
    await look(ground, clock, THREE_BEFORE)
    colleague = await make_caller(ground)
    await give_role(ground, colleague, "applicant", firm.id)
    await accept_agent(ground, firm, colleague)
    await look(ground, clock, THREE_BEFORE + timedelta(hours=1))
    for person in (firm.speaker, colleague):
        assert len(await told(ground, person.person_id)) == 1


async def test_many_are_reminded_in_as_many_statements_as_one(
    ground: Ground, clock: MovableClock
) -> None:
    costs = []
    for count in (1, 4):
        await look(ground, clock, ONE_BEFORE)  # whatever else is due
        _, firms = await drafting(ground, count)
        with counting(ground) as sent:
            await look(ground, clock, ONE_BEFORE)
        costs.append(len([one for one in sent if "INSERT INTO notification" in one]))
        for firm in firms:
            assert len(await told(ground, firm.speaker.person_id)) == 1
        clock.rest()
    assert costs[1] == costs[0] == 1


async def test_judges_and_bodies_are_reminded_of_what_is_theirs(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    bench = await make_bench(ground, client, count=2)
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    await declare_interest(bench, bench.judges[1], bench.entries[0])
    await declare_interest(bench, bench.judges[2], bench.entries[0])
    await declare_interest(bench, bench.judges[2], bench.entries[1])
    for office, key in ((bench.office, "documents"), (desk.office, "recommendation")):
        await due_at(office, key, DUE)
    await look(ground, clock, ONE_BEFORE)
    said = [[t for t, _ in await told(ground, j.caller.person_id)] for j in bench.judges]
    assert said[0].count("due-sheet-to-lock") == 1
    assert said[1].count("due-sheet-to-lock") == 1
    assert said[2] == [], "nothing of what one has an interest in"
    assert [t for t, _ in await told(ground, desk.at_street.person_id)] == ["due-routing-to-answer"]
    assert await told(ground, desk.at_trade.person_id) == []


async def test_office_says_when_people_are_reminded(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (firm,) = await drafting(ground)
    path = f"/programmes/{office.programme_id}/reminders"
    usual = (await client.get(path, **office.clerk.auth)).json()
    assert usual == {
        "leads": [{"amount": 3, "unit": "working_days"}, {"amount": 1, "unit": "days"}],
        "assumed": True,
    }
    own = {"leads": [{"amount": 5, "unit": "days"}]}
    assert (await client.put(path, json=own, **office.head.auth)).json() == own | {"assumed": False}
    assert (await client.get(path, **office.clerk.auth)).json()["assumed"] is False
    await look(ground, clock, DUE - timedelta(days=5))
    assert len(await told(ground, firm.speaker.person_id)) == 1
    await look(ground, clock, ONE_BEFORE)
    assert len(await told(ground, firm.speaker.person_id)) == 1


async def test_plan_of_reminders_that_is_none_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    path, day = f"/programmes/{office.programme_id}/reminders", {"amount": 1, "unit": "days"}
    for leads, code in (
        ([day, day], "lead-twice"),
        ([{"amount": 0, "unit": "days"}], "invalid-input"),
        ([{"amount": 31, "unit": "days"}], "invalid-input"),
        ([{"amount": 1, "unit": "months"}], "invalid-input"),
    ):
        refused = await client.put(path, json={"leads": leads}, **office.head.auth)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    refused = await client.put(path, json={"leads": []}, **office.clerk.auth)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert (await client.get(path, **office.head.auth)).json()["assumed"] is True
    assert (await client.put(path, json={"leads": []}, **office.head.auth)).status_code == 200


def test_the_work_process_looks_after_it() -> None:
    turns: list[tuple[Any, float]] = [*ROUNDS]
    ((turn, pause),) = [each for each in turns if getattr(each[0], "func", None) is remind]
    assert turn.keywords == {"duties": DUTIES}
    assert pause <= 3600


async def test_cure_and_consultation_are_reminded_of(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await entered(ground)
    await asked(client, office, entry)
    _, _, authority, officer = here = await consulting(ground)
    await ask(client, here[0], authority)
    day = timedelta(days=1)
    firm = firm_of(office)
    until = clock() + 30 * day
    while clock() < until:
        clock.move(days=1)
        await remind(ground, DUTIES)
    assert {key for key, _ in await told(ground, firm.speaker.person_id)} == {"due-cure-to-supply"}
    assert {key for key, _ in await told(ground, officer.person_id)} == {
        "due-consultation-to-answer"
    }
