"""Regulations of the catalogue are played to their end, small and in this process."""

from pathlib import Path

import pytest

from app.catalogue import loader
from tests.rehearsal.conftest import Play

pytestmark = pytest.mark.anyio

SEED, APPLICANTS = 3, 4
LOTS = Path(__file__).parent / "by-lots.yaml"
QUICK = "binhu-2023"


async def _runs_to_its_end(play: Play, code: str) -> None:
    report = await play(code, applicants=APPLICANTS, seed=SEED)
    assert [check for check in report.checks if not check.ok] == []
    assert len(report.awards) <= report.places


async def test_small_year_runs_to_its_end_in_process(play: Play) -> None:
    await _runs_to_its_end(play, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("code", sorted(set(loader.regulation_codes()) - {QUICK}))
async def test_regulation_of_the_catalogue_runs_to_its_end(play: Play, code: str) -> None:
    await _runs_to_its_end(play, code)


async def test_cuts_by_lot_and_quotas_by_share_run_to_their_end(play: Play) -> None:
    report = await play(str(LOTS), applicants=9, seed=SEED)
    assert [check for check in report.checks if not check.ok] == []
    assert 0 < len(report.awards) <= report.places
