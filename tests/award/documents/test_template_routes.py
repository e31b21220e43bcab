"""An office writes in its own form, as far as every place in it can be filled."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.award.documents.kinds import FORMS, LATE, late_of
from app.platform.documents.word import places_of, text_of
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import drafted, uploaded
from tests.factories import Caller, Office, make_office
from tests.platform.documents.words import changed, word_file

pytestmark = pytest.mark.anyio
OWN = word_file("本区自己的格式 {{标题}} {{正文}} {{文号}} {{签发日期}}")


async def put(client: AsyncClient, office: Office, word: bytes, who: Caller | None = None) -> Any:
    who = who or office.clerk
    body = {"upload_id": await uploaded(client, who, word)}
    return await client.post(
        f"/programmes/{office.programme_id}/templates/call", json=body, **who.auth
    )


async def test_office_takes_our_template_and_puts_its_own(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    path = f"/programmes/{office.programme_id}/templates"
    listed = (await client.get(path, **office.clerk.auth)).json()
    assert {one["number"] for one in listed} == {0}
    assert "标题" in next(one for one in listed if one["kind"] == "call")["places"]
    ours = await client.get(f"{path}/call", **office.clerk.auth)
    assert "标题" in places_of(ours.content)
    answer = await put(client, office, OWN)
    assert answer.status_code == 201, answer.text
    assert {one["kind"]: one["number"] for one in answer.json()}["call"] == 1
    assert (await client.get(f"{path}/call", **office.clerk.auth)).content == OWN
    preview = text_of((await client.get(f"{path}/call/preview", **office.clerk.auth)).content)
    assert preview.startswith("本区自己的格式")
    assert "{{" not in preview
    view = await drafted(client, office, kind="call", title="甲", text="乙")
    file = await client.get(f"/documents/{view['id']}/file", **office.clerk.auth)
    assert text_of(file.content) == "本区自己的格式 甲 乙 {{文号}} {{签发日期}}"
    elsewhere = await make_office(ground)
    theirs = await client.get(
        f"/programmes/{elsewhere.programme_id}/templates/call", **elsewhere.clerk.auth
    )
    assert theirs.content == ours.content


@pytest.mark.parametrize("kind", ["call", "cure", "recommendations"])
async def test_every_kind_can_be_seen_before(
    ground: Ground, client: AsyncClient, kind: str
) -> None:
    office = await make_office(ground)
    path = f"/programmes/{office.programme_id}/templates/{kind}/preview"
    assert places_of((await client.get(path, **office.clerk.auth)).content) == set()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (word_file("{{不知道的}} {{文号}} {{签发日期}}"), "place-unknown"),
        (word_file("{{标题} {{文号}} {{签发日期}}"), "place-unreadable"),
        (word_file("{{申报单位}} {{文号}} {{签发日期}}"), "place-unknown"),
        (changed(word_file("x"), add={"word/fonts/x.xml": b"<a>"}), "word-file-unreadable"),
    ],
)
async def test_template_that_cannot_be_filled_is_refused(
    ground: Ground, client: AsyncClient, word: bytes, code: str
) -> None:
    office = await make_office(ground)
    answer = await put(client, office, word)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    listed = await client.get(f"/programmes/{office.programme_id}/templates", **office.clerk.auth)
    assert {one["number"] for one in listed.json()} == {0}


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("{{标题}}", ["文号", "签发日期"]),
        ("{{标题}} {{文号}}", ["签发日期"]),
        ("{{签发日期}}", ["文号"]),
    ],
)
async def test_template_without_a_place_for_number_or_day_is_refused_naming_both(
    ground: Ground, client: AsyncClient, said: str, missing: list[str]
) -> None:
    office = await make_office(ground)
    answer = await put(client, office, word_file(said))
    assert (answer.status_code, answer.json()["code"]) == (422, "places-missing"), answer.text
    assert answer.json()["detail"] == f"模板中缺少必须有的填写项：{'、'.join(missing)}。"
    listed = await client.get(f"/programmes/{office.programme_id}/templates", **office.clerk.auth)
    assert {one["number"] for one in listed.json()} == {0}
    assert await cycle_log(office) == []


def test_every_kind_that_is_numbered_keeps_its_number_and_day() -> None:
    assert {kind: late_of(form) for kind, form in FORMS.items()} == dict.fromkeys(FORMS, LATE)


async def test_template_is_the_offices_own_affair(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    refused = await put(client, office, OWN, other.head)
    assert refused.status_code == 403
    assert (await put(client, office, OWN, office.supervisor)).status_code == 403
    path = f"/programmes/{office.programme_id}/templates"
    for person in (other.head, office.supervisor):
        for address in (path, f"{path}/call", f"{path}/call/preview"):
            assert (await client.get(address, **person.auth)).status_code == 403
