"""What do the players of one rehearsed year share?"""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rich.progress import Progress, TaskID

from app.rehearsal.cast import Cast
from app.rehearsal.client import Person, Refused, Wire
from app.rehearsal.clock import AwardClock, Slot
from app.rehearsal.report import Check, StageLine
from app.rules.regulation import Regulation


@dataclass
class Bars:
    """One bar for the stages and one for the step under way; silent without a `Progress`."""

    progress: Progress | None
    total: int
    _all: TaskID | None = None
    _step: TaskID | None = None

    def __post_init__(self) -> None:
        if self.progress is not None:
            self._all = self.progress.add_task("全部环节", total=self.total)

    def stage(self) -> None:
        """A stage is done."""
        if self.progress is not None and self._all is not None:
            self.progress.advance(self._all)

    def step(self, name: str, total: int) -> None:
        """A step of so many pieces of work begins."""
        if self.progress is None:
            return
        if self._step is not None:
            self.progress.remove_task(self._step)
        self._step = self.progress.add_task(name, total=total)

    def done(self) -> None:
        """One piece of the step's work is done."""
        if self.progress is not None and self._step is not None:
            self.progress.advance(self._step)


@dataclass
class Checks:
    """What was checked so far. A check made many times is kept once, and holds if it always did."""

    made: dict[str, Check] = field(default_factory=dict)

    def holds(self, name: str, ok: bool, seen: object = "") -> None:
        """Note whether something holds."""
        before = self.made.get(name)
        if before is None or before.ok:
            self.made[name] = Check(name, ok, "" if ok else str(seen)[:500])

    async def refused(self, name: str, act: Awaitable[object], status: int, *codes: str) -> None:
        """Note whether the service refuses an act with this status, and one of these codes."""
        try:
            await act
        except Refused as refused:
            fits = refused.status == status and (not codes or not refused.codes.isdisjoint(codes))
            self.holds(name, fits, refused)
        else:
            self.holds(name, ok=False, seen="not refused")


@dataclass
class Office:
    """The people who run the award, each with an account of their own."""

    programme: str
    security: Person
    system: Person
    head: Person
    clerk: Person
    second_clerk: Person
    approver: Person
    finance: Person
    supervisor: Person


@dataclass
class Judge:
    """An expert with an account; `id` is that of the expert in the pool, once enrolled."""

    number: int
    person: Person
    id: str = ""


@dataclass
class Applicant:
    """A firm of the cast as the service knows it."""

    number: int
    speaker: Person
    organisation: str
    credit_code: str
    track: str
    application: str = ""
    code: str = ""
    attachments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a stage, with the cast number of its firm."""

    id: str
    number: int
    track: str
    tier: str | None
    result: str | None
    reason: str | None
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    settled: bool = False


Percentages = dict[str, int]
"""Item code → percentage points."""


@dataclass
class Ledger:
    """What was entered, by stage key and cast number, so that results can be worked out anew.

    `keys`: by what entries are ranked, greater is better; `tiers`: what was chosen by a decision;
    `order`: a decision on entries that stand level; `held`: tiers given so far.
    """

    sheets: dict[str, dict[int, dict[int, Percentages]]] = field(default_factory=dict)
    books: dict[str, dict[int, Percentages]] = field(default_factory=dict)
    points: dict[str, dict[int, Fraction]] = field(default_factory=dict)
    keys: dict[str, dict[int, tuple[Fraction, ...]]] = field(default_factory=dict)
    carried: dict[str, dict[int, bool]] = field(default_factory=dict)
    recommended: dict[str, dict[int, bool]] = field(default_factory=dict)
    tiers: dict[str, dict[int, str]] = field(default_factory=dict)
    order: dict[str, list[int]] = field(default_factory=dict)
    held: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def sheet(self, stage: str, number: int, judge: int) -> Percentages:
        """The sheet of one judge for one firm."""
        return self.sheets.setdefault(stage, {}).setdefault(number, {}).setdefault(judge, {})

    def book(self, stage: str, number: int) -> Percentages:
        """The consensus scorebook for one firm."""
        return self.books.setdefault(stage, {}).setdefault(number, {})


@dataclass
class Year:
    """One rehearsed year."""

    wire: Wire
    public: Person
    cast: Cast
    nonce: str
    text: str
    regulation: Regulation
    clock: AwardClock
    slots: dict[str, Slot]
    checks: Checks
    bars: Bars
    office: Office
    judges: list[Judge]
    applicants: list[Applicant]
    arrivals: Sequence[int]
    cycle: str = ""
    hash: str = ""
    places: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    lines: list[StageLine] = field(default_factory=list)
    honours: list[Any] = field(default_factory=list)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seats: list[str] = field(default_factory=list)
    members: list[Judge] = field(default_factory=list)
    endorsers: list[Person] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)

    def path(self, rest: str = "") -> str:
        """An address within the cycle."""
        return f"/cycles/{self.cycle}{rest}"

    def firm(self, number: int) -> str:
        """The name of a firm of the cast."""
        return self.cast.firms[number].name

    def number_of(self, application: str) -> int:
        """The cast number of an application."""
        return next(a.number for a in self.applicants if a.application == application)

    async def entries(self, key: str) -> list[Entry]:
        """The entries of a stage as the office sees them, in the order of the cast."""
        rows = await self.office.clerk.every(self.path(f"/stages/{key}/entries"))
        found = [
            Entry(
                row["id"],
                self.number_of(row["application_id"]),
                row["track"],
                row["tier"],
                row["result"],
                row["reason"],
                tuple(row["groups"]),
                tuple(row["closed"]),
                row["settled"],
            )
            for row in rows
        ]
        return sorted(found, key=lambda entry: entry.number)

    def ids(self, entries: Iterable[Entry]) -> dict[str, int]:
        """Entry id → cast number."""
        return {entry.id: entry.number for entry in entries}
