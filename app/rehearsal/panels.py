"""How do experts come into the pool, declare their interests, and form panels?"""

import asyncio
from collections.abc import Sequence
from typing import Any

from app.catalogue import loader
from app.rehearsal import casting, seats
from app.rehearsal.year import Entry, Judge, Year
from app.rules.criteria import CriteriaSet
from app.rules.regulation.stages import Panel


def criteria_of(year: Year, rule: Panel, track: str) -> CriteriaSet:
    """What entries of a track are scored by in a stage: its rubric, else the track's criteria."""
    own = next(t.criteria for t in year.regulation.tracks if t.key == track)
    return loader.criteria(rule.rubric or own)


def kin_of(year: Year) -> tuple[int, int]:
    """Who is close to which firm (cast numbers); (-1, -1) where every judge is needed."""
    own = [s for s in year.regulation.stages if isinstance(s, Panel) and s.panel_of is None]
    needed = max((casting.panel_size(year.regulation, stage) for stage in own), default=0)
    return year.cast.kin if len(year.judges) > needed else (-1, -1)


def seated(year: Year, rule: Panel) -> list[Judge]:
    """Who may judge in a stage: the experts, or those who hold the committee's seats."""
    return year.members if casting.of_committee(year.regulation, rule) else year.judges


async def enrol(year: Year) -> None:
    """Once a year: the pool, the undertakings, and one conflict of interest."""
    if year.judges[0].id:
        return
    office = year.office
    panels = [stage for stage in year.regulation.stages if isinstance(stage, Panel)]
    sitting = any(casting.of_committee(year.regulation, stage) for stage in panels)
    if sitting:
        await seats.fill(year)
    year.bars.step("评审员入库与承诺", len(year.judges))
    stranger = {"person_id": office.approver.id, "industries": ["C34"], "qualification": "无"}
    refused = office.clerk.post(f"/programmes/{office.programme}/experts", stranger)
    await year.checks.refused("没有评审员角色的人不能入库", refused, 409, "not-a-judge")
    everybody = year.judges + (year.members if sitting else [])
    await asyncio.gather(*(_enrol(year, judge) for judge in everybody))


async def _enrol(year: Year, judge: Judge) -> None:
    experts = year.cast.experts
    known = experts[judge.number].industries if judge.number < len(experts) else ()
    enrolled = await year.office.clerk.post(
        f"/programmes/{year.office.programme}/experts",
        {
            "person_id": judge.person.id,
            "industries": list(known),
            "qualification": "卓越绩效评审员",
        },
    )
    judge.id = enrolled["id"]
    place = f"/experts/{judge.id}/cycles/{year.cycle}/applicants"
    shown = {one["organisation_id"] for one in await judge.person.get(place)}
    applied = {a.organisation for a in year.applicants if a.code}
    year.checks.holds("申报回避时评审员看到全部申报单位", shown == applied, len(shown))
    await judge.person.post(
        f"/experts/{judge.id}/declarations",
        {"cycle_id": year.cycle, "undertaking": True, "interests": _interests(year, judge)},
    )
    year.bars.done()


def _interests(year: Year, judge: Judge) -> list[dict[str, str]]:
    expert, firm = kin_of(year)
    if judge.number != expert:
        return []
    organisation = year.applicants[firm].organisation
    return [{"organisation_id": organisation, "interest": "consultant", "note": "两年前曾为其顾问"}]


async def form(year: Year, rule: Panel, entries: Sequence[Entry]) -> list[Any]:
    """The panels of a stage; a panel with a judge near one of its firms is refused first."""
    judges, batches = _deal(year, rule, entries)
    place = year.path(f"/stages/{rule.key}/panels")
    expert, firm = kin_of(year)
    near = [entry for entry in entries if entry.number == firm]
    if near and seated(year, rule) is year.judges:
        others = [judge for judge in year.judges if judge.number != expert]
        size = len(judges[0])
        wrong = [year.judges[expert], *others][:size]
        attempt = year.office.clerk.post(place, _body(year, rule, "回避未落实", wrong, near))
        await year.checks.refused(
            "有利害关系的评审员不能分派", attempt, 409, "conflict-of-interest"
        )
    made = [
        await year.office.clerk.post(place, _body(year, rule, f"第{n}组", judges[n - 1], batch))
        for n, batch in enumerate(batches, start=1)
    ]
    if entries:
        again = year.office.clerk.post(place, _body(year, rule, "重组", judges[0], batches[0]))
        await year.checks.refused("同一单位不能再分给另一组", again, 409)
    return made


def _deal(
    year: Year, rule: Panel, entries: Sequence[Entry]
) -> tuple[list[list[Judge]], list[list[Entry]]]:
    """Judges and entries of each panel; the firm of a kin never meets that judge."""
    expert, firm = kin_of(year)
    size = casting.panel_size(year.regulation, rule)
    free = list(seated(year, rule))
    count = max(min(len(free) // size, len(entries)), 1)
    if count == 1 and len(free) > size:
        free = [judge for judge in free if judge.number != expert]
    year.cast.dice("panels", rule.key).shuffle(free)
    judges = [free[n * size : (n + 1) * size] for n in range(count)]
    near = next((n for n in range(count) if any(j.number == expert for j in judges[n])), None)
    batches: list[list[Entry]] = [[] for _ in range(count)]
    # The kin's firm first: it goes where the kin is not, the others where there is room.
    for entry in sorted(entries, key=lambda e: (e.number != firm, e.number)):
        open_to = [n for n in range(count) if not (entry.number == firm and n == near)]
        batches[min(open_to, key=lambda n: len(batches[n]))].append(entry)
    return judges, batches


def _body(
    year: Year, rule: Panel, name: str, judges: Sequence[Judge], entries: Sequence[Entry]
) -> dict[str, Any]:
    codes = _codes(year, rule, entries)
    trimmed = rule.method.trimmed_mean
    cover = max(2, trimmed.at_least if trimmed else 0)
    return {
        "name": name,
        "members": [
            {
                "expert_id": judge.id,
                "leader": place == 0,
                "categories": _share(codes, place, len(judges), cover)
                if rule.division == "by_category"
                else None,
            }
            for place, judge in enumerate(judges)
        ],
        "entries": [entry.id for entry in entries],
    }


def _codes(year: Year, rule: Panel, entries: Sequence[Entry]) -> list[str]:
    sets = {entry.track: criteria_of(year, rule, entry.track) for entry in entries}
    return sorted({category.code for one in sets.values() for category in one.categories})


def _share(codes: Sequence[str], place: int, judges: int, cover: int) -> list[str]:
    """The categories of one judge: of each, its lead and the judges after it take part."""
    return [code for n, code in enumerate(codes) if (place - n) % judges < cover]
