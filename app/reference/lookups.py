"""What do a client's questions about time, codes and limits come to?"""

from datetime import date, timedelta

from app.catalogue.loader import CodeItem, CodeList, NotInCatalogueError, code_list, versions_of
from app.platform.accounts.callers import Call
from app.platform.accounts.service.sign_in import ACCESS_LIFETIME
from app.platform.errors import Invalid, NotFound
from app.platform.files.rules import LARGEST
from app.platform.http.pages import MOST
from app.reference.schemas import (
    CodeItemView,
    CodeListLine,
    CodeListView,
    DayView,
    DeadlineQuery,
    DeadlineView,
    Limits,
    MetaView,
    SignInMethod,
    Versions,
)
from app.rules.calendar import (
    BEIJING,
    Calendar,
    CalendarError,
    CountRule,
    Day,
    Length,
    deadline,
)

CALENDAR = Calendar()
LONGEST_KEY = 100


class CodeListUnknown(NotFound):
    code = "code-list-unknown"
    zh = "没有这个代码表。"
    en = "There is no such list of codes."
    mend = ("请从 GET /api/v1/codes 选取。", "Choose one of GET /api/v1/codes.")


class CannotBeCounted(Invalid):
    code = "cannot-be-counted"
    zh = "无法计算：{why}。"
    en = "No day can be counted from this."


def meta(call: Call, service: str) -> MetaView:
    """The two clocks, the versions and the limits."""
    return MetaView(
        server_time=call.wall,
        award_time=call.now,
        zone=BEIJING,
        rehearsal=call.ground.rehearsal,
        versions=Versions(api="v1", service=service),
        limits=Limits(
            page=MOST,
            attachment_bytes=LARGEST,
            access_token_seconds=ACCESS_LIFETIME // timedelta(seconds=1),
            idempotency_key_length=LONGEST_KEY,
        ),
        sign_in=list(SignInMethod),
        token_url="/api/v1/auth/token",  # noqa: S106  an address
    )


def codes(name: str, version: str | None = None) -> CodeListView:
    """A list with all its codes, in its newest version or the one named. Raises CodeListUnknown."""
    try:
        found = code_list(name, version)
    except NotInCatalogueError:
        raise CodeListUnknown from None
    return CodeListView(
        **code_line(found).model_dump(), items=[_item(item) for item in found.items]
    )


def code_line(found: CodeList) -> CodeListLine:
    """A list without its codes."""
    return CodeListLine(
        list=found.code,
        name=found.name,
        version=found.version,
        versions=versions_of(found.code),
        source=found.source,
    )


def _item(item: CodeItem) -> CodeItemView:
    return CodeItemView(code=item.code, name=item.name, parent=item.parent)


def deadline_of(query: DeadlineQuery) -> DeadlineView:
    """The end of a period. Raises CannotBeCounted."""
    rule = CountRule(query.first_day, query.ends_on_rest_day, query.end_of_day)
    try:
        found = deadline(query.start, Length(query.length, query.unit), rule, CALENDAR)
    except CalendarError as error:
        raise CannotBeCounted(pointer="/query/from", why=str(error)) from error
    return DeadlineView(
        first_day=found.first_day,
        last_day=found.last_day,
        ends_at=found.ends_at,
        zone=BEIJING,
        provisional=found.provisional,
        skipped=[_day(day) for day in found.skipped],
    )


def days_of(year: int) -> list[DayView]:
    """Every day of a year."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return [_day(CALENDAR.day(first + timedelta(n))) for n in range((after - first).days)]


def _day(day: Day) -> DayView:
    return DayView(day=day.day, working=day.working, name=day.name, provisional=day.provisional)
