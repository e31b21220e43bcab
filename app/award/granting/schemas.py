"""How do approvals, awards, certificates and the bonus list look on the wire?"""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.award.granting.rules import NoBonus
from app.award.stages.schemas import CorrectionView
from app.platform.http.bodies import Body, Line, Prose, View
from app.platform.http.pages import Paging

DOCUMENT = Field(description="The document's number.", examples=["滨政发〔2026〕18号"])
AWARDEE = "Whom the award is for: the organisation unless the application names another."
NUMBER = Field(examples=["ZS-7Q2M9K4H"])
YUAN = Field(description="Yuan, as text.", examples=["500000.00"])


class DecisionIn(Body):
    """What the approving body decided on one entry."""

    entry: UUID
    approved: bool = Field(strict=True, examples=[True])
    reason: Prose | None = Field(default=None, description="Required where it is not approved.")


class ConsentIn(Body):
    """The document by which a body consents to the approval."""

    body: Line = Field(examples=["区表彰工作领导小组"])
    document: Line = DOCUMENT
    given_on: date = Field(examples=["2026-09-15"])


class ApprovalIn(Body):
    """The decision of the approving body: every entry of the stage exactly once."""

    decisions: list[DecisionIn] = Field(min_length=1, max_length=2000)
    document: Line = DOCUMENT
    meeting: Line = Field(examples=["区政府第62次常务会议"])
    decided_on: date = Field(examples=["2026-09-18"])
    consents: list[ConsentIn] = Field(
        default=[],
        max_length=20,
        description="Of every body whose consent the regulation asks for, once.",
        examples=[[]],
    )


class ConsentView(View):
    """A body that has to consent; without document and day as long as it has not."""

    body: str = Field(examples=["区表彰工作领导小组"])
    document: str | None
    given_on: date | None


class DecisionView(View):
    """One entry before the approving body; `approved` is null until the decision is recorded."""

    entry: UUID
    application: UUID
    organisation: str = Field(examples=["无锡恒远精密机械有限公司"])
    awardee: str = Field(description=AWARDEE, examples=["无锡恒远精密机械有限公司"])
    tier: str | None = Field(examples=["award"])
    approved: bool | None
    reason: str | None


class ApprovalView(View):
    """An approval, or the list that waits for it."""

    stage: str = Field(examples=["government"])
    round: int
    body: str = Field(examples=["滨湖区人民政府"])
    document: str | None = DOCUMENT
    meeting: str | None
    decided_on: date | None
    consents: list[ConsentView]
    decisions: list[DecisionView]


class VacancyIn(Body):
    """The decision that places stay empty although a number of the regulation wants them filled."""

    document: Line = DOCUMENT
    reason: Prose = Field(examples=["原候选单位未获通过，名额空缺。"])


class GrantIn(Body):
    """The decision that grants the awards."""

    document: Line = DOCUMENT
    decided_on: date = Field(examples=["2026-10-16"])
    vacancy: VacancyIn | None = Field(
        default=None,
        description="Only where fewer are awarded than the regulation asks for at least.",
        examples=[None],
    )


class WinnerView(View):
    """An award, for everybody."""

    organisation: str = Field(examples=["无锡恒远精密机械有限公司"])
    awardee: str = Field(description=AWARDEE, examples=["无锡恒远精密机械有限公司"])
    tier: str = Field(examples=["award"])
    tier_name: str = Field(examples=["区长质量奖"])
    title: str = Field(examples=["滨湖区区长质量奖"])
    certificate_number: str = NUMBER
    valid_until: date | None = Field(description="Last day it may be borne; null without end.")


class AwardView(WinnerView):
    """An award as the office has just granted it."""

    entry: UUID
    application: UUID
    credit_code: str
    certificate: str = Field(description="Signed statement (JWS, ES256).")
    bonus: str = YUAN
    bonus_reason: NoBonus | None = Field(description="Why there is no bonus.")


class MatchedView(View):
    """Money for having won another body's award."""

    organisation: str
    credit_code: str
    key: str = Field(description="The regulation's matching.", examples=["province"])
    honour: str = Field(examples=["江苏省省长质量奖"])
    won_on: date
    gross: str = YUAN


class VacancyView(View):
    """Why places stay empty that a number of the regulation wants filled."""

    document: str = DOCUMENT
    reason: str


class GrantView(View):
    stage: str = Field(examples=["grant"])
    round: int
    document: str = DOCUMENT
    decided_on: date
    vacancy: VacancyView | None
    awards: list[AwardView]
    matched: list[MatchedView]


class ResultQuery(Paging):
    """Which results to list."""

    cycle: UUID | None = Field(default=None, description="Only those of this cycle.")


class ResultView(WinnerView):
    """An award among those of all cycles."""

    programme: str = Field(examples=["滨湖区区长质量奖"])
    cycle_id: UUID
    ordinal: int = Field(description="第N届.", examples=[3])
    label: str = Field(examples=["2026年度"])
    decided_on: date
    expired: bool = Field(description="Whether it may be borne no longer, today.")
    corrections: list[CorrectionView] = Field(
        description="Clerical errors put right since; the signed words stay as they were."
    )


class CertificateView(ResultView):
    """A certificate: its words, and the signed statement that anyone can check."""

    credit_code: str
    issuer: str = Field(examples=["无锡市滨湖区人民政府"])
    document: str = DOCUMENT
    certificate: str = Field(
        description="JWS (ES256) of typ `award-cert+jws`; keys at `/.well-known/jwks.json`."
    )


class BonusLine(View):
    """The money of one award; the organisation is the payee."""

    organisation: str
    awardee: str
    credit_code: str
    tier: str
    gross: str = YUAN
    reason: NoBonus | None = Field(description="Why there is no bonus.")


class BonusList(View):
    """The bonus of every award of a cycle, what is paid for awards elsewhere, and the sum."""

    items: list[BonusLine]
    matched: list[MatchedView]
    total: str = YUAN
