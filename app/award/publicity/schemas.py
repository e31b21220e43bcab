"""How do notices and objections look on the wire? One class per audience."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from app.award.publicity.lifecycle import NoticeStatus, ObjectionStatus
from app.award.publicity.rules import Ruling
from app.platform.http.bodies import Body, Line, Prose, View
from app.platform.http.pages import Paging
from app.platform.workflow.advance import Action

Address = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^https?://[^\s\x00-\x1f\x7f]{3,490}$")
]
OptionalLine = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
OptionalProse = Annotated[
    str, StringConstraints(max_length=8000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]


class Contact(Body):
    """Where the office takes objections: the office's own, not a person's."""

    name: Line = Field(examples=["滨湖区质量奖评审办公室"])
    phone: Line = Field(examples=["0510-81178000"])
    address: Line = Field(examples=["无锡市滨湖区金城西路500号"])


class NoticeIn(Body):
    """The text of a notice; the list of awardees-to-be comes from the stage."""

    title: Line = Field(examples=["2026年度滨湖区区长质量奖拟授奖名单公示"])
    text: Prose = Field(examples=["现将拟授奖名单予以公示，公示期5个工作日。"])
    contact: Contact


class PostingIn(Body):
    """Where and when the notice was posted; the period is counted from that day."""

    channel: Line = Field(examples=["滨湖区人民政府网站"])
    url: Address = Field(examples=["https://www.wxbh.gov.cn/doc/2026/11/02/1.shtml"])
    posted_at: AwareDatetime = Field(description="Not in the future, not before the stage opened.")


class NoticeQuery(Paging):
    """Which notices to list."""

    cycle: UUID | None = Field(default=None, description="Only those of this cycle.")


class AwardeeView(View):
    """One awardee-to-be, as the public reads it."""

    application_code: str = Field(examples=["SB-7Q2M9K3A"])
    organisation: str
    awardee: str = Field(description="Whom the award is for: the organisation unless named.")
    track: str
    tier: str | None


class Period(View):
    """When a posted notice runs. Days are local days in Beijing."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first_day: date | None = Field(alias="from", description="First day that counts.")
    last_day: date | None = Field(alias="to", description="Last day of the period.")
    ends_at: datetime | None = Field(description="The first instant that is too late.")
    provisional: bool | None = Field(
        description="The holidays of a year it touches are not published yet."
    )


class PublicNoticeLine(Period):
    """A posted notice in the public list."""

    code: str = Field(examples=["GS-260302-7Q2M9K3A"])
    cycle_id: UUID
    stage: str = Field(examples=["notice"])
    title: str
    channel: str
    url: str
    posted_at: datetime
    digest: str = Field(description="SHA-256 of `content`.", examples=["sha256:" + "0" * 64])


class PublicNoticeView(PublicNoticeLine):
    """A posted notice, with the exact text that was frozen at its posting."""

    text: str
    contact: Contact
    awardees: list[AwardeeView]
    content: str = Field(description="Canonical JSON; `digest` is over these bytes in UTF-8.")


class NoticeView(Period):
    """A notice as the award office sees it, drafts included."""

    id: UUID
    cycle_id: UUID
    stage: str = Field(examples=["notice"])
    round: int
    status: NoticeStatus
    version: int = Field(description='Its ETag, which PUT wants in If-Match, is `"v<version>"`.')
    title: str
    text: str
    contact: Contact
    awardees: list[AwardeeView] = Field(
        description="Of a draft: as the stage stands now. Of a posted notice: as posted."
    )
    hidden: int = Field(description="Lines of a draft not shown: you have an interest in them.")
    code: str = Field(description="Public from the posting on.", examples=["GS-260302-7Q2M9K3A"])
    channel: str | None
    url: str | None
    posted_at: datetime | None
    digest: str | None
    actions: list[Action]


class ObjectionIn(Body):
    """An objection. What is needed beyond the statement, the regulation says."""

    application_code: str = Field(min_length=1, max_length=40, examples=["SB-7Q2M9K3A"])
    name: OptionalLine = Field(
        default="", description="Real name of the person or body; kept sealed.", examples=["赵六"]
    )
    identity_number: str | None = Field(
        default=None, max_length=18, description="GB 11643; kept sealed.", examples=[None]
    )
    contact: OptionalLine = Field(
        default="", description="Phone or address; kept sealed.", examples=["13800000000"]
    )
    statement: Prose = Field(examples=["该单位2025年曾因产品质量问题被行政处罚。"])
    evidence: OptionalProse = Field(default="", examples=["锡市监罚〔2025〕31号"])


class ObjectionReceipt(View):
    """What the objector keeps."""

    code: str = Field(examples=["YY-7Q2M9K3A"])
    received_at: datetime


class RulingIn(Body):
    ruling: Ruling
    reason: Prose = Field(examples=["经查，所述处罚与该单位无关。"])
    document: Line = Field(examples=["滨质奖办〔2026〕12号"])


class ObjectionView(View):
    """An objection as the award office sees it; never who objects."""

    id: UUID
    code: str
    notice_code: str
    entry_id: UUID
    application_code: str
    organisation: str
    awardee: str
    status: ObjectionStatus
    statement: str
    evidence: str | None
    received_at: datetime
    ruling: Ruling | None
    reason: str | None
    document: str | None
    ruled_at: datetime | None
    actions: list[Action]


class ObjectorView(View):
    """Who objects; opening it is logged."""

    name: str | None
    identity_number: str | None
    contact: str | None
