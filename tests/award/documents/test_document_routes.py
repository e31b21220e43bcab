"""A document is drafted, checked by another, signed with a number of its own, and kept."""

import io
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from httpx import AsyncClient

from app.platform.documents.word import text_of
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import colleague, drafted, move, read, sent, signed, today, uploaded
from tests.clock import MovableClock
from tests.factories import Office, entries_in, make_office
from tests.platform.documents.words import word_file
from tests.statements import counting

pytestmark = pytest.mark.anyio
REASON = {"reason": "单位名称有误"}


async def word_of(client: AsyncClient, office: Office, document: str) -> bytes:
    answer = await client.get(f"/documents/{document}/file", **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return answer.content


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_document_goes_its_whole_way(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    view = await drafted(
        client, office, kind="call", title="启动通知", text="一、申报条件\n二、时间"
    )
    assert [(one["number"], one["origin"]) for one in view["files"]] == [(1, "made")]
    words = text_of(await word_of(client, office, view["id"]))
    assert "一、申报条件\n二、时间" in words
    assert "{{文号}}" in words  # until the signature
    view = await signed(client, office, view)
    assert (view["status"], view["number"]) == ("signed", "滨质奖办〔2026〕12号")
    words = text_of(await word_of(client, office, view["id"]))
    assert view["digest"] == digest_text(words)
    assert "滨质奖办〔2026〕12号" in words
    assert "2026年3月2日" in words
    view = await sent(client, office, view, "office")
    assert view["status"] == "sent"
    assert [one["way"] for one in view["deliveries"]] == ["office"]
    acts = ["draft", "check", "sign", "finish", "send"]
    log = await cycle_log(office)
    assert [log.count(f"document:{act}") for act in acts] == [1] * 5


async def test_author_does_not_check_and_a_clerk_does_not_sign(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    view = await drafted(client, office, kind="call")
    refused(await move(client, office.clerk, view, "check"), 403, "not-allowed")
    refused(await move(client, office.supervisor, view, "check"), 403, "not-allowed")
    other = await colleague(office)
    checked = (await move(client, other, view, "check")).json()
    body = {"number": "1", "dated": today(ground)}
    refused(await move(client, other, checked, "signature", body), 403, "not-allowed")
    assert (await read(client, office, view["id"]))["status"] == "checked"
    assert "document:sign" not in await cycle_log(office)


async def test_what_was_not_read_is_not_checked_or_signed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    view = await drafted(client, office, kind="call")
    old = view | {"version": view["version"] - 1}
    refused(await move(client, office.head, old, "check"), 412, "stale")
    checked = (await move(client, office.head, view, "check")).json()
    body = {"number": "1", "dated": today(ground)}
    refused(await move(client, office.head, view, "signature", body), 412, "stale")
    late = body | {"dated": "2099-01-01"}
    refused(await move(client, office.head, checked, "signature", late), 422, "dated-in-future")
    assert (await read(client, office, view["id"]))["number"] is None


async def test_number_is_taken_for_its_year_even_by_what_is_withdrawn(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    number, again = "滨办〔2026〕1号", "滨办 ［2026］ １号"
    first = await signed(client, office, await drafted(client, office, kind="call"), number)
    gone = await move(client, office.head, first, "withdrawal", REASON)
    assert (gone.json()["status"], gone.json()["number"]) == ("withdrawn", number)
    second = await drafted(client, office, kind="call")
    checked = (await move(client, office.head, second, "check")).json()
    for typed in (number, again):
        body = {"number": typed, "dated": today(ground)}
        taken = await move(client, office.head, checked, "signature", body)
        refused(taken, 409, "document-number-taken")
    assert (await read(client, office, second["id"]))["status"] == "checked"
    assert (await cycle_log(office)).count("document:sign") == 1


async def test_document_is_not_delivered_before_it_is_signed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    view = await signed(client, office, await drafted(client, office, kind="call"))
    body = {"way": "hand", "delivered_on": "2026-02-28"}
    log = await cycle_log(office)
    answer = await client.post(
        f"/documents/{view['id']}/deliveries", json=body, **office.clerk.auth
    )
    refused(answer, 422, "delivered-before-signed")
    assert (await read(client, office, view["id"]))["deliveries"] == []
    assert await cycle_log(office) == log


async def test_checked_document_is_returned_and_edited_by_hand(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    view = await drafted(client, office, kind="call", title="启动通知")
    edited = Document(io.BytesIO(await word_of(client, office, view["id"])))
    edited.add_paragraph("手工添加的一段")
    saved = io.BytesIO()
    edited.save(saved)
    body = {"upload_id": await uploaded(client, office.clerk, saved.getvalue())}
    checked = (await move(client, office.head, view, "check")).json()
    refused(await move(client, office.clerk, checked, "files", body), 409, "document-not-draft")
    returned = (await move(client, office.head, checked, "return", REASON)).json()
    refused(await move(client, office.clerk, view, "files", body), 412, "stale")
    done = await move(client, office.clerk, returned, "files", body)
    assert done.status_code == 201, done.text
    assert [one["origin"] for one in done.json()["files"]] == ["made", "edited"]
    final = await signed(client, office, done.json())
    words = text_of(await word_of(client, office, view["id"]))
    assert "手工添加的一段" in words
    assert "滨质奖办〔2026〕12号" in words
    assert [one["origin"] for one in final["files"]] == ["made", "edited", "finished"]


async def test_edited_file_that_nothing_will_fill_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    view = await drafted(client, office, kind="call")
    body = {"upload_id": await uploaded(client, office.clerk, word_file("{{单位}} {{文号}}"))}
    refused(await move(client, office.clerk, view, "files", body), 422, "document-places-left")
    foreign = {"upload_id": await uploaded(client, office.head, word_file("甲"))}
    answer = await move(client, office.clerk, view, "files", foreign)
    assert answer.status_code == 422
    assert len((await read(client, office, view["id"]))["files"]) == 1
    assert "document:edit" not in await cycle_log(office)


async def test_replaced_document_stays_and_says_by_what(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    old = await signed(client, office, await drafted(client, office, kind="call"), "滨1号")
    new = await drafted(client, office, kind="call", replaces=old["id"])
    assert (await read(client, office, old["id"]))["status"] == "signed"
    await signed(client, office, new, "滨2号")
    over = await read(client, office, old["id"])
    assert (over["status"], over["number"]) == ("replaced", "滨1号")
    assert "滨2号" in over["ended_because"]
    wrong = {"kind": "call", "title": "又", "replaces": new["id"]}
    draft = {"kind": "call", "title": "又", "replaces": over["id"]}
    path = office.path("/documents")
    assert (await client.post(path, json=wrong, **office.clerk.auth)).status_code == 201
    refused(await client.post(path, json=draft, **office.clerk.auth), 422, "replaces-wrong")


async def test_list_names_whom_a_closed_stage_let_go_on(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    body = {"kind": "recommendations", "title": "汇总表", "stage": "eligibility"}
    early = await client.post(office.path("/documents"), json=body, **office.clerk.auth)
    refused(early, 409, "stage-does-not-fit")
    body["stage"] = "intake"
    view = await drafted(client, office, **body)
    words = text_of(await word_of(client, office, view["id"]))
    for firm in office.firms.values():
        assert firm.name in words
        assert firm.credit_code in words


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "call", "stage": "intake"}, 422, "document-about-wrong"),
        ({"kind": "result"}, 422, "document-about-wrong"),
        ({"kind": "call", "cure_id": str(uuid4())}, 422, "cure-not-asked"),
        ({"kind": "cure", "entry_id": str(uuid4())}, 422, "cure-not-named"),
        ({"kind": "call", "points": ["一"]}, 422, "invalid-input"),
        ({"kind": "nothing"}, 422, "invalid-input"),
        ({"kind": "recommendations", "stage": "nowhere"}, 404, "stage-not-found"),
        ({"kind": "call", "status": "signed"}, 422, "invalid-input"),
    ],
)
async def test_refused_draft_leaves_nothing(
    ground: Ground, client: AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    office = await make_office(ground)
    path = office.path("/documents")
    answer = await client.post(path, json={"title": "通知"} | body, **office.clerk.auth)
    refused(answer, status, code)
    assert (await client.get(path, **office.clerk.auth)).json()["items"] == []
    assert "document:draft" not in await cycle_log(office)


async def test_list_costs_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    path, counts = office.path("/documents"), []
    for many in (1, 2):
        for _ in range(many):
            clock.move(seconds=1)
            await client.post(path, json={"kind": "call", "title": "通知"}, **office.clerk.auth)
        with counting(ground) as seen:
            page = (await client.get(path, **office.clerk.auth)).json()
        counts.append((len(page["items"]), len(seen)))
    assert [many for many, _ in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]
    drafts = {"kind": "call", "status": "draft", "limit": 2}
    page = (await client.get(path, params=drafts, **office.clerk.auth)).json()
    assert len(page["items"]) == 2
    more = {"cursor": page["next"]}
    assert len((await client.get(path, params=more, **office.clerk.auth)).json()["items"]) == 1


async def test_another_office_sees_nothing_of_it(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    view = await drafted(client, office, kind="call")
    other = await make_office(ground)
    strange = await client.get(f"/documents/{view['id']}", **other.head.auth)
    refused(strange, 404, "document-not-found")
    assert (await client.get(f"/documents/{view['id']}/file", **other.head.auth)).status_code == 404
