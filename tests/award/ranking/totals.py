"""A cycle that has come to its composite, with the scores that the test wants."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from httpx import AsyncClient
from sqlalchemy import select

from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Snapshot, Stage
from app.catalogue.loader import criteria
from app.platform.ground import Ground
from app.proof.canonical import canonical, digest_text
from app.rules.exact import Rounding, decimal_text, round_to, to_units
from app.rules.scoring import ScoredItem, totals
from tests.factories import Office, make_firm, make_office, make_submitted

GBT = "gbt-19580-2012"
RANKING = "/stages/ranking"


@dataclass(frozen=True)
class Scores:
    """Percentages at the site visit, by category where they differ, and points of the defence."""

    site: int = 60
    defence: Fraction | None = Fraction(80)
    categories: dict[str, int] = field(default_factory=dict)

    def percentages(self) -> dict[str, int]:
        return {
            item: self.categories.get(category, self.site)
            for item, category, _ in criteria(GBT).scored_items()
        }

    def points(self) -> Fraction:
        return totals(ITEMS, self.percentages()).total


ITEMS = [ScoredItem(*each) for each in criteria(GBT).scored_items()]


async def scored(
    ground: Ground, client: AsyncClient, *scores: Scores, **more: Any
) -> tuple[Office, list[UUID]]:
    """One application for each of `scores`, in a composite that has just been opened."""
    office = await make_office(ground, **more)
    made = [await make_submitted(office, await make_firm(ground)) for _ in scores]
    async with ground.database.writing() as db:
        stages = await db.scalars(
            select(Stage).where(Stage.cycle_id == office.cycle_id).order_by(Stage.position)
        )
        for stage in stages.all():
            if stage.key == "ranking":
                break
            stage.status = StageStatus.CLOSED
            stage.opened_at = stage.closed_at = ground.clock()
            entries = [_entry(office, stage, application) for application in made]
            db.add_all(entries)
            await db.flush()
            for entry, each in zip(entries, scores, strict=True):
                points = {"site": each.points(), "defence": each.defence}.get(stage.key)
                db.add(_outcome(entry, points))
            if stage.key == "site":
                db.add(_snapshot(stage, entries, scores))
    answer = await client.post(office.path(f"{RANKING}/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return office, made


def _entry(office: Office, stage: Stage, application: UUID) -> Entry:
    return Entry(
        stage_id=stage.id,
        application_id=application,
        organisation_id=office.firms[application].id,
        round=1,
        track="organisation",
        entered_at=office.ground.clock(),
    )


def _outcome(entry: Entry, points: Fraction | None) -> Outcome:
    shown = None if points is None else round_to(points, 2, Rounding.HALF_UP)
    return Outcome(
        entry_id=entry.id,
        result=Result.ADVANCED,
        exact=None if points is None else decimal_text(points),
        units=None if shown is None else to_units(shown),
        decided_at=entry.entered_at,
    )


def _snapshot(stage: Stage, entries: list[Entry], scores: tuple[Scores, ...]) -> Snapshot:
    """What the panel stage was closed on, as far as its categories are counted from it."""
    items = [[item, category, decimal_text(full)] for item, category, full in _scored_items()]
    inputs = {
        "criteria": {GBT: items},
        "method": {"way": "consensus"},
        "entries": {
            str(entry.id): {
                "application": str(entry.application_id),
                "criteria": GBT,
                "sheets": {},
                "scorebook": {"items": [*each.percentages().values()]},
            }
            for entry, each in zip(entries, scores, strict=True)
        },
    }
    text = canonical({"inputs": inputs})
    return Snapshot(
        stage_id=stage.id,
        round=1,
        text=text,
        digest=digest_text(text),
        taken_at=entries[0].entered_at if entries else stage.opens_at,
    )


def _scored_items() -> list[tuple[str, str, Fraction]]:
    return criteria(GBT).scored_items()
