"""How is the feed of events reached?"""

from typing import Annotated

from fastapi import APIRouter, Query

from app.award.events import queries
from app.award.events.rules import EventUnknown
from app.award.events.schemas import EventQuery, EventsView
from app.platform.accounts.callers import Reading, SignInNeeded
from app.platform.http.problems import answers

routes = APIRouter(tags=["events"])


@routes.get(
    "/events",
    operation_id="list_events",
    summary="What has happened since",
    responses=answers(SignInNeeded, EventUnknown),
)
async def list_events(call: Reading, query: Annotated[EventQuery, Query()]) -> EventsView:
    """What is public, and what your own organisations did; the same answer whenever it is asked.

    An event is told a minute after it happened.
    """
    return await queries.list_events(call, query)
