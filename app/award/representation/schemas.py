"""How do mandates look on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.award.representation.lifecycle import MandateStatus
from app.award.representation.rules import Doubt, MandateKind
from app.platform.accounts.schemas import Login
from app.platform.http.bodies import Body, CreditCode, Line, Prose, View
from app.platform.http.pages import Paging
from app.platform.workflow.advance import Action

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class Paper(StrEnum):
    """授权书 and 营业执照."""

    LETTER = "letter"
    LICENCE = "licence"


class ClaimIn(Body):
    """That the caller speaks for an organisation they have registered; without papers, that a
    registered portal stands for them.
    """

    programme_id: UUID
    organisation_id: UUID
    letter: UUID | None = Field(
        default=None,
        description="An upload of the purpose `mandate`: 授权书. Null: by the word of the portal "
        "that the caller came by, where the award takes it.",
    )
    licence: UUID | None = Field(
        default=None, description="The same for 营业执照; null where the letter's file holds both."
    )
    valid_until: date | None = Field(
        default=None, ge=EARLIEST, le=LATEST, description="The last day that the letter names."
    )


class AcceptanceIn(Body):
    document: Line = Field(description="By what it was accepted.", examples=["授权核验单2026-17"])
    reason: Prose | None = None


class ClaimAcceptanceIn(AcceptanceIn):
    agents: Literal["end", "stay"] = Field(
        default="end",
        description="What becomes of the agents of the administrator who is replaced: they spoke "
        "on that word.",
    )


class RefusalIn(Body):
    document: Line = Field(examples=["授权核验单2026-18"])
    reason: Prose = Field(examples=["授权书未加盖公章。"])


class EndingIn(Body):
    document: Line | None = Field(default=None, examples=["单位来函2026-3"])
    reason: Prose = Field(examples=["人员已离职。"])


class InvitationIn(Body):
    """An agent (经办人) to be."""

    login: Login = Field(examples=["li.si"])


class HandOverIn(Body):
    to: UUID = Field(description="The mandate of an agent of the organisation.")


class MandateQuery(Paging):
    """Which mandates towards a programme to list."""

    status: MandateStatus | None = None
    credit_code: CreditCode | None = None


class MandateLine(View):
    """A mandate in a list."""

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    organisation: str
    credit_code: str
    person: str
    kind: MandateKind
    status: MandateStatus
    by: str | None = Field(
        description="By whose word: the portal, or who invited an agent; null: by letter.",
        examples=[None],
    )
    valid_until: date | None = Field(description="The last day it counts.")
    reason: str | None
    created_at: datetime = Field(description="Since when it is on the list.")
    decided_at: datetime | None


class MandateView(MandateLine):
    """A mandate as its holder, the administrator or the office may deal with it."""

    actions: list[Action]


class ClaimLine(MandateLine):
    """A mandate as the office sees it in a list."""

    doubts: list[Doubt] = Field(description="What needs a person's eye.")


class RivalView(View):
    """Another living claim on the same credit code."""

    id: UUID
    person: str
    organisation: str
    created_at: datetime


class PaperView(View):
    paper: Paper
    file_name: str
    size: int
    sha256: str


class ClaimView(ClaimLine):
    """A claim with its papers, beside all that stands against it."""

    document: str | None
    papers: list[PaperView]
    rivals: list[RivalView]
    administrator: str | None = Field(
        description="Who administers the organisation now, and would be replaced."
    )
