"""How is a screening (资格审查) played? Ground by ground, as computed."""

import asyncio
from typing import Any

from app.rehearsal.year import Entry, Year
from app.rules.regulation.stages import Stage

EVIDENCE = "申报表、营业执照与国家企业信用信息公示系统"


async def play(year: Year, stage: Stage) -> None:
    """The clerk decides on every entry."""
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：审查", len(entries))
    early = year.office.head.post(year.path(f"/stages/{stage.key}/closing"))
    await year.checks.refused("有未审查的单位时环节不能结束", early, 409)
    grounds = await asyncio.gather(*(_screen(year, entry) for entry in entries))
    await _expected(year, entries, list(grounds))
    if entries:
        again = year.office.clerk.post(_place(entries[0]), _decision(grounds[0], []))
        await year.checks.refused("审查结论不能更改", again, 409, "already-screened")


async def _screen(year: Year, entry: Entry) -> list[Any]:
    grounds: list[Any] = await year.office.clerk.get(f"/entries/{entry.id}/grounds")
    groups: list[Any] = await year.office.clerk.get(f"/entries/{entry.id}/groups")
    made = await year.office.clerk.post(_place(entry), _decision(grounds, groups))
    read = await year.office.clerk.get(_place(entry))
    year.checks.holds("审查结论如所录入", read == made, read)
    year.bars.done()
    return grounds


def _place(entry: Entry) -> str:
    return f"/entries/{entry.id}/screening"


def _decision(grounds: list[Any], groups: list[Any]) -> dict[str, Any]:
    """As the facts say; where they do not say, the clerk has looked and found nothing amiss, and
    that the applicant belongs to no group.
    """
    failed = any(ground["answer"] == "not_met" and ground["closes"] is None for ground in grounds)
    unclear = any(each["answer"] == "needs_a_person" for each in [*grounds, *groups])
    return {
        "decision": "ineligible" if failed else "eligible",
        "grounds": [
            {
                "key": ground["key"],
                "answer": "not_met" if ground["answer"] == "not_met" else "met",
                "evidence": EVIDENCE,
            }
            for ground in grounds
        ],
        "groups": [
            {
                "key": group["key"],
                "answer": "met" if group["answer"] == "met" else "not_met",
                "evidence": EVIDENCE,
            }
            for group in groups
        ],
        "note": "经核对，符合要求。" if unclear else None,
    }


async def _expected(year: Year, entries: list[Entry], grounds: list[list[Any]]) -> None:
    """The newcomer fails by its years, where the regulation counts years; all others pass."""
    counted = {
        ground.key
        for ground in year.regulation.eligibility.require
        if ground.kind == "years_registered" and ground.at_least >= 3
    }
    for entry, answers in zip(entries, grounds, strict=True):
        failed = {ground["key"] for ground in answers if ground["answer"] == "not_met"}
        if entry.number != year.cast.newcomer:
            year.checks.holds("其余单位按事实均符合条件", not failed, (entry.number, failed))
        elif counted & {ground["key"] for ground in answers}:
            year.checks.holds("注册年限不足的单位由系统算出不符合条件", failed == counted, failed)
