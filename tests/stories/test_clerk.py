"""A clerk's weeks: receives, imports records, screens, calls to cure, and writes to each firm."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.platform.documents.word import text_of
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import TASKS, move, read, sent, signed, today
from tests.award.records.test_import import book, line, send
from tests.award.screening.curing import CONTACT, NEW_CONTACT, asked, entered, supply
from tests.award.screening.test_cures import decide, decision
from tests.factories import Firm, Office, close
from tests.jobs import work_off
from tests.stories.telling import assert_done, assert_refused, listed, nothing_kept

pytestmark = pytest.mark.anyio


async def test_a_clerk_and_the_screening(ground: Ground, client: AsyncClient) -> None:
    office, (sound, faulty) = await entered(ground, 2)
    by_name = await received(client, office)
    fit, unfit = (by_name[str(entry)] for entry in (sound, faulty))
    await the_accidents_come_in_a_sheet(client, office, unfit)
    await the_grounds_tell_who_is_in_it(client, office, str(sound), str(faulty))
    await one_file_is_cured(client, office, fit, sound)
    await everybody_is_decided(client, office, sound, faulty)
    assert_done(await close(client, office, "eligibility"))
    await each_firm_reads_its_own_letter(client, office, {str(sound): fit, str(faulty): unfit})
    log = await cycle_log(office)
    assert [log.count(one) for one in ("entry:cure", "entry:screen", "document:sign")] == [1, 2, 2]


async def received(client: AsyncClient, office: Office) -> dict[str, Firm]:
    """Every entry with its firm; the list is searched by any two characters and by credit code."""
    shown = await listed(client, office.clerk, office.path("/stages/eligibility/entries"))
    assert len(shown) == 2
    firms = {firm.name: firm for firm in office.firms.values()}
    for firm in firms.values():
        query = {"cycle": str(office.cycle_id), "q": firm.credit_code}
        (found,) = await listed(client, office.clerk, "/applications", **query)
        assert found["organisation"] == firm.name
    query = {"cycle": str(office.cycle_id), "q": "精工"}
    assert len(await listed(client, office.clerk, "/applications", **query)) == 2
    waits = assert_done(await client.get("/desk?within_days=60", **office.clerk.auth))["items"]
    assert sum(one["count"] for one in waits if one["stage"] == "eligibility") >= 2
    by_application = {str(one): firm for one, firm in office.firms.items()}
    return {str(one["id"]): by_application[one["application_id"]] for one in shown}


async def the_accidents_come_in_a_sheet(client: AsyncClient, office: Office, firm: Firm) -> None:
    """Tried first, faults mended, taken over; the same file again adds nothing."""
    accident = line(统一社会信用代码=firm.credit_code, 发生或授予日期="2025-05-01")
    wrong = book([accident, line(发生或授予日期="去年")])
    right = book([accident])
    async with nothing_kept(office):
        told = await send(client, office, wrong, dry_run="true")
        assert_refused(told, 422, "sheet-cell-unreadable")
        assert_refused(await send(client, office, wrong), 422, "sheet-cell-unreadable")
        tried = assert_done(await send(client, office, right, dry_run="true"))
        assert tried["added"] == 1
    assert assert_done(await send(client, office, right))["added"] == 1
    again = await send(client, office, right)
    assert again.is_error or again.json()["added"] == 0


async def the_grounds_tell_who_is_in_it(
    client: AsyncClient, office: Office, sound: str, faulty: str
) -> None:
    async def accident(entry: str) -> Any:
        told = assert_done(await client.get(f"/entries/{entry}/grounds", **office.clerk.auth))
        return next(one for one in told if one["key"] == "accident")

    assert (await accident(sound))["answer"] != "not_met"
    assert (await accident(faulty))["answer"] == "not_met"


async def one_file_is_cured(client: AsyncClient, office: Office, firm: Firm, entry: Any) -> None:
    """Until the cure has come nothing is decided."""
    cure = await asked(client, office, entry, CONTACT)
    async with nothing_kept(office):
        early = await decide(client, office.clerk, entry)
        assert early.status_code == 409, early.text
    assert_done(await supply(client, firm.speaker, cure, NEW_CONTACT))
    notes = await listed(client, office.clerk, "/notifications")
    assert "cure-supplied" in {one["template"] for one in notes}


async def everybody_is_decided(
    client: AsyncClient, office: Office, sound: Any, faulty: Any
) -> None:
    async with nothing_kept(office):
        untold = await decide(client, office.clerk, sound, {"decision": "eligible", "grounds": []})
        assert untold.status_code == 422, untold.text
        mild = await decide(client, office.clerk, faulty, decision(accident="not_met"))
        assert mild.status_code == 422, mild.text
    assert_done(await decide(client, office.clerk, sound))
    refusal = decision("ineligible", accident="not_met")
    assert_done(await decide(client, office.clerk, faulty, refusal))
    waits = assert_done(await client.get("/desk?within_days=60", **office.clerk.auth))["items"]
    assert "entry-to-screen" not in {one["what"] for one in waits}


async def each_firm_reads_its_own_letter(
    client: AsyncClient, office: Office, firms: dict[str, Firm]
) -> None:
    """Drafted by one, checked by another, signed with its number, sent; nobody reads another's."""
    sent_to: dict[str, str] = {}
    for number, (entry, firm) in enumerate(firms.items(), start=1):
        view = await drafted(client, office, entry, number)
        async with nothing_kept(office):
            assert_refused(await move(client, office.clerk, view, "check"), 403, "not-allowed")
            early = {"way": "inbox", "delivered_on": today(office.ground)}
            answer = await client.post(
                f"/documents/{view['id']}/deliveries", json=early, **office.clerk.auth
            )
            assert answer.status_code == 409, answer.text
            assert await listed(client, firm.speaker, "/letters") == []
        view = await sent(
            client, office, await signed(client, office, view, f"滨质办〔2026〕{number}号")
        )
        sent_to[entry] = view["id"]
    for entry, firm in firms.items():
        (line_,) = await listed(client, firm.speaker, "/letters")
        assert line_["id"] == sent_to[entry]
        file = await client.get(f"/letters/{line_['id']}/file", **firm.speaker.auth)
        assert firm.name in text_of(file.content)
        assert (await read(client, office, line_["id"]))["read_at"] is not None
        for other in (one for one in sent_to.values() if one != line_["id"]):
            foreign = await client.get(f"/letters/{other}", **firm.speaker.auth)
            assert_refused(foreign, 404, "letter-not-found")


async def drafted(client: AsyncClient, office: Office, entry: str, number: int) -> Any:
    kind = "acceptance" if number == 1 else "refusal"
    body = {"kind": kind, "title": "资格审查结果通知书", "entry_id": entry}
    made = assert_done(await client.post(office.path("/documents"), json=body, **office.clerk.auth))
    await work_off(office.ground, TASKS)
    return await read(client, office, made["id"])
