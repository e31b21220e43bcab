"""How do printed copies and paper look on the wire?"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.platform.http.bodies import Body, Line, View

PrintedDigest = Annotated[
    str, StringConstraints(pattern=r"^(sha256:)?[0-9A-Fa-f]{16,64}$", max_length=71)
]


class PrintingView(View):
    """A printing under way."""

    job: UUID = Field(description="Ask `GET /jobs/{id}` how far it is.")
    digest: str = Field(description="Of the content that is printed.")
    draft: bool = Field(description="A draft is printed with 草稿 across its pages.")


class PaperCopyIn(Body):
    """Sealed paper that has come in."""

    copies: int = Field(strict=True, ge=1, le=100, description="一式几份。", examples=[3])
    received_on: date = Field(examples=["2026-03-20"])
    printed_digest: PrintedDigest = Field(
        description="As it stands at the foot of its pages; the first 16 characters will do.",
        examples=["9f86d081884c7d65"],
    )
    note: Line | None = Field(default=None, examples=["第三页缺骑缝章"])


class SealedScanIn(Body):
    """The scan of the sealed copy: a file uploaded for `sealed-copy`."""

    upload_id: UUID


class SealedScanView(View):
    """A scan that was handed in; the highest number counts."""

    number: int
    file_name: str
    size: int
    sha256: str
    handed_in_at: datetime


class PaperCopyView(View):
    """Paper as it was registered; the highest number counts."""

    number: int
    copies: int
    received_on: date
    printed_digest: str
    matches: bool = Field(description="Whether it is what was submitted.")
    note: str | None
    registered_at: datetime


class PapersView(View):
    """What has come in on paper, and which counts where the two differ."""

    prevails: Literal["electronic", "paper"]
    assumed: bool = Field(description="The regulation does not say; this is our default.")
    copies_wanted: int | None = Field(description="How many the regulation asks for.")
    digest: str | None = Field(description="Of what was submitted.")
    differs: bool = Field(description="The paper that counts is not what was submitted.")
    items: list[PaperCopyView]
    scans: list[SealedScanView]
