"""How is a committee's vote (评委会审议) played? One clerk enters the paper, another confirms."""

from typing import Any

from app.rehearsal.founding import Founding, seats_of
from app.rehearsal.year import Entry, Year
from app.rules.regulation.stages import Stage, Vote

APPROVE, AGAINST, ABSTAIN = "approve", "against", "abstain"
ABSENT = 1
"""One seat stays empty at the meeting."""


async def play(year: Year, stage: Stage) -> None:
    """Seats, the meeting's minutes, the count confirmed by a second person."""
    if not isinstance(stage, Vote):
        raise TypeError(stage.kind)
    office = year.office
    seats = await _seats(year)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：计票", len(entries))
    motion = await _motion(year, stage)
    place = f"/motions/{motion['id']}"
    minutes = _minutes(year, stage, entries, seats)
    counts = _counts(minutes, entries)
    early = office.second_clerk.post(f"{place}/confirmation", {"counts": counts})
    await year.checks.refused("没有登记的会议纪要不能复核", early, 409)
    member = year.member
    if member is not None:
        hidden = member.get(place)
        await year.checks.refused("确认之前委员看不到计票", hidden, 404)
    await office.clerk.post(f"{place}/minutes", minutes)
    own = office.clerk.post(f"{place}/confirmation", {"counts": counts})
    await year.checks.refused("登记人不能复核自己登记的计票", own, 403)
    if entries:
        wrong = [{**counts[0], "approve": counts[0]["approve"] - 1}, *counts[1:]]
        miscount = office.second_clerk.post(f"{place}/confirmation", {"counts": wrong})
        await year.checks.refused("两次计票不一致时不予确认", miscount, 409, "counts-differ")
    await office.second_clerk.post(f"{place}/confirmation", {"counts": counts})
    for _ in entries:
        year.bars.done()
    await _tally(year, stage, place, entries, counts)


async def _seats(year: Year) -> list[str]:
    """The committee's seats; one is held by somebody with an account."""
    place = year.path("/seats")
    posts = dict(seats_of(year.cast))
    rows = await year.office.head.get(place)
    if not rows:
        founding = Founding(year.wire, year.cast, year.nonce)
        year.member = member = await founding.member(year.office, year.cycle, 0)
        for number, (post, holder) in enumerate(posts.items()):
            person = {"person_id": member.id} if number == 0 else {}
            await year.office.head.post(place, {"post": post, "holder": holder} | person)
        rows = await year.office.head.get(place)
    ids = {row["post"]: row["id"] for row in rows}
    return [ids[post] for post in posts]


async def _motion(year: Year, stage: Vote) -> Any:
    found = await year.office.clerk.get(year.path("/motions"))
    return next(motion for motion in found if motion["stage"] == stage.key)


def _minutes(year: Year, stage: Vote, entries: list[Entry], seats: list[str]) -> dict[str, Any]:
    """Everybody present votes on every entry; nearly all approve."""
    present = seats[: len(seats) - ABSENT]
    ballots = []
    for entry in entries:
        for number, seat in enumerate(present):
            dice = year.cast.dice("vote", stage.key, entry.number, number)
            choice = dice.choices((APPROVE, AGAINST, ABSTAIN), (85, 8, 7))[0]
            ballots.append({"entry": entry.id, "seat": seat, "choice": choice})
    return {
        "present": present,
        "recused": [],
        "issued": len(present),
        "returned": len(present),
        "ballots": ballots,
        "teller": year.cast.officers[-1],
        "scrutineer": year.cast.officers[-2],
        "document": "评委会会议纪要〔2026〕1号",
    }


def _counts(minutes: dict[str, Any], entries: list[Entry]) -> list[dict[str, Any]]:
    """The second count, from the slips themselves."""
    slips = [(ballot["entry"], ballot["choice"]) for ballot in minutes["ballots"]]
    return [
        {"entry": entry.id}
        | {choice: slips.count((entry.id, choice)) for choice in (APPROVE, AGAINST, ABSTAIN)}
        | {"invalid": slips.count((entry.id, None))}
        for entry in entries
    ]


async def _tally(
    year: Year, stage: Vote, place: str, entries: list[Entry], counts: list[dict[str, Any]]
) -> None:
    """The confirmed tally says what the slips said, and who is carried by our own count."""
    tally = await year.office.head.get(f"{place}/tally")
    lines = {line["entry"]: line for line in tally["items"]}
    for count, entry in zip(counts, entries, strict=True):
        line = lines[entry.id]
        same = {key: line[key] for key in count} == count
        year.checks.holds("计票结果与表决票一致", same, line)
        base = {
            "members": tally["members"],
            "present": tally["present"],
            "voting": count[APPROVE] + count[AGAINST],
        }[stage.carried.of]
        needed = stage.carried.share * base
        more_than = stage.carried.more_than is not None
        carried = count[APPROVE] > needed if more_than else count[APPROVE] >= needed
        year.checks.holds("是否通过与自行计算一致", line["carried"] == carried, line)
