"""What does it cost to close a stage of ten thousand entries, against one bare SQL statement?

Two figures: a composite, which ranks the totals that earlier stages have stored; and a panel, which
computes every score from every item of every sheet (23 items, five judges, trimmed mean).
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.award.ranking.kind import CompositeKind
from app.award.scoring.kind import PanelKind
from app.award.stages.kind import Judgement, Kind, StageAt
from app.award.stages.models import Stage
from app.award.stages.queries import stage_at
from app.main import collect_seldom
from app.platform.db.engine import Database
from app.rules.regulation.judges import Method
from app.rules.regulation.stages import Advance, Composite, Panel
from app.serving import migrate
from benchmarks.copying import connect
from benchmarks.world import Populating, World

BAR, ROUNDS = 2.0, 5

OVER_TOTALS = """
SELECT entry_id, score, rank() OVER (ORDER BY score DESC) FROM (
  SELECT entry_id, (sum(total) - max(total) - min(total)) / (count(*) - 2) AS score FROM (
    SELECT assignment.entry_id, sheet.total::numeric AS total
    FROM sheet
    JOIN assignment ON assignment.id = sheet.assignment_id
    JOIN entry ON entry.id = assignment.entry_id
    WHERE entry.stage_id = $1 AND sheet.status = 'locked'
  ) AS by_sheet GROUP BY entry_id
) AS by_entry
"""
OVER_ITEMS = """
SELECT entry_id, score, rank() OVER (ORDER BY score DESC) FROM (
  SELECT entry_id, sum(units * kept / judges) AS score FROM (
    SELECT assignment.entry_id, sheet_item.units, count(*) - 2 AS judges,
      (sum(percentage) - max(percentage) - min(percentage))::numeric AS kept
    FROM sheet_item
    JOIN sheet ON sheet.id = sheet_item.sheet_id
    JOIN assignment ON assignment.id = sheet.assignment_id
    JOIN entry ON entry.id = assignment.entry_id
    WHERE entry.stage_id = $1 AND sheet.status = 'locked'
    GROUP BY assignment.entry_id, sheet_item.code, sheet_item.units
  ) AS by_item GROUP BY entry_id
) AS by_entry
"""
CLOSE = """
WITH placed AS (
  SELECT id, place, 1000000 + place * 500 AS units
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM entry WHERE stage_id = $1)
), told AS (
  INSERT INTO outcome (entry_id, result, units, exact, rank, decided_at)
  SELECT id, 'advanced', units, trim_scale(units / 10000.0)::text, place, now() FROM placed
), closed AS (
  UPDATE stage SET status = 'closed' WHERE id = $1
)
INSERT INTO entry (id, stage_id, application_id, organisation_id, round, track, entered_at)
SELECT gen_random_uuid(), $2, application_id, organisation_id, 1, track, now()
FROM entry WHERE stage_id = $1
"""


def measured(owner: str, url: str, applications: int, progress: Progress) -> dict[str, Any]:
    """Both figures, on a database of their own."""
    task = progress.add_task("ranking", total=2 + 2 * ROUNDS)
    migrate(owner)

    async def run() -> dict[str, Any]:
        collect_seldom()  # as a web worker does when it starts
        connection = await connect(owner)
        world = await Populating(connection).world(applications, 0, locked=True)
        progress.advance(task)
        database = Database.connect(url, pool_size=1)
        try:
            return await _both(connection, database, world, lambda: progress.advance(task))
        finally:
            await database.close()
            await connection.close()

    return uvloop.run(run())


async def _both(
    connection: asyncpg.Connection, database: Database, world: World, tick: Callable[[], None]
) -> dict[str, Any]:
    documents = await _stage(database, world.judged, "documents")
    assert isinstance(documents.rule, Panel)
    trimmed = Method.model_validate({"trimmed_mean": {"drop_high": 1, "drop_low": 1}})
    passing = Advance.model_validate({"at_least": "500"})  # no tie can hold it up
    change = {"method": trimmed, "advance": passing}
    panel = replace(documents, rule=documents.rule.model_copy(update=change))
    items = await _compare(connection, database, PanelKind(), panel, OVER_ITEMS, panel.id, tick)
    ranking = await _stage(database, world.judged, "ranking")
    await connection.execute(CLOSE, documents.id, ranking.id)
    await connection.execute("VACUUM ANALYZE")
    assert isinstance(ranking.rule, Composite)
    part = ranking.rule.of[0].model_copy(update={"stage": "documents", "share": Fraction(1)})
    alone = replace(ranking, rule=ranking.rule.model_copy(update={"of": (part,), "ties": ()}))
    tick()
    totals = await _compare(
        connection, database, CompositeKind(), alone, OVER_TOTALS, documents.id, tick
    )
    return {"totals": totals, "items": items}


async def _stage(database: Database, cycle: UUID, key: str) -> StageAt:
    async with database.reading() as db:
        stage = await db.scalar(select(Stage).where(Stage.cycle_id == cycle, Stage.key == key))
        assert stage is not None
        return await stage_at(db, stage)


async def _compare(
    connection: asyncpg.Connection,
    database: Database,
    kind: Kind,
    stage: StageAt,
    bare: str,
    over: UUID,
    tick: Callable[[], None],
) -> dict[str, Any]:
    async def judge() -> Judgement:
        async with database.writing(keep=False) as db:
            await db.execute(select(Stage.id).where(Stage.id == stage.id).with_for_update())
            return await kind.judge(db, stage, datetime.now(UTC))

    ours, floor = [], []
    for _ in range(ROUNDS):
        try:
            ours.append(await _timed(judge))
        except DBAPIError as refused:
            return {"fault": str(refused.orig), "bar": BAR}
        floor.append(await _timed(lambda: connection.fetch(bare, over)))
        tick()
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    return {
        "ratio": median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "bar": BAR,
        "ours_seconds": median(ours),
        "floor_seconds": median(floor),
    }


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


def shown(results: dict[str, Any]) -> Table:
    table = Table(title="ranking: time of ours ÷ bare SQL (smaller is better)")
    for heading in ("", "ratio", "span", "bar", "ours ms", "SQL ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, told in results.items():
        if "fault" in told:
            table.add_row(f"over stored {name}", "-", told["fault"])
            continue
        table.add_row(
            f"over stored {name}",
            f"{told['ratio']:.1f}",
            f"{told['lowest']:.1f}-{told['highest']:.1f}",
            f"{told['bar']:.0f}",
            f"{told['ours_seconds'] * 1000:.0f}",
            f"{told['floor_seconds'] * 1000:.0f}",
        )
    return table
