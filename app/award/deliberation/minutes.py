"""Do the minutes of a vote hold together, and what do they say was counted? Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.award.deliberation import rules
from app.platform.errors import Invalid, Refusal
from app.rules.exact import fraction_from_text
from app.rules.regulation import values
from app.rules.regulation.stages import Vote
from app.rules.voting import (
    Base,
    Choice,
    Count,
    Paper,
    Tally,
    Threshold,
    attendance_for,
    decide,
    paper_problems,
    quorum_met,
    tally,
)

Pair = tuple[UUID, UUID]
"""An entry and a seat."""

CONTRADICTIONS: Final[Mapping[str, tuple[type[Invalid], str]]] = {
    refusal.code: (refusal, pointer)
    for refusal, pointer in (
        (rules.IssuedExceedsPresent, "/issued"),
        (rules.ReturnedExceedsIssued, "/returned"),
        (rules.SlipsDoNotAddUp, "/returned"),
        (rules.ChoicesDoNotAddUp, ""),
        (rules.ChoicesExceedValid, ""),
    )
}
"""The contradictions that minutes can have; numbers and strangers are refused before."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the minutes say: who was there, who was recused, the slips; of a named vote every
    ballot, of a secret one only the numbers: per entry, and of valid and invalid slips.
    """

    present: Sequence[UUID]
    recused: Sequence[Pair]
    issued: int
    returned: int
    teller: str
    scrutineer: str
    ballots: Sequence[tuple[UUID, UUID, Choice | None]] | None = None
    counts: Sequence[tuple[UUID, Count]] | None = None
    valid: int | None = None
    invalid: int | None = None


def form_obstacle(sitting: Sitting, rule: Vote) -> Refusal | None:
    """Whether the minutes tell more or less of the ballots than this vote's rule wants."""
    numbers = (sitting.counts, sitting.valid, sitting.invalid)
    if rule.ballot == "secret":
        if sitting.ballots is not None:
            return rules.VoteIsSecret(pointer="/ballots")
        return rules.VoteIsSecret(pointer="/counts") if None in numbers else None
    if any(each is not None for each in numbers):
        return rules.VoteIsNamed(pointer="/counts")
    return rules.VoteIsNamed(pointer="/ballots") if sitting.ballots is None else None


def sitting_obstacles(
    sitting: Sitting,
    entries: frozenset[UUID],
    seats: Mapping[UUID, str],
    interested: Collection[Pair],
) -> list[Refusal]:
    """Everything that is wrong with minutes of the right form, at once.

    `seats` gives the holder of each seat of the committee, `interested` who has an interest in
    which entry.
    """
    recused = frozenset(sitting.recused)
    needed = [pair for pair in interested if pair not in recused]
    same = sitting.teller == sitting.scrutineer
    return [
        *_strangers(sitting, entries, frozenset(seats)),
        *_repeated(sitting),
        *_intruders(sitting),
        *(
            rules.MemberNotRecused(pointer="/recused", holder=seats[seat], entry=entry)
            for entry, seat in sorted(needed)
        ),
        *([rules.TellerIsScrutineer(pointer="/scrutineer")] if same else []),
        *_contradictions(sitting, entries, frozenset(seats)),
    ]


def _strangers(
    sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]
) -> Iterator[Refusal]:
    """Seats and entries that are not before this committee."""
    for place, seat in enumerate(sitting.present):
        if seat not in seats:
            yield rules.SeatUnknown(pointer=f"/present/{place}")
    named = {
        "recused": sitting.recused,
        "ballots": [(entry, seat) for entry, seat, _ in sitting.ballots or ()],
    }
    for field, pairs in named.items():
        for place, (entry, seat) in enumerate(pairs):
            if entry not in entries:
                yield rules.NotInMotion(pointer=f"/{field}/{place}/entry")
            if seat not in seats:
                yield rules.SeatUnknown(pointer=f"/{field}/{place}/seat")
    for place, (entry, _) in enumerate(sitting.counts or ()):
        if entry not in entries:
            yield rules.NotInMotion(pointer=f"/counts/{place}/entry")


def _repeated(sitting: Sitting) -> Iterator[Refusal]:
    """A second mention of the same seat, recusal, ballot or count."""
    named: dict[str, Sequence[Any]] = {
        "present": sitting.present,
        "recused": sitting.recused,
        "ballots": [(entry, seat) for entry, seat, _ in sitting.ballots or ()],
        "counts": [entry for entry, _ in sitting.counts or ()],
    }
    for field, mentions in named.items():
        seen: set[Any] = set()
        for place, mention in enumerate(mentions):
            if mention in seen:
                yield rules.NamedTwice(pointer=f"/{field}/{place}")
            seen.add(mention)


def _intruders(sitting: Sitting) -> Iterator[Refusal]:
    """Ballots of members who were absent, or recused from that entry."""
    present, recused = frozenset(sitting.present), frozenset(sitting.recused)
    for place, (entry, seat, _) in enumerate(sitting.ballots or ()):
        if seat not in present:
            yield rules.BallotOfAbsent(pointer=f"/ballots/{place}/seat")
        if (entry, seat) in recused:
            yield rules.BallotOfRecused(pointer=f"/ballots/{place}/seat")


def _contradictions(
    sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]
) -> list[Refusal]:
    """Where slips and votes do not add up; ballots refused already are not counted."""
    secret = sitting.counts is not None
    paper = (_counted_paper if secret else _named_paper)(sitting, entries, seats)
    refusals: list[Refusal] = []
    for each in paper_problems(paper):
        refusal, pointer = CONTRADICTIONS[each.code]
        votes = "/counts" if secret else "/ballots"
        refusals.append(refusal(pointer=pointer or votes, entry=each.candidate))
    return refusals


def _named_paper(sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]) -> Paper:
    """The tally sheet that these ballots amount to.

    A member recused from every entry may have been given a slip, all struck out, or none.
    """
    present, recused = frozenset(sitting.present) & seats, frozenset(sitting.recused)
    cast = {
        (entry, seat): choice
        for entry, seat, choice in sitting.ballots or ()
        if entry in entries and seat in present and (entry, seat) not in recused
    }
    slips = {seat for _, seat in cast}
    invalid = slips - {seat for (_, seat), choice in cast.items() if choice is not None}
    struck = [
        seat for seat in present - slips if all((entry, seat) in recused for entry in entries)
    ]
    blank = min(max(sitting.returned - len(slips), 0), len(struck))
    return Paper(
        members=len(seats),
        present=len(present),
        issued=sitting.issued,
        returned=sitting.returned,
        valid=len(slips) - len(invalid) + blank,
        invalid=len(invalid),
        counts={
            str(entry): _count(choice for (on, _), choice in cast.items() if on == entry)
            for entry in sorted(entries)
        },
        recused_slips={
            str(entry): sum((entry, seat) in recused for seat in slips) + blank
            for entry in sorted(entries)
        },
    )


def _counted_paper(sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]) -> Paper:
    """The tally sheet of a secret ballot. Nobody knows whose slips came back: the lines struck out
    by recusals are as many as the slips lack, within what can be.
    """
    present, recused = frozenset(sitting.present) & seats, frozenset(sitting.recused)
    told = dict(sitting.counts or ())
    counts = {entry: told.get(entry, Count(0, 0, 0)) for entry in sorted(entries)}
    absent_slips = len(present) - sitting.returned

    def struck(entry: UUID, count: Count) -> int:
        out = sum((entry, seat) in recused for seat in present)
        least = max(0, out - absent_slips)
        return min(max(sitting.returned - count.cast, least), out)

    return Paper(
        members=len(seats),
        present=len(present),
        issued=sitting.issued,
        returned=sitting.returned,
        valid=sitting.valid or 0,
        invalid=sitting.invalid or 0,
        counts={str(entry): count for entry, count in counts.items()},
        recused_slips={str(entry): struck(entry, count) for entry, count in counts.items()},
    )


def _count(choices: Iterable[Choice | None]) -> Count:
    by_choice = Counter(choices)
    return Count(
        by_choice[Choice.APPROVE],
        by_choice[Choice.AGAINST],
        by_choice[Choice.ABSTAIN],
        by_choice[None],
    )


def content_of(
    sitting: Sitting, rule: Vote, entries: Iterable[UUID], members: Iterable[UUID]
) -> dict[str, Any]:
    """The minutes as plain values, with the rule they are counted by."""
    recused: dict[str, list[str]] = {}
    for entry, seat in sorted(sitting.recused):
        recused.setdefault(str(entry), []).append(str(seat))
    votes = _numbers if rule.ballot == "secret" else _ballots
    return {
        "schema": "award-minutes/1",
        "ballot": rule.ballot,
        "quorum": rule.quorum.model_dump(mode="json", exclude_none=True),
        "carried": rule.carried.model_dump(mode="json", exclude_none=True),
        "recused_leave": rule.recused_leave,
        "members": sorted(str(seat) for seat in members),
        "present": sorted(str(seat) for seat in sitting.present),
        "recused": recused,
        **votes(sitting, entries),
        "issued": sitting.issued,
        "returned": sitting.returned,
        "teller": sitting.teller,
        "scrutineer": sitting.scrutineer,
    }


def _ballots(sitting: Sitting, entries: Iterable[UUID]) -> dict[str, Any]:
    ballots: dict[str, dict[str, str | None]] = {str(entry): {} for entry in entries}
    for entry, seat, choice in sitting.ballots or ():
        ballots[str(entry)][str(seat)] = None if choice is None else choice.value
    return {"ballots": ballots}


def _numbers(sitting: Sitting, entries: Iterable[UUID]) -> dict[str, Any]:
    told = dict(sitting.counts or ())
    names = ("approve", "against", "abstain", "invalid")
    return {
        "counts": {
            str(entry): {name: getattr(told[entry], name) for name in names} for entry in entries
        },
        "valid": sitting.valid,
        "invalid": sitting.invalid,
    }


def tallies(content: Mapping[str, Any]) -> dict[str, Tally]:
    """The tally of every entry, from the minutes alone."""
    quorum, carried = _threshold(content["quorum"]), _threshold(content["carried"])
    members, present, leave = content["members"], content["present"], content["recused_leave"]
    if "counts" not in content:
        return tally(
            {
                entry: {
                    seat: None if choice is None else Choice(choice) for seat, choice in by.items()
                }
                for entry, by in content["ballots"].items()
            },
            recused=content["recused"],
            members=members,
            present=present,
            quorum=quorum,
            carried=carried,
            recused_leave=leave,
        )
    out = {entry: content["recused"].get(entry, ()) for entry in content["counts"]}
    return {
        entry: decide(
            Count(**count),
            attendance_for(members, present, out[entry], recused_leave=leave),
            quorum,
            carried,
        )
        for entry, count in content["counts"].items()
    }


def quorum_obstacle(content: Mapping[str, Any]) -> rules.QuorumNotMet | None:
    """Whether the committee could decide at all, and on every entry after the recusals."""
    members, present = content["members"], content["present"]
    everyone = attendance_for(members, present)
    met = quorum_met(everyone, _threshold(content["quorum"]))
    if met and all(each.quorum for each in tallies(content).values()):
        return None
    return rules.QuorumNotMet(members=everyone.members, present=everyone.present)


def differ(
    content: Mapping[str, Any],
    second: Sequence[tuple[UUID, Count]],
    live: Collection[UUID],
) -> rules.CountsDiffer | None:
    """Whether the second count is another than the first. An entry that has withdrawn since the
    minutes were recorded may be left out.
    """
    first = {
        UUID(entry): Count(each.approve, each.against, each.abstain, each.invalid)
        for entry, each in tallies(content).items()
    }
    given = dict(second)
    expected = {entry: count for entry, count in first.items() if entry in live or entry in given}
    return None if given == expected and len(given) == len(second) else rules.CountsDiffer()


def _threshold(rule: Mapping[str, str]) -> Threshold:
    """The share as text in the minutes, as the law counts with it."""
    way = next(name for name in values.Threshold.ways if name in rule)
    share = {way: fraction_from_text(rule[way])}
    return Threshold(Base(rule["of"]), share.get("at_least"), share.get("more_than"))
