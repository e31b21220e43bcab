"""Which applications does somebody look for? Every filter is one condition, every order one column;
what is shown is decided before by the policy.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Text, Uuid, bindparam, exists, func, select, union
from sqlalchemy.orm import aliased

from app.award.applications.models import Application
from app.award.applications.queries import APPLICATION_RESOURCE, AWARDEE, LINES
from app.award.applications.schemas import ApplicationLine, ApplicationQuery, ApplicationSort
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.prepared import Direct, Prepared
from app.platform.db.searching import holds
from app.platform.http.pages import Page, in_pages, instant, prepared_page
from app.platform.security.access import visible_to
from app.platform.security.permission import Shape

INSTANT = DateTime(timezone=True)
RECEIVED = (ApplicationSort.RECEIVED, ApplicationSort.LAST_RECEIVED)
ORDERS: dict[ApplicationSort, Any] = {
    ApplicationSort.CODE: Application.code,
    ApplicationSort.ORGANISATION: Organisation.name,
    ApplicationSort.AWARDEE: AWARDEE,
    ApplicationSort.RECEIVED: Application.submitted_at,
    ApplicationSort.LAST_RECEIVED: Application.submitted_at,
}


def _place(name: str, kind: Any = Text) -> Any:
    return bindparam(name, type_=kind() if isinstance(kind, type) else kind)


def _found() -> ColumnElement[bool]:
    """By code or awardee of the application, or by name or credit code of its organisation."""
    mine, theirs, owner = aliased(Application), aliased(Application), aliased(Organisation)
    found = union(
        select(mine.id).where(holds(mine.code, mine.awardee)),
        select(theirs.id)
        .join(owner, owner.id == theirs.organisation_id)
        .where(holds(owner.name, owner.credit_code)),
    )
    return Application.id.in_(found)


def _reached(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the application has an entry in such a stage."""
    return exists(
        select(Entry.id)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.application_id == Application.id, *more)
    )


AT_STAGE = Stage.key == _place("stage")
WITH_RESULT = (Stage.status == StageStatus.CLOSED) & (Outcome.result == _place("result"))
FILTERS: dict[str, Any] = {
    "cycle": lambda: Application.cycle_id == _place("cycle", Uuid),
    "status": lambda: Application.status == _place("status"),
    "track": lambda: Application.track == _place("track"),
    "tier": lambda: Application.tier == _place("tier"),
    "industry": lambda: func.starts_with(Application.form["industry"].astext, _place("industry")),
    "received_from": lambda: Application.submitted_at >= _place("received_from", INSTANT),
    "received_until": lambda: Application.submitted_at < _place("received_until", INSTANT),
    "q": _found,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which filters are set, in which order, and whether it goes on: there are few of each."""

    filters: frozenset[str]
    sort: ApplicationSort
    going_on: bool


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [made() for name, made in FILTERS.items() if name in wanted.filters]
    if "result" in wanted.filters:
        there = [AT_STAGE] if "stage" in wanted.filters else []
        found.append(_reached(WITH_RESULT, *there))
    elif "stage" in wanted.filters:
        found.append(_reached(AT_STAGE))
    if wanted.sort in RECEIVED:
        found.append(Application.submitted_at.is_not(None))
    return found


@lru_cache(maxsize=256)
def listed(shape: Shape, wanted: Wanted) -> Prepared:
    """The list for callers of one shape who look for things in one way."""
    seen = visible_to(shape, APPLICATION_RESOURCE)
    return Prepared(
        in_pages(
            LINES.where(seen, *_conditions(wanted)),
            by=ORDERS[wanted.sort],
            identity=Application.id,
            going_on=wanted.going_on,
            falling=wanted.sort is ApplicationSort.LAST_RECEIVED,
        )
    )


async def list_applications(call: Call[Direct], query: ApplicationQuery) -> Page[ApplicationLine]:
    """Those the caller may see and asks for, in the order asked for; one statement."""
    asked = query.model_dump(exclude={"cursor", "limit", "sort"}, exclude_none=True)
    wanted = Wanted(frozenset(asked), query.sort, bool(query.cursor))
    order: Any = {"key": instant} if query.sort in RECEIVED else {}
    return await prepared_page(
        call.db,
        listed(call.actor.shape, wanted),
        query,
        identity=UUID,
        view=ApplicationLine,
        **order,
        **asked,
        **call.actor.values(),
    )
