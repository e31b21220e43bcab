"""How good is it? Every figure of the bar, and what a run of `make test-long` has measured.

`python -m tests.figures` writes var/reports/figures.md; it exits 1 when a bar is missed, a test of
a bar did not run, or any other test failed. `python -m tests.figures tests` names the short tests
that carry a figure. The bars themselves stand in the tests: a row is met when its tests pass.
"""

import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

REPORTS = Path(__file__).parents[1] / "var" / "reports"
MET = "met"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its tests as `file::name` or `file`, and the files their figures were kept in."""

    area: str
    bar: str
    tests: tuple[str, ...]
    figures: str = ""


MIGRATIONS, RESTORE = "tests/migrations/test_migrations.py", "tests/keeping/test_restore.py"
EXTERNAL = "tests/faults/test_external.py"
SCHEMA = "tests/schema/test_schema.py::test_service_keeps_its_description"
CATALOGUE = "tests/rehearsal/test_catalogue.py"
INVENTED = "tests/rehearsal/test_random.py"
PARALLEL = "tests/faults/test_parallel.py::test"
HUNDRED = "tests/award/copies/test_hundred.py::test_hundred_copies"
ROWS = [
    Row(
        "kill -9 of the service, 16 clients",
        "≥ 20 kills, ≥ 20,000 acknowledged writes, 0 lost, 0 duplicated",
        ("tests/faults/test_kills.py::test_twenty_kills_and_twenty_thousand_writes",),
        "test_twenty_kills_and_twenty_thousand_writes",
    ),
    Row(
        "immediate database restarts under load",
        "0 lost, answers again within 2 s, no process restart",
        ("tests/faults/test_database.py::test_ten_database_restarts_under_load",),
        "test_ten_database_restarts_under_load",
    ),
    Row(
        "connection cut during COMMIT",
        "500 times, with retries: 0 duplicates",
        ("tests/faults/test_database.py::test_five_hundred_cut_commits",),
        "test_five_hundred_cut_commits",
    ),
    Row(
        "200 clients ± 50 ms around the deadline, 2 workers",
        "accepted = stored, none late",
        (f"{PARALLEL}_around_the_deadline_accepted_is_stored_and_nobody_is_late",),
    ),
    Row(
        "30 writers on one item, 2 workers",
        "one 200, 29 × 412",
        (f"{PARALLEL}_of_thirty_writers_of_an_item_one_wins",),
    ),
    Row(
        "8 simultaneous stage closings, 2 workers",
        "one 200, 7 × 409",
        (
            f"{PARALLEL}_of_eight_closings_of_a_ranking_one_wins",
            f"{PARALLEL}_of_eight_closings_of_an_intake_one_wins",
        ),
    ),
    Row(
        "50 parallel duplicates, 2 workers",
        "one row, equal answers",
        (f"{PARALLEL}_of_fifty_duplicates_on_two_workers_one_has_an_effect",),
    ),
    Row(
        "200 connections on a pool of 8",
        "no stall: 1,200 requests answered within 60 s",
        (f"{PARALLEL}_two_hundred_connections_on_a_pool_of_eight_are_all_answered",),
    ),
    Row(
        "schemathesis, all checks",
        "5,000 cases, 0 failures",
        (f"{SCHEMA}_at_length", f"{SCHEMA}_at_every_border"),
        "schemathesis-*",
    ),
    Row(
        "token attacks",
        "all refused",
        ("tests/platform/accounts/test_token_attacks.py",),
    ),
    Row(
        "keys changed under load",
        "no request fails",
        ("tests/platform/security/test_rotation.py::test_rotation_under_load_fails_no_request",),
    ),
    Row(
        "migrations up → down → up on a populated database",
        "0 rows changed or lost",
        (f"{MIGRATIONS}::test_every_step_down_and_up_changes_and_loses_no_row",),
    ),
    Row(
        "backup under load, restored",
        "every acknowledged write, the same audit root; 10,000 applications in a minute",
        (
            RESTORE,
            f"{RESTORE}::test_ten_thousand_applications_are_kept_and_brought_back_in_a_minute",
        ),
    ),
    Row(
        "RFC 9162 vectors",
        "all equal",
        ("tests/proof/test_merkle.py",),
    ),
    Row(
        "a whole award over HTTP",
        "seeds 1-20, every check holds; the same seed, the same year",
        (
            "tests/rehearsal/test_year.py::test_year_runs_from_application_to_grant",
            "tests/rehearsal/test_year.py::test_year_runs_with_many_seeds",
            "tests/rehearsal/test_year.py::test_same_seed_gives_the_same_year",
        ),
    ),
    Row(
        "every regulation of the catalogue over HTTP",
        "ends, every check holds",
        (f"{CATALOGUE}::test_regulation_of_the_catalogue_runs_to_its_end_over_http",),
    ),
    Row(
        "regulations and populations made by chance",
        "200 end lawfully and recompute; 40 whatever the order of the input",
        (
            f"{INVENTED}::test_two_hundred_invented_regulations_end_lawfully",
            f"{INVENTED}::test_forty_years_do_not_depend_on_the_order_of_the_input",
        ),
    ),
    Row(
        "100 sealed copies, each in a process of its own, two at a time",
        "≤ 0.2 s of processor time each: 0.1 s on two cores",
        (f"{HUNDRED}_take_a_tenth_of_a_second_of_two_cores_each",),
        "test_hundred_copies_take_a_tenth_of_a_second_of_two_cores_each",
    ),
    Row(
        "a whole award over PostgreSQL 15",
        "played to the grant",
        ("tests/faults/test_external.py::test_award_is_played_over_postgresql_15",),
        "test_award_is_played_over_postgresql_15",
    ),
    Row(
        "bad input: server, folder, port, keys, clock, disk",
        "a clear message and a clean stop, or 503/507; nothing half written",
        (
            "tests/test_refused_starts.py",
            f"{EXTERNAL}::test_unsafe_server_is_refused_at_the_start_and_told_while_running",
            "tests/platform/test_clock.py",
            "tests/faults/test_storage.py",
            "tests/faults/test_full_disk.py",
        ),
    ),
]


def outcomes(folder: Path) -> Iterator[tuple[str, str]]:
    """Every test that ran, as `file::name` without its parameters, and how it ended."""
    for path in sorted(folder.glob("*.xml")):
        for case in ET.parse(path).iter("testcase"):  # noqa: S314  our own report
            place = case.get("classname", "").replace(".", "/")
            ended = {child.tag for child in case} & {"failure", "error", "skipped"}
            yield f"{place}.py::{case.get('name', '').split('[')[0]}", ended.pop() if ended else MET


def ended(row: Row, seen: Mapping[str, Counter[str]]) -> str:
    """`met`, or why not."""
    counted = Counter[str]()
    for test in row.tests:
        found = [count for name, count in seen.items() if test in (name, name.split("::")[0])]
        if not found:
            return f"**NOT RUN**: {test}"
        for count in found:
            counted += count
    wrong = {what: number for what, number in counted.items() if what != MET}
    return f"**NOT MET**: {wrong}" if wrong else f"{MET} ({counted[MET]} tests)"


def measured(row: Row, folder: Path) -> str:
    """The figures that its tests have kept; those of several workers added up."""
    total: dict[str, object] = {}
    for path in sorted(folder.glob(f"{row.figures}.json")) if row.figures else ():
        for name, value in json.loads(path.read_text()).items():
            total[name] = added(total.get(name), value)
    return " · ".join(f"{name.replace('_', ' ')} {said(value)}" for name, value in total.items())


def added(before: object, value: object) -> object:
    if isinstance(before, int) and isinstance(value, int):
        return before + value
    if isinstance(before, dict) and isinstance(value, dict):
        return dict(Counter(before) + Counter(value))
    return value


def said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{number:,} × {name}" for name, number in sorted(value.items()))
    return f"{value:,}" if isinstance(value, int) else str(value)


def written(folder: Path, on: datetime) -> tuple[str, bool]:
    """The report, and whether every bar is met and nothing else failed."""
    seen: dict[str, Counter[str]] = {}
    for name, how in outcomes(folder):
        seen.setdefault(name, Counter())[how] += 1
    lines = [
        "# Figures",
        "",
        "Written by `make test-long` to `var/reports/figures.md`; this is a copy of one run.",
        f"{on.date().isoformat()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        "| area | bar | measured | |",
        "|---|---|---|---|",
    ]
    verdicts = [ended(row, seen) for row in ROWS]
    lines += [
        f"| {row.area} | {row.bar} | {measured(row, folder)} | {verdict} |"
        for row, verdict in zip(ROWS, verdicts, strict=True)
    ]
    total = sum(seen.values(), Counter[str]())
    failed = [name for name, count in seen.items() if count["failure"] + count["error"]]
    lines += ["", f"{total[MET]} tests passed, {total['skipped']} were skipped."]
    lines += [f"**FAILED**: `{name}`" for name in failed]
    sound = not failed and all(verdict.startswith(MET) for verdict in verdicts)
    return "\n".join(lines) + "\n", sound


def main() -> int:
    if sys.argv[1:] == ["tests"]:
        print(*sorted({test for row in ROWS for test in row.tests}))  # noqa: T201  for make
        return 0
    report, sound = written(REPORTS, datetime.now(UTC))
    (REPORTS / "figures.md").write_text(report, encoding="utf-8")
    print(report)  # noqa: T201  what was asked for
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
