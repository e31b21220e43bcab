"""How a rehearsal ends that cannot be played, and how it shows itself."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from app.rehearsal import command
from app.rehearsal.report import Awarded, Check, Edition, Ranked, Report, SignIn, StageLine
from app.rehearsal.year import Bars
from app.serving import free_port


def made(*checks: Check) -> Report:
    return Report(
        regulation=Edition("binhu-2023", "sha256:0", "滨湖区区长质量奖评定管理办法"),
        seed=7,
        places=1,
        stages=[StageLine("intake", "intake", "申报", 2, 2, 0)],
        ranking=[Ranked("无锡恒远精密机械有限公司", "581.25", 1)],
        awards=[Awarded("无锡恒远精密机械有限公司", "organisation", "award", "500000.00", None)],
        requests=3,
        seconds=0.5,
        checks=checks,
    )


def shown(report: Report) -> str:
    console = Console(file=StringIO(), width=120)
    command.show(console, report)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_report_is_shown_with_its_awards_and_checks() -> None:
    text = shown(made(Check("名额不超", ok=True)))
    for words in (
        "申报",
        "无锡恒远精密机械有限公司",
        "581.25",
        "500000.00",
        "✓ 名额不超",
        "全部成立",
    ):
        assert words in text


def test_failed_check_is_shown_with_what_was_seen() -> None:
    report = made(Check("名额不超", ok=True), Check("名次一致", ok=False, seen="2 ≠ 3"))
    assert not report.ok
    assert "✗ 名次一致" in shown(report)
    assert "2 ≠ 3" in shown(report)
    assert "1 项不成立" in shown(report)


def test_run_without_a_service_fails(capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert command.run(url, "binhu-2023", 4, 3, 1, None) == 1
    assert "彩排中断" in capsys.readouterr().out


def test_run_of_an_unknown_regulation_fails(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.yaml")
    assert command.run("http://127.0.0.1:9", missing, 4, 3, 1, tmp_path / "x.json") == 1
    assert not (tmp_path / "x.json").exists()


def test_bars_count_stages_and_steps() -> None:
    progress = Progress(console=Console(file=StringIO()))
    bars = Bars(progress, total=2)
    bars.step("评分", 3)
    bars.done()
    bars.step("合议", 5)
    bars.stage()
    assert [(task.description, task.completed, task.total) for task in progress.tasks] == [
        ("全部环节", 1, 2),
        ("合议", 0, 5),
    ]


def test_report_tells_how_the_people_who_were_played_sign_in() -> None:
    people = [SignIn("评审员", f"王{n}", f"judge{n}.ab12", "口令") for n in range(5)]
    report = replace(made(Check("名额不超", ok=True)), sign_ins=people)
    text = shown(report)
    assert "judge0.ab12" in text
    assert "judge3.ab12" not in text  # some of each role are enough
    assert "所有人的密码：口令" in text
    assert "judge0.ab12" not in str(report.as_json())
