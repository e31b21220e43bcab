"""How is a publicity (公示) played? Posted, objected to, ruled on, and waited out to the end."""

from datetime import datetime, timedelta
from typing import Any

from app.rehearsal.clock import MINUTE, notice_ends
from app.rehearsal.year import Entry, Year
from app.rules.regulation.stages import Publicity, Stage

CONTACT = {
    "name": "质量奖评审办公室",
    "phone": "0510-81178000",
    "address": "无锡市滨湖区金城西路500号",
}


async def play(year: Year, stage: Stage) -> None:
    """One objection in time is dismissed; one after the end is refused."""
    if not isinstance(stage, Publicity):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：发布与异议", 3)
    notice = await _post(year, stage, entries)
    year.bars.done()
    if entries:
        await _object(year, stage, notice, entries[-1])
    year.bars.done()
    early = year.office.head.post(year.path(f"/stages/{stage.key}/closing"))
    await year.checks.refused("公示期满之前环节不能结束", early, 409)
    await year.clock.move(datetime.fromisoformat(notice["ends_at"]) + MINUTE)
    if entries:
        late = year.public.post(
            f"/notices/{notice['code']}/objections", _objection(year, entries[0])
        )
        await year.checks.refused("公示期满后的异议不予受理", late, 409, "notice-period-over")
    await year.clock.move(datetime.fromisoformat(notice["ends_at"]) + timedelta(minutes=3))
    year.bars.done()


async def _post(year: Year, stage: Publicity, entries: list[Entry]) -> Any:
    """Draft and post the notice; its list and its last day are as they should be."""
    draft = await year.office.clerk.post(
        year.path(f"/stages/{stage.key}/notices"),
        {
            "title": f"{year.regulation.title}拟授奖名单公示",
            "text": "现将拟授奖名单予以公示，公示期内接受实名异议。",
            "contact": CONTACT,
        },
    )
    now = await year.clock.now()
    posting = {
        "channel": "区政府网站",
        "url": "https://award.example/notices/2026/1.html",
        "posted_at": now.isoformat(),
    }
    place = f"/notices/{draft['id']}/posting"
    by_clerk = year.office.clerk.post(place, posting)
    await year.checks.refused("公示由评审办负责人发布", by_clerk, 403)
    posted = await year.office.head.post(place, posting)
    ends = datetime.fromisoformat(posted["ends_at"])
    own = notice_ends(stage, now.astimezone(year.slots[stage.key].opens.tzinfo).date())
    year.checks.holds("公示截止时间按工作日历计算", ends == own, (ends, own))
    public = await year.public.get(f"/notices/{posted['code']}")
    listed = {one["organisation"] for one in public["awardees"]}
    expected = {year.firm(entry.number) for entry in entries}
    year.checks.holds("公众看到的公示名单完整", listed == expected, (listed, expected))
    return posted


async def _object(year: Year, stage: Publicity, notice: Any, entry: Entry) -> None:
    """Anonymous ones are refused where real names are asked; a real one is dismissed."""
    place = f"/notices/{notice['code']}/objections"
    whole = _objection(year, entry)
    if stage.objection.real_name:
        anonymous = year.public.post(place, whole | {"name": ""})
        await year.checks.refused("匿名异议不予受理", anonymous, 422, "real-name-needed")
    if stage.objection.evidence:
        bare = year.public.post(place, whole | {"evidence": ""})
        await year.checks.refused("没有证据的异议不予受理", bare, 422, "evidence-needed")
    receipt = await year.public.post(place, whole)
    found = await year.office.head.get(year.path("/objections"))
    rows = found["items"] if isinstance(found, dict) else found
    objection = next(row for row in rows if row["code"] == receipt["code"])
    year.checks.holds("异议列表不显示异议人姓名", str(whole["name"]) not in str(rows))
    await year.office.head.post(
        f"/objections/{objection['id']}/ruling",
        {
            "ruling": "dismissed",
            "reason": "经核查，所反映的情况不属实。",
            "document": "评审办〔2026〕12号",
        },
    )


def _objection(year: Year, entry: Entry) -> dict[str, str]:
    return {
        "application_code": year.applicants[entry.number].code,
        "name": "钱正直",
        "contact": "13800000000",
        "statement": "该单位2025年曾因产品质量问题被行政处罚。",
        "evidence": "行政处罚决定书编号见附页。",
    }
