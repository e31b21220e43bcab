"""How does a job look on the wire, to whoever asked for it?"""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import View
from app.platform.jobs.models import JobState


class Failure(View):
    """Why nothing will come of it, as a problem would say it."""

    code: str = Field(examples=["glyphs-missing"])
    zh: str
    en: str


class JobView(View):
    """Work under way; `waiting` and `leased` mean: ask again a little later."""

    id: UUID
    kind: str = Field(examples=["print-application"])
    state: JobState
    created_at: datetime
    result: str | None = Field(
        description="Address of what came of it, once it is done.",
        examples=["/api/v1/applications/7c0b6a4f-1d2c-4a35-9d0e-6f0c2c1e7d0f/copy"],
    )
    failure: Failure | None
