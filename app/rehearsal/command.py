"""How does a rehearsal show itself at the terminal?"""

import asyncio
import json
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.rehearsal.client import Refused
from app.rehearsal.clock import YearTooShort
from app.rehearsal.play import rehearse
from app.rehearsal.report import Report
from app.rules.regulation import RegulationErrors

FAILED = 1
SHOWN_OF_A_ROLE = 3


def run(
    url: str, code: str, applicants: int, judges: int, seed: int, json_file: Path | None
) -> int:
    """Rehearse, print what came of it, write the JSON; the exit code is 1 when a check fails."""
    console = Console()
    try:
        report = _played(console, url, code, applicants, judges, seed)
    except (Refused, YearTooShort, RegulationErrors, OSError, httpx.HTTPError) as stopped:
        console.print(f"彩排中断：{stopped}", style="red", markup=False)
        return FAILED
    if json_file is not None:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
        json_file.write_text(text + "\n", encoding="utf-8")
    show(console, report)
    return 0 if report.ok else FAILED


def _played(
    console: Console, url: str, code: str, applicants: int, judges: int, seed: int
) -> Report:
    if not console.is_terminal:
        return asyncio.run(
            rehearse(url, code, applicants=applicants, judges=judges, seed=seed, progress=None)
        )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        return asyncio.run(
            rehearse(url, code, applicants=applicants, judges=judges, seed=seed, progress=progress)
        )


def show(console: Console, report: Report) -> None:
    """The stages, the ranking, the awards and the checks, as tables."""
    console.rule(f"{report.regulation.title} · 彩排 {report.seed}")
    console.print(_stages(report), _ranking(report), _awards(report))
    failed = [check for check in report.checks if not check.ok]
    for check in report.checks:
        mark, style = ("✓", "green") if check.ok else ("✗", "red")
        console.print(f"{mark} {check.name}", style=style, markup=False, highlight=False)
        if check.seen:
            console.print(f"    {check.seen}", markup=False, highlight=False)
    verdict = "全部成立" if report.ok else f"{len(failed)} 项不成立"
    console.print(
        f"{len(report.checks)} 项检查，{verdict}；"
        f"{report.requests} 次请求，{report.seconds:.1f} 秒。",
        style="bold green" if report.ok else "bold red",
    )
    if report.sign_ins:
        show_sign_ins(console, report)


def show_sign_ins(console: Console, report: Report) -> None:
    """How to come in as the people who were played: some of each role, and the password of all."""
    table = Table("角色", "姓名", "账号", title="登录", title_justify="left")
    shown: dict[str, int] = {}
    for one in report.sign_ins:
        shown[one.role] = shown.get(one.role, 0) + 1
        if shown[one.role] <= SHOWN_OF_A_ROLE:
            table.add_row(one.role, one.name, one.login)
    console.print(table)
    for password in sorted({one.password for one in report.sign_ins}):
        console.print(f"所有人的密码：{password}", markup=False, highlight=False)


def _stages(report: Report) -> Table:
    table = Table("环节", "参评", "晋级", "淘汰", title="环节", title_justify="left")
    for line in report.stages:
        table.add_row(line.name, str(line.entered), str(line.advanced), str(line.eliminated))
    return table


def _ranking(report: Report) -> Table:
    table = Table("名次", "申报单位", "得分", title="排名", title_justify="left")
    for line in report.ranking:
        table.add_row(str(line.rank or "—"), line.application, line.points or "—")
    return table


def _awards(report: Report) -> Table:
    table = Table("获奖单位", "等次", "奖金（元）", title="授奖", title_justify="left")
    for award in report.awards:
        table.add_row(award.application, award.tier, award.bonus or f"—（{award.reason}）")
    return table
