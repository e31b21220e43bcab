"""Moving award time: routes that exist only in rehearsal mode, on a database made for it."""

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import AwareDatetime
from sqlalchemy import update

from app.platform.accounts.callers import PublicReading, PublicWriting
from app.platform.accounts.service.joining import issue_bootstrap
from app.platform.db.installation import Installation
from app.platform.http.bodies import Body, View

routes = APIRouter(prefix="/rehearsal", tags=["rehearsal"])


class ClockIn(Body):
    now: AwareDatetime


class ClockView(View):
    now: datetime


class BootstrapView(View):
    token: str


@routes.get("/clock", operation_id="read_award_clock", summary="What is award time?")
async def read_award_clock(call: PublicReading) -> ClockView:
    return ClockView(now=call.now)


@routes.put("/clock", operation_id="move_award_clock", summary="Move award time")
async def move_award_clock(call: PublicWriting, body: ClockIn) -> ClockView:
    """Award time is set for the whole database and runs on from there."""
    await call.db.execute(update(Installation).values(clock_shift=body.now - call.wall))
    return ClockView(now=body.now)


@routes.post(
    "/bootstrap",
    operation_id="issue_bootstrap",
    summary="A bootstrap token for one rehearsal",
    status_code=status.HTTP_201_CREATED,
)
async def issue_bootstrap_token(call: PublicWriting) -> BootstrapView:
    return BootstrapView(token=await issue_bootstrap(call.db, call.wall))
