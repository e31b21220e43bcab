"""An applicant's year: drafted over days, in at the last minute, cured, and told by letter."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from pypdf import PdfReader

from app.award.copies.printing import printing
from app.award.copies.service import PRINT
from app.catalogue import loader
from app.platform.documents.press import Press
from app.platform.ground import Ground
from app.proof.jws import Typ, verify
from app.rules.strict_yaml import load
from tests.award.applications.cycles import (
    DOCUMENTS,
    WHOLE,
    opened,
    put_form,
    put_section,
    submitted,
)
from tests.award.applications.regulations import text
from tests.award.applications.test_completeness import hand_in
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import drafted, sent, signed
from tests.award.representation.speakers import (
    DECISION,
    act,
    agent_of,
    claim,
    draft,
    register,
    told,
)
from tests.award.screening.curing import CONTACT, NEW_CONTACT, PROOF, asked, supply, upload
from tests.clock import START, MovableClock
from tests.factories import Caller, Firm, Office, close, credit_code, refresh_token
from tests.jobs import work_off
from tests.rules.regulation.award_texts import dump
from tests.stories.telling import (
    Registered,
    assert_done,
    assert_refused,
    listed,
    nothing_kept,
    sign_in,
    signed_up,
)

pytestmark = pytest.mark.anyio


def regulation() -> str:
    """A report of at most 60 pages with its page map; an incomplete file is cured once."""
    tree: Any = load(text(self_assessment=[{"way": "document", "most_pages": "60"}]))
    screening = next(stage for stage in tree["stages"] if stage["key"] == "eligibility")
    screening["cure"] = {"times": "1", "within": {"working_days": "5"}}
    return dump(tree)


async def test_a_year_of_an_applicant(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await opened(ground, client, regulation_text=regulation())
    firm, colleague = await somebody_speaks_for_the_firm(client, office)
    place = f"/applications/{await draft(client, office, firm.speaker, str(firm.id))}"
    await drafts_over_days(office, client, clock, firm, colleague, place)
    await says_where_each_item_stands(client, firm, place)
    await hands_in_its_files(office, client, firm, place)
    await prints_a_draft(ground, client, firm, place)
    another = await draft(client, office, firm.speaker, str(firm.id))
    await submits_in_the_last_minute(office, client, clock, firm, place)
    await withdraws_another(office, client, firm, f"/applications/{another}")
    clock.move(minutes=2)  # the office closes once the last second has settled
    entry = await is_screened(office, client, firm)
    await cures_what_the_office_names(office, client, firm, colleague, place, entry)
    await reads_its_letter(office, client, firm, entry)
    log = await cycle_log(office)
    for step in ("application:submit", "application:withdraw", "cure:supply", "entry:cure"):
        assert log.count(step) == 1, log


async def somebody_speaks_for_the_firm(client: AsyncClient, office: Office) -> tuple[Firm, Caller]:
    """Registers, claims with letter and licence, is accepted, and has a colleague join."""
    speaker, code = await signed_up(client, "李四"), credit_code()
    name = f"无锡{code[8:14]}精工有限公司"
    organisation = await register(client, speaker, code, name)
    made = assert_done(await claim(client, office, speaker, organisation))
    accepted = assert_done(await act(client, office.clerk, made["id"], "acceptance", **DECISION))
    colleague, _ = await agent_of(client, office.ground, speaker, made["id"])
    return Firm(accepted["organisation_id"], name, code, speaker), colleague


async def back(office: Office, client: AsyncClient, *people: Caller) -> None:
    """After some time everybody signs in again."""
    for one in people:
        if isinstance(one, Registered):
            await sign_in(client, one)
        else:
            await refresh_token(office.ground, one)


async def drafts_over_days(
    office: Office,
    client: AsyncClient,
    clock: MovableClock,
    firm: Firm,
    colleague: Caller,
    place: str,
) -> None:
    """Two people write; who saves upon what the other has changed is told, and loses nothing."""
    own = firm.speaker
    first = {"contact_name": "李四", "contact_post": "质量部部长"}
    assert_done(await put_section(client, own, place, "contact", first, '"s0"'))
    clock.move(days=1)
    await back(office, client, own, colleague)
    theirs = first | {"contact_post": "质量总监"}
    assert_done(await put_section(client, colleague, place, "contact", theirs, '"s1"'))
    async with nothing_kept(office):
        stale = await put_section(client, own, place, "contact", first, '"s1"')
        assert_refused(stale, 412, "stale")
    read = assert_done(await client.get(f"{place}/sections/contact", **own.auth))
    assert read["answers"]["contact_post"] == "质量总监"
    clock.move(days=1)
    await back(office, client, own, colleague)
    restored = await client.post(
        f"{place}/sections/contact/restoration",
        json={"revision": 1},
        **own.with_headers(If_Match='"s2"'),
    )
    assert assert_done(restored)["answers"]["contact_post"] == "质量部部长"
    assert len(await listed(client, own, f"{place}/sections/contact/revisions")) == 3


async def says_where_each_item_stands(client: AsyncClient, firm: Firm, place: str) -> None:
    """Everything that is missing is told at once, and gone once it is there."""
    own = firm.speaker
    before = assert_done(await client.get(f"{place}/completeness", **own.auth))
    assert not before["complete"]
    assert {gap["section"] for gap in before["gaps"]} >= {"organisation", "performance", "report"}
    tag = (await client.get(place, **own.auth)).headers["ETag"]
    items = [item.code for item in loader.criteria("gbt-19580-2012").items()]
    pages = {key: [number + 1, number + 2] for number, key in enumerate(items)}
    form = WHOLE | {"answers": WHOLE["answers"] | {"pages": pages}}
    assert_done(await put_form(client, own, place, form, tag))
    after = assert_done(await client.get(f"{place}/completeness", **own.auth))
    assert {gap["code"] for gap in after["gaps"]} == {"document-missing"}
    assert len(after["gaps"]) == len(DOCUMENTS)


async def hands_in_its_files(office: Office, client: AsyncClient, firm: Firm, place: str) -> None:
    """A report that has not the pages its map names is told; the page that lacks is added."""
    items = len([*loader.criteria("gbt-19580-2012").items()])
    for document in ("申报表", "证实性材料"):
        await hand_in(client, firm, place, document, 2)
    await hand_in(client, firm, place, "自评报告", items)
    told = assert_done(await client.get(f"{place}/completeness", **firm.speaker.auth))
    assert [(gap["sort"], gap["section"]) for gap in told["gaps"]] == [("contradictory", "report")]
    async with nothing_kept(office):
        refused = await submitted(client, firm, place)
        assert_refused(refused, 409, told["gaps"][0]["code"])
    await hand_in(client, firm, place, "自评报告", 1)
    told = assert_done(await client.get(f"{place}/completeness", **firm.speaker.auth))
    assert told == {"complete": True, "gaps": []}


async def prints_a_draft(ground: Ground, client: AsyncClient, firm: Firm, place: str) -> None:
    own = firm.speaker
    assert_done(await client.post(f"{place}/copy", **own.auth))
    await work_off(ground, {PRINT: printing(Press())})
    copy = await client.get(f"{place}/copy", **own.auth)
    assert copy.status_code == 200
    first = PdfReader(BytesIO(copy.content)).pages[0].extract_text()
    assert "草稿" in first
    assert firm.credit_code in first


async def submits_in_the_last_minute(
    office: Office, client: AsyncClient, clock: MovableClock, firm: Firm, place: str
) -> None:
    clock.set(START + timedelta(days=30, seconds=-1))
    own = firm.speaker
    await back(office, client, own)
    key = own.with_headers(Idempotency_Key=uuid4().hex)
    receipt = assert_done(await client.post(f"{place}/submission", **key))
    clock.move(seconds=2)  # the answer was lost, and the window is over
    assert assert_done(await client.post(f"{place}/submission", **key)) == receipt
    stated = verify(receipt["receipt"], typ=Typ.RECEIPT, ring=office.ground.keys)
    assert stated["digest"] == receipt["digest"]
    assert stated["organisation"] == firm.credit_code
    assert stated["regulation"] == office.regulation_hash
    shown = assert_done(await client.get(place, **own.auth))
    assert (shown["status"], shown["digest"]) == ("submitted", receipt["digest"])
    again = assert_done(await client.get(f"{place}/receipt", **own.auth))
    assert again["receipt"] == receipt["receipt"]


async def withdraws_another(office: Office, client: AsyncClient, firm: Firm, another: str) -> None:
    """A second draft is late by now; it is withdrawn, and what was submitted stays."""
    async with nothing_kept(office):
        late = await submitted(client, firm, another)
        assert late.status_code == 409
        codes = {one["code"] for one in late.json()["reasons"]}
        assert codes >= {"intake-closed", "already-entered", "document-missing"}
    assert_done(await client.post(f"{another}/withdrawal", **firm.speaker.auth))
    async with nothing_kept(office):
        body = {"contact_name": "张三"}
        saved = await put_section(client, firm.speaker, another, "contact", body, '"s0"')
        assert_refused(saved, 409, "only-in-draft")
        gone = await client.post(f"{another}/withdrawal", **firm.speaker.auth)
        assert_refused(gone, 409, "move-not-possible")
    shown = await listed(client, firm.speaker, "/applications")
    assert sorted(one["status"] for one in shown) == ["submitted", "withdrawn"]


async def is_screened(office: Office, client: AsyncClient, firm: Firm) -> str:
    """The office closes the intake and opens its screening."""
    await back(office, client, office.clerk, office.head, firm.speaker)
    assert_done(await close(client, office, "intake"))
    where = office.path("/stages/eligibility/opening")
    assert_done(await client.post(where, **office.clerk.auth))
    entries = office.path("/stages/eligibility/entries")
    (entry,) = await listed(client, office.clerk, entries)
    (own,) = await listed(client, office.clerk, "/applications", q=firm.credit_code)
    assert (own["status"], own["id"]) == ("submitted", entry["application_id"])
    return str(entry["id"])


async def cures_what_the_office_names(
    office: Office,
    client: AsyncClient,
    firm: Firm,
    colleague: Caller,
    place: str,
    entry: str,
) -> None:
    own = firm.speaker
    cure = await asked(client, office, entry, CONTACT, PROOF)  # type: ignore[arg-type]
    assert (await told(client, own))[0] == "cure-called"
    async with nothing_kept(office):
        strange = {"pointer": "/form/employees", "value": 9}
        other = await supply(client, own, cure, NEW_CONTACT, strange)
        assert other.status_code == 422
    await upload(client, own, cure)
    done = assert_done(await supply(client, own, cure, NEW_CONTACT))
    said = verify(done["supplement"]["receipt"], typ=Typ.RECEIPT, ring=office.ground.keys)
    assert (said["what"], said["digest"]) == ("supplement", done["supplement"]["digest"])
    shown = assert_done(await client.get(place, **own.auth))
    assert shown["form"]["contact_name"] == "王五"
    await back(office, client, colleague)
    section = assert_done(await client.get(f"{place}/sections/contact", **colleague.auth))
    assert section["answers"]["contact_name"] == "王五"
    (last, *_) = await listed(client, own, f"{place}/sections/contact/revisions")
    assert (last["number"], last["saved_by"]) == (section["revision"], "李四")
    read = f"{place}/sections/contact/revisions/{last['number']}"
    assert assert_done(await client.get(read, **own.auth))["answers"] == section["answers"]
    async with nothing_kept(office):
        assert_refused(await supply(client, own, cure, NEW_CONTACT), 409, "already-supplied")


async def reads_its_letter(office: Office, client: AsyncClient, firm: Firm, entry: str) -> None:
    view = await drafted(client, office, kind="acceptance", title="受理通知书", entry_id=entry)
    assert await listed(client, firm.speaker, "/letters") == []
    view = await sent(client, office, await signed(client, office, view))
    (line,) = await listed(client, firm.speaker, "/letters")
    letter = assert_done(await client.get(f"/letters/{line['id']}", **firm.speaker.auth))
    assert firm.name in letter["content"]
    assert letter["digest"] == view["digest"]
