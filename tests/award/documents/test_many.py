"""Many documents go on in one call: all or none, numbered in order, and four eyes stay."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import TASKS, colleague, drafted, move, read, sent, signed, today
from tests.award.screening.curing import PROOF, asked, entered
from tests.factories import Caller, Office, entries_in, make_office
from tests.jobs import work_off
from tests.statements import counting

pytestmark = pytest.mark.anyio
SERIES = {"before": "滨质奖办〔2026〕", "first": 12, "after": "号"}
ACCEPTANCE = {"kind": "acceptance", "title": "受理通知书"}
REASON = {"reason": "单位名称有误"}


async def letters(client: AsyncClient, office: Office) -> list[Any]:
    """A letter to everybody in the screening, made but not yet checked."""
    path = office.path("/stages/eligibility/documents")
    made = await client.post(path, json=ACCEPTANCE, **office.clerk.auth)
    assert made.status_code == 201, made.text
    await work_off(office.ground, TASKS)
    return [await read(client, office, line["id"]) for line in made.json()["items"]]


async def many(
    client: AsyncClient, office: Office, who: Caller, what: str, *, dry: bool = False, **body: Any
) -> Any:
    path = office.path(f"/documents/{what}") + ("?dry_run=true" if dry else "")
    return await client.post(path, json=body, **who.auth)


async def again(client: AsyncClient, office: Office, views: list[Any]) -> list[Any]:
    return [await read(client, office, view["id"]) for view in views]


def named(views: list[Any]) -> list[dict[str, Any]]:
    return [{"id": view["id"], "version": view["version"]} for view in views]


def reasons(answer: Any) -> set[tuple[str, str | None]]:
    """What stands against it, each with its place."""
    body = answer.json()
    told = body.get("reasons") or body.get("errors") or [body]
    return {(one["code"], one.get("pointer")) for one in told}


async def checked(client: AsyncClient, office: Office, views: list[Any]) -> list[Any]:
    done = await many(client, office, office.head, "checks", documents=named(views))
    assert done.status_code == 201, done.text
    return await again(client, office, views)


async def all_signed(client: AsyncClient, office: Office, views: list[Any]) -> list[Any]:
    body = {"documents": named(views), "dated": today(office.ground), "series": SERIES}
    done = await many(client, office, office.head, "signatures", **body)
    assert done.status_code == 201, done.text
    await work_off(office.ground, TASKS)
    return await again(client, office, views)


async def test_letters_go_their_whole_way_in_three_calls(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    entries = await entries_in(office, "eligibility", 3)
    views = await checked(client, office, await letters(client, office))
    order = [*reversed(views)]
    signed_ = await all_signed(client, office, order)
    numbers = [f"滨质奖办〔2026〕{number}号" for number in (12, 13, 14)]
    assert [view["number"] for view in signed_] == numbers
    assert all(view["digest"] for view in signed_)
    body = {"way": "inbox", "delivered_on": today(ground)}
    ids = [view["id"] for view in order]
    done = await many(client, office, office.clerk, "deliveries", documents=ids, **body)
    assert [one["status"] for one in done.json()["items"]] == ["sent"] * 3
    for application, _ in entries:
        firm = office.firms[application]
        (line,) = (await client.get("/letters", **firm.speaker.auth)).json()["items"]
        assert line["number"] in numbers
        inbox = (await client.get("/notifications", **firm.speaker.auth)).json()["items"]
        (told,) = [one for one in inbox if one["template"] == "letter-delivered"]
        assert line["number"] in told["text"]
    by_post = body | {"way": "post", "note": "EMS 1"}
    again_ = await many(client, office, office.clerk, "deliveries", documents=ids, **by_post)
    assert again_.status_code == 201, again_.text
    log = await cycle_log(office)
    acts = ["check", "sign", "finish", "send", "deliver"]
    assert [log.count(f"document:{act}") for act in acts] == [3] * 5


async def test_everything_wrong_with_a_list_is_told_with_its_place_and_nothing_is_done(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 3)
    one, two, three = await letters(client, office)
    own = await drafted(client, office, kind="call")
    other = await colleague(office)
    moved = await move(client, office.head, three, "check")
    assert moved.status_code == 200, moved.text
    listed = [
        *named([one, two, three, one]),
        {"id": two["id"], "version": 99},
        {"id": str(uuid4()), "version": 1},
    ]
    before = await cycle_log(office)
    answer = await many(client, office, other, "checks", documents=listed)
    assert answer.status_code == 409
    assert reasons(answer) == {
        ("document-changed", "/documents/2"),
        ("move-not-possible", "/documents/2"),
        ("document-twice", "/documents/3"),
        ("document-twice", "/documents/4"),
        ("document-changed", "/documents/4"),
        ("document-not-found", "/documents/5"),
    }
    assert [view["status"] for view in await again(client, office, [one, two])] == ["draft"] * 2
    author = await many(client, office, office.clerk, "checks", documents=named([own]))
    assert (author.status_code, author.json()["code"]) == (403, "not-allowed")
    both = await many(client, office, office.clerk, "checks", documents=named([own, one]))
    assert reasons(both) == {("not-allowed", "/documents/0"), ("not-allowed", "/documents/1")}
    assert await cycle_log(office) == before


async def test_dry_run_tells_the_numbers_and_signs_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    views = await checked(client, office, await letters(client, office))
    body = {"documents": named(views), "dated": today(ground), "series": SERIES}
    tried = await many(client, office, office.head, "signatures", dry=True, **body)
    assert [one["number"] for one in tried.json()["items"]] == [
        "滨质奖办〔2026〕12号",
        "滨质奖办〔2026〕13号",
    ]
    assert {view["number"] for view in await again(client, office, views)} == {None}
    assert "document:sign" not in await cycle_log(office)


async def test_numbers_that_are_taken_are_told_by_place_and_nothing_is_signed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 3)
    await signed(client, office, await drafted(client, office, kind="call"), "滨质奖办〔2026〕13号")
    views = await checked(client, office, await letters(client, office))
    body = {"documents": named(views), "dated": today(ground)}
    taken = await many(client, office, office.head, "signatures", **body, series=SERIES)
    assert reasons(taken) == {("document-number-taken", "/documents/1")}
    future = body | {"dated": "2099-01-01"}
    wrong = await many(client, office, office.head, "signatures", **future)
    assert reasons(wrong) == {("dated-in-future", "/dated"), ("series-missing", "/series")}
    clerk = await many(client, office, office.clerk, "signatures", **body, series=SERIES)
    assert {code for code, _ in reasons(clerk)} == {"not-allowed"}
    assert {view["status"] for view in await again(client, office, views)} == {"checked"}
    assert (await cycle_log(office)).count("document:sign") == 1  # of the notice


async def test_letters_of_cures_have_the_numbers_of_their_calls(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, other) = await entered(ground, 2, documents=["证实性材料"])
    cure = await asked(client, office, entry, PROOF)
    letter = {"kind": "cure", "entry_id": str(entry), "cure_id": cure}
    views = [
        await drafted(client, office, **ACCEPTANCE, entry_id=str(other)),
        await drafted(client, office, **letter),
    ]
    done = await all_signed(client, office, await checked(client, office, views))
    assert [view["number"] for view in done] == ["滨质奖办〔2026〕12号", "滨质奖办补〔2026〕3号"]


async def test_what_is_replaced_is_over_when_many_are_signed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    olds = [
        await signed(client, office, await drafted(client, office, kind="call"), f"滨{n}号")
        for n in (1, 2)
    ]
    news = [await drafted(client, office, kind="call", replaces=old["id"]) for old in olds]
    news = await checked(client, office, news)
    gone = await move(client, office.head, olds[1], "withdrawal", REASON)
    assert gone.status_code == 200, gone.text
    body = {"documents": named(news), "dated": today(ground), "series": SERIES}
    refused = await many(client, office, office.head, "signatures", **body)
    assert reasons(refused) == {("move-not-possible", "/documents/1")}
    assert (await read(client, office, olds[0]["id"]))["status"] == "signed"
    await all_signed(client, office, news[:1])
    over = await read(client, office, olds[0]["id"])
    assert (over["status"], over["ended_because"]) == ("replaced", "由滨质奖办〔2026〕12号替换")


async def test_what_cannot_be_delivered_is_told_by_place_and_nothing_goes_out(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 1)
    notice = await signed(client, office, await drafted(client, office, kind="call"), "滨1号")
    (letter,) = await checked(client, office, await letters(client, office))
    number = {"number": "滨2号", "dated": today(ground)}
    early = await move(client, office.head, letter, "signature", number)
    assert early.status_code == 200, early.text
    body = {"documents": [notice["id"], letter["id"]], "way": "inbox"}
    late = {"delivered_on": "2099-01-01"}
    refused = await many(client, office, office.clerk, "deliveries", **body, **late)
    assert reasons(refused) == {
        ("dated-in-future", "/delivered_on"),
        ("letter-has-no-inbox", "/documents/0"),
        ("document-file-not-finished", "/documents/1"),
    }
    assert (await read(client, office, notice["id"]))["status"] == "signed"
    assert "document:send" not in await cycle_log(office)


async def test_another_office_finds_none_of_them(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    notice = await sent(
        client,
        office,
        await signed(client, office, await drafted(client, office, kind="call")),
        "post",
    )
    body = {"documents": [notice["id"]], "way": "post", "delivered_on": today(ground)}
    strange = await many(client, other, other.head, "deliveries", **body)
    assert (strange.status_code, strange.json()["code"]) == (404, "document-not-found")
    assert len((await read(client, office, notice["id"]))["deliveries"]) == 1


async def test_many_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    counts: dict[int, list[int]] = {}
    for amount in (1, 3):
        office = await make_office(ground)
        await entries_in(office, "eligibility", amount)
        views = await letters(client, office)
        with counting(ground) as checks:
            await many(client, office, office.head, "checks", documents=named(views))
        views = await again(client, office, views)
        body = {"documents": named(views), "dated": today(ground), "series": SERIES}
        with counting(ground) as signatures:
            await many(client, office, office.head, "signatures", **body)
        await work_off(ground, TASKS)
        delivery = {"way": "inbox", "delivered_on": today(ground)}
        ids = [view["id"] for view in views]
        with counting(ground) as deliveries:
            done = await many(client, office, office.clerk, "deliveries", documents=ids, **delivery)
        assert len(done.json()["items"]) == amount
        counts[amount] = [len(checks), len(signatures), len(deliveries)]
    assert counts[1] == counts[3]
    assert max(counts[3]) <= 20
