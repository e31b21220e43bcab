"""A cure over HTTP, step by step, under Binhu's regulation with one."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response

from app.platform.ground import Ground
from app.rules.strict_yaml import load
from tests.factories import Caller, Firm, Office, entries_in, make_office
from tests.platform.files.hostile import sound_pdf
from tests.rules.regulation.award_texts import BINHU, dump

CURE = {"times": "1", "within": {"working_days": "5"}}
CONTACT = {"pointer": "/form/contact_name", "wrong": "联系人与证照不符。", "asked": "请改正。"}
PROOF = {"pointer": "/documents/证实性材料", "wrong": "缺签章页。", "asked": "请补交。"}
PDF = sound_pdf()


def text(
    *, grounds: list[str] | None = None, documents: list[Any] | None = None, **cure: Any
) -> str:
    """Binhu's regulation, whose screening offers a cure."""
    tree: Any = load(BINHU)
    stage = next(stage for stage in tree["stages"] if stage["key"] == "eligibility")
    stage["cure"] = CURE | cure
    if documents is not None:
        tree["stages"][0]["documents"] = documents
    if grounds is not None:
        stage["grounds"] = grounds
    return dump(tree)


async def entered(ground: Ground, count: int = 1, **rule: Any) -> tuple[Office, list[UUID]]:
    office = await make_office(ground, regulation_text=text(**rule))
    return office, [entry for _, entry in await entries_in(office, "eligibility", count)]


def firm_of(office: Office, place: int = 0) -> Firm:
    return list(office.firms.values())[place]


async def ask(
    client: AsyncClient, caller: Caller, entry: UUID, *defects: dict[str, str]
) -> Response:
    body = {"document": "滨质奖办补〔2026〕3号", "defects": list(defects or (CONTACT,))}
    return await client.post(f"/entries/{entry}/cures", json=body, **caller.auth)


async def asked(client: AsyncClient, office: Office, entry: UUID, *defects: dict[str, str]) -> str:
    """The id of a call to cure."""
    answer = await ask(client, office.clerk, entry, *defects)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def upload(
    client: AsyncClient, caller: Caller, cure: str, document: str = "证实性材料", body: bytes = PDF
) -> str:
    """Announce a file under a cure and put its bytes; gives its id."""
    announced = await client.post(
        f"/cures/{cure}/attachments",
        json={
            "document": document,
            "file_name": "补正.pdf",
            "media_type": "application/pdf",
            "size": len(body),
            "sha256": sha256(body).hexdigest(),
        },
        **caller.auth,
    )
    assert announced.status_code == 201, announced.text
    place = f"/attachments/{announced.json()['id']}/content"
    put = await client.put(place, content=body, **caller.auth)
    assert put.status_code == 200, put.text
    return str(announced.json()["id"])


async def supply(client: AsyncClient, caller: Caller, cure: str, *answers: Any) -> Response:
    body = {"answers": list(answers)}
    return await client.post(f"/cures/{cure}/supplement", json=body, **caller.auth)


NEW_CONTACT = {"pointer": "/form/contact_name", "value": "王五"}
