"""How do records look on the wire?"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.award.records.models import RecordKind
from app.platform.http.bodies import Body, Line, View

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class RecordIn(Body):
    credit_code: str = Field(min_length=18, max_length=18, examples=["91320211MA1XXXXX0B"])
    kind: RecordKind
    what: Word = Field(
        description="The regulation's word: a tier, an incident's ground, a certificate.",
        examples=["safety"],
    )
    on: date = Field(description="The day it happened, or was granted.")
    until: date | None = Field(default=None, description="Last day it is valid, where it ends.")
    evidence: Line = Field(examples=["锡应急〔2024〕12号"])


class RecordView(View):
    id: UUID
    credit_code: str
    kind: RecordKind
    what: str
    on: date
    until: date | None
    evidence: str
