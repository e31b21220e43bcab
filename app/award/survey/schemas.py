"""How does a survey look on the wire?"""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Body, Line, View
from app.platform.uploads.schemas import Sha256

MOST = 20_000


class SurveyedIn(Body):
    entry: UUID
    points: str = Field(
        max_length=20, description="On the scale of the regulation.", examples=["87.5"]
    )


class SurveyIn(Body):
    """The whole result of a survey; entering it again replaces what was entered before."""

    scores: list[SurveyedIn] = Field(min_length=1, max_length=MOST)
    document: Line = Field(examples=["顾客满意度测评报告〔2026〕3号"])
    scan_sha256: Sha256 | None = Field(
        default=None, description="SHA-256 of the scanned report.", examples=["0" * 64]
    )


class SurveyConfirmationIn(Body):
    digest: Line = Field(description="Of the report that was compared with the paper.")


class SurveyedView(View):
    entry: UUID
    organisation: str
    points: str | None = Field(description="Null where the report names no score.")


class SurveyView(View):
    """The last report of a survey. Entries in which you have an interest are left out."""

    stage: str = Field(examples=["satisfaction"])
    scale: int
    source: str = Field(examples=["市消费者协会"])
    document: str
    digest: str = Field(description="Of the report, to be named at the confirmation.")
    entered_at: datetime
    confirmed: bool
    items: list[SurveyedView]
