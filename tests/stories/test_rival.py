"""A rival asks for everything of another firm: each address answers as if nothing were there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from app.platform.ground import Ground
from tests.award.applications.cycles import (
    DOCUMENTS,
    WHOLE,
    begun,
    opened,
    put_form,
    put_section,
    submitted,
)
from tests.award.documents.desk import drafted as letter_drafted
from tests.award.documents.desk import sent, signed
from tests.award.representation.speakers import accepted, paper
from tests.award.screening.curing import CONTACT, PROOF, asked, text, upload
from tests.clock import MovableClock
from tests.factories import Caller, Firm, Office, close, make_firm, make_submitted, refresh_token
from tests.platform.http.test_once import attach
from tests.platform.uploads.sending import pdf
from tests.stories.telling import assert_done, listed, nothing_kept

pytestmark = pytest.mark.anyio

FILE = {
    "file_name": "补正.pdf",
    "media_type": "application/pdf",
    "size": 800,
    "sha256": "0" * 64,
}
REASON = {"reason": "单位名称有误", "document": "锡函〔2026〕3号"}
BODIES: dict[str, Any] = {
    "announce_attachment": FILE | {"document": "自评报告"},
    "announce_cure_attachment": FILE | {"document": "证实性材料"},
    "fill_in": {"employees": 1},
    "mark_secrets": {"sections": ["contact"]},
    "save_section": {"answers": {"contact_name": "赵"}},
    "restore_revision": {"revision": 1},
    "supply_cure": {"answers": [{"pointer": "/form/contact_name", "value": "赵"}]},
    "return_document": {"reason": "有误"},
    "withdraw_document": {"reason": "有误"},
    "deliver_document": {"way": "inbox", "delivered_on": "2026-03-02"},
    "sign_document": {"number": "1", "dated": "2026-03-02"},
    "disqualify_entry": {"ground": "fraud", "document": "文", "evidence": "文"},
    "enter_opinion": {"department": "市税务局", "said": "no_objection", "document": "文"},
    "screen_entry": {
        "decision": "eligible",
        "grounds": [{"key": "complete", "answer": "met", "evidence": "文"}],
    },
    "release_from_scope": {
        "credit_code": "91320211MA1P2R3T49",
        "document": "来函",
        "reason": "未同意列入",
    },
    "call_to_cure": {
        "document": "文",
        "defects": [{"pointer": "/form/contact_name", "wrong": "不符", "asked": "请改正"}],
    },
    "accept_mandate": {"document": "文"},
    "restore_mandate": {"document": "文"},
    "refuse_mandate": REASON,
    "end_mandate": {"reason": "离职"},
    "hand_in_sealed_copy": {"upload_id": str(UUID(int=7))},
    "edit_document": {"upload_id": str(UUID(int=7))},
    "hand_over_mandate": {"to": str(UUID(int=7))},
    "invite_agent": {"login": "li.si.of.nowhere"},
    "register_paper_copy": {
        "copies": 1,
        "received_on": "2026-03-02",
        "printed_digest": "0" * 16,
    },
}
"""What is sent to each address that wants something."""
TAGS = {"fill_in": '"v1"', "mark_secrets": '"v1"', "save_section": '"s0"'}


NAMED = re.compile(r"{(\w+)}")


@dataclass
class Theirs:
    """A firm with a submitted application, and what belongs to it, by the parameter's name."""

    office: Office
    firm: Firm
    ids: dict[str, str]


async def test_rival_finds_nothing_at_any_address_of_the_applicants_things(
    ground: Ground, client: AsyncClient, app: FastAPI, clock: MovableClock
) -> None:
    theirs = await entered(ground, client, clock)
    rival = await a_rival(theirs.office)
    asked_for = [*addresses(app, theirs)]
    assert len(asked_for) > 40
    async with nothing_kept(theirs.office):
        for operation, method, place in asked_for:
            answer = await ask(client, rival.speaker, operation, method, place)
            assert answer.status_code == 404, (operation, answer.text)
            for said in (theirs.firm.name, theirs.firm.credit_code, "李四"):
                assert said not in answer.text, operation


async def test_rivals_lists_searches_and_counts_are_its_own(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    theirs = await entered(ground, client, clock)
    rival = await a_rival(theirs.office)
    clock.move(minutes=2)
    own = {str(one) for one, firm in theirs.office.firms.items() if firm is rival}
    for place in ("/cures", "/letters", "/mandates", "/uploads", "/notifications"):
        assert await listed(client, rival.speaker, place) == []
    for query in ({}, {"cycle": str(theirs.office.cycle_id)}):
        shown = await listed(client, rival.speaker, "/applications", **query)
        assert {one["id"] for one in shown} == own
    for words in (theirs.firm.name[:6], theirs.firm.credit_code, "李四"):
        shown = await listed(client, rival.speaker, "/applications", q=words)
        assert {one["id"] for one in shown} <= own
    assert {one["id"] for one in await listed(client, rival.speaker, "/organisations")} == {
        str(rival.id)
    }
    desk = assert_done(await client.get("/desk", params={"within_days": 60}, **rival.speaker.auth))
    assert desk["items"] == []
    feed = (await client.get("/events", **rival.speaker.auth)).text
    assert not [one for name, one in theirs.ids.items() if name.endswith("_id") and one in feed]
    for place in ("/stages/eligibility/entries", "/documents", "/messages", "/log"):
        answer = await client.get(theirs.office.path(place), **rival.speaker.auth)
        assert answer.status_code == 403 or answer.json()["items"] == [], place


async def entered(ground: Ground, client: AsyncClient, clock: MovableClock) -> Theirs:
    """Submitted, called to cure, half cured, written to; with its mandate, and an upload."""
    office = await opened(ground, client, regulation_text=text())
    speaker, organisation, mandate = await accepted(client, office, name="无锡隐山精工有限公司")
    code = mandate["credit_code"]
    firm = Firm(UUID(organisation), "无锡隐山精工有限公司", code, speaker)
    place = await begun(client, office, firm)
    saved = await put_section(client, speaker, place, "contact", {"contact_name": "李四"}, '"s0"')
    tag = assert_done(saved) and (await client.get(place, **speaker.auth)).headers["ETag"]
    assert_done(await put_form(client, speaker, place, WHOLE, tag))
    for document in DOCUMENTS:
        await attach(client, speaker, place.rsplit("/", 1)[1], document)
    assert_done(await submitted(client, firm, place))
    clock.move(days=30, minutes=2)
    for person in (speaker, office.clerk, office.head):
        await refresh_token(ground, person)
    assert_done(await close(client, office, "intake"))
    opening = office.path("/stages/eligibility/opening")
    assert_done(await client.post(opening, **office.clerk.auth))
    entries = office.path("/stages/eligibility/entries")
    (entry,) = await listed(client, office.clerk, entries)
    cure = await asked(client, office, entry["id"], CONTACT, PROOF)
    attachment = await upload(client, speaker, cure)
    letter = await sent(
        client, office, await signed(client, office, await a_letter(client, office, entry))
    )
    printing = assert_done(await client.post(f"{place}/copy", **speaker.auth))
    (told, *_) = await listed(client, speaker, "/notifications")
    ids = {
        "application_id": place.rsplit("/", 1)[1],
        "attachment_id": attachment,
        "cure_id": cure,
        "entry_id": entry["id"],
        "document_id": letter["id"],
        "letter_id": letter["id"],
        "mandate_id": mandate["id"],
        "upload_id": await paper(client, speaker),
        "notification_id": told["id"],
        "job_id": printing["job"],
        "key": "contact",
        "number": "1",
        "paper": "letter",
    }
    return Theirs(office, firm, ids)


async def a_letter(client: AsyncClient, office: Office, entry: dict[str, Any]) -> Any:
    return await letter_drafted(
        client, office, kind="acceptance", title="受理通知书", entry_id=entry["id"]
    )


async def a_rival(office: Office) -> Firm:
    """Another firm of the same cycle, with an application of its own."""
    rival = await make_firm(office.ground, "无锡对手机械有限公司")
    await make_submitted(office, rival)
    return rival


def addresses(app: FastAPI, theirs: Theirs) -> Iterator[tuple[str, str, str]]:
    """Every operation whose address names nothing but their things."""
    for path, item in app.openapi()["paths"].items():
        named = {*NAMED.findall(path)}
        if named - {"key", "number", "paper"} and named <= {*theirs.ids}:
            place = path.removeprefix("/api/v1").format(**theirs.ids)
            for method, operation in item.items():
                yield operation["operationId"], method, place


async def ask(
    client: AsyncClient, who: Caller, operation: str, method: str, place: str
) -> Response:
    more = {"If-Match": TAGS.get(operation, '"v1"')}
    if operation in {"upload_attachment", "fill_upload"}:
        return await client.request(
            method, place, content=pdf(), headers=who.auth["headers"] | more
        )
    body = BODIES.get(operation)
    return await client.request(method, place, json=body, headers=who.auth["headers"] | more)
