"""How tests announce a file and send its bytes."""

from hashlib import sha256
from typing import Any

from httpx import AsyncClient, Response

from app.platform.files.kinds import ENDINGS
from tests.factories import Caller

PDF = "application/pdf"


def described(content: bytes, **other: Any) -> dict[str, Any]:
    """What is announced of a file."""
    media_type = other.get("media_type", PDF)
    return {
        "file_name": f"授权书.{ENDINGS[media_type][0]}",
        "media_type": media_type,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        "purpose": "mandate",
    } | other


async def announced(client: AsyncClient, caller: Caller, content: bytes, **other: Any) -> str:
    """The id of an upload that waits for its bytes."""
    answer = await client.post("/uploads", json=described(content, **other), **caller.auth)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def send(
    client: AsyncClient, caller: Caller, upload: str, content: bytes, span: str | None = None
) -> Response:
    """The bytes, or those that `span` says they are."""
    more = {"Content-Range": span} if span else {}
    return await client.put(
        f"/uploads/{upload}/content", content=content, headers=caller.auth["headers"] | more
    )


def pdf(size: int = 0) -> bytes:
    """A PDF of one empty page, made as long as wanted by a comment."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    text += b"%" + b"0" * max(0, size - len(text) - 200) + b"\n"
    start = len(text)
    text += b"xref\n0 4\n0000000000 65535 f \n"
    text += b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
