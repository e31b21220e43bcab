"""How is a whole award year rehearsed, from the first administrator to the last certificate?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Any, Final

import httpx
from rich.progress import Progress

from app.catalogue import loader
from app.rehearsal import (
    approval,
    check,
    committee,
    endorsement,
    granting,
    intake,
    planning,
    proposing,
    publicity,
    ranking,
    scoring,
    screening,
    survey,
)
from app.rehearsal.cast import Cast, arrivals, make_cast
from app.rehearsal.casting import judges_needed
from app.rehearsal.client import Person, Refused, Wire, connected
from app.rehearsal.clock import AwardClock, timetable
from app.rehearsal.founding import Founding
from app.rehearsal.report import Awarded, Edition, Ranked, Report, SignIn, StageLine
from app.rehearsal.year import Bars, Checks, Year
from app.rules.regulation import Regulation, read
from app.rules.regulation.stages import Composite, Panel, Stage, Survey, Vote

Player = Callable[[Year, Stage], Awaitable[None]]

PLAYERS: Final[Mapping[str, Player]] = {
    "intake": intake.play,
    "endorsement": endorsement.play,
    "screening": screening.play,
    "panel": scoring.play,
    "survey": survey.play,
    "composite": ranking.play,
    "vote": committee.play,
    "approval": approval.play,
    "publicity": publicity.play,
    "grant": granting.play,
}
"""Who plays which kind of stage; the regulation says in which order."""


async def rehearse(
    url: str,
    regulation_code: str,
    *,
    applicants: int,
    judges: int,
    seed: int,
    progress: Progress | None,
    nonce: str | None = None,
    until: str | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    arrival: int | None = None,
) -> Report:
    """Play a year of a regulation, of the catalogue or a file, on the rehearsal service at `url`.

    `nonce` keeps names apart from other rehearsals there; it does not change the result. With
    `until` the year stops where the stage of that key has been opened, its work undone. Over a
    `transport` into this process it needs no server. `arrival` seeds another order in which firms
    come and apply, which does not change the result either. Raises Refused where the service says
    no to something that must be possible.
    """
    began = monotonic()
    text = text_of(regulation_code)
    regulation = read(text)
    async with connected(url, transport) as wire:
        bars = Bars(progress, len(regulation.stages))
        nonce = nonce or token_hex(4)
        cast = make_cast(seed, applicants, max(judges, judges_needed(regulation)))
        coming = arrivals(cast, arrival)
        year = await _found(wire, text, regulation, cast, nonce, bars, until, coming)
        await planning.plan(year)
        await planning.remember(year)
        for stage in regulation.stages:
            await _open(year, stage)
            if stage.key == until:
                return _report(year, began, [], [])
            await _stage(year, stage)
        return _report(year, began, await _end(year), await _ranking(year))


def _report(
    year: Year, began: float, awards: Sequence[Awarded], ranked: Sequence[Ranked]
) -> Report:
    return Report(
        regulation=Edition(year.regulation.code, year.hash, year.regulation.title),
        seed=year.cast.seed,
        places=year.places,
        stages=year.lines,
        ranking=ranked,
        awards=awards,
        requests=year.wire.requests,
        seconds=monotonic() - began,
        checks=list(year.checks.made.values()),
        sign_ins=sign_ins(year),
        cycle=year.cycle,
    )


def sign_ins(year: Year) -> list[SignIn]:
    """Everybody who was played, with their login: the office, experts, applicants."""
    office = year.office
    people = [
        ("安全管理员", office.security),
        ("评审办负责人", office.head),
        ("评审办工作人员", office.clerk),
        ("评审办工作人员", office.second_clerk),
        ("政府", office.approver),
        ("财务", office.finance),
        ("监督", office.supervisor),
        *(("评委会委员", member.person) for member in year.members),
        *(("推荐单位", person) for person in year.endorsers),
        *(("评审员", judge.person) for judge in year.judges),
        *(("申报单位", firm.speaker) for firm in year.applicants),
    ]
    return [SignIn(role, one.name, one.login or "", one.password) for role, one in people]


def text_of(code: str) -> str:
    """The text of a regulation: of the catalogue by its code, else of a file by its path."""
    if code in loader.regulation_codes():
        return loader.regulation_text(code)
    return Path(code).read_text(encoding="utf-8")


async def _found(
    wire: Wire,
    text: str,
    regulation: Regulation,
    cast: Cast,
    nonce: str,
    bars: Bars,
    until: str | None,
    coming: Sequence[int],
) -> Year:
    """The clock, the office, the experts and the firms."""
    public = Person(wire, "公众")
    clock = AwardClock(public)
    slots = timetable(regulation, await clock.begin(), until)
    founding = Founding(wire, cast, nonce)
    bars.step("设立评审办、邀请评审员、单位注册", 3)
    office = await founding.office(public, regulation)
    bars.done()
    experts, firms = await asyncio.gather(
        founding.judges(office), founding.applicants(public, office, regulation, coming)
    )
    bars.done()
    return Year(
        wire=wire,
        keys=(await wire.send("GET", "/.well-known/jwks.json")).json()["keys"],
        public=public,
        cast=cast,
        nonce=nonce,
        text=text,
        regulation=regulation,
        clock=clock,
        slots=slots,
        checks=Checks(),
        bars=bars,
        office=office,
        judges=experts,
        applicants=firms,
        arrivals=coming,
        places=planning.places_of(regulation, len(cast.firms)),
    )


async def _open(year: Year, stage: Stage) -> None:
    """Open a stage at its time."""
    opening = year.path(f"/stages/{stage.key}/opening")
    opens = year.slots[stage.key].opens
    if await year.clock.now() < opens:
        early = year.office.clerk.post(opening)
        await year.checks.refused("未到时间表的时间环节不能开始", early, 409, "too-early")
        await year.clock.move(opens)
    await year.office.clerk.post(opening)


async def _stage(year: Year, stage: Stage) -> None:
    """Play a stage that is open, close it, and look at what it has left."""
    await _count(year, stage)
    await PLAYERS[stage.kind](year, stage)
    closing = await _close(year, stage)
    await _count(year, stage)
    year.lines.append(
        StageLine(
            stage.key,
            stage.kind,
            stage.name,
            closing["entered"],
            closing["advanced"],
            closing["eliminated"],
        )
    )
    entries = await year.entries(stage.key)
    mute = [entry.number for entry in entries if entry.result == "eliminated" and not entry.reason]
    year.checks.holds("每个被淘汰的单位都有理由", not mute, (stage.key, mute))
    if isinstance(stage, Panel | Composite | Survey) and entries:
        await ranking.compare(year, stage, entries)
    if isinstance(stage, Panel | Composite | Survey | Vote) and entries:
        await proposing.compare(year, stage, entries)
    year.bars.stage()


async def _count(year: Year, stage: Stage) -> None:
    """Quotas that are a share of the entries of this stage become numbers."""
    shares = [quota for quota in year.regulation.quotas if quota.among == stage.key]
    entries = await year.entries(stage.key) if shares else []
    if entries:
        counted = [(entry.track, entry.groups) for entry in entries]
        quotas = tuple(
            check.settled(quota, counted) if quota in shares else quota
            for quota in year.regulation.quotas
        )
        year.regulation = year.regulation.model_copy(update={"quotas": quotas})


async def _close(year: Year, stage: Stage) -> Any:
    """Close a stage; where entries stand level at the cut, a decision is recorded first."""
    place = year.path(f"/stages/{stage.key}")
    by_clerk = year.office.clerk.post(f"{place}/closing")
    await year.checks.refused("环节由评审办负责人结束", by_clerk, 403)
    try:
        return await year.office.head.post(f"{place}/closing")
    except Refused as refused:
        if "tie-unresolved" not in refused.codes or not isinstance(
            stage, Panel | Composite | Survey | Vote
        ):
            raise
    year.checks.holds("入围线上的并列须先有书面决定", ok=True)
    tied = ranking.tied(year, stage, await year.entries(stage.key))
    year.ledger.order[stage.key] = [entry.number for entry in tied]
    await year.office.head.post(
        f"{place}/tie-decision",
        {
            "order": [entry.id for entry in tied],
            "document": "评审办〔2026〕7号",
            "reason": "得分相同，经集体研究确定次序。",
        },
    )
    return await year.office.head.post(f"{place}/closing")


async def _end(year: Year) -> list[Awarded]:
    """Complete the cycle and look at the year as a whole."""
    done = await year.office.head.post(year.path("/completion"))
    year.checks.holds("本届评选已办结", done["status"] == "completed", done["status"])
    awards = await granting.awards_of(year)
    fallen: set[str] = set()
    for line in year.lines:
        entries = await year.entries(line.key)
        fallen |= {year.firm(e.number) for e in entries if e.result != "advanced"}
    both = fallen & {award.application for award in awards}
    year.checks.holds("被淘汰的单位没有获奖", not both, both)
    return awards


async def _ranking(year: Year) -> list[Ranked]:
    """The ranking of the last composite stage, or of the last stage that scored."""
    scored = [stage for stage in year.regulation.stages if isinstance(stage, Panel | Composite)]
    if not scored:
        return []
    last = next((s for s in reversed(scored) if isinstance(s, Composite)), scored[-1])
    said = await year.office.head.get(year.path(f"/stages/{last.key}/ranking"))
    lines = [
        Ranked(year.firm(year.number_of(line["application"])), line["points"], line["rank"])
        for line in said["items"]
    ]
    return sorted(
        lines, key=lambda line: (line.rank or 0, -Fraction(line.points or 0), line.application)
    )
