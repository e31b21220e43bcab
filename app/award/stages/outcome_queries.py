"""What have closed stages told of their entries?"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, any_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.stages.kind import StageAt
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.rules import EarlierProposalOpen, Held, Told
from app.platform.db.base import Rows
from app.platform.db.prepared import Prepared, all_of
from app.platform.errors import Refusal
from app.rules.quota import kept_for_others
from app.rules.regulation.stages import Proposing
from app.rules.regulation.stages import Stage as Rule

Line = tuple[str, str, tuple[str, ...]]

SETTLED = or_(Entry.settled, Outcome.settled)
GROUPS = func.coalesce(Outcome.groups, Entry.groups)


async def told_before(
    db: AsyncSession, cycle_id: UUID, upstream: Collection[str], feeders: Collection[str]
) -> list[Told]:
    """What the stages before have told, in their order: all of those that feed, and of the others
    who ended there or had its tier settled; one statement.
    """
    telling = Stage.key.in_(feeders) | SETTLED | (Outcome.result != Result.ADVANCED)
    rows = await db.execute(
        _closed(
            cycle_id,
            Stage.key,
            Entry.application_id,
            Entry.organisation_id,
            Entry.track,
            Outcome.result == Result.ADVANCED,
            func.coalesce(Outcome.tier, Entry.tier),
            GROUPS,
            func.coalesce(Outcome.closed, Entry.closed),
            SETTLED,
        )
        .where(Stage.key.in_(upstream), telling)
        .order_by(Stage.position)
    )
    return [Told(*row) for row in rows]


def _closed(cycle_id: Any, *columns: Any) -> Rows:
    """A select over the outcomes of closed stages in their last rounds."""
    return (
        select(*columns)
        .select_from(Stage)
        .join(Entry, (Entry.stage_id == Stage.id) & (Entry.round == Stage.round))
        .join(Outcome, Outcome.entry_id == Entry.id)
        .where(Stage.cycle_id == cycle_id, Stage.status == StageStatus.CLOSED)
    )


async def given_elsewhere(db: AsyncSession, stage: StageAt) -> Held:
    """The tiers that the cycle has given so far, as a consolation or by another stage that fills
    the same places, and those that a stage to come must still be able to give; one statement, and
    none where no other stage gives any.
    """
    rivals = stage.rivals()
    if not rivals:
        return ()
    proposing = [each.key for each in rivals if isinstance(each, Proposing) and each.proposes]
    given = _closed(stage.cycle_id, Entry.track, Outcome.tier, GROUPS).where(
        Outcome.tier.is_not(None),
        Outcome.result == Result.ADVANCED,
        Outcome.settled | Stage.key.in_(proposing),
    )
    rows = await db.execute(given.order_by(Entry.id))
    held = [(track, tier or "", groups) for track, tier, groups in rows]
    return (*held, *_kept_for_later(stage, rivals, held))


def _kept_for_later(stage: StageAt, rivals: Sequence[Rule], held: Sequence[Line]) -> list[Line]:
    """What stages that stand later in the regulation must still be able to propose."""
    known, before = stage.regulation, _written_before(stage)
    later = {
        track
        for each in rivals
        if each.key not in before and getattr(each, "proposes", None)
        for track in known.tracks_of(each)
    }
    own = known.tracks_of(stage.rule)
    return kept_for_others(stage.quotas, known.tiers, own, sorted(later), held)


def _written_before(stage: StageAt) -> list[str]:
    keys = [each.key for each in stage.regulation.stages]
    return keys[: keys.index(stage.key)]


async def awaited(db: AsyncSession, stage: StageAt) -> list[Refusal]:
    """Stages written before this one that give tiers under numbers that it fills too, and are not
    closed: not who closes first, but the regulation says who fills first. One statement, and none
    where there is no such stage.
    """
    before = _written_before(stage)
    earlier = [each.key for each in stage.rivals() if each.key in before]
    if not earlier:
        return []
    names = await db.scalars(
        select(Stage.name)
        .where(
            Stage.cycle_id == stage.cycle_id,
            Stage.key.in_(earlier),
            Stage.status != StageStatus.CLOSED,
        )
        .order_by(Stage.position)
    )
    return [EarlierProposalOpen(name=name) for name in names]


def _exact_scores(cycle_id: Any, keys: Any) -> Rows:
    """The exact scores of these stages of a cycle, one array a stage."""
    columns = (
        Stage.key,
        func.array_agg(Entry.application_id).label("applications"),
        func.array_agg(Outcome.exact).label("scores"),
    )
    return (
        _closed(cycle_id, *columns)
        .where(Stage.key == any_(keys), Outcome.exact.is_not(None))
        .group_by(Stage.key)
    )


EXACT_SCORES = Prepared(
    _exact_scores(bindparam("cycle"), bindparam("keys", type_=ARRAY(Stage.key.type)))
)


async def exact_scores(
    db: AsyncSession, cycle_id: UUID, keys: Sequence[str]
) -> dict[str, dict[UUID, str]]:
    """The exact scores that closed stages have stored in their last rounds, as text: by stage key
    and application.
    """
    found = await all_of(db, EXACT_SCORES, cycle=cycle_id, keys=[*keys])
    return {row.key: dict(zip(row.applications, row.scores, strict=True)) for row in found}
