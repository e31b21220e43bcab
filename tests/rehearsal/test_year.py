"""A whole year over real HTTP."""

import asyncio
import json
from pathlib import Path

import pytest

from app.rehearsal import command
from app.rehearsal.play import rehearse
from app.rehearsal.report import Report

BINHU = "binhu-2023"
OTHER_ORDER = str(Path(__file__).with_name("other-order.yaml"))


def played(url: str, seed: int, code: str = BINHU, applicants: int = 12, judges: int = 9) -> Report:
    return asyncio.run(
        rehearse(url, code, applicants=applicants, judges=judges, seed=seed, progress=None)
    )


def result(report: Report) -> dict[str, object]:
    """What may not differ between two rehearsals of one seed."""
    plain = json.loads(json.dumps(report.as_json()))
    return {key: plain[key] for key in plain if key not in {"seconds", "requests"}}


def sound(report: Report) -> None:
    assert [check for check in report.checks if not check.ok] == []
    assert report.ok
    stages = {line.key: line for line in report.stages}
    assert stages["intake"].entered == stages["intake"].advanced == 12
    assert stages["eligibility"].eliminated == 1
    assert stages["documents"].advanced == 2 * report.places
    assert stages["ranking"].advanced == report.places == 3
    assert len(report.awards) == stages["grant"].advanced <= report.places
    assert min(line.rank or 0 for line in report.ranking) == 1
    assert {award.application for award in report.awards} <= {
        line.application for line in report.ranking
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_year_runs_from_application_to_grant(rehearsal_url: str, seed: int) -> None:
    report = played(rehearsal_url, seed)
    sound(report)
    assert report.requests > 1000


def test_same_seed_gives_the_same_year_in_another_order_and_with_a_tie(
    rehearsal_url: str, tmp_path: Path
) -> None:
    first = played(rehearsal_url, 14, OTHER_ORDER, 16, 4)
    assert [line.kind for line in first.stages][1:3] == ["panel", "screening"]
    assert "入围线上的并列须先有书面决定" in {check.name for check in first.checks}
    written = tmp_path / "report.json"
    assert command.run(rehearsal_url, OTHER_ORDER, 16, 4, 14, written) == 0
    again = json.loads(written.read_text(encoding="utf-8"))
    assert {key: again[key] for key in result(first)} == result(first)
    assert set(again) == {*result(first), "seconds", "requests"}


@pytest.mark.long
def test_same_seed_gives_the_same_year(rehearsal_url: str) -> None:
    first, again = (played(rehearsal_url, 7, BINHU, 6, 5) for _ in range(2))
    assert result(first) == result(again)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 21))
def test_year_runs_with_many_seeds(rehearsal_url: str, seed: int) -> None:
    sound(played(rehearsal_url, seed))
