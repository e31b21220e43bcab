"""How is an endorsement (推荐) played? Each entry goes to its bodies; each answers in a letter."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.rehearsal.client import Person
from app.rehearsal.clock import BEIJING, CALENDAR, MINUTE, MORNING
from app.rehearsal.forms import area_of
from app.rehearsal.founding import Founding
from app.rehearsal.year import Entry, Year
from app.rules.calendar import CountRule, Length, Unit, deadline
from app.rules.regulation.bodies import Body
from app.rules.regulation.stages import Endorsement, Stage

DESK = 5
"""How many entries one body of a kind has before it where the regulation sets no number."""
REFUSING = 8
"""From so many entries on, the last one is not recommended."""


@dataclass
class Desk:
    """An authority that acts as one of the regulation's bodies, and what is routed to it."""

    body: Body
    authority: str
    speaker: Person
    entries: list[Entry] = field(default_factory=list)


async def play(year: Year, stage: Stage) -> None:
    """Route every entry, wait out the bodies' own notices, and send the letters."""
    if not isinstance(stage, Endorsement):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：送请推荐", len(entries))
    if not entries:
        return
    place = year.path(f"/stages/{stage.key}")
    desks = await _desks(year, stage, entries)
    early = year.office.head.post(f"{place}/closing")
    await year.checks.refused("有未送推荐的单位时环节不能结束", early, 409)
    await (_follow if stage.routed_by == "registration" else _send)(year, place, desks)
    await _rivals(year, desks)
    began = (await year.clock.now()).astimezone(BEIJING)
    notice = await _wait(year, stage, began)
    refused = {entries[-1].number} if len(entries) >= REFUSING else set()
    for desk in desks:
        await _answer(year, stage, desk, notice, refused)
    for entry in entries:
        year.ledger.recommended.setdefault(stage.key, {})[entry.number] = (
            entry.number not in refused
        )
        year.bars.done()


async def _follow(year: Year, place: str, desks: list[Desk]) -> None:
    """The office keeps its directory, and everybody goes where its registered area leads."""
    items = [
        {
            "body": desk.body.key,
            "authority_id": desk.authority,
            "areas": [area_of(year.cast.firms[entry.number]) for entry in desk.entries],
        }
        for desk in desks
    ]
    await year.office.clerk.ask("PUT", f"{place}/bodies", json={"items": items})
    made = await year.office.clerk.post(f"{place}/routings/derived", {"entries": None})
    count = sum(len(desk.entries) for desk in desks)
    told = (made["routed"], made["needing_a_person"])
    year.checks.holds("推荐单位由注册地确定，无须逐一指定", told == (count, 0), made)


async def _send(year: Year, place: str, desks: list[Desk]) -> None:
    """The office names each body."""
    rows = [
        {"entry": entry.id, "body": desk.body.key, "authority_id": desk.authority}
        for desk in desks
        for entry in desk.entries
    ]
    await year.office.clerk.post(f"{place}/routings", {"items": rows})


async def _desks(year: Year, stage: Endorsement, entries: list[Entry]) -> list[Desk]:
    """As many authorities of each kind as it takes; every entry is before one, or all, of them."""
    founding, found = Founding(year.wire, year.cast, year.nonce), []
    left = list(entries)
    for body in stage.bodies:
        tracks = body.tracks or year.regulation.tracks_of(stage)
        mine = [entry for entry in left if entry.track in tracks]
        size = min([DESK, *(most for most, _ in body.limits())])
        for start in range(0, len(mine), size):
            number = len(year.endorsers)
            authority, speaker = await founding.endorser(year.office, body.name, number)
            year.endorsers.append(speaker)
            found.append(Desk(body, authority, speaker, mine[start : start + size]))
        if stage.needs == "one_of":
            left = [entry for entry in left if entry not in mine]
    return found


async def _rivals(year: Year, desks: list[Desk]) -> None:
    """A body sees what is routed to it, and nothing else."""
    for desk in desks:
        lines = await desk.speaker.every("/recommendations")
        seen = {line["entry_id"] for line in lines if line["cycle_id"] == year.cycle}
        own = {entry.id for entry in desk.entries}
        year.checks.holds("推荐单位只看到送交本单位的申报", seen == own, (seen, own))


async def _wait(year: Year, stage: Endorsement, began: datetime) -> dict[str, str]:
    """The bodies' own notice, where one is needed; award time is then after it."""
    if stage.notice is None:
        return {}
    length = Length(stage.notice.amount, Unit(stage.notice.way))
    last = deadline(began.date(), length, CountRule(), CALENDAR).last_day
    morning = datetime.combine(last + timedelta(days=1), MORNING, BEIJING)
    await year.clock.move(morning + MINUTE)
    return {"notice_from": began.date().isoformat(), "notice_to": last.isoformat()}


async def _answer(
    year: Year, stage: Endorsement, desk: Desk, notice: dict[str, str], refused: set[int]
) -> None:
    good = [entry for entry in desk.entries if entry.number not in refused]
    answers: list[dict[str, Any]] = [
        {"entry": entry.id, "recommended": True} | ({"position": n} if stage.ordered else {})
        for n, entry in enumerate(good, start=1)
    ]
    answers += [
        {"entry": entry.id, "recommended": False, "reason": "经审核，暂不予推荐。"}
        for entry in desk.entries
        if entry.number in refused
    ]
    today = (await year.clock.now()).astimezone(BEIJING).date()
    letter = {
        "authority_id": desk.authority,
        "body": desk.body.key,
        "document": f"推荐函〔2026〕{desk.body.key}",
        "issued_on": today.isoformat(),
        "answers": answers,
    } | notice
    place = year.path(f"/stages/{stage.key}/letters")
    usurped = year.office.clerk.post(place, letter)
    await year.checks.refused("评审办不能代替推荐单位出函", usurped, 404)
    await desk.speaker.post(place, letter)
