"""How does what an engineer outside looks up appear on the wire?"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from app.platform.http.bodies import Asked, View
from app.rules.calendar import FirstDay, RestDay, Unit


class Limits(View):
    """What is refused beyond it."""

    page: int = Field(description="Most lines of one page.")
    attachment_bytes: int
    access_token_seconds: int
    idempotency_key_length: int


class Versions(View):
    api: str = Field(description="Major version, as in the path.", examples=["v1"])
    service: str = Field(examples=["1.0.0"])


class SignInMethod(StrEnum):
    """`portal`: the token exchange, for the people of a registered portal."""

    PASSWORD = "password"  # noqa: S105  the name of a grant
    PORTAL = "portal"


class MetaView(View):
    """What a client asks first."""

    server_time: datetime = Field(description="Wall time, UTC: what tokens expire by.")
    award_time: datetime = Field(description="What deadlines count by; moved in a rehearsal only.")
    zone: str = Field(description="Where legal days begin and end.", examples=["Asia/Shanghai"])
    rehearsal: bool = Field(description="Nothing here counts: award time can be moved.")
    versions: Versions
    limits: Limits
    sign_in: list[SignInMethod]
    token_url: str = Field(examples=["/api/v1/auth/token"])


class ProblemView(View):
    """A code the service can refuse with. Braces in the sentences are filled in by the case."""

    code: str = Field(examples=["move-not-possible"])
    status: int = Field(examples=[409])
    zh: str
    en: str
    mend_zh: str = Field(description="What to do.")
    mend_en: str = Field(description="What to do.")


class CodeItemView(View):
    code: str = Field(examples=["C34"])
    name: str = Field(examples=["通用设备制造业"])
    parent: str | None = Field(examples=["C"])


class CodeListLine(View):
    """A list of codes; `source` says from which text, and how faithfully, it was taken."""

    list: str = Field(examples=["industries"])
    name: str
    version: str = Field(examples=["2017-1"])
    versions: tuple[str, ...] = Field(description="All that can be read, the newest first.")
    source: str


class CodeListView(CodeListLine):
    items: list[CodeItemView]


class CodeListQuery(Asked):
    """Which version."""

    version: str | None = Field(
        default=None, max_length=20, description="The newest unless named.", examples=["2017-1"]
    )


class DeadlineQuery(Asked):
    """A period, and how a regulation counts it."""

    start: date = Field(alias="from", description="The day of the act that sets it going.")
    length: int = Field(ge=1, le=3660, examples=[5])
    unit: Unit = Unit.WORKING_DAYS
    first_day: FirstDay = FirstDay.NOT_COUNTED
    ends_on_rest_day: RestDay = RestDay.RUNS_ON
    end_of_day: str = Field(
        default="24:00", pattern=r"^(24:00|([01]\d|2[0-3]):[0-5]\d)$", examples=["17:30"]
    )


class YearQuery(Asked):
    """Which year."""

    year: int = Field(ge=2004, le=2100, examples=[2026])


class DayView(View):
    """One day. Provisional: the holidays of its year are not published yet."""

    day: date
    working: bool
    name: str = Field(examples=["周一"])
    provisional: bool


class DeadlineView(View):
    """The last day of a period. Days are local days in the zone; `skipped` did not count."""

    first_day: date
    last_day: date
    ends_at: datetime = Field(description="The first instant that is too late.")
    zone: str = Field(examples=["Asia/Shanghai"])
    provisional: bool = Field(description="May change: ask again once the holidays are published.")
    skipped: list[DayView]


class MoveView(View):
    """One way a thing changes; `sources` are the statuses from which it is possible. A move that
    leaves the status as it is stands here once for each.
    """

    move: str = Field(examples=["submit"])
    name: str = Field(description="In Chinese.", examples=["提交"])
    sources: list[str] = Field(examples=[["draft"]])
    target: str = Field(examples=["submitted"])
    permission: str = Field(examples=["application:submit"])


class LifecycleView(View):
    """Every status a thing can have, and every move."""

    thing: str = Field(examples=["application"])
    statuses: list[str]
    names: dict[str, str] = Field(
        description="The statuses in Chinese.", examples=[{"draft": "草稿", "submitted": "已提交"}]
    )
    moves: list[MoveView]
