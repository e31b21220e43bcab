"""How long do a hundred sealed copies take? Each in a process of its own, two at a time."""

import asyncio
import io
import resource
import time
from datetime import UTC, datetime

import pypdf
import pytest

from app.award.copies.printing import TEMPLATE
from app.platform.documents.press import Press
from tests.award.copies.full import document
from tests.faults.conftest import keep_figures

COPIES, MOST = 100, 0.2
"""Seconds of processor time for a copy: 0.1 s of an idle machine with two cores."""
AT = datetime(2026, 3, 20, 9, 29, tzinfo=UTC)


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.long
@pytest.mark.anyio
async def test_hundred_copies_take_a_tenth_of_a_second_of_two_cores_each() -> None:
    filled = document("application-2023", lines=3, sentence="以卓越绩效模式改进质量管理。")
    press, before, began = Press(), spent(), time.monotonic()
    each = [filled | {"code": f"SB-{number:08d}"} for number in range(COPIES)]
    made = await asyncio.gather(*(press.pdf(TEMPLATE, one, AT) for one in each))
    took = time.monotonic() - began
    used = (spent() - before) / COPIES
    assert len(set(made)) == COPIES
    keep_figures(
        "test_hundred_copies_take_a_tenth_of_a_second_of_two_cores_each",
        copies=COPIES,
        pages_each=len(pypdf.PdfReader(io.BytesIO(made[0])).pages),
        processor_seconds_each=round(used, 3),
        seconds_in_all=round(took, 1),
    )
    assert used <= MOST
