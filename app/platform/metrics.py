"""What does an operator need to see of a running service? Prometheus asks `/metrics`.

Labels hold route templates, methods and classes of statuses: never an id, a name or an address.
Several workers write into one folder, and whichever is asked answers for all. Only this machine, or
networks that a setting names, may ask, and not through a proxy: to others there is no such address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.platform.audit.models import UnsealedEvent
from app.platform.db.engine import DatabaseAwayError
from app.platform.errors import NotFound
from app.platform.ground import Ground, ground_of
from app.platform.http.arrival import App, Message, Receive, Scope, Send
from app.platform.jobs.models import Job, JobState

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LATE = (JobState.WAITING, JobState.FAILED)
UNKNOWN = "unknown"
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}

routes = APIRouter(include_in_schema=False)
measured = CollectorRegistry()
REQUESTS = Counter(
    "award_requests", "Requests answered.", ["method", "route", "status"], registry=measured
)
LATENCY = Histogram(
    "award_request_seconds",
    "Seconds from the head of a request to the end of its answer.",
    ["method", "route"],
    buckets=SECONDS,
    registry=measured,
)
RUNNING = Gauge(
    "award_requests_running",
    "Requests under way.",
    registry=measured,
    multiprocess_mode="livesum",
)
IN_USE = Gauge(
    "award_pool_in_use",
    "Database connections in use, when last a request ended.",
    ["pool"],
    registry=measured,
    multiprocess_mode="livesum",
)


class Measured:
    """ASGI middleware: counts every answer and how long it took."""

    def __init__(self, app: App, ground: Ground) -> None:
        self.app = app
        self.pools = {
            "write": ground.database.write_engine.sync_engine.pool,
            "read": ground.database.read_engine.sync_engine.pool,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        RUNNING.inc()
        try:
            await self.app(scope, receive, noting)
        finally:
            RUNNING.dec()
            method = scope["method"] if scope["method"] in METHODS else UNKNOWN
            template = _template(scope)
            REQUESTS.labels(method, template, f"{status // 100}xx").inc()
            LATENCY.labels(method, template).observe(perf_counter() - began)
            for name, pool in self.pools.items():
                if isinstance(pool, QueuePool):
                    IN_USE.labels(name).set(pool.checkedout())


def _template(scope: Scope) -> str:
    """The route as it is declared; an address that fits none could hold anything."""
    fitting = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(fitting, "path", UNKNOWN))


@dataclass(frozen=True, slots=True)
class Observed:
    """What the database tells; None where it does not answer."""

    jobs: dict[str, int] | None
    unsealed: int | None

    def gauges(self) -> Iterator[tuple[str, str, dict[str, str], int]]:
        """Name, meaning, labels, value."""
        up = int(self.unsealed is not None)
        yield "award_database_up", "Whether the database answers.", {}, up
        for state, count in (self.jobs or {}).items():
            yield "award_jobs", "Jobs by state.", {"state": state}, count
        if self.unsealed is not None:
            yield "award_unsealed_events", "Acts not yet in a sealed log.", {}, self.unsealed


async def observe(ground: Ground) -> Observed:
    """Jobs late or failed, and acts unsealed; one statement."""

    def counted(state: JobState) -> Any:
        return select(func.count()).where(Job.state == state).scalar_subquery().label(state.value)

    unsealed = select(func.count()).select_from(UnsealedEvent).scalar_subquery().label("unsealed")
    try:
        async with ground.database.pulse.expected(), ground.database.reading() as db:
            row = (await db.execute(select(*(counted(state) for state in LATE), unsealed))).one()
    except (DatabaseAwayError, SQLAlchemyError, OSError):
        return Observed(None, None)
    return Observed({state.value: getattr(row, state.value) for state in LATE}, row.unsealed)


def exposition(observed: Observed, folder: Path | None) -> bytes:
    """Everything in Prometheus' text form; `folder` is where several workers write."""
    told = measured
    if folder is not None:
        told = CollectorRegistry()
        MultiProcessCollector(told, path=str(folder))  # type: ignore[no-untyped-call]  # untyped
    now, gauges = CollectorRegistry(), dict[str, Gauge]()
    for name, meaning, labels, value in observed.gauges():
        gauge = gauges.get(name) or Gauge(name, meaning, list(labels), registry=now)
        gauges[name] = gauge
        (gauge.labels(**labels) if labels else gauge).set(value)
    return generate_latest(told) + generate_latest(now)


def _may_ask(request: Request) -> bool:
    """Asked from a network of the operator's, and not by a proxy for somebody else."""
    peer = request.client.host if request.client else ""
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip"} & set(request.headers)
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return not forwarded and any(address in network for network in request.app.state.metrics_from)


@routes.get("/metrics", operation_id="metrics")
async def metrics(request: Request) -> Response:
    """Counters, latencies, the pool, jobs and the log, for the operator."""
    if not _may_ask(request):
        raise NotFound
    ground = ground_of(request)
    text = exposition(await observe(ground), request.app.state.metrics_folder)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
