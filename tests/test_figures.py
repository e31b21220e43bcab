"""Every bar names tests that there are, and what failed is never told as met."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.figures import ROWS, Row, ended, measured, outcomes

ROW = Row("area", "bar", ("tests/a.py::test_one", "tests/b.py"), "worker-*")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.area)
def test_tests_of_a_bar_exist(row: Row) -> None:
    for test in row.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8"), test


def test_bar_is_met_when_all_its_tests_have_passed() -> None:
    one, other = Counter(met=2), Counter(met=3)
    assert ended(ROW, {"tests/a.py::test_one": one, "tests/b.py::test_x": other}) == "met (5 tests)"
    assert "NOT RUN" in ended(ROW, {"tests/a.py::test_one": one})
    for wrong in ("failure", "error", "skipped"):
        seen = {"tests/a.py::test_one": one, "tests/b.py::test_x": Counter({"met": 1, wrong: 1})}
        assert "NOT MET" in ended(ROW, seen)


def test_outcomes_are_read_and_figures_of_workers_added_up(tmp_path: Path) -> None:
    (tmp_path / "long.xml").write_text(
        "<testsuites><testsuite><testcase classname='tests.a' name='test_one[x]'/>"
        "<testcase classname='tests.b' name='test_x'><failure/></testcase></testsuite></testsuites>"
    )
    assert list(outcomes(tmp_path)) == [
        ("tests/a.py::test_one", "met"),
        ("tests/b.py::test_x", "failure"),
    ]
    (tmp_path / "worker-0.json").write_text('{"cases": 3000, "statuses": {"200": 1}}')
    (tmp_path / "worker-1.json").write_text('{"cases": 2001, "statuses": {"200": 2, "404": 1}}')
    assert measured(ROW, tmp_path) == "cases 5,001 · statuses 3 × 200, 1 × 404"
