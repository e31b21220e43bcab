"""Do the minutes of a vote hold together, and what do they decide? Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.exact import fraction_from_text
from app.rules.regulation import values
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.stages import Vote
from app.rules.voting import (
    Base,
    Choice,
    Count,
    Paper,
    Tally,
    Threshold,
    attendance_for,
    paper_problems,
    quorum_met,
    tally,
)

NOT_CARRIED = "not-carried"

Pair = tuple[UUID, UUID]
"""An entry and a seat."""


class MotionUnknown(NotFound):
    code = "motion-not-found"
    zh = "没有这项议案，或您无权查看。"
    en = "There is no such motion, or you may not see it."


class TallyUnknown(NotFound):
    code = "tally-not-found"
    zh = "计票结果经第二人核对确认后方可查看。"
    en = "The tally is shown once a second person has confirmed it."


class PersonUnknown(Invalid):
    code = "person-unknown"
    zh = "没有这个人员。"
    en = "There is no such person."


class SeatedTwice(Conflict):
    code = "seated-twice"
    zh = "该人员在本届评委会中已有席位。"
    en = "This person has a seat in the cycle's committee already."


class MotionNotConfirmed(Conflict):
    code = "motion-not-confirmed"
    zh = "表决记录尚未经第二人核对确认。"
    en = "The minutes are not confirmed by a second person."


class QuorumNotMet(Conflict):
    code = "quorum-not-met"
    zh = "到会委员不足法定人数（委员 {members} 人，到会 {present} 人）。"
    en = "The quorum is not met ({present} of {members} members present)."


class MotionDecided(Conflict):
    code = "motion-decided"
    zh = "表决结果已经确认，不能退回。"
    en = "The vote is confirmed; it is not sent back any more."


class CountsDiffer(Conflict):
    code = "counts-differ"
    zh = "第二次录入的票数与第一次不一致，请对照表决票重新核对。"
    en = "The second count differs from the first; compare both with the paper."


class SeatUnknown(Invalid):
    code = "seat-unknown"
    zh = "本届评委会没有这个席位。"
    en = "The cycle's committee has no such seat."


class NotInMotion(Invalid):
    code = "not-in-motion"
    zh = "本议案没有这个参评单位。"
    en = "The motion has no such entry."


class NamedTwice(Invalid):
    code = "named-twice"
    zh = "同一席位或同一票重复出现。"
    en = "The same seat or ballot stands here twice."


class BallotOfAbsent(Invalid):
    code = "ballot-of-absent"
    zh = "未到会的委员不能有表决票。"
    en = "A member who was absent has no ballot."


class BallotOfRecused(Invalid):
    code = "ballot-of-recused"
    zh = "已回避的委员不能对该单位表决。"
    en = "A recused member has no ballot on this entry."


class MemberNotRecused(Invalid):
    code = "member-not-recused"
    zh = "委员“{holder}”与参评单位有利害关系，须回避（参评 {entry}）。"
    en = "The member “{holder}” has an interest in the entry {entry} and must be recused."


class TellerIsScrutineer(Invalid):
    code = "teller-is-scrutineer"
    zh = "计票人与监票人不能是同一人。"
    en = "Whoever counts does not watch the count."


class IssuedExceedsPresent(Invalid):
    code = "issued-exceeds-present"
    zh = "发出的表决票多于到会人数。"
    en = "More slips were issued than members were present."


class ReturnedExceedsIssued(Invalid):
    code = "returned-exceeds-issued"
    zh = "收回的表决票多于发出的表决票。"
    en = "More slips were returned than issued."


class SlipsDoNotAddUp(Invalid):
    code = "slips-do-not-add-up"
    zh = "收回的表决票数与录入的票数不一致。"
    en = "The slips returned are not as many as the ballots tell."


class ChoicesDoNotAddUp(Invalid):
    code = "choices-do-not-add-up"
    zh = "参评 {entry} 的票数与收回的表决票数不一致。"
    en = "The votes on entry {entry} are not as many as the slips returned."


PAPER: Final[Mapping[str, tuple[type[Invalid], str]]] = {
    refusal.code: (refusal, pointer)
    for refusal, pointer in (
        (IssuedExceedsPresent, "/issued"),
        (ReturnedExceedsIssued, "/returned"),
        (SlipsDoNotAddUp, "/returned"),
        (ChoicesDoNotAddUp, "/ballots"),
    )
}
"""The contradictions that named minutes can have; numbers and strangers are refused before."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the minutes say: who was there, who was recused, every ballot, and the slips."""

    present: Sequence[UUID]
    recused: Sequence[Pair]
    ballots: Sequence[tuple[UUID, UUID, Choice | None]]
    issued: int
    returned: int
    teller: str
    scrutineer: str


def votes_not_offered(regulation: Regulation) -> list[Problem]:
    """Votes that cannot be held: only named ones on paper are, entry by entry."""
    return [
        problem("vote_not_offered", ("stages", place, field), found=f"{field}: {value}")
        for place, rule in enumerate(regulation.stages)
        if isinstance(rule, Vote)
        for field, value, offered in (
            ("mode", rule.mode, "recorded"),
            ("ballot", rule.ballot, "named"),
            ("proposes", rule.proposes, None),
        )
        if value != offered
    ]


def sitting_obstacles(
    sitting: Sitting,
    entries: frozenset[UUID],
    seats: Mapping[UUID, str],
    interested: Collection[Pair],
) -> list[Refusal]:
    """Everything that is wrong with the minutes, at once.

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
            MemberNotRecused(pointer="/recused", holder=seats[seat], entry=entry)
            for entry, seat in sorted(needed)
        ),
        *([TellerIsScrutineer(pointer="/scrutineer")] if same else []),
        *_contradictions(sitting, entries, frozenset(seats)),
    ]


def _strangers(
    sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]
) -> Iterator[Refusal]:
    """Seats and entries that are not before this committee."""
    for place, seat in enumerate(sitting.present):
        if seat not in seats:
            yield SeatUnknown(pointer=f"/present/{place}")
    named = {
        "recused": sitting.recused,
        "ballots": [(entry, seat) for entry, seat, _ in sitting.ballots],
    }
    for field, pairs in named.items():
        for place, (entry, seat) in enumerate(pairs):
            if entry not in entries:
                yield NotInMotion(pointer=f"/{field}/{place}/entry")
            if seat not in seats:
                yield SeatUnknown(pointer=f"/{field}/{place}/seat")


def _repeated(sitting: Sitting) -> Iterator[Refusal]:
    """A second mention of the same seat, recusal or ballot."""
    named: dict[str, Sequence[Any]] = {
        "present": sitting.present,
        "recused": sitting.recused,
        "ballots": [(entry, seat) for entry, seat, _ in sitting.ballots],
    }
    for field, mentions in named.items():
        seen: set[Any] = set()
        for place, mention in enumerate(mentions):
            if mention in seen:
                yield NamedTwice(pointer=f"/{field}/{place}")
            seen.add(mention)


def _intruders(sitting: Sitting) -> Iterator[Refusal]:
    """Ballots of members who were absent, or recused from that entry."""
    present, recused = frozenset(sitting.present), frozenset(sitting.recused)
    for place, (entry, seat, _) in enumerate(sitting.ballots):
        if seat not in present:
            yield BallotOfAbsent(pointer=f"/ballots/{place}/seat")
        if (entry, seat) in recused:
            yield BallotOfRecused(pointer=f"/ballots/{place}/seat")


def _contradictions(
    sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]
) -> list[Refusal]:
    """Where slips and ballots do not add up; ballots refused already are not counted."""
    found = paper_problems(_paper(sitting, entries, seats))
    refusals: list[Refusal] = []
    for each in found:
        refusal, pointer = PAPER[each.code]
        refusals.append(refusal(pointer=pointer, entry=each.candidate))
    return refusals


def _paper(sitting: Sitting, entries: frozenset[UUID], seats: frozenset[UUID]) -> Paper:
    """The tally sheet that these ballots amount to.

    A member recused from every entry may have been given a slip, all struck out, or none.
    """
    present, recused = frozenset(sitting.present) & seats, frozenset(sitting.recused)
    cast = {
        (entry, seat): choice
        for entry, seat, choice in sitting.ballots
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
    ballots: dict[str, dict[str, str | None]] = {str(entry): {} for entry in entries}
    for entry, seat, choice in sitting.ballots:
        ballots[str(entry)][str(seat)] = None if choice is None else choice.value
    return {
        "schema": "award-minutes/1",
        "quorum": rule.quorum.model_dump(mode="json", exclude_none=True),
        "carried": rule.carried.model_dump(mode="json", exclude_none=True),
        "recused_leave": rule.recused_leave,
        "members": sorted(str(seat) for seat in members),
        "present": sorted(str(seat) for seat in sitting.present),
        "recused": recused,
        "ballots": ballots,
        "issued": sitting.issued,
        "returned": sitting.returned,
        "teller": sitting.teller,
        "scrutineer": sitting.scrutineer,
    }


def tallies(content: Mapping[str, Any]) -> dict[str, Tally]:
    """The tally of every entry, from the minutes alone."""
    return tally(
        {
            entry: {seat: None if choice is None else Choice(choice) for seat, choice in by.items()}
            for entry, by in content["ballots"].items()
        },
        recused=content["recused"],
        members=content["members"],
        present=content["present"],
        quorum=_threshold(content["quorum"]),
        carried=_threshold(content["carried"]),
        recused_leave=content["recused_leave"],
    )


def quorum_obstacle(content: Mapping[str, Any]) -> QuorumNotMet | None:
    """Whether the committee could decide at all, and on every entry after the recusals."""
    members, present = content["members"], content["present"]
    everyone = attendance_for(members, present)
    met = quorum_met(everyone, _threshold(content["quorum"]))
    if met and all(each.quorum for each in tallies(content).values()):
        return None
    return QuorumNotMet(members=everyone.members, present=everyone.present)


def differ(
    content: Mapping[str, Any],
    second: Sequence[tuple[UUID, Count]],
    live: Collection[UUID],
) -> CountsDiffer | None:
    """Whether the second count is another than the first. An entry that has withdrawn since the
    minutes were recorded may be left out.
    """
    first = {
        UUID(entry): Count(each.approve, each.against, each.abstain, each.invalid)
        for entry, each in tallies(content).items()
    }
    given = dict(second)
    expected = {entry: count for entry, count in first.items() if entry in live or entry in given}
    return None if given == expected and len(given) == len(second) else CountsDiffer()


def _threshold(rule: Mapping[str, str]) -> Threshold:
    """The share as text in the minutes, as the law counts with it."""
    way = next(name for name in values.Threshold.ways if name in rule)
    share = {way: fraction_from_text(rule[way])}
    return Threshold(Base(rule["of"]), share.get("at_least"), share.get("more_than"))
