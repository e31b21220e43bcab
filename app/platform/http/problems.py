"""How does a refusal look on the wire? RFC 9457, in one file."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.platform.db.engine import DatabaseAwayError
from app.platform.errors import (
    ConditionMissing,
    Conflict,
    Invalid,
    Language,
    Malformed,
    NotAllowed,
    NotFound,
    Refusal,
    SeveralInvalid,
    Stale,
    StorageFull,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from app.platform.http.chapters import route_of
from app.platform.http.once import KeyMissing, Replay

LOG = logging.getLogger("quality_award")

TYPE = "https://quality-award.example/problems/"
MEDIA_TYPE = "application/problem+json"


class MethodNotAllowed(Refusal):
    code = "method-not-allowed"
    zh = "此地址不接受这种请求方法。"
    en = "This address does not take that method."
    mend = Malformed.mend


STATUS: Mapping[type[Refusal], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    ConditionMissing: 428,
    TooMany: 429,
    Unavailable: 503,
    StorageFull: 507,
}


class MalformedJson(Malformed):
    code = "malformed-json"
    zh = "请求内容不是有效的 UTF-8 编码 JSON。"
    en = "The request is not valid JSON in UTF-8."


class Busy(Unavailable):
    code = "busy"
    zh = "服务繁忙，请稍后重试。"
    en = "The service is busy; try again shortly."


class Fault(Refusal):
    code = "fault"
    zh = "服务出现内部错误，您的操作没有生效。"
    en = "Something broke on our side; nothing of your request was carried out."


class NotText(Invalid):
    code = "not-text"
    zh = "内容含有无法保存的字符。"
    en = "The request holds characters that cannot be stored."


class WrongValue(Invalid):
    """A value refused by the shape of the request; `kind` is the stable code of the mistake."""

    code = "invalid-input"
    zh = "{zh}"
    en = "{en}"


class ErrorItem(BaseModel):
    """One thing to mend."""

    pointer: str | None = Field(default=None, examples=["/percentage"])
    code: str = Field(examples=["multiple-of-5"])
    detail: str = Field(examples=["百分比必须是 5 的倍数。"])


class Rule(BaseModel):
    """The clause of the regulation that refused."""

    clause: str = Field(examples=["第九条"])


class Problem(BaseModel):
    """RFC 9457 problem details. `code` never changes; `title` and `detail` follow the language."""

    type: str = Field(examples=[TYPE + "move-not-possible"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["move-not-possible"])
    instance: str | None = None
    errors: list[ErrorItem] = []
    reasons: list[ErrorItem] = []
    rule: Rule | None = None


# What pydantic calls it → our code, 中文, English. Anything else is `wrong-value`.
MISTAKES: Mapping[str, tuple[str, str, str]] = {
    "missing": ("missing", "此项必填。", "This is required."),
    "extra_forbidden": ("unknown-field", "没有这一项。", "There is no such field."),
    "string_pattern_mismatch": ("wrong-form", "格式不正确。", "This does not have the right form."),
    "string_too_short": ("too-short", "内容过短。", "This is too short."),
    "string_too_long": ("too-long", "内容过长。", "This is too long."),
    "multiple_of": (
        "not-a-multiple",
        "必须是 {multiple_of} 的倍数。",
        "Use multiples of {multiple_of}.",
    ),
    "greater_than_equal": ("too-small", "不得小于 {ge}。", "This must be at least {ge}."),
    "less_than_equal": ("too-large", "不得大于 {le}。", "This must be at most {le}."),
    "enum": ("not-in-list", "只能是：{expected}。", "Use one of {expected}."),
    "literal_error": ("not-in-list", "只能是：{expected}。", "Use one of {expected}."),
    "int_type": ("not-a-whole-number", "必须是整数。", "This must be a whole number."),
    "int_parsing": ("not-a-whole-number", "必须是整数。", "This must be a whole number."),
    "int_from_float": ("not-a-whole-number", "必须是整数。", "This must be a whole number."),
    "uuid_parsing": ("wrong-form", "格式不正确。", "This does not have the right form."),
    "string_type": ("not-text", "必须是文本。", "This must be text."),
}
PASSING = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03"}
"""PostgreSQL's states after which the same request may succeed: a lost race, a lock, a restart."""
DISK_FULL = "53100"
UNSTORABLE = "22021"
"""PostgreSQL's state for a NUL character: text that it cannot hold."""
HEADERS_NEEDED: Mapping[tuple[int | str, ...], type[Refusal]] = {
    ("header", "If-Match"): ConditionMissing,
    ("header", "Idempotency-Key"): KeyMissing,
}
WRONG_VALUE = ("wrong-value", "内容不正确。", "This value is not acceptable.")


def status_of(refusal: type[Refusal]) -> int:
    """The HTTP status of a refusal's family."""
    return next((code for family, code in STATUS.items() if issubclass(refusal, family)), 500)


def language_of(request: Request) -> Language:
    """English for whoever asks for it before Chinese; Chinese for everybody else."""
    for wish in request.headers.get("accept-language", "").lower().split(","):
        tag = wish.split(";")[0].strip()
        if tag.startswith(("zh", "en")):
            return "en" if tag.startswith("en") else "zh"
    return "zh"


def problem_response(refusal: Refusal, request: Request) -> Response:
    """The refusal as a problem document."""
    language, status = language_of(request), status_of(type(refusal))

    def item(reason: Refusal) -> ErrorItem:
        code = str(reason.facts["kind"]) if isinstance(reason, WrongValue) else reason.code
        return ErrorItem(pointer=reason.pointer, code=code, detail=reason.sentence(language))

    items = [item(reason) for reason in refusal.reasons]
    clause = next((reason.clause for reason in refusal.reasons if reason.clause), None)
    invalid = isinstance(refusal, Invalid)
    problem = Problem(
        type=TYPE + refusal.code,
        title=refusal.sentence(language),
        status=status,
        detail=" ".join(i.detail for i in items),
        code=refusal.code,
        instance=request.url.path,
        errors=items if invalid else [],
        reasons=[] if invalid else items,
        rule=Rule(clause=clause) if clause else None,
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": "en" if language == "en" else "zh-CN",
    }
    if status == STATUS[Unauthenticated]:
        headers["WWW-Authenticate"] = "Bearer"
    if status == STATUS[Unavailable]:
        headers["Retry-After"] = "2"
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(refusal.facts["seconds"])
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    where, *path = location
    escaped = [str(part).replace("~", "~0").replace("/", "~1") for part in path]
    return "".join(f"/{part}" for part in (escaped if where == "body" else [str(where), *escaped]))


def _from_validation(error: RequestValidationError) -> Refusal:
    found: list[Refusal] = []
    for mistake in error.errors():
        if mistake["type"] == "json_invalid":
            return MalformedJson()
        if mistake["type"] == "missing" and mistake["loc"] in HEADERS_NEEDED:
            return HEADERS_NEEDED[mistake["loc"]]()
        kind, zh, en = in_words(mistake)
        found.append(WrongValue(pointer=_pointer(mistake["loc"]), kind=kind, zh=zh, en=en))
    return SeveralInvalid(found)


def in_words(mistake: Mapping[str, Any]) -> tuple[str, str, str]:
    """Our code, 中文 and English of a mistake that pydantic, or a validator of ours, has found."""
    kind, zh, en = MISTAKES.get(mistake["type"], WRONG_VALUE)
    stated = mistake.get("ctx", {}).get("error")
    facts = {key: value for key, value in mistake.get("ctx", {}).items() if key != "error"}
    return (
        getattr(stated, "code", kind),
        getattr(stated, "zh", zh.format(**facts)),
        getattr(stated, "en", en.format(**facts)),
    )


def _from_http(error: HTTPException) -> Refusal:
    if isinstance(error.__cause__, Refusal):  # raised while FastAPI was reading the body
        return error.__cause__
    by_status: dict[int, type[Refusal]] = {400: MalformedJson, 404: NotFound, 405: MethodNotAllowed}
    return by_status.get(error.status_code, Fault)()


def _methods_here(request: Request) -> str:
    """Every method of this address, as described: the router names those of one route alone."""
    described = request.app.openapi()["paths"].get(route_of(request.scope), {})
    return ", ".join(sorted(method.upper() for method in described))


def install(app: FastAPI) -> None:
    """Answer every refusal, and every fault, with a problem document."""

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101  registered for this class alone
        return problem_response(error, request)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  as above
        return problem_response(_from_validation(error), request)

    async def on_busy(request: Request, error: Exception) -> Response:
        LOG.warning("database busy", extra=_told(request), exc_info=error)
        return problem_response(Busy(), request)

    async def on_database(request: Request, error: Exception) -> Response:
        assert isinstance(error, DBAPIError)  # noqa: S101  as above
        state = getattr(error.orig, "sqlstate", None)
        if state in PASSING or error.connection_invalidated:
            return await on_busy(request, error)
        if state == DISK_FULL:
            LOG.error("the database's disk is full")
            return problem_response(StorageFull(), request)
        if state == UNSTORABLE:
            return problem_response(NotText(), request)
        return on_fault(request, error)

    app.add_exception_handler(Replay, on_replay)
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    for passing in (PoolTimeout, DatabaseAwayError, TimeoutError):  # the last of a silent server
        app.add_exception_handler(passing, on_busy)
    app.add_exception_handler(DBAPIError, on_database)


async def _on_http(request: Request, error: Exception) -> Response:
    """A refusal of the framework: no such address, no such method, no such media type."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class alone
    response = problem_response(_from_http(error), request)
    response.headers.update(error.headers or {})
    if error.status_code == STATUS[MethodNotAllowed]:
        response.headers["Allow"] = _methods_here(request) or response.headers["Allow"]
    return response


def on_replay(request: Request, error: Exception) -> Response:
    """What was carried out before is answered as before."""
    del request
    assert isinstance(error, Replay)  # noqa: S101  registered for this class alone
    return error.response()


def on_fault(request: Request, error: Exception) -> Response:
    """What nobody foresaw: the log gets everything, the caller a sentence."""
    LOG.error("fault", extra=_told(request), exc_info=error)
    return problem_response(Fault(), request)


def _told(request: Request) -> dict[str, str]:
    return {"request_id": getattr(request.state, "request_id", "")}


def answers(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The problems an operation can answer, for its `responses=`: status → codes and examples."""
    listed: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        status = status_of(refusal)
        entry = listed.setdefault(status, _documented())
        entry["description"] = " · ".join(filter(None, [entry["description"], f"`{refusal.code}`"]))
        entry["content"][MEDIA_TYPE]["examples"][refusal.code] = {
            "summary": refusal.en,
            "value": {
                "type": TYPE + refusal.code,
                "title": refusal.zh,
                "status": status,
                "detail": refusal.zh,
                "code": refusal.code,
            },
        }
    return listed


def _documented() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "", "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}}}
