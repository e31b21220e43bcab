"""How is a survey (满意度调查) played? Its report is entered by one and confirmed by another."""

from fractions import Fraction
from typing import Any

from app.rehearsal.year import Year
from app.rules.exact import decimal_text
from app.rules.regulation.stages import Stage, Survey

PLACES = 10
"""Scores are made up in tenths of a point."""


async def play(year: Year, stage: Stage) -> None:
    """Enter the report, confirm it, and keep the scores for the checks that follow."""
    if not isinstance(stage, Survey):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    points = year.ledger.points.setdefault(stage.key, {})
    year.bars.step(f"{stage.name}：录入", len(entries))
    if not entries:
        return
    for entry in entries:
        dice = year.cast.dice("survey", stage.key, entry.number)
        points[entry.number] = Fraction(
            dice.randrange(stage.scale * PLACES // 2, stage.scale * PLACES + 1), PLACES
        )
    year.ledger.keys[stage.key] = {number: (found,) for number, found in points.items()}
    place = year.path(f"/stages/{stage.key}/survey")
    report: dict[str, Any] = {"document": "满意度测评报告〔2026〕1号"}
    scores = [{"entry": e.id, "points": decimal_text(points[e.number])} for e in entries]
    off = report | {"scores": [scores[0] | {"points": str(stage.scale + 1)}]}
    await year.checks.refused(
        "超出分制的调查得分不予录入", year.office.clerk.post(f"{place}/reports", off), 422
    )
    entered = await year.office.clerk.post(f"{place}/reports", report | {"scores": scores})
    body = {"digest": entered["digest"]}
    own = year.office.clerk.post(f"{place}/confirmation", body)
    await year.checks.refused("录入调查结果的人不能自己确认", own, 403)
    await year.office.second_clerk.post(f"{place}/confirmation", body)
    for _ in entries:
        year.bars.done()
