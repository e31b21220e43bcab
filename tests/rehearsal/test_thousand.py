"""A cycle of a thousand applicants, played to the end of its intake: lists cost what they cost."""

import httpx
import pytest

from app.rehearsal.client import Person, connected
from app.rehearsal.report import Report
from tests.rehearsal.conftest import Play
from tests.statements import counting

pytestmark = [pytest.mark.anyio, pytest.mark.long]

APPLICANTS, MOST = 1000, 6
LISTS = ("/applications", "/cycles/{cycle}/stages/eligibility/entries")


def clerk_of(report: Report) -> tuple[str, str]:
    """Login and password of a clerk who was played."""
    found = next(one for one in report.sign_ins if one.role == "评审办工作人员")
    return found.login, found.password


async def test_lists_of_a_thousand_applicants_cost_as_many_statements_as_of_a_page(
    play: Play, in_process: httpx.ASGITransport
) -> None:
    report = await play("binhu-2023", applicants=APPLICANTS, seed=5, until="eligibility")
    assert [check for check in report.checks if not check.ok] == []
    ground = in_process.app.state.ground  # type: ignore[attr-defined]  # any ASGI callable
    login, password = clerk_of(report)
    async with connected("http://award.test", in_process) as wire:
        clerk = Person(wire, "评审办", login, password)
        await clerk.get("/auth/me")  # signs in
        for path in LISTS:
            place, asked = path.format(cycle=report.cycle), {"cycle": report.cycle}
            wanted = asked if path == "/applications" else {}
            costs = set()
            for limit in ("1", "3", "100"):
                with counting(ground) as sent:
                    page = await clerk.get(place, limit=limit, **wanted)
                assert len(page["items"]) == int(limit)
                costs.add(len(sent))
            assert len(costs) == 1, (path, costs)
            assert costs.pop() <= MOST
            everybody = await clerk.every(place, **wanted)
            assert len({line["id"] for line in everybody}) == APPLICANTS
