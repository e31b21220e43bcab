"""The steps of a document, as the office's people take them."""

from typing import Any
from uuid import UUID

from httpx import AsyncClient

from app.award.documents.making import FINISH, MAKE, finish, make
from app.award.roles import Role
from app.platform.ground import Ground
from app.rules.calendar import local_date
from tests.factories import Caller, Office, make_caller
from tests.jobs import work_off
from tests.platform.uploads.sending import announced, send

TASKS = {MAKE: make, FINISH: finish}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def today(ground: Ground) -> str:
    return local_date(ground.clock()).isoformat()


async def drafted(client: AsyncClient, office: Office, **body: Any) -> Any:
    """A document as it was answered, its file made."""
    path = office.path("/documents")
    answer = await client.post(path, json={"title": "通知书"} | body, **office.clerk.auth)
    assert answer.status_code == 201, answer.text
    await work_off(office.ground, TASKS)
    return await read(client, office, answer.json()["id"])


async def read(client: AsyncClient, office: Office, document: str) -> Any:
    answer = await client.get(f"/documents/{document}", **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def move(client: AsyncClient, who: Caller, view: Any, what: str, body: Any = None) -> Any:
    """A move upon what was read, answered as it is."""
    named = who.with_headers(If_Match=f'"v{view["version"]}"')
    return await client.post(f"/documents/{view['id']}/{what}", json=body, **named)


async def signed(
    client: AsyncClient, office: Office, view: Any, number: str = "滨质奖办〔2026〕12号"
) -> Any:
    """Checked by the head, signed, and its last file made."""
    checked = await move(client, office.head, view, "check")
    assert checked.status_code == 200, checked.text
    body = {"number": number, "dated": today(office.ground)}
    done = await move(client, office.head, checked.json(), "signature", body)
    assert done.status_code == 200, done.text
    await work_off(office.ground, TASKS)
    return await read(client, office, view["id"])


async def sent(client: AsyncClient, office: Office, view: Any, way: str = "inbox") -> Any:
    body = {"way": way, "delivered_on": today(office.ground)}
    answer = await client.post(
        f"/documents/{view['id']}/deliveries", json=body, **office.clerk.auth
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def uploaded(client: AsyncClient, who: Caller, word: bytes) -> str:
    """An upload with this Word file."""
    names = {"purpose": "office-document", "media_type": DOCX, "file_name": "文稿.docx"}
    upload = await announced(client, who, word, **names)
    answer = await send(client, who, upload, word)
    assert answer.status_code == 200, answer.text
    return upload


async def colleague(office: Office) -> Caller:
    """A second clerk."""
    return await make_caller(office.ground, (Role.CLERK, office.programme_id))


def firm_of(office: Office, application: UUID) -> Any:
    return office.firms[application]
