"""How does a file leave? Always as a download, whole or one range of it, never kept on the way."""

import re
from collections.abc import AsyncIterator
from typing import Protocol
from urllib.parse import quote

from fastapi import Request, status
from starlette.responses import Response, StreamingResponse

from app.platform.files.objects import StorageAway
from app.platform.ground import ground_of

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Stored(Protocol):
    """A content of the store, as it is sent: a file of somebody's, or one that was made here."""

    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def file_name(self) -> str: ...
    @property
    def media_type(self) -> str: ...


def attached(file_name: str) -> str:
    """The Content-Disposition under which something leaves as a file (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"


async def download(request: Request, file: Stored) -> Response:
    """The bytes of a stored file, from the folder or the bucket alike. Who may have them, and that
    it is written into the log, is up to whoever calls. Raises StorageAway where the store does not
    answer or has lost them.
    """
    files = ground_of(request).files
    if await files.size(file.sha256) != file.size:
        raise StorageAway
    headers = {
        "Content-Disposition": attached(file.file_name),
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }
    start, end = 0, file.size
    code = status.HTTP_200_OK
    asked = asked_range(request.headers.get("range"), file.size)
    if asked is not None and request.headers.get("if-range") in (None, headers["ETag"]):
        start, end = asked
        if start >= end:
            headers["Content-Range"] = f"bytes */{file.size}"
            return Response(status_code=status.HTTP_416_RANGE_NOT_SATISFIABLE, headers=headers)
        code = status.HTTP_206_PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - start)
    content: AsyncIterator[bytes] = files.read(file.sha256, start, end)
    return StreamingResponse(content, code, headers, file.media_type)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """From which byte to before which; empty where there is nothing there, None where the whole is
    to be sent: without a range, or with several.
    """
    found = RANGE.fullmatch(header or "")
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1 if last else size)
