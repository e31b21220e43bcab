"""What does an engineer outside find in a sandbox? A cycle that has come as far as each stage, with
people of every role, and one that is over.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from app.rehearsal.client import Person, connected
from app.rehearsal.clock import AwardClock, timetable
from app.rehearsal.command import FAILED, SHOWN_OF_A_ROLE
from app.rehearsal.play import rehearse, text_of
from app.rehearsal.report import Report
from app.rules.regulation import read

APPLICANTS, JUDGES, SEED = 4, 3, 11
LIST = "sandbox.json"
Cycles = list[dict[str, Any]]


def run(url: str, code: str, folder: Path, console: Console) -> int:
    """Furnish the sandbox at `url` once, and print who can sign in; the list is kept in `folder`.

    The exit code is 1 where a cycle could not be played.
    """
    kept = folder / LIST
    cycles = _kept(kept, url)
    if not cycles:
        try:
            cycles = asyncio.run(furnish(url, code, _telling(console)))
        except BrokenSandbox as broken:
            console.print(f"沙箱没有建成：{broken}", style="red", markup=False)
            return FAILED
        kept.write_text(json.dumps(cycles, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _show(cycles, kept, console)
    return 0


class BrokenSandbox(Exception):
    """A cycle could not be played as far as its stage."""


async def furnish(url: str, code: str, told: Callable[[str], None]) -> Cycles:
    """One cycle for each stage of the regulation, opened and untouched, and one completed; award
    time then stands where all of these stages are open.
    """
    regulation = read(text_of(code))
    keys = [stage.key for stage in regulation.stages]
    cycles: Cycles = []
    for number, until in enumerate([*keys, None]):
        told(until or "completed")
        report = await rehearse(
            url,
            code,
            applicants=APPLICANTS,
            judges=JUDGES,
            seed=SEED + number,
            progress=None,
            until=until,
        )
        if not report.ok:
            raise BrokenSandbox(f"{until}: {[one.name for one in report.checks if not one.ok]}")
        cycles.append(_line(report, until))
    async with connected(url) as wire:
        clock = AwardClock(Person(wire, "公众"))
        start = await clock.begin()
        await clock.move(max(timetable(regulation, start, key)[key].opens for key in keys))
    return cycles


def _line(report: Report, until: str | None) -> dict[str, Any]:
    people = [asdict(one) for one in report.sign_ins]
    return {"stage": until or "completed", "cycle": report.cycle, "people": people}


def _kept(path: Path, url: str) -> Cycles:
    """The list of an earlier start, if its people are still there."""
    if not path.exists():
        return []
    cycles: Cycles = json.loads(path.read_text(encoding="utf-8"))
    one = cycles[0]["people"][0]
    form = {"grant_type": "password", "username": one["login"], "password": one["password"]}
    answer = httpx.post(f"{url}/api/v1/auth/token", data=form, trust_env=False)
    return cycles if answer.is_success else []


def _telling(console: Console) -> Callable[[str], None]:
    return lambda stage: console.print(f"正在准备：{stage}", style="dim")


def _show(cycles: Cycles, kept: Path, console: Console) -> None:
    for cycle in cycles:
        console.print(f"\n[bold]{cycle['stage']}[/bold]  {cycle['cycle']}", highlight=False)
        for role, logins in _by_role(cycle):
            console.print(f"    {role}  {'  '.join(logins)}", markup=False, highlight=False)
    for password in sorted({one["password"] for cycle in cycles for one in cycle["people"]}):
        console.print(f"\n所有人的密码：{password}", markup=False, highlight=False)
    console.print(f"全部账号见 {kept}；评审时间用 PUT /api/v1/rehearsal/clock 调整。", markup=False)


def _by_role(cycle: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    roles = dict.fromkeys(one["role"] for one in cycle["people"])
    for role in roles:
        logins = [one["login"] for one in cycle["people"] if one["role"] == role]
        yield role, logins[:SHOWN_OF_A_ROLE]
