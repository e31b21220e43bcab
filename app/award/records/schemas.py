"""How do records look on the wire?"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.platform.http.bodies import Body, CreditCode, Line, View
from app.platform.http.pages import Paging
from app.rules.facts import RecordKind

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


Yuan = Annotated[str, StringConstraints(pattern=r"^(?:0|[1-9][0-9]{0,12})\.[0-9]{2}$")]


class RecordIn(Body):
    """A fact about an organisation. Which of the particulars it has depends on its kind."""

    credit_code: CreditCode = Field(examples=["91320211MA1P2R3T49"])
    kind: RecordKind
    what: Word = Field(
        description="The regulation's word: a tier, an incident's ground, a certificate, the fact "
        "that is graded; of an honour elsewhere its level, of a succession how it came.",
        examples=["safety"],
    )
    on: date = Field(description="The day it happened, or was granted.")
    until: date | None = Field(default=None, description="Last day it is valid, where it ends.")
    evidence: Line = Field(examples=["锡应急〔2024〕12号"])
    award: Line | None = Field(
        default=None,
        description="Name of another award, or of this one under an earlier name.",
        examples=["无锡市市长质量奖"],
    )
    grade: Line | None = Field(
        default=None,
        description="The grade given; the tier of an award elsewhere, or the one taken away.",
        examples=["AA"],
    )
    cycle_ordinal: int | None = Field(
        default=None, ge=1, le=1000, description="In which cycle (届) of this programme."
    )
    bonus: Yuan | None = Field(
        default=None, description="Yuan paid for an honour, where known.", examples=["500000.00"]
    )
    predecessor: CreditCode | None = Field(
        default=None,
        description="Credit code of the organisation that this one succeeds.",
        examples=[None],
    )


class RecordQuery(Paging):
    """Which records to list."""

    credit_code: CreditCode | None = Field(default=None, examples=["91320211MA1P2R3T49"])
    kind: RecordKind | None = None


class RecordView(View):
    id: UUID
    credit_code: str
    kind: RecordKind
    what: str
    on: date
    until: date | None
    evidence: str
    award: str | None
    grade: str | None
    cycle_ordinal: int | None
    bonus: str | None
    predecessor: str | None


class ImportView(View):
    """What a spreadsheet has left, or would leave."""

    digest: str = Field(description="SHA-256 of the file.")
    rows: int = Field(description="That are not empty, below the titles.")
    added: int
    known: int = Field(description="Facts that were on record already; they are left as they are.")
