"""Scores over HTTP: nobody but their author sees a sheet."""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from app.award.roles import Role
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    assignments,
    interested_clerk,
    judge_all,
    make_bench,
    refused,
    score_all,
    sheet_items,
    sheet_of,
)
from tests.factories import make_caller, make_firm

pytestmark = pytest.mark.anyio


async def test_drafts_are_visible_to_nobody_but_their_author(
    ground: Ground, client: AsyncClient
) -> None:
    """Not to the office, a fellow judge, the applicant, the supervision: as if it did not exist."""
    bench = await make_bench(ground, client, count=2)
    author, office = bench.judges[1], bench.office
    sheet = await sheet_of(client, author, bench.entries[0])
    await score_all(bench, sheet, 85)
    speaker = next(iter(office.firms.values())).speaker
    everything = await make_caller(
        ground,
        *((role, office.programme_id) for role in (Role.CLERK, Role.HEAD, Role.SUPERVISOR)),
        (Role.JUDGE, office.programme_id),
        (Role.SYSTEM_ADMINISTRATOR, None),
        (Role.AUDIT_ADMINISTRATOR, None),
    )
    eyes = {
        "clerk": office.clerk,
        "head": office.head,
        "supervisor": office.supervisor,
        "leader": bench.judges[0].caller,
        "fellow": bench.judges[2].caller,
        "applicant": speaker,
        "rival": (await make_firm(ground)).speaker,
        "interested clerk": await interested_clerk(office),
        "everything": everything,
    }
    nothing = (await client.get(f"/scoresheets/{uuid4()}", **author.auth)).json()
    before, log = await sheet_items(ground, sheet), await cycle_log(office)
    for who in eyes.values():
        read = await client.get(f"/scoresheets/{sheet}", **who.auth)
        problem = refused(read, 404, "sheet-not-found")
        assert problem | {"instance": ""} == nothing | {"instance": ""}
        body = {"percentage": 0, "comments": []}
        written = await client.put(
            f"/scoresheets/{sheet}/items/4.1.2", json=body, **who.with_headers(If_Match="*")
        )
        refused(written, 404, "sheet-not-found")
        locked = await client.post(f"/scoresheets/{sheet}/lock", **who.with_headers(If_Match="*"))
        refused(locked, 404, "sheet-not-found")
        refused(
            await client.get(f"/scoresheets/{sheet}/receipt", **who.auth), 404, "sheet-not-found"
        )
    assert (await sheet_items(ground, sheet), await cycle_log(office)) == (before, log)


async def test_locked_sheets_stay_their_author_s(ground: Ground, client: AsyncClient) -> None:
    """What the panel compares it reads in the scorebook, where the reading is logged."""
    bench = await make_bench(ground, client)
    sheet = await sheet_of(client, bench.judges[0])
    await judge_all(client, bench, [50, 60, 70])
    for who in (bench.office.clerk, bench.office.supervisor, bench.judges[1].caller):
        refused(await client.get(f"/scoresheets/{sheet}", **who.auth), 404, "sheet-not-found")
    assert (await client.get(f"/scoresheets/{sheet}", **bench.judges[0].auth)).status_code == 200


async def test_assignments_of_a_judge_name_only_theirs(ground: Ground, client: AsyncClient) -> None:
    first, second = await make_bench(ground, client), await make_bench(ground, client)
    assert len(await assignments(client, first.judges[0])) == 1
    refused(
        await client.get(
            f"/scoresheets/{await sheet_of(client, second.judges[0])}", **first.judges[0].auth
        ),
        404,
        "sheet-not-found",
    )
