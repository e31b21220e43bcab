"""How is a screening (资格审查) played? Departments are asked; then ground by ground."""

import asyncio
from typing import Any

from app.rehearsal import facts
from app.rehearsal.client import Person
from app.rehearsal.year import Entry, Year
from app.rules.regulation.stages import Screening, Stage

EVIDENCE = "申报表、营业执照与国家企业信用信息公示系统"


async def play(year: Year, stage: Stage) -> None:
    """The clerk decides on every entry."""
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：审查", len(entries))
    if not entries:
        return
    early = year.office.head.post(year.path(f"/stages/{stage.key}/closing"))
    await year.checks.refused("有未审查的单位时环节不能结束", early, 409)
    if isinstance(stage, Screening) and stage.cure is not None:
        await _cure(year, entries[0], entries[-1])
    formal = isinstance(stage, Screening) and stage.formal
    grounds = await asyncio.gather(*(_screen(year, entry, formal=formal) for entry in entries))
    _expected(year, entries, list(grounds))
    again = year.office.clerk.post(
        _place(entries[0]), _decision(year, entries[0], grounds[0], [], formal=formal)
    )
    await year.checks.refused("审查结论不能更改", again, 409, "already-screened")


async def _screen(year: Year, entry: Entry, *, formal: bool) -> list[Any]:
    await _consult(year, entry)
    grounds: list[Any] = await year.office.clerk.get(f"/entries/{entry.id}/grounds")
    groups: list[Any] = await year.office.clerk.get(f"/entries/{entry.id}/groups")
    decision = _decision(year, entry, grounds, groups, formal=formal)
    made = await year.office.clerk.post(_place(entry), decision)
    read = await year.office.clerk.get(_place(entry))
    year.checks.holds("审查结论如所录入", read == made, read)
    year.bars.done()
    return grounds


async def _cure(year: Year, entry: Entry, other: Entry) -> None:
    """One file has a defect that is cured; meanwhile nothing is decided, and no rival sees it."""
    place, speaker = "/form/contact_name", _speaker(year, entry)
    defect = {"pointer": place, "wrong": "联系人与委托书不符。", "asked": "请改正。"}
    body = {"document": f"补正通知〔2026〕{entry.number}号", "defects": [defect]}
    cure = await year.office.clerk.post(f"/entries/{entry.id}/cures", body)
    early = year.office.head.post(year.path(f"/stages/{cure['stage']}/closing"))
    await year.checks.refused("补正期内环节不能结束", early, 409, "cures-waiting")
    if other is not entry:
        rival = _speaker(year, other).get(f"/cures/{cure['id']}")
        await year.checks.refused("竞争单位看不到他人的补正通知", rival, 404)
    answers = [{"pointer": place, "value": year.cast.firms[entry.number].speaker}]
    mended = await speaker.post(f"/cures/{cure['id']}/supplement", {"answers": answers})
    year.checks.holds("补正后得到签名回执", bool(mended["supplement"]["receipt"]), mended)


def _speaker(year: Year, entry: Entry) -> Person:
    return next(each.speaker for each in year.applicants if each.number == entry.number)


async def _consult(year: Year, entry: Entry) -> None:
    """Every department that is asked has no objection."""
    place = f"/entries/{entry.id}/opinions"
    for asked in await year.office.clerk.get(place):
        if asked["said"] is None:
            opinion = {
                "department": asked["department"],
                "ground": asked["ground"],
                "said": "no_objection",
                "document": "复函〔2026〕8号",
            }
            await year.office.clerk.post(place, opinion)


def _place(entry: Entry) -> str:
    return f"/entries/{entry.id}/screening"


def _decision(
    year: Year, entry: Entry, grounds: list[Any], groups: list[Any], *, formal: bool
) -> dict[str, Any]:
    """As the facts say; where they do not say, the clerk has looked and found nothing amiss, and
    who is in a group. A formal check does not ask which tiers are left.
    """
    unclear = any(each["answer"] == "needs_a_person" for each in [*grounds, *groups])
    answers = {group["key"]: _belongs(year, entry, group) for group in groups}
    members = [key for key, answer in answers.items() if answer == "met"]
    return {
        "decision": "eligible"
        if _met(grounds) and (formal or _tier_left(year, entry, grounds, members))
        else "ineligible",
        "grounds": [
            {
                "key": ground["key"],
                "answer": "not_met" if ground["answer"] == "not_met" else "met",
                "evidence": EVIDENCE,
            }
            for ground in grounds
        ],
        "groups": [
            {"key": key, "answer": answer, "evidence": EVIDENCE} for key, answer in answers.items()
        ],
        "note": "经核对，符合要求。" if unclear else None,
    }


def _belongs(year: Year, entry: Entry, group: Any) -> str:
    """Where the facts do not say, about half of the applicants are in a group."""
    if group["answer"] != "needs_a_person":
        return str(group["answer"])
    return str(year.cast.dice("group", group["key"], entry.number).choice(("met", "not_met")))


def _met(grounds: list[Any]) -> bool:
    """Every ground that decides by itself is met."""
    return all(each["answer"] != "not_met" or each["closes"] is not None for each in grounds)


def _tier_left(year: Year, entry: Entry, grounds: list[Any], groups: list[str]) -> bool:
    """The other grounds leave a tier."""
    failed = [ground for ground in grounds if ground["answer"] == "not_met"]
    closed = {tier for ground in failed for tier in ground["closes"]} | set(entry.closed)
    return any(
        tier.key not in closed and tier.open_to(entry.track, groups)
        for tier in year.regulation.tiers
    )


def _expected(year: Year, entries: list[Entry], grounds: list[list[Any]]) -> None:
    """Whoever fails a ground by the cast fails it here, and nobody else fails any."""
    for entry, answers in zip(entries, grounds, strict=True):
        failed = {each["key"] for each in answers if each["answer"] == "not_met"}
        own = facts.failing(year.regulation, year.cast, entry.number)
        asked = {each["key"] for each in answers}
        name = "其余单位按事实均符合条件"
        if entry.number == year.cast.newcomer:
            name = "注册年限不足的单位由系统算出不符合条件"
        elif own:
            name = "申报的事实不合要求的由系统算出不符合条件"
        year.checks.holds(name, failed == own & asked, (entry.number, failed, own))
