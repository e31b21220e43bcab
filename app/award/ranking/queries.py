"""Which scores of earlier stages make up a composite, and who may read them?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.models import Cycle
from app.award.ranking import rules
from app.award.ranking.schemas import ComponentsView, ComponentView, ComposedView
from app.award.scoring.queries import category_points
from app.award.stages.kind import StageAt
from app.award.stages.models import Entry, Snapshot, Stage
from app.award.stages.outcome_queries import exact_scores
from app.award.stages.queries import ENTRY_RESOURCE, get_stage, live_entries
from app.platform.accounts.callers import Call
from app.platform.security.access import visible_to
from app.rules.composite import Weight
from app.rules.exact import decimal_text, fraction_from_text
from app.rules.regulation.judges import TieKey
from app.rules.regulation.stages import Composite, Panel, Survey

KIND = "composite"


@dataclass(frozen=True, slots=True)
class Scores:
    """What earlier stages have left on the live entries: by stage and application the exact score
    as text, and the points of each category where these part a tie.
    """

    entries: Sequence[Any]
    points: Mapping[str, Mapping[UUID, str]]
    categories: Mapping[str, Mapping[UUID, Mapping[str, Fraction]]]

    def key(self, tie: TieKey, application: UUID) -> str | None:
        """The figure that parts a tie: a stage's exact score, or one category of it."""
        if tie.category is None:
            return self.points.get(tie.stage, {}).get(application)
        figure = self.categories.get(tie.stage, {}).get(application, {}).get(tie.category)
        return None if figure is None else decimal_text(figure)


async def scores(db: AsyncSession, stage: StageAt) -> Scores:
    """Scores and category totals for a composite; two statements, and one for each stage whose
    categories part a tie.
    """
    rule: Composite = stage.rule
    named = {part.stage for part in rule.of} | {tie.stage for tie in rule.ties}
    by_category = {tie.stage for tie in rule.ties if tie.category is not None}
    points = await exact_scores(db, stage.cycle_id, sorted(named))
    categories = {
        key: await category_points(db, stage.cycle_id, key) for key in sorted(by_category)
    }
    return Scores(await live_entries(db, stage.id), points, categories)


def missing(stage: StageAt, found: Scores) -> dict[str, int]:
    """How many entries lack a figure that the composite needs, by stage key."""
    rule: Composite = stage.rule
    lacking: dict[str, set[UUID]] = {}
    for entry in found.entries:
        for part in rule.parts_of(entry.track):
            if entry.application_id not in found.points.get(part.stage, {}):
                lacking.setdefault(part.stage, set()).add(entry.id)
        for tie in rule.ties:
            if found.key(tie, entry.application_id) is None:
                lacking.setdefault(tie.stage, set()).add(entry.id)
    return {key: len(entries) for key, entries in lacking.items()}


def weights(stage: StageAt, found: Scores) -> dict[str, tuple[Weight, ...]]:
    """What each stage of the composite counts in the tracks that are there."""
    rule: Composite = stage.rule
    return {
        track: tuple(
            Weight(part.stage, full_marks(stage, part.stage, track), part.share)
            for part in rule.parts_of(track)
        )
        for track in sorted({entry.track for entry in found.entries})
    }


def contenders(stage: StageAt, found: Scores) -> tuple[rules.Contender, ...]:
    """The live entries with their figures; none may be missing."""
    rule: Composite = stage.rule
    scored = {
        track: [found.points[part.stage] for part in rule.parts_of(track)]
        for track in {entry.track for entry in found.entries}
    }

    def contender(entry: Any) -> rules.Contender:
        application = entry.application_id
        keys = [found.key(tie, application) for tie in rule.ties]
        return rules.Contender(
            str(entry.id),
            str(application),
            entry.track,
            tuple([points[application] for points in scored[entry.track]]),
            tuple([key for key in keys if key is not None]),
            entry.groups,
            entry.closed,
        )

    return tuple([contender(entry) for entry in found.entries])


def full_marks(stage: StageAt, key: str, track: str) -> Fraction:
    """Full marks of an earlier stage for a track: its rubric or the track's criteria, in points."""
    other = stage.regulation.stage(key)
    if isinstance(other, Panel):
        return stage.criteria[stage.regulation.criteria_of(other, track)].total
    if isinstance(other, Survey | Composite):
        return Fraction(other.scale)
    msg = f"a {other.kind} leaves no score"
    raise TypeError(msg)


async def components(call: Call, cycle_id: UUID, key: str) -> ComponentsView:
    """What the totals of a closed composite are made of, as its snapshot tells; three statements.

    Entries in which the caller has an interest are left out.
    """
    found = await get_stage(call, cycle_id, key)
    found.require("stage:read-ranking")
    if found.it.kind != KIND:
        raise rules.ComponentsUnknown
    shown = frozenset(
        await call.db.scalars(
            select(Entry.id)
            .join(Stage, Stage.id == Entry.stage_id)
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .where(Stage.id == found.it.id, visible_to(call.actor, ENTRY_RESOURCE))
        )
    )
    taken = await call.db.execute(
        select(Snapshot.text).where(
            Snapshot.stage_id == found.it.id, Snapshot.round == found.it.round
        )
    )
    snapshot = json.loads(taken.scalar_one())
    contest = rules.contest_of(snapshot["inputs"])
    verdicts = {UUID(each["entry"]): each for each in snapshot["verdicts"]}
    made = [
        _composed(contest, contender, verdicts[UUID(contender.entry)])
        for contender in contest.contenders
        if UUID(contender.entry) in shown
    ]
    return ComponentsView(
        stage=key,
        round=found.it.round,
        scale=contest.rule.scale,
        items=sorted(made, key=lambda each: (each.rank, each.application)),
    )


def _composed(
    contest: rules.Contest, contender: rules.Contender, verdict: Mapping[str, Any]
) -> ComposedView:
    made_of = zip(contest.weights[contender.track], contender.scores, strict=True)
    return ComposedView(
        application=UUID(contender.application),
        rank=verdict["rank"],
        points=verdict["score"],
        exact=verdict["exact"],
        components=[
            ComponentView(
                stage=weight.key,
                score=score,
                full=decimal_text(weight.full),
                share=decimal_text(weight.share),
                contribution=decimal_text(
                    weight.contribution(fraction_from_text(score), contest.rule.scale)
                ),
            )
            for weight, score in made_of
        ],
    )
