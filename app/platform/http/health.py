"""Is the service alive, and can it work?"""

import asyncio

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.clock import JUMP, ClockWatch
from app.platform.db.engine import DatabaseAwayError
from app.platform.db.installation import Installation
from app.platform.db.revision import newest_revision, stored_revision
from app.platform.db.safety import one_role, server_faults
from app.platform.errors import Refusal, Unavailable
from app.platform.ground import Ground, ground_of
from app.platform.http.bodies import View
from app.platform.http.problems import answers

ANSWER_OF_FILES = 3.0  # seconds

routes = APIRouter(tags=["operation"])


class NotReady(Unavailable):
    code = "not-ready"
    zh = "服务尚未就绪：{what}"
    en = "The service is not ready: {what}"


class HealthView(View):
    status: str


class ReadinessView(HealthView):
    warnings: list[str] = Field(
        description="What should be mended, though the service can work.", examples=[["one-role"]]
    )


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
async def readiness(request: Request) -> ReadinessView:
    """The database answers, is migrated to what this code needs, keeps what it has committed, its
    clock and ours are one, and the storage of files answers.
    The warning `one-role`: the service runs as the owner of its tables.
    """
    try:
        return await _readiness(request)
    except (DatabaseAwayError, SQLAlchemyError, OSError) as away:
        raise NotReady(what="数据库没有回答。") from away


async def _readiness(request: Request) -> ReadinessView:
    ground = ground_of(request)
    async with ground.database.pulse.expected(), ground.database.reading() as db:
        if faults := await server_faults(db) + await _clock_faults(db, ground.watch):
            raise NotReady(what=" ".join(faults))
        stored, newest = await stored_revision(db), newest_revision()
        if stored != newest:
            raise NotReady(what=f"数据库结构为 {stored}，程序需要 {newest}。请先迁移。")
        if await db.scalar(select(Installation.purpose)) is None:
            raise NotReady(what="数据库尚未初始化。")
        await _files_answer(ground)
        return ReadinessView(status="ready", warnings=["one-role"] if await one_role(db) else [])


async def _files_answer(ground: Ground) -> None:
    try:
        async with asyncio.timeout(ANSWER_OF_FILES):
            await ground.files.objects.ensure_usable()
    except (Refusal, TimeoutError) as away:
        raise NotReady(what="附件的存储没有回答。") from away


async def _clock_faults(db: AsyncSession, watch: ClockWatch | None) -> list[str]:
    """Whether our clock jumped, or is not that of the database, which other workers share."""
    if watch is None:
        return []
    found = []
    if jump := watch.jump():
        found.append(f"时钟刚刚跳变了 {jump.total_seconds():.0f} 秒，一分钟内不办理写入。")
    before, theirs = watch.wall(), await db.scalar(select(func.clock_timestamp()))
    assert theirs is not None  # noqa: S101  PostgreSQL always knows the time
    if theirs < before - JUMP or theirs > watch.wall() + JUMP:
        found.append(f"本机时钟与数据库相差超过 {JUMP.total_seconds():.0f} 秒，请校准时钟。")
    return found
