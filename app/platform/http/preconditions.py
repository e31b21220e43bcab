"""Which version did the caller see? ETags over what the caller may see, and If-Match."""

from typing import Annotated

from fastapi import Header, Response

from app.platform.errors import Stale

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="The ETag of the version you read; 428 when missing, 412 when stale.",
        examples=['"v3"'],
    ),
]


def version_tag(version: int) -> str:
    """The ETag of something that one audience sees: its row version."""
    return f'"v{version}"'


def ensure_fresh(if_match: str, current: str) -> None:
    """Refuse a stale precondition; `*` is any existing version."""
    if if_match.strip() != "*" and current not in [tag.strip() for tag in if_match.split(",")]:
        raise Stale


def tagged(response: Response, tag: str) -> None:
    """Send the ETag with the answer."""
    response.headers["ETag"] = tag
