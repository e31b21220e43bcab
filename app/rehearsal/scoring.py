"""How is a panel stage (材料评审、现场评审、答辩) played? Sheets item by item, locks, consensus."""

import asyncio
from fractions import Fraction
from typing import Any

from app.rehearsal import check, panels
from app.rehearsal.client import Person
from app.rehearsal.year import Entry, Judge, Percentages, Year
from app.rules.regulation.stages import Panel, Stage

REMARKS = ("strength", "opportunity")
WORDS = {
    "strength": "方法系统，已在主要过程展开，并有数据支持。",
    "opportunity": "对比数据不足，部分指标未见三年以上趋势。",
}


async def play(year: Year, stage: Stage) -> None:
    """Every judge scores every entry assigned, alone; then the panels agree where they must."""
    if not isinstance(stage, Panel):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    if not entries:
        return
    await panels.enrol(year)
    if stage.panel_of is None:
        await panels.form(year, stage, entries)
    work = await _assignments(year, stage)
    numbers = year.ids(entries)
    year.bars.step(f"{stage.name}：评分", len(work))
    await asyncio.gather(
        *(_score(year, stage, judge, one, numbers[one["entry_id"]]) for judge, one in work)
    )
    await _secret(year, stage, work, numbers)
    await _bad_input(year, work)
    await asyncio.gather(
        *(_lock(year, stage, judge, one, numbers[one["entry_id"]]) for judge, one in work)
    )
    teams = await _teams(year, stage, work, numbers)
    if stage.method.consensus is not None:
        year.bars.step(f"{stage.name}：合议", len(entries))
        for panel, judges in teams:
            await _consensus(year, stage, panel, judges, numbers)
    _reckon(year, stage, entries)


async def _assignments(year: Year, stage: Panel) -> list[tuple[Judge, Any]]:
    """Each judge's own assignments of this stage, with their dossiers opened once."""

    async def one(judge: Judge) -> list[tuple[Judge, Any]]:
        rows = await judge.person.every("/assignments", cycle=year.cycle, stage=stage.key)
        return [(judge, row) for row in rows]

    found = await asyncio.gather(*(one(judge) for judge in panels.seated(year, stage)))
    return [pair for own in found for pair in own]


async def _score(year: Year, stage: Panel, judge: Judge, assignment: Any, number: int) -> None:
    """Read the dossier and a file, then save item after item, each under its own ETag."""
    dossier = await judge.person.get(f"/assignments/{assignment['id']}/dossier")
    year.checks.holds(
        "评审材料属于所分派的单位", year.firm(number) in str(dossier["organisation"]), dossier
    )
    sheet = await judge.person.get(f"/scoresheets/{assignment['sheet_id']}")
    needed = max(stage.comments_per_item.at_least, 1)
    for item in sheet["items"]:
        code = item["code"]
        given = year.cast.percentage(
            stage.key, number, judge.number, code, live=stage.rubric is not None
        )
        kinds = [REMARKS[(given < 50) ^ bool(n % 2)] for n in range(needed)]
        await judge.person.put(
            f"/scoresheets/{sheet['id']}/items/{code}",
            {
                "percentage": given,
                "comments": [{"kind": kind, "text": WORDS[kind]} for kind in kinds],
            },
            f'"v{item["version"]}"',
        )
        year.ledger.sheet(stage.key, number, judge.number)[code] = given
    year.bars.done()


async def _secret(
    year: Year, stage: Panel, work: list[tuple[Judge, Any]], numbers: dict[str, int]
) -> None:
    """Before the lock nobody else sees a score: not the office, a fellow judge, the applicant."""
    judge, one = work[0]
    place = f"/scoresheets/{one['sheet_id']}"
    fellow = next(
        (j for j, other in work if other["entry_id"] == one["entry_id"] and j is not judge), None
    )
    applicant = year.applicants[numbers[one["entry_id"]]].speaker
    dossier = applicant.get(f"/assignments/{one['id']}/dossier")
    await year.checks.refused("未分派的人打不开评审材料", dossier, 404)
    if stage.method.consensus is not None:
        await _closed_books(year, judge, one["panel_id"])
    eyes: list[Person] = [year.office.clerk, year.office.head, applicant, year.office.supervisor]
    for eye in [*eyes, *([fellow.person] if fellow else [])]:
        await year.checks.refused("锁定之前他人看不到评分", eye.get(place), 404)


async def _closed_books(year: Year, judge: Judge, panel: str) -> None:
    """A scorebook shows nobody's percentages while a sheet of its entry is not locked."""
    for row in await judge.person.get(f"/panels/{panel}/scorebooks"):
        book = await judge.person.get(f"/scorebooks/{row['id']}")
        if row["status"] != "locked":
            shown = [item for item in book["items"] if item["individual"] is not None]
            year.checks.holds("锁定之前合议评分册不显示各人评分", not shown, shown)


async def _bad_input(year: Year, work: list[tuple[Judge, Any]]) -> None:
    """A percentage between the steps, above 100, or under an old ETag changes nothing."""
    judge, one = work[0]
    before = await judge.person.get(f"/scoresheets/{one['sheet_id']}")
    item = before["items"][0]
    place = f"/scoresheets/{one['sheet_id']}/items/{item['code']}"
    for given, code in ((37, "multiple-of-5"), (105, "out-of-range")):
        body = {"percentage": given, "comments": []}
        attempt = judge.person.put(place, body, f'"v{item["version"]}"')
        await year.checks.refused(f"评分 {given}% 被拒绝", attempt, 422, code)
    stale = judge.person.put(place, {"percentage": 40, "comments": []}, '"v0"')
    await year.checks.refused("依据旧版本的保存被拒绝", stale, 412)
    after = await judge.person.get(f"/scoresheets/{one['sheet_id']}")
    year.checks.holds("被拒绝的评分没有留下痕迹", after == before, after)


async def _lock(year: Year, stage: Panel, judge: Judge, assignment: Any, number: int) -> None:
    place = f"/scoresheets/{assignment['sheet_id']}"
    sheet, tag = await judge.person.read(place)
    own = year.ledger.sheet(stage.key, number, judge.number)
    kept = {item["code"]: item["percentage"] for item in sheet["items"]}
    year.checks.holds("评分表如所录入", kept == own, kept)
    answer = await judge.person.ask("POST", f"{place}/lock", headers={"If-Match": tag})
    criteria = panels.criteria_of(year, stage, year.applicants[number].track)
    if len(own) == len(criteria.items()):
        total = check.total(criteria, own)
        said = answer.json()["total"]
        year.checks.holds("锁定回执上的总分与录入一致", Fraction(said) == total, (said, total))
    receipt = check.signed(answer.json()["receipt"], year.keys)
    year.checks.holds("锁定回执的签名有效", receipt is not None)


async def _teams(
    year: Year, stage: Panel, work: list[tuple[Judge, Any]], numbers: dict[str, int]
) -> list[tuple[Any, list[Judge]]]:
    """Each panel with its judges, the leader first."""
    judges: dict[str, list[Judge]] = {}
    for judge, one in work:
        team = judges.setdefault(one["panel_id"], [])
        if judge not in team:
            team.append(judge)
    teams = []
    for panel_id, team in sorted(judges.items(), key=lambda pair: pair[1][0].number):
        panel = await team[0].person.get(f"/panels/{panel_id}")
        leader = next(m["expert_id"] for m in panel["members"] if m["leader"])
        teams.append((panel, sorted(team, key=lambda judge: (judge.id != leader, judge.number))))
        await _disagreements(year, stage, panel, team[0], numbers)
    return teams


async def _disagreements(
    year: Year, stage: Panel, panel: Any, judge: Judge, numbers: dict[str, int]
) -> None:
    """The service names exactly the items that we find too far apart."""
    found = await judge.person.get(f"/panels/{panel['id']}/disagreements")
    told = {
        entry["entry_id"]: {item["item"] for item in entry["items"]} - {None}
        for entry in found
        if entry["stage"] == stage.key
    }
    for entry in panel["entries"]:
        if entry["stage"] == stage.key:
            own = _apart(year, stage, numbers[entry["entry_id"]])
            same = told.get(entry["entry_id"], set()) == own
            year.checks.holds("须讨论的分歧与自行计算一致", same, (found, own))


def _apart(year: Year, stage: Panel, number: int) -> set[str]:
    limits, sheets = stage.disagreement, list(year.ledger.sheets[stage.key][number].values())
    criteria = panels.criteria_of(year, stage, year.applicants[number].track)
    starts = [band.low for band in criteria.scale.bands]
    return check.apart(sheets, limits.item_span, limits.bands_apart, starts)


async def _consensus(
    year: Year, stage: Panel, panel: Any, judges: list[Judge], numbers: dict[str, int]
) -> None:
    """The leader proposes, every member answers, the leader locks; book by book."""
    rows = await judges[0].person.get(f"/panels/{panel['id']}/scorebooks")
    await asyncio.gather(
        *(
            _book(year, stage, judges, row["id"], numbers[row["entry_id"]])
            for row in rows
            if row["stage"]["key"] == stage.key
        )
    )


async def _book(year: Year, stage: Panel, judges: list[Judge], book: str, number: int) -> None:
    """One scorebook; a reason stands where the members are apart, or none of them gave that."""
    leader, place = judges[0], f"/scorebooks/{book}"
    read = await leader.person.get(place)
    agreed, apart = _agreed(year, stage, number), _apart(year, stage, number)
    for item in read["items"]:
        code, tag = item["code"], f'"v{item["version"]}"'
        given = [one["percentage"] for one in item["individual"]]
        own = [s[code] for s in year.ledger.sheets[stage.key][number].values() if code in s]
        year.checks.holds("合议时看到的是各人锁定的评分", sorted(given) == sorted(own), item)
        body: dict[str, Any] = {"percentage": agreed[code]}
        if code in apart or not min(given) <= agreed[code] <= max(given):
            bare = leader.person.put(f"{place}/items/{code}", body, tag)
            await year.checks.refused("有分歧或超出个人评分时须说明合议理由", bare, 422)
            body["reason"] = "合议：以现场证据与三年数据为准。"
        await leader.person.put(f"{place}/items/{code}", body, tag)
        year.ledger.book(stage.key, number)[code] = agreed[code]
    if len(judges) > 1:
        usurped = judges[1].person.post(f"{place}/lock")
        await year.checks.refused("只有组长能锁定合议评分册", usurped, 403)
    early = leader.person.post(f"{place}/lock")
    await year.checks.refused("全组表态之前不能锁定合议评分册", early, 409)
    for judge in judges:
        await judge.person.post(f"{place}/agreements", {"agrees": True})
    await leader.person.post(f"{place}/lock")
    year.bars.done()


def _agreed(year: Year, stage: Panel, number: int) -> Percentages:
    """What the panel settles on: the lower middle, now and then five points beside it."""
    found: Percentages = {}
    sheets = year.ledger.sheets[stage.key][number].values()
    for code in sorted({code for sheet in sheets for code in sheet}):
        given = sorted(sheet[code] for sheet in sheets if code in sheet)
        beside = year.cast.dice("consensus", stage.key, number, code).choice((0, 0, 0, 5, -5))
        found[code] = min(max(given[(len(given) - 1) // 2] + beside, 0), 100)
    return found


def _reckon(year: Year, stage: Panel, entries: list[Entry]) -> None:
    """The exact total of every entry from what was entered; kept for the checks that follow."""
    points = year.ledger.points.setdefault(stage.key, {})
    for entry in entries:
        criteria = panels.criteria_of(year, stage, entry.track)
        points[entry.number] = check.total(criteria, percentages(year, stage, entry.number))
    year.ledger.keys[stage.key] = {
        number: (check.rounded(found, stage.rounding),) for number, found in points.items()
    }


def percentages(year: Year, stage: Panel, number: int) -> dict[str, Fraction]:
    """What counts for each item: the scorebook, or what the sheets make together."""
    if stage.method.consensus is not None:
        book = year.ledger.book(stage.key, number)
        return {code: Fraction(percentage) for code, percentage in book.items()}
    return check.together(stage.method, list(year.ledger.sheets[stage.key][number].values()))
