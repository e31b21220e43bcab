"""A sandbox has a cycle at every stage, and people of every role who can sign in."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from app.catalogue import loader
from app.rehearsal import sandbox
from app.rehearsal.play import rehearse
from app.rules.regulation.read import read

BINHU = "binhu-2023"
KEYS = [stage.key for stage in read(loader.regulation_text(BINHU)).stages]


def signed_in(url: str, one: dict[str, Any]) -> httpx.Client:
    form = {"grant_type": "password", "username": one["login"], "password": one["password"]}
    tokens = httpx.post(f"{url}/api/v1/auth/token", data=form).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return httpx.Client(base_url=f"{url}/api/v1", headers=headers)


def stages(client: httpx.Client, cycle: str) -> dict[str, str]:
    return {s["key"]: s["status"] for s in client.get(f"/cycles/{cycle}/stages").json()}


def of_role(people: list[dict[str, Any]], role: str) -> dict[str, Any]:
    return next(one for one in people if one["role"] == role)


@pytest.mark.parametrize("until", ["intake", "site"])
def test_year_stops_where_a_stage_has_been_opened(rehearsal_url: str, until: str) -> None:
    report = asyncio.run(
        rehearse(rehearsal_url, BINHU, applicants=4, judges=3, seed=5, progress=None, until=until)
    )
    assert report.ok
    assert report.awards == []
    people = [vars_of(one) for one in report.sign_ins]
    with signed_in(rehearsal_url, of_role(people, "评审办负责人")) as head:
        found = stages(head, report.cycle)
    place = KEYS.index(until)
    assert [found[key] for key in KEYS] == [
        "closed" if n < place else "open" if n == place else "waiting" for n in range(len(KEYS))
    ]
    assert "sign_ins" not in report.as_json()


def vars_of(one: Any) -> dict[str, Any]:
    return {"role": one.role, "login": one.login, "password": one.password}


@pytest.mark.long
def test_sandbox_has_a_cycle_at_every_stage(rehearsal_url: str, tmp_path: Path) -> None:
    console = Console(file=StringIO(), width=200)
    assert sandbox.run(rehearsal_url, BINHU, tmp_path, console) == 0
    cycles = json.loads((tmp_path / sandbox.LIST).read_text(encoding="utf-8"))
    assert [cycle["stage"] for cycle in cycles] == [*KEYS, "completed"]
    now = datetime.fromisoformat(httpx.get(f"{rehearsal_url}/api/v1/meta").json()["award_time"])
    for cycle in cycles:
        with signed_in(rehearsal_url, of_role(cycle["people"], "评审办工作人员")) as clerk:
            found = stages(clerk, cycle["cycle"])
            open_ = [key for key, status in found.items() if status == "open"]
            assert open_ == ([] if cycle["stage"] == "completed" else [cycle["stage"]])
            slots = {
                slot["stage"]: slot
                for slot in clerk.get(f"/cycles/{cycle['cycle']}").json()["timetable"]
            }
            if open_:
                opens, closes = (
                    datetime.fromisoformat(slots[open_[0]][edge])
                    for edge in ("opens_at", "closes_at")
                )
                assert opens <= now < closes
    roles = {one["role"] for one in cycles[-1]["people"]}
    assert roles >= {"评审员", "申报单位", "评审办负责人", "政府", "财务", "监督", "评委会委员"}
    for role in roles:
        with signed_in(rehearsal_url, of_role(cycles[-1]["people"], role)) as client:
            assert client.get("/auth/me").status_code == 200
    # a second start finds them again and plays nothing
    again = Console(file=StringIO(), width=200)
    assert sandbox.run(rehearsal_url, BINHU, tmp_path, again) == 0
    assert "正在准备" not in again.file.getvalue()  # type: ignore[attr-defined]
    assert cycles[0]["people"][0]["login"] in again.file.getvalue()  # type: ignore[attr-defined]


def test_sandbox_is_refused_over_the_database_of_an_award(
    fresh_database_url: str, tmp_path: Path
) -> None:
    from app.platform.db.engine import Database  # noqa: PLC0415  for this test alone
    from app.platform.db.installation import Purpose, settle  # noqa: PLC0415  for this test alone

    async def make_it_an_award() -> None:
        database = Database.connect(fresh_database_url, pool_size=1)
        async with database.writing() as db:
            await settle(db, Purpose.AWARD)
        await database.close()

    asyncio.run(make_it_an_award())
    owner = fresh_database_url.replace("award_app", "award_owner")
    environment = os.environ | {
        "DATABASE_URL": fresh_database_url,
        "DATABASE_OWNER_URL": owner,
        "QUALITY_AWARD_FOLDER": str(tmp_path),
    }
    refused = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--sandbox"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "正式评选" in refused.stdout + refused.stderr
    assert not (tmp_path / sandbox.LIST).exists()
