"""What must a kind of stage be able to do? `wiring.py` says which kinds there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.stages.lifecycle import Result
from app.award.stages.rules import Consolation, Held
from app.platform.db.base import Model
from app.platform.errors import Refusal
from app.rules.criteria import CriteriaSet
from app.rules.quota import places, share_a_quota
from app.rules.regulation.model import Regulation
from app.rules.regulation.quotas import Filter, Quota
from app.rules.regulation.stages import Sifting, Stage


@dataclass(frozen=True, slots=True)
class StageAt:
    """A stage as its kind sees it: the rule that governs it, and what the cycle has fixed.

    `places` are those granted this year in all, `places_of` those of single tiers where the launch
    approval names them.
    """

    id: UUID
    cycle_id: UUID
    programme_id: UUID
    key: str
    round: int
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    rule: Any
    regulation: Regulation
    regulation_hash: str
    criteria: Mapping[str, CriteriaSet]
    cut_off: date
    places: int
    tie_order: tuple[str, ...] = ()
    places_of: Mapping[str, int] = field(default_factory=dict)

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The regulation's, and the places that the launch approval grants in single tiers."""
        granted = [Quota(at_most=most, of=Filter(tier=key)) for key, most in self.places_of.items()]
        return (*self.regulation.quotas, *granted)

    @property
    def places_sought(self) -> int:
        """The places its tracks compete for, of which a cut can be a multiple."""
        return self._sought(self.regulation.tracks_of(self.rule))

    @property
    def lots_sought(self) -> tuple[int, ...]:
        """The same of each lot of its cut."""
        own = self.regulation.tracks_of(self.rule)
        lots = self.rule.advances.first_of_each or ()
        return tuple(self._sought(lot.of(own)) for lot in lots)

    def consolation(self, held: Held) -> Consolation | None:
        """The consolation tier of this stage, beside what other stages have given; None where the
        regulation names none here.
        """
        wanted = self.rule.consolation if isinstance(self.rule, Sifting) else None
        if wanted is None:
            return None
        tier = next(tier for tier in self.regulation.tiers if tier.key == wanted)
        consoling = self.regulation.consolations - {wanted}
        others = sum(key in consoling for _, key, _ in held)
        reserved = self._reserved([track.key for track in self.regulation.tracks])
        spare = max(0, self.places - reserved - others)
        return Consolation(tier, self.quotas, spare, held)

    def rivals(self) -> list[Stage]:
        """Other stages that give tiers under a number that counts those given here, too."""
        if not self.rule.gives_tiers:
            return []
        known, quotas = self.regulation, [*self.quotas, *self._granted()]
        tracks = known.tracks_of(self.rule)
        return [
            each
            for each in known.stages
            if each.key != self.key
            and each.gives_tiers
            and share_a_quota(quotas, known.tiers, tracks, known.tracks_of(each))
        ]

    def _granted(self) -> list[Quota]:
        """The places of this year, where the quotas alone would allow more."""
        tracks = [track.key for track in self.regulation.tracks]
        most = places(self.quotas, tracks, self.regulation.tiers)
        return [Quota(at_most=self.places)] if most is None or self.places < most else []

    def _sought(self, tracks: Sequence[str]) -> int:
        return min(self.places, self._reserved(tracks)) or self.places

    def _reserved(self, tracks: Sequence[str]) -> int:
        """Places of the tiers that are no mere consolation, of these tracks; 0 where the quotas do
        not tell.
        """
        known = self.regulation
        tiers = [tier for tier in known.tiers if tier.key not in known.consolations]
        return places(self.quotas, tracks, tiers) or 0


class Verdict(NamedTuple):
    """What becomes of one entry: score in points, exact and rounded; reason as a stable code.

    `groups` and `closed` (tiers) are those the entry had, unless the stage has found others.
    `settled`: it did not go on, but has a consolation tier as whose candidate it advances.
    """

    entry_id: UUID
    result: Result
    exact: Fraction | None = None
    score: Fraction | None = None
    rank: int | None = None
    tier: str | None = None
    reason: str | None = None
    groups: tuple[str, ...] | None = None
    closed: tuple[str, ...] | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts of a stage, the plain values they were computed from, and the rows that its
    closing leaves behind for later years.
    """

    verdicts: Sequence[Verdict]
    inputs: dict[str, Any] = field(default_factory=dict)
    leaves: Sequence[Model] = ()


class Kind(Protocol):
    """A kind of stage: three functions.

    `many_rows_decide`: a stage of it is judged in a SERIALIZABLE transaction. Then whatever else is
    done in an open stage of it must be too, or the judgement would not see who was just ahead.
    """

    @property
    def many_rows_decide(self) -> bool: ...

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Prepare the work of this stage."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Why the stage cannot close yet."""

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """A verdict for every live entry. Raises a Refusal where a decision is still needed."""


Kinds = Mapping[str, Kind]
