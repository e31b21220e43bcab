"""Is the service alive, and can it work?"""

from fastapi import APIRouter, Request
from sqlalchemy import select, text

from app.platform.db.installation import Installation
from app.platform.errors import Unavailable
from app.platform.ground import ground_of
from app.platform.http.bodies import View
from app.platform.http.problems import answers

routes = APIRouter(tags=["operation"])


class NotReady(Unavailable):
    code = "not-ready"
    zh = "服务尚未就绪：{what}。"
    en = "The service is not ready: {what}."


class HealthView(View):
    status: str


@routes.get("/healthz", operation_id="health", summary="Is the process alive?")
async def health() -> HealthView:
    """It answers, whatever the state of the database."""
    return HealthView(status="alive")


@routes.get(
    "/readyz",
    operation_id="readiness",
    summary="Can the service work?",
    responses=answers(NotReady),
)
async def readiness(request: Request) -> HealthView:
    """The database answers, is migrated, and keeps what it has committed."""
    async with ground_of(request).database.reading() as db:
        for setting in ("fsync", "full_page_writes"):
            if await db.scalar(text(f"SHOW {setting}")) != "on":
                raise NotReady(what=f"{setting} is off")
        if await db.scalar(select(Installation.purpose)) is None:
            raise NotReady(what="the database is not set up")
    return HealthView(status="ready")
