"""Is the committee able to decide, which candidates are carried, and does the paper add up?"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor


class VotingError(ValueError):
    """Ballots, attendance or thresholds that cannot be; `code` is stable."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Choice(StrEnum):
    APPROVE = "approve"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Base(StrEnum):
    """Of whom a threshold is a share: all seats, those present, or the valid ballots.

    An abstention (弃权) is a valid ballot; an invalid slip (废票) is not.
    """

    MEMBERS = "members"
    PRESENT = "present"
    VOTING = "voting"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a base: either `at_least` it (以上, 含本数) or `more_than` it (超过)."""

    of: Base
    at_least: Fraction | None = None
    more_than: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.more_than is None):
            raise VotingError("threshold-unclear", "either at_least or more_than, one of them")
        if self.at_least is not None and not 0 < self.at_least <= 1:
            raise VotingError("threshold-out-of-range", f"at least {self.at_least}")
        if self.more_than is not None and not 0 <= self.more_than < 1:
            raise VotingError("threshold-out-of-range", f"more than {self.more_than}")

    def needed(self, base: int) -> int:
        """Smallest whole number that reaches the threshold, never less than one."""
        if self.at_least is not None:
            return max(1, ceil(base * self.at_least))
        return floor(base * (self.more_than or 0)) + 1


@dataclass(frozen=True, slots=True)
class Attendance:
    """Seats of the committee and how many of them are present, as numbers."""

    members: int
    present: int

    def __post_init__(self) -> None:
        if not 0 <= self.present <= self.members:
            raise VotingError(
                "present-exceeds-members", f"{self.present} present of {self.members} members"
            )


@dataclass(frozen=True, slots=True)
class Count:
    """Ballots on one candidate, as a teller writes them down."""

    approve: int
    against: int
    abstain: int
    invalid: int = 0

    @property
    def valid(self) -> int:
        return self.approve + self.against + self.abstain

    @property
    def cast(self) -> int:
        return self.valid + self.invalid


@dataclass(frozen=True, slots=True)
class Tally:
    """A candidate's ballots, the base they are measured by, and whether that carries it.

    `needed` is the smallest number of approvals; without a quorum nobody is carried.
    """

    approve: int
    against: int
    abstain: int
    invalid: int
    base: int
    needed: int
    quorum: bool
    carried: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A tally sheet: one slip per member present, with a line for each candidate.

    `recused_slips`: returned slips whose line for the candidate is struck out by a recusal.
    Where each candidate has slips of its own, each has a Paper of its own.
    """

    members: int
    present: int
    issued: int
    returned: int
    valid: int
    invalid: int
    counts: Mapping[str, Count]
    recused_slips: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaperProblem:
    """`candidate` is None where the slips as a whole are meant."""

    code: str
    candidate: str | None = None


def quorum_met(attendance: Attendance, quorum: Threshold) -> bool:
    """Whether enough members are present; VotingError unless the quorum is a share of members."""
    if quorum.of is not Base.MEMBERS:
        raise VotingError("quorum-base", "a quorum is a share of the members")
    return attendance.present >= quorum.needed(attendance.members)


def attendance_for(
    members: Collection[str],
    present: Collection[str],
    recused: Collection[str] = (),
    *,
    recused_leave: bool = True,
) -> Attendance:
    """Attendance on one candidate; recused members leave both counts if the regulation says so."""
    seats, there = frozenset(members), frozenset(present)
    if strangers := there - seats:
        raise VotingError("present-not-member", f"not members: {', '.join(sorted(strangers))}")
    gone = frozenset(recused) if recused_leave else frozenset[str]()
    return Attendance(len(seats - gone), len(there - gone))


def decide(count: Count, attendance: Attendance, quorum: Threshold, carried: Threshold) -> Tally:
    """The tally of one candidate from numbers alone, so it serves secret and paper ballots too."""
    if count.cast > attendance.present:
        raise VotingError(
            "more-ballots-than-present", f"{count.cast} ballots, {attendance.present} present"
        )
    base = {
        Base.MEMBERS: attendance.members,
        Base.PRESENT: attendance.present,
        Base.VOTING: count.valid,
    }[carried.of]
    needed = carried.needed(base)
    met = quorum_met(attendance, quorum)
    return Tally(
        approve=count.approve,
        against=count.against,
        abstain=count.abstain,
        invalid=count.invalid,
        base=base,
        needed=needed,
        quorum=met,
        carried=met and count.approve >= needed,
    )


def tally(
    ballots: Mapping[str, Mapping[str, Choice | None]],
    *,
    recused: Mapping[str, Collection[str]],
    members: Collection[str],
    present: Collection[str],
    quorum: Threshold,
    carried: Threshold,
    recused_leave: bool = True,
) -> dict[str, Tally]:
    """Named ballots (candidate → member → choice, None for an invalid slip) as tallies.

    VotingError for a ballot of somebody absent or recused.
    """
    found: dict[str, Tally] = {}
    for candidate, choices in ballots.items():
        out = frozenset(recused.get(candidate, ()))
        _check_voters(candidate, choices, frozenset(present), out)
        attendance = attendance_for(members, present, out, recused_leave=recused_leave)
        found[candidate] = decide(_count(choices), attendance, quorum, carried)
    return found


def paper_problems(paper: Paper) -> list[PaperProblem]:
    """Every contradiction in a tally sheet, at once; empty if it adds up."""
    lines = [number for count in paper.counts.values() for number in _numbers(count)]
    slips = [paper.members, paper.present, paper.issued, paper.returned, paper.valid, paper.invalid]
    wrong = {
        "number-below-zero": min([*slips, *lines, *paper.recused_slips.values()]) < 0,
        "present-exceeds-members": paper.present > paper.members,
        "issued-exceeds-present": paper.issued > paper.present,
        "returned-exceeds-issued": paper.returned > paper.issued,
        "slips-do-not-add-up": paper.valid + paper.invalid != paper.returned,
    }
    problems = [PaperProblem(code) for code, is_wrong in wrong.items() if is_wrong]
    uncounted = sorted(paper.recused_slips.keys() - paper.counts.keys())
    problems += [PaperProblem("recused-without-count", candidate) for candidate in uncounted]
    for candidate, count in paper.counts.items():
        if count.cast + paper.recused_slips.get(candidate, 0) != paper.returned:
            problems.append(PaperProblem("choices-do-not-add-up", candidate))
        if count.valid > paper.valid:
            problems.append(PaperProblem("choices-exceed-valid-slips", candidate))
    return problems


def _check_voters(
    candidate: str,
    voters: Collection[str],
    present: frozenset[str],
    recused: frozenset[str],
) -> None:
    for code, intruders in (
        ("ballot-of-recused", recused.intersection(voters)),
        ("ballot-of-absent", frozenset(voters) - present),
    ):
        if intruders:
            raise VotingError(code, f"{candidate}: {', '.join(sorted(intruders))}")


def _count(choices: Mapping[str, Choice | None]) -> Count:
    by_choice = Counter(choices.values())
    return Count(
        approve=by_choice[Choice.APPROVE],
        against=by_choice[Choice.AGAINST],
        abstain=by_choice[Choice.ABSTAIN],
        invalid=by_choice[None],
    )


def _numbers(count: Count) -> tuple[int, int, int, int]:
    return count.approve, count.against, count.abstain, count.invalid
