"""Regulations of the catalogue are played to their end: small, in this process and over HTTP."""

from pathlib import Path

import pytest

from app.catalogue import loader
from app.rehearsal.play import rehearse
from app.rehearsal.report import Report
from app.rules.regulation import read
from tests.rehearsal.conftest import Play

pytestmark = pytest.mark.anyio

SEED = 3
LOTS = Path(__file__).parent / "by-lots.yaml"
CODES = loader.regulation_codes()


def _ended_well(report: Report) -> None:
    assert [check for check in report.checks if not check.ok] == []
    assert len(report.awards) <= report.places


@pytest.mark.parametrize("code", CODES)
async def test_regulation_of_the_catalogue_runs_to_its_end(play: Play, code: str) -> None:
    tracks = read(loader.regulation_text(code)).tracks
    # One of them is too young to take part; somebody of every track, and two who compete, do.
    _ended_well(await play(code, applicants=max(3, len(tracks) + 1), seed=SEED))


@pytest.mark.long
@pytest.mark.parametrize("code", CODES)
async def test_regulation_of_the_catalogue_runs_to_its_end_over_http(
    shared_url: str, code: str
) -> None:
    year = rehearse(shared_url, code, applicants=6, judges=1, seed=SEED + 1, progress=None)
    _ended_well(await year)


async def test_cuts_by_lot_and_quotas_by_share_run_to_their_end(play: Play) -> None:
    report = await play(str(LOTS), applicants=9, seed=SEED)
    _ended_well(report)
    assert report.awards
