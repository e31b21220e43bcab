"""Where does the engineer outside look things up? Without an account; nothing here is secret."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.catalogue.loader import code_list, code_lists
from app.platform.accounts.callers import PublicReading
from app.platform.http.problems import answers
from app.reference import lookups
from app.reference.lifecycles import TABLES, lifecycle_view
from app.reference.problems import catalogue
from app.reference.schemas import (
    CodeListLine,
    CodeListQuery,
    CodeListView,
    DayView,
    DeadlineQuery,
    DeadlineView,
    LifecycleView,
    MetaView,
    ProblemView,
    YearQuery,
)

routes = APIRouter(tags=["reference"])


def _cacheable(response: Response) -> None:
    response.headers["Cache-Control"] = "public, max-age=300"


CACHEABLE = [Depends(_cacheable)]


@routes.get("/meta", operation_id="meta", summary="Time, versions, limits, ways to sign in")
async def meta(request: Request, call: PublicReading) -> MetaView:
    """What a client asks first."""
    return lookups.meta(call, request.app.version)


@routes.get(
    "/problems",
    operation_id="list_problems",
    summary="Every problem the service can answer with",
    dependencies=CACHEABLE,
)
async def list_problems() -> list[ProblemView]:
    """In order of code, in both languages, with what to do about it."""
    return list(catalogue().values())


@routes.get(
    "/lifecycles",
    operation_id="list_lifecycles",
    summary="Statuses and moves of everything",
    dependencies=CACHEABLE,
)
async def list_lifecycles() -> list[LifecycleView]:
    """The tables that the service itself goes by, in the order of the year."""
    return [lifecycle_view(thing) for thing in TABLES]


@routes.get(
    "/codes",
    operation_id="list_code_lists",
    summary="The lists of codes",
    dependencies=CACHEABLE,
)
async def list_code_lists() -> list[CodeListLine]:
    """Each with its version and where it comes from."""
    return [lookups.code_line(code_list(code)) for code in code_lists()]


@routes.get(
    "/codes/{name}",
    operation_id="read_code_list",
    summary="One list of codes",
    responses=answers(lookups.CodeListUnknown),
    dependencies=CACHEABLE,
)
async def read_code_list(name: str, query: Annotated[CodeListQuery, Query()]) -> CodeListView:
    """In the order of its source. A version that was published once stays readable."""
    return lookups.codes(name, query.version)


@routes.get(
    "/calendar/deadline",
    operation_id="read_deadline",
    summary="On which day does a period end?",
    responses=answers(lookups.CannotBeCounted),
    dependencies=CACHEABLE,
)
async def read_deadline(query: Annotated[DeadlineQuery, Query()]) -> DeadlineView:
    """By 民法典 arts. 200-204 unless the question says otherwise; with the days skipped."""
    return lookups.deadline_of(query)


@routes.get(
    "/calendar/days",
    operation_id="list_days",
    summary="The days of a year, and whether they are worked",
    dependencies=CACHEABLE,
)
async def list_days(query: Annotated[YearQuery, Query()]) -> list[DayView]:
    """As the State Council has arranged them; provisional until it has."""
    return lookups.days_of(query.year)
