"""How is a committee's vote (评委会审议) played? One clerk enters the paper, another confirms."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from app.rehearsal import proposing, seats
from app.rehearsal.year import Entry, Year
from app.rules.regulation.stages import Stage, Vote
from app.rules.regulation.values import Threshold

APPROVE, AGAINST, ABSTAIN = "approve", "against", "abstain"
INVALID = "invalid"
ABSENT = 1
"""One seat stays empty at the meeting."""
Counts = list[dict[str, Any]]


async def play(year: Year, stage: Stage) -> None:
    """Seats, the meeting's minutes, the count confirmed by a second person."""
    if not isinstance(stage, Vote):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：计票", len(entries))
    if not entries:
        return
    motion = await _motion(year, stage)
    place = f"/motions/{motion['id']}"
    minutes, counts = _minutes(year, stage, entries, await seats.fill(year))
    await _confirm(year, stage, place, minutes, counts)
    for _ in entries:
        year.bars.done()
    await _tally(year, stage, place, entries, counts)
    if stage.proposes is not None and stage.by == "choice":
        await proposing.choose(year, stage, entries)


async def _confirm(
    year: Year, stage: Vote, place: str, minutes: dict[str, Any], counts: Counts
) -> None:
    office = year.office
    early = office.second_clerk.post(f"{place}/confirmation", {"counts": counts})
    await year.checks.refused("没有登记的会议纪要不能复核", early, 409)
    hidden = year.members[0].person.get(place)
    await year.checks.refused("确认之前委员看不到计票", hidden, 404)
    if stage.ballot == "secret":
        named = {key: value for key, value in minutes.items() if key != "counts"}
        open_ = office.clerk.post(f"{place}/minutes", named | {"ballots": []})
        await year.checks.refused("无记名投票不录入逐票", open_, 422)
    await office.clerk.post(f"{place}/minutes", minutes)
    own = office.clerk.post(f"{place}/confirmation", {"counts": counts})
    await year.checks.refused("登记人不能复核自己登记的计票", own, 403)
    wrong = [{**counts[0], APPROVE: counts[0][APPROVE] - 1}, *counts[1:]]
    if counts[0][APPROVE]:
        miscount = office.second_clerk.post(f"{place}/confirmation", {"counts": wrong})
        await year.checks.refused("两次计票不一致时不予确认", miscount, 409, "counts-differ")
    await office.second_clerk.post(f"{place}/confirmation", {"counts": counts})


async def _motion(year: Year, stage: Vote) -> Any:
    found = await year.office.clerk.get(year.path("/motions"))
    return next(motion for motion in found if motion["stage"] == stage.key)


def _minutes(
    year: Year, stage: Vote, entries: Sequence[Entry], held: Sequence[str]
) -> tuple[dict[str, Any], Counts]:
    """Everybody present votes on every entry; nearly all approve. Gives the second count, too."""
    present = _present(stage.quorum, held)
    ballots = [
        {"entry": entry.id, "seat": seat, "choice": _choice(year, stage, entry, number)}
        for entry in entries
        for number, seat in enumerate(present)
    ]
    slips = [(ballot["entry"], ballot["choice"]) for ballot in ballots]
    counts: Counts = [
        {"entry": entry.id}
        | {choice: slips.count((entry.id, choice)) for choice in (APPROVE, AGAINST, ABSTAIN)}
        | {INVALID: 0}
        for entry in entries
    ]
    paper: dict[str, Any] = {
        "present": present,
        "recused": [],
        "issued": len(present),
        "returned": len(present),
        "teller": year.cast.officers[-1],
        "scrutineer": year.cast.officers[-2],
        "document": "评委会会议纪要〔2026〕1号",
    }
    if stage.ballot == "secret":
        return paper | {"counts": counts, "valid": len(present), "invalid": 0}, counts
    return paper | {"ballots": ballots}, counts


def _present(quorum: Threshold, held: Sequence[str]) -> list[str]:
    """All but one seat, or all where fewer make no quorum."""
    present = list(held[: len(held) - ABSENT])
    return present if reached(quorum, len(present), len(held)) else list(held)


def _choice(year: Year, stage: Vote, entry: Entry, seat: int) -> str:
    dice = year.cast.dice("vote", stage.key, entry.number, seat)
    return str(dice.choices((APPROVE, AGAINST, ABSTAIN), (85, 8, 7))[0])


def reached(rule: Threshold, count: int, base: int) -> bool:
    """Whether so many are at least, or more than, the share of the base that the rule sets."""
    needed = rule.share * base
    return count > needed if rule.more_than is not None else count >= needed


async def _tally(year: Year, stage: Vote, place: str, entries: list[Entry], counts: Counts) -> None:
    """The confirmed tally says what the slips said, and who is carried by our own count."""
    tally = await year.office.head.get(f"{place}/tally")
    lines = {line["entry"]: line for line in tally["items"]}
    mine = year.ledger.carried.setdefault(stage.key, {})
    keys = year.ledger.keys.setdefault(stage.key, {})
    ranks = proposing.last_ranks(year, stage, entries)
    for count, entry in zip(counts, entries, strict=True):
        line = lines[entry.id]
        same = {key: line[key] for key in count} == count
        year.checks.holds("计票结果与表决票一致", same, line)
        base = {
            "members": len(year.seats),
            "present": sum(count[c] for c in (APPROVE, AGAINST, ABSTAIN, INVALID)),
            "voting": sum(count[c] for c in (APPROVE, AGAINST, ABSTAIN)),
        }[stage.carried.of]
        mine[entry.number] = reached(stage.carried, count[APPROVE], base)
        year.checks.holds("是否通过与自行计算一致", line["carried"] == mine[entry.number], line)
        keys[entry.number] = (
            Fraction(mine[entry.number]),
            Fraction(count[APPROVE]),
            Fraction(-ranks.get(entry.number, 0)),
        )
