"""What must a kind of stage be able to do? `wiring.py` says which kinds there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.stages.lifecycle import Result
from app.platform.db.base import Model
from app.platform.errors import Refusal
from app.rules.criteria import CriteriaSet
from app.rules.regulation.model import Regulation


@dataclass(frozen=True, slots=True)
class StageAt:
    """A stage as its kind sees it: the rule that governs it, and what the cycle has fixed."""

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one entry: score in points, exact and rounded; reason as a stable code.

    groups and closed: the groups it belongs to and the tiers closed to it, None as the entry had
    them; settled: its tier is a consolation, and it goes past whatever scores or proposes.
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
