"""An application is printed by the work process; the paper that comes back is registered."""

import io
import re
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pypdf
import pytest
from httpx import AsyncClient

from app.award.copies.printing import printing
from app.award.copies.service import PRINT
from app.catalogue.loader import regulation_text
from app.platform.documents.press import Press
from app.platform.ground import Ground
from app.rules.calendar import local_date
from tests.award.copies.frozen import make_frozen
from tests.award.cycle_log import cycle_log
from tests.factories import Caller, make_caller, make_firm, make_office
from tests.jobs import work_off
from tests.platform.http.test_once import complete_draft
from tests.platform.uploads.sending import announced, pdf, send
from tests.statements import counting

pytestmark = pytest.mark.anyio
TASKS = {PRINT: printing(Press())}


async def printed(ground: Ground, client: AsyncClient, who: Caller, application: object) -> Any:
    """The application's copy, asked for, printed and opened."""
    asked = await client.post(f"/applications/{application}/copy", **who.auth)
    assert asked.status_code == 202, asked.text
    assert asked.headers["location"] == f"/api/v1/jobs/{asked.json()['job']}"
    await work_off(ground, TASKS)
    job = (await client.get(f"/jobs/{asked.json()['job']}", **who.auth)).json()
    assert (job["state"], job["failure"]) == ("done", None), job
    return await client.get(job["result"].removeprefix("/api/v1"), **who.auth)


def pages(pdf: bytes) -> list[str]:
    read = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(r"\s|\u200b", "", text) for text in read]


async def test_submitted_application_is_printed_whole(ground: Ground, client: AsyncClient) -> None:
    office, speaker, application = await complete_draft(ground, client)
    await client.post(
        f"/applications/{application}/submission",
        **speaker.with_headers(Idempotency_Key=uuid4().hex),
    )
    view = (await client.get(f"/applications/{application}", **speaker.auth)).json()
    answer = await printed(ground, client, speaker, application)
    assert answer.headers["content-disposition"].startswith("attachment")
    found = pages(answer.content)
    digest = view["digest"].removeprefix("sha256:")
    for number, text in enumerate(found, 1):
        assert digest in text
        assert f"第{number}页共{len(found)}页" in text
        assert "草稿" not in text
    whole = "".join(found)
    for told in (view["code"], view["organisation"], view["credit_code"], "2009年6月18日", "承诺"):
        assert told in whole
    for one in view["attachments"]:
        assert one["document"] in whole
        assert one["sha256"] in whole
    assert "盖章" in whole
    assert "application:read-copy" in await cycle_log(office)


async def test_draft_is_printed_as_a_draft_with_the_digest_it_would_have(
    ground: Ground, client: AsyncClient
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    draft = await printed(ground, client, speaker, application)
    asked = (await client.post(f"/applications/{application}/copy", **speaker.auth)).json()
    assert asked["draft"] is True
    assert all("草稿" in text for text in pages(draft.content))
    said = await client.post(
        f"/applications/{application}/submission",
        **speaker.with_headers(Idempotency_Key=uuid4().hex),
    )
    assert said.json()["digest"] == asked["digest"]
    early = await client.get(f"/applications/{application}/copy", **speaker.auth)
    assert (early.status_code, early.json()["code"]) == (404, "copy-not-found")


async def test_print_of_what_was_changed_since_is_not_given(
    ground: Ground, client: AsyncClient
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    assert (await printed(ground, client, speaker, application)).status_code == 200
    view = await client.get(f"/applications/{application}", **speaker.auth)
    form = view.json()["form"] | {"employees": 4}
    saved = await client.put(
        f"/applications/{application}/form",
        json=form,
        **speaker.with_headers(If_Match=view.headers["etag"]),
    )
    assert saved.status_code == 200, saved.text
    stale = await client.get(f"/applications/{application}/copy", **speaker.auth)
    assert (stale.status_code, stale.json()["code"]) == (404, "copy-not-found")


async def test_printed_twice_there_is_one_file_of_the_same_bytes(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    firm = await make_firm(ground, "江𬭎𫖯㙦堃#read(1)有限公司")
    application = await make_frozen(office, firm)
    first = await printed(ground, client, firm.speaker, application)
    again = await printed(ground, client, firm.speaker, application)
    assert sha256(first.content).digest() == sha256(again.content).digest()
    assert "江𬭎𫖯㙦堃#read(1)有限公司" in pages(first.content)[0]


async def test_character_without_a_glyph_is_told_by_the_job(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    firm = await make_firm(ground, "无锡😀有限公司")
    application = await make_frozen(office, firm)
    path = f"/applications/{application}/copy"
    job = (await client.post(path, **firm.speaker.auth)).json()["job"]
    await work_off(ground, TASKS)
    told = (await client.get(f"/jobs/{job}", **firm.speaker.auth)).json()
    assert (told["state"], told["result"]) == ("failed", None)
    assert told["failure"]["code"] == "glyphs-missing"
    assert "😀" in told["failure"]["zh"]
    assert (await client.get(path, **firm.speaker.auth)).status_code == 404


async def test_nobody_else_prints_or_reads_copy_or_job(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    firm, rival = await make_firm(ground), await make_firm(ground)
    application = await make_frozen(office, firm)
    path = f"/applications/{application}"
    job = (await client.post(f"{path}/copy", **firm.speaker.auth)).json()["job"]
    await work_off(ground, TASKS)
    judge = await make_caller(ground, ("judge", office.programme_id))
    for other in (rival.speaker, judge):
        for answer in (
            await client.post(f"{path}/copy", **other.auth),
            await client.get(f"{path}/copy", **other.auth),
            await client.get(f"{path}/paper-copies", **other.auth),
            await client.get(f"/jobs/{job}", **other.auth),
        ):
            assert answer.status_code == 404
    assert (await client.get(f"/jobs/{job}", **office.clerk.auth)).status_code == 404
    assert (await client.get(f"{path}/copy", **office.clerk.auth)).status_code == 200


def paper(ground: Ground, digest: str, **more: Any) -> dict[str, Any]:
    today = local_date(ground.clock()).isoformat()
    return {"copies": 3, "received_on": today, "printed_digest": digest} | more


async def test_paper_is_registered_and_compared(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    firm = await make_firm(ground)
    application = await make_frozen(office, firm)
    path = f"/applications/{application}/paper-copies"
    view = (await client.get(f"/applications/{application}", **firm.speaker.auth)).json()
    digest = view["digest"].removeprefix("sha256:")
    wrong = ("0" if digest[0] != "0" else "1") + digest[1:16]
    first = await client.post(path, json=paper(ground, wrong, note="旧稿"), **office.clerk.auth)
    assert (first.status_code, first.json()["differs"]) == (201, True)
    second = (await client.post(path, json=paper(ground, digest[:16]), **office.clerk.auth)).json()
    assert [(one["number"], one["matches"]) for one in second["items"]] == [(1, False), (2, True)]
    assert (second["differs"], second["prevails"], second["assumed"]) == (False, "electronic", True)
    assert (await client.get(path, **firm.speaker.auth)).json() == second
    assert (await cycle_log(office)).count("application:register-paper") == 2


async def test_which_prevails_is_what_the_regulation_says(
    ground: Ground, client: AsyncClient
) -> None:
    text = regulation_text("binhu-2023").replace(
        "kind: intake,", "kind: intake, sealed_copy: {copies: 3, prevails: paper},", 1
    )
    if "sealed_copy" not in text:
        text = text.replace(
            "kind: intake\n", "kind: intake\n    sealed_copy: {copies: 3, prevails: paper}\n", 1
        )
    office = await make_office(ground, regulation_text=text)
    application = await make_frozen(office, await make_firm(ground))
    path = f"/applications/{application}/paper-copies"
    view = (await client.get(path, **office.clerk.auth)).json()
    assert (view["prevails"], view["assumed"], view["copies_wanted"]) == ("paper", False, 3)


@pytest.mark.parametrize(
    ("who", "change", "status", "code"),
    [
        ("firm", {}, 403, "not-allowed"),
        ("supervisor", {}, 403, "not-allowed"),
        ("clerk", {"received_on": "2099-01-01"}, 422, "received-in-future"),
        ("clerk", {"copies": 0}, 422, "invalid-input"),
        ("clerk", {"printed_digest": "zz"}, 422, "invalid-input"),
        ("clerk", {"matches": True}, 422, "invalid-input"),
    ],
)
async def test_refused_paper_leaves_nothing(
    ground: Ground, client: AsyncClient, who: str, change: dict[str, Any], status: int, code: str
) -> None:
    office = await make_office(ground)
    firm = await make_firm(ground)
    application = await make_frozen(office, firm)
    path = f"/applications/{application}/paper-copies"
    callers = {"firm": firm.speaker, "supervisor": office.supervisor, "clerk": office.clerk}
    answer = await client.post(path, json=paper(ground, "a" * 16) | change, **callers[who].auth)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.get(path, **office.clerk.auth)).json()["items"] == []
    assert "application:register-paper" not in await cycle_log(office)


async def test_paper_of_a_draft_is_not_registered(ground: Ground, client: AsyncClient) -> None:
    office, _, application = await complete_draft(ground, client)
    path = f"/applications/{application}/paper-copies"
    answer = await client.post(path, json=paper(ground, "a" * 16), **office.clerk.auth)
    assert answer.status_code == 404  # the office does not see drafts


async def test_statements_are_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    application = await make_frozen(office, await make_firm(ground))
    path = f"/applications/{application}/paper-copies"
    counts = []
    for many in (1, 2):
        for _ in range(many):
            await client.post(path, json=paper(ground, "a" * 16), **office.clerk.auth)
        with counting(ground) as sent:
            assert len((await client.get(path, **office.clerk.auth)).json()["items"]) in {1, 3}
        counts.append(len(sent))
    assert counts[0] == counts[1]


async def scan(client: AsyncClient, who: Caller, content: bytes) -> str:
    """An upload that can be handed in as the sealed copy."""
    upload = await announced(client, who, content, purpose="sealed-copy")
    assert (await send(client, who, upload, content)).status_code == 200
    return upload


async def test_scan_of_the_sealed_copy_is_handed_in_and_read(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    firm, rival = await make_firm(ground), await make_firm(ground)
    application = await make_frozen(office, firm)
    path = f"/applications/{application}/sealed-copy"
    missing = await client.get(path, **office.clerk.auth)
    assert (missing.status_code, missing.json()["code"]) == (404, "sealed-scan-not-found")
    for number in (1, 2):
        body = {"upload_id": await scan(client, firm.speaker, pdf(number))}
        handed = await client.post(path, json=body, **firm.speaker.auth)
        assert (handed.status_code, len(handed.json()["scans"])) == (201, number), handed.text
    assert (await client.get(path, **office.clerk.auth)).content == pdf(2)
    assert (await client.get(path, **rival.speaker.auth)).status_code == 404
    log = await cycle_log(office)
    assert (log.count("application:seal"), log.count("application:read-scan")) == (2, 1)


async def test_scan_that_is_not_the_callers_or_of_a_draft_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office, speaker, application = await complete_draft(ground, client)
    path = f"/applications/{application}/sealed-copy"
    body = {"upload_id": await scan(client, speaker, pdf())}
    early = await client.post(path, json=body, **speaker.auth)
    assert (early.status_code, early.json()["code"]) == (403, "not-allowed")
    firm = await make_firm(ground)
    submitted = await make_frozen(office, firm)
    path = f"/applications/{submitted}/sealed-copy"
    foreign = await client.post(path, json=body, **firm.speaker.auth)
    assert (foreign.status_code, foreign.json()["code"]) == (422, "upload-unknown")
    clerk = await client.post(path, json=body, **office.clerk.auth)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    assert "application:seal" not in await cycle_log(office)
