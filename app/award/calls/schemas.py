"""How does a call look on the wire?"""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Body, Line, Prose, View


class CallIn(Body):
    """The call of a cycle, or a corrected edition of it."""

    title: Line = Field(examples=["关于开展2026年度滨湖区区长质量奖申报工作的通知"])
    text: Prose
    document: Line = Field(examples=["滨质奖办〔2026〕3号"])
    files: list[UUID] = Field(
        default=[], max_length=20, description="Uploads of the caller's, for the purpose `call`."
    )
    reason: Prose | None = Field(
        default=None, description="Why an edition that is published already is corrected."
    )


class DownloadView(View):
    """A file that goes with a call."""

    key: str = Field(examples=["regulation"])
    name: str = Field(examples=["管理办法.yaml"])
    media_type: str
    size: int
    sha256: str


class CallLine(View):
    """A call in a list."""

    id: UUID
    cycle_id: UUID
    programme: str
    cycle: str = Field(examples=["2026年度"])
    edition: int
    title: str
    document: str
    published_at: datetime
    digest: str = Field(description="Of the canonical text; the download `call` has these bytes.")


class EditionView(View):
    """One of the editions of a call."""

    id: UUID
    edition: int
    digest: str
    published_at: datetime


class CallView(CallLine):
    """A call with all that goes with it, at `/public/calls/{id}/downloads/{key}`."""

    text: str
    reason: str | None
    downloads: list[DownloadView]
    editions: list[EditionView] = Field(description="All there are; the last one counts.")
