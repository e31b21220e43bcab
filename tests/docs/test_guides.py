"""The guides' code runs, block after block, against a service in rehearsal mode."""

import asyncio
import gc
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.rehearsal.play import rehearse
from app.rehearsal.report import Report

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(guide: str, names: dict[str, Any]) -> None:
    """Every block of a guide in one namespace; a failing line is named with its own line number."""
    path = GUIDES / guide
    text = path.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks, guide
    for block in blocks:
        before = text[: block.start(1)].count("\n")
        code = compile("\n" * before + block.group(1), str(path), "exec")
        exec(code, names)  # noqa: S102  our own guides
    names.clear()
    gc.collect()  # here, where connections left open are not counted as a fault


def played(url: str, until: str, seed: int) -> Report:
    return asyncio.run(
        rehearse(url, "binhu-2023", applicants=4, judges=3, seed=seed, progress=None, until=until)
    )


def receipt_kept(base: str, report: Report) -> str:
    """The receipt of an applicant whose intake is closed."""
    for one in report.sign_ins:
        form = {"grant_type": "password", "username": one.login, "password": one.password}
        token = httpx.post(f"{base}/auth/token", data=form).json()["access_token"]
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
            for own in client.get("/applications").json()["items"]:
                receipt = client.get(f"/applications/{own['id']}/receipt")
                if one.role == "申报单位" and receipt.is_success:
                    return str(receipt.json()["receipt"])
    raise AssertionError("nobody has submitted anything")


def logins(report: Report, role: str) -> list[str]:
    return [one.login for one in report.sign_ins if one.role == role]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a guide leaves closing to its reader
def test_guides_run_from_top_to_bottom(rehearsal_url: str) -> None:
    base = f"{rehearsal_url}/api/v1"
    intake = played(rehearsal_url, "intake", 3)
    names = {"BASE": base, "CYCLE": intake.cycle, "PASSWORD": intake.sign_ins[0].password}
    run("portal.md", names | {"CLERK": logins(intake, "评审办工作人员")[0]})
    screening = played(rehearsal_url, "eligibility", 4)
    shared = {
        "BASE": base,
        "CYCLE": screening.cycle,
        "PASSWORD": screening.sign_ins[0].password,
    }
    judges = logins(screening, "评审员")
    office = {
        "HEAD": logins(screening, "评审办负责人")[0],
        "CLERK": logins(screening, "评审办工作人员")[0],
        "JUDGES": judges,
    }
    run("evidence.md", {"BASE": base, "RECEIPT": receipt_kept(base, screening)})
    run("back-office.md", shared | office)
    run("scoring-client.md", shared | {"JUDGE": judges[1]})


def test_every_guide_has_a_run() -> None:
    assert {path.name for path in GUIDES.glob("*.md")} == {
        "back-office.md",
        "evidence.md",
        "portal.md",
        "scoring-client.md",
    }
