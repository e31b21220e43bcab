"""Any sound regulation, whoever takes part in it, is played to an end that the law allows."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from app.award.deliberation import contest as votes
from app.award.ranking import rules as composites
from app.award.scoring.recount import recount, rounded
from app.award.stages.kind import Verdict
from app.rehearsal import check
from app.rehearsal.client import Person, connected
from app.rehearsal.play import rehearse
from app.rehearsal.report import Report
from app.rules.exact import decimal_text
from app.rules.regulation import read
from tests.rehearsal.invented import Rules, permuted, regulations, text_of

pytestmark = pytest.mark.anyio

URL = "http://award.test"
POPULATION = st.tuples(st.integers(3, 7), st.integers(0, 9999))
"""How many apply, and the seed of who they are."""
PLAYED: set[tuple[str, tuple[int, int]]] = set()
"""What has been played and found lawful: hypothesis likes to draw the same once more."""
# Every example uses the service of this process anew: what a fixture holds does no harm.
SHARED = {"suppress_health_check": list(HealthCheck), "database": None}
QUICK = settings(**SHARED, derandomize=True, phases=[Phase.generate])
LONG = settings(**SHARED, print_blob=True)


async def played(
    way: httpx.AsyncBaseTransport, file: Path, rules: Rules, people: tuple[int, int], **more: Any
) -> Report:
    """A year by these rules, with so many applicants of that seed, in this process."""
    file.write_text(text_of(rules), encoding="utf-8")  # noqa: ASYNC240  a few kilobytes
    applicants, seed = people
    options: dict[str, Any] = {"judges": 1, "progress": None, "transport": way} | more
    return await rehearse(URL, str(file), applicants=applicants, seed=seed, **options)


async def ends_lawfully(
    way: httpx.AsyncBaseTransport, file: Path, rules: Rules, people: tuple[int, int]
) -> None:
    """It ends; every check of the player holds (among them: no quota or floor is broken, nobody is
    awarded who was eliminated, every elimination has a reason, every figure recomputes); and every
    snapshot alone gives the same verdicts once more.
    """
    drawn = (text_of(rules), people)
    assume(drawn not in PLAYED)
    report = await played(way, file, rules, people)
    assert [each for each in report.checks if not each.ok] == []
    assert len(report.awards) <= report.places
    caps = [quota for quota in read(text_of(rules)).quotas if quota.of.group is None]
    caps = [quota for quota in caps if quota.at_most is not None and quota.leaves_out is None]
    given_out = [(award.track, award.tier, ()) for award in report.awards]
    assert check.broken_quotas(caps, given_out) == []
    for stage in report.stages:
        if stage.kind in {"panel", "composite", "vote"} and stage.entered:
            recomputes(stage.kind, await snapshot(way, report, stage.key))
    PLAYED.add(drawn)


async def snapshot(way: httpx.AsyncBaseTransport, report: Report, key: str) -> Any:
    """What a closed stage was closed on."""
    supervisor = next(each for each in report.sign_ins if each.role == "监督")
    async with connected(URL, way) as wire:
        person = Person(wire, supervisor.name, supervisor.login, supervisor.password)
        view = await person.get(f"/cycles/{report.cycle}/stages/{key}/snapshot")
    return json.loads(view["text"])


def recomputes(kind: str, taken: Mapping[str, Any]) -> None:
    """The inputs of a snapshot alone give its verdicts once more."""
    inputs, said = taken["inputs"], {line["entry"]: line for line in taken["verdicts"]}
    if kind == "panel":
        for entry, earned in recount(inputs).items():
            assert decimal_text(earned.total) == said[entry]["exact"]
            assert decimal_text(rounded(inputs, earned.total)) == said[entry]["score"]
        return
    found: Sequence[Verdict] = (
        composites.verdicts(composites.contest_of(inputs))
        if kind == "composite"
        else votes.verdicts(votes.contest_of(inputs))
    )
    for one in found:
        line = said[str(one.entry_id)]
        assert (one.result, one.rank, one.tier) == (line["result"], line["rank"], line["tier"])
        assert one.reason == line["reason"]
        assert _text(one.exact) == line["exact"]
        assert _text(one.score) == line["score"]
    assert len(found) == len(said)


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


async def comes_to_the_same(
    way: httpx.AsyncBaseTransport,
    file: Path,
    rules: Rules,
    people: tuple[int, int],
    order: int,
) -> None:
    """The same seed gives the same year, in whatever order firms come and lists are written that
    have none.
    """
    once = await played(way, file, rules, people)
    again = await played(way, file, permuted(rules, order), people, arrival=order)
    assert told(again) == told(once)


def told(report: Report) -> dict[str, Any]:
    """What came of a year; without what may differ."""
    beside = {"regulation", "requests", "seconds"}
    return {name: value for name, value in report.as_json().items() if name not in beside}


@settings(QUICK, max_examples=5)
@given(rules=regulations(), people=POPULATION)
async def test_invented_regulation_ends_lawfully(
    in_process: httpx.AsyncBaseTransport, tmp_path: Path, rules: Rules, people: tuple[int, int]
) -> None:
    await ends_lawfully(in_process, tmp_path / "rules.yaml", rules, people)


@settings(QUICK, max_examples=2)
@given(rules=regulations(), people=POPULATION, order=st.integers(0, 999))
async def test_year_does_not_depend_on_the_order_of_the_input(
    in_process: httpx.AsyncBaseTransport,
    tmp_path: Path,
    rules: Rules,
    people: tuple[int, int],
    order: int,
) -> None:
    await comes_to_the_same(in_process, tmp_path / "rules.yaml", rules, people, order)


@pytest.mark.long
@settings(LONG, max_examples=200)
@given(rules=regulations(), people=POPULATION)
async def test_two_hundred_invented_regulations_end_lawfully(
    in_process: httpx.AsyncBaseTransport, tmp_path: Path, rules: Rules, people: tuple[int, int]
) -> None:
    await ends_lawfully(in_process, tmp_path / "rules.yaml", rules, people)


@pytest.mark.long
@settings(LONG, max_examples=40)
@given(rules=regulations(), people=POPULATION, order=st.integers(0, 999))
async def test_forty_years_do_not_depend_on_the_order_of_the_input(
    in_process: httpx.AsyncBaseTransport,
    tmp_path: Path,
    rules: Rules,
    people: tuple[int, int],
    order: int,
) -> None:
    await comes_to_the_same(in_process, tmp_path / "rules.yaml", rules, people, order)
