"""What does the service write to its log? JSON lines that hold only what stands in a list.

No token, password, name or score can get in: not by a value, since only the keys of the list are
written; not by a message, since ours are written for the log and those of libraries are left out;
not by an exception, of which only the kind and the places are told.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

OURS = "quality_award"
LOG = logging.getLogger(OURS)
TRUSTED_MESSAGES = (OURS, "uvicorn")
"""Whose messages are known to hold nothing of a request but its form."""
KEYS = (
    "at",
    "level",
    "event",
    "logger",
    "request_id",
    "method",
    "route",
    "status",
    "duration_ms",
    "exception",
    "places",
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PLACES = 12
"""So many places of an exception are told, the innermost last."""

Event = MutableMapping[str, Any]
Fault = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(*, requests: bool = True, out: TextIO | None = None) -> None:
    """Write the log of this process to `out` (standard error), every request if `requests`."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        ],
        processors=[_safe, structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(formatter)
    logging.getLogger().handlers = [handler]
    logging.getLogger().setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO if requests else logging.WARNING)


def tell_request(request_id: str, method: str, route: str, status: int, duration_ms: float) -> None:
    """One line about one request. `route` is the template of the path, never the path itself."""
    if LOG.isEnabledFor(logging.INFO):
        LOG.info(
            "request",
            extra={
                "request_id": request_id,
                "method": method if method in METHODS else "other",
                "route": route,
                "status": status,
                "duration_ms": round(duration_ms, 1),
            },
        )


def _safe(_logger: Any, _name: str, event: Event) -> Event:
    """Only what stands in the list, in its order."""
    record: logging.LogRecord = event["_record"]
    if record.name.split(".")[0] not in TRUSTED_MESSAGES:
        event["event"] = f"{record.module}:{record.lineno}"
    fault = event.get("exc_info")
    if fault and fault[1] is not None:
        event.update(_told(fault))
    return {key: event[key] for key in KEYS if key in event}


def _told(fault: Fault) -> dict[str, Any]:
    """The kinds of an exception and of its causes, and where it was raised; none of its words."""
    kinds: list[str] = []
    one: BaseException | None = fault[1]
    while one is not None and len(kinds) < PLACES:
        kinds.append(type(one).__qualname__)
        one = one.__cause__ or one.__context__
    frames = traceback.extract_tb(fault[2])[-PLACES:]
    places = [f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}" for one in frames]
    return {"exception": kinds, "places": places}
