"""A committee that meets, for the tests of the vote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import func, select, update

from app.award.deliberation.models import Minutes, Motion
from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import Caller, Firm, Office, entries_in, make_caller, make_office

SEATS = 6
TELLER, SCRUTINEER = "赵六", "钱七"


@dataclass
class Meeting:
    """A cycle whose committee has its entries before it."""

    office: Office
    client: AsyncClient
    motion: str
    entries: list[str]
    applications: list[UUID]
    seats: list[str]
    holders: list[Caller]
    second: Caller

    def firm(self, place: int) -> Firm:
        return self.office.firms[self.applications[place]]

    async def post(self, caller: Caller, move: str, body: dict[str, Any]) -> Response:
        return await self.client.post(f"/motions/{self.motion}/{move}", json=body, **caller.auth)

    async def get(self, caller: Caller, rest: str = "") -> Response:
        return await self.client.get(f"/motions/{self.motion}{rest}", **caller.auth)

    async def record(self, body: dict[str, Any] | None = None) -> Response:
        return await self.post(self.office.clerk, "minutes", body or minutes(self))

    async def confirm(self, body: dict[str, Any] | None = None) -> Response:
        counts = body or {"counts": counts_of(minutes(self))}
        return await self.post(self.second, "confirmation", counts)

    async def state(self) -> tuple[str, int, int, list[str]]:
        """Status and sitting of the motion, minutes kept, and the log of the cycle."""
        async with self.office.ground.database.reading() as db:
            motion = await db.get_one(Motion, UUID(self.motion))
            kept = await db.scalar(
                select(func.count()).select_from(Minutes).where(Minutes.motion_id == motion.id)
            )
        return motion.status, motion.sitting, kept or 0, await cycle_log(self.office)


async def convene(
    ground: Ground,
    client: AsyncClient,
    count: int = 2,
    *,
    seats: int = SEATS,
    regulation_text: str | None = None,
    key: str = "committee",
    outcomes: Sequence[dict[str, Any]] | None = None,
) -> Meeting:
    """`count` entries before the committee in the stage `key`, proposed for the award unless
    `outcomes` says what the stage before has made of them, and a committee whose members are all
    persons.
    """
    office = await make_office(ground, regulation_text=regulation_text)
    keys = [stage.key for stage in office.regulation.stages]
    before = keys[keys.index(key) - 1]
    made = await entries_in(office, before, count)
    told = outcomes or [{"tier": "award"}] * count
    async with ground.database.writing() as db:
        db.add_all(
            Outcome(entry_id=entry, decided_at=ground.clock(), result=Result.ADVANCED, **more)
            for (_, entry), more in zip(made, told, strict=True)
        )
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == before)
            .values(status=StageStatus.CLOSED, closed_at=ground.clock())
        )
    holders = [
        await make_caller(ground, (Role.COMMITTEE_MEMBER, office.cycle_id)) for _ in range(seats)
    ]
    ids = [(await seat(client, office, holder)).json()["id"] for holder in holders]
    meeting = await sit(ground, client, office, key, ids, holders)
    order = [application for application, _ in made]
    places = sorted(range(count), key=lambda place: order.index(meeting.applications[place]))
    if outcomes is not None:
        meeting.entries = [meeting.entries[place] for place in places]
        meeting.applications = [meeting.applications[place] for place in places]
    return meeting


async def sit(
    ground: Ground,
    client: AsyncClient,
    office: Office,
    key: str,
    seats: list[str],
    holders: list[Caller],
) -> Meeting:
    """The stage `key` is opened, and its motion lies before the committee."""
    answer = await client.post(office.path(f"/stages/{key}/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    async with ground.database.reading() as db:
        rows = (
            await db.execute(
                select(Entry.id, Entry.application_id)
                .join(Stage, Stage.id == Entry.stage_id)
                .where(Stage.cycle_id == office.cycle_id, Stage.key == key)
                .order_by(Entry.id)
            )
        ).all()
        motion = await db.scalar(
            select(Motion.id)
            .join(Stage, Stage.id == Motion.stage_id)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == key)
        )
    return Meeting(
        office,
        client,
        str(motion),
        [str(row.id) for row in rows],
        [row.application_id for row in rows],
        seats,
        holders,
        await make_caller(ground, (Role.CLERK, office.programme_id)),
    )


async def seat(client: AsyncClient, office: Office, holder: Caller | None = None) -> Response:
    body = {"post": "委员", "holder": holder.name if holder else "孙八"}
    person = {"person_id": str(holder.person_id)} if holder else {}
    return await client.post(office.path("/seats"), json=body | person, **office.head.auth)


def minutes(meeting: Meeting, **changes: Any) -> dict[str, Any]:
    """Everybody is there; the first entry is approved by all, the others by nobody."""
    return {
        "present": meeting.seats,
        "recused": [],
        "issued": len(meeting.seats),
        "returned": len(meeting.seats),
        "ballots": [
            {"entry": entry, "seat": each, "choice": "against" if place else "approve"}
            for place, entry in enumerate(meeting.entries)
            for each in meeting.seats
        ],
        "teller": TELLER,
        "scrutineer": SCRUTINEER,
        "document": "评委会会议纪要〔2026〕1号",
    } | changes


def numbers(meeting: Meeting, *approvals: int, **changes: Any) -> dict[str, Any]:
    """Minutes of a secret vote: so many approve of each entry, the others are against."""
    whole = minutes(meeting) | {"valid": len(meeting.seats), "invalid": 0}
    del whole["ballots"]
    counts = [
        {
            "entry": entry,
            "approve": n,
            "against": len(meeting.seats) - n,
            "abstain": 0,
            "invalid": 0,
        }
        for entry, n in zip(meeting.entries, approvals, strict=True)
    ]
    return whole | {"counts": counts} | changes


async def vote(meeting: Meeting, *approvals: int) -> None:
    """A secret vote is held, recorded and confirmed."""
    body = numbers(meeting, *approvals)
    recorded = await meeting.record(body)
    assert recorded.status_code == 201, recorded.text
    confirmed = await meeting.confirm({"counts": body["counts"]})
    assert confirmed.status_code == 201, confirmed.text


def attended(meeting: Meeting, seats: list[str]) -> dict[str, Any]:
    """The same minutes with only these seats present."""
    whole = minutes(meeting)
    ballots = [ballot for ballot in whole["ballots"] if ballot["seat"] in seats]
    slips = {"present": seats, "issued": len(seats), "returned": len(seats)}
    return whole | slips | {"ballots": ballots}


def counts_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What a second person counts from the same paper."""
    choices = {"approve": "approve", "against": "against", "abstain": "abstain", "invalid": None}
    entries = list(dict.fromkeys(ballot["entry"] for ballot in body["ballots"]))
    return [
        {"entry": entry}
        | {
            name: sum(b["entry"] == entry and b["choice"] == choice for b in body["ballots"])
            for name, choice in choices.items()
        }
        for entry in entries
    ]


async def declare(ground: Ground, person: Caller, firm: Firm) -> None:
    """The person has declared an interest in the firm."""
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=person.person_id,
                organisation_id=firm.id,
                interest="consultant",
                declared_by=person.person_id,
                declared_at=ground.clock(),
            )
        )


def told(answer: Response) -> list[str]:
    body = answer.json()
    return [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]


async def assert_refused(
    meeting: Meeting, before: object, answer: Response, status: int, *codes: str
) -> None:
    """Refused with these codes; motion, minutes and log stand as they stood."""
    assert answer.status_code == status, answer.text
    assert told(answer) == list(codes)
    assert await meeting.state() == before
