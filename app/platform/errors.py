"""Which families of refusal are there, and how does a refusal speak?

A concrete refusal is a class beside its rule, with a stable `code` and one sentence in Chinese and
one in English. Only `http/problems.py` knows which status a family has.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class Refusal(Exception):
    """Something the caller asked for that is not done, said so that a clerk understands it."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    mend: ClassVar[tuple[str, str]] = (
        "请记下 X-Request-Id 并联系服务的运维人员。",
        "Note the X-Request-Id and tell the operators of the service.",
    )
    """What to do about it, in Chinese and in English; a family has one that fits most."""

    def __init__(
        self, *, pointer: str | None = None, clause: str | None = None, **facts: object
    ) -> None:
        super().__init__(self.code)
        self.pointer = pointer
        self.clause = clause
        self.facts = facts

    def sentence(self, language: Language = "zh") -> str:
        return (self.zh if language == "zh" else self.en).format(**self.facts)

    @property
    def reasons(self) -> tuple["Refusal", ...]:
        return (self,)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class Malformed(Refusal):
    """The request cannot be read at all."""

    mend = (
        "请按接口说明改正请求的写法后再发。",
        "Correct how the request is written, as the description of the API says.",
    )


class Unauthenticated(Refusal):
    """We do not know who is calling."""

    mend = (
        "请用有效的访问令牌重试；令牌过期时先用刷新令牌换取新的。",
        "Retry with a valid access token; refresh it first if it has expired.",
    )


class NotAllowed(Refusal):
    """The caller may see the thing, but not do this to it."""

    code = "not-allowed"
    zh = "您没有进行此项操作的权限。"
    en = "You may not do this."
    mend = (
        "不要重试。请由有此权限的人员操作。",
        "Do not retry. Somebody with that right has to do it.",
    )


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it: the same answer."""

    code = "not-found"
    zh = "没有找到，或您无权查看。"
    en = "There is no such thing, or you may not see it."
    mend = (
        "请检查地址中的标识，并确认使用的是有权查看者的令牌。",
        "Check the id in the address, and whose token you use.",
    )


class Conflict(Refusal):
    """It cannot be done now, as things stand."""

    mend = (
        "请重新读取，按 reasons 逐条处理后再操作；原样重试不会成功。",
        "Read it again and deal with each of `reasons`; the same request will not succeed.",
    )


class Stale(Refusal):
    """The caller saw an older version than the one that is stored."""

    code = "stale"
    zh = "在您打开之后，内容已被修改。请重新读取后再保存。"
    en = "It has changed since you read it. Read it again before you save."
    mend = (
        "请重新读取，合并您的修改，以新的 ETag 作为 If-Match 再保存。",
        "Read it again, merge your change, and save with the new ETag in If-Match.",
    )


class ConditionMissing(Refusal):
    """The caller did not say which version it saw."""

    code = "if-match-missing"
    zh = "请在 If-Match 中写明您读到的版本（ETag）。"
    en = "Say in If-Match which version (ETag) you have read."
    mend = (
        "请先读取，并在 If-Match 中带上读到的 ETag。",
        "Read it first and send its ETag in If-Match.",
    )


class Invalid(Refusal):
    """The request can be read, but a value in it is wrong."""

    mend = (
        "请按 errors 中 pointer 所指的位置改正后再发。",
        "Correct the values that `pointer` in `errors` names, and send it again.",
    )


class TooLarge(Refusal):
    """More bytes than are taken here."""

    mend = (
        "请减小内容后再发；限额见 GET /api/v1/meta。",
        "Send less; GET /api/v1/meta tells the limits.",
    )


class TooMany(Refusal):
    """Asked too often. The fact `seconds` says after how long it may be asked again."""

    mend = (
        "请按 Retry-After 等待后再试。",
        "Wait as Retry-After says, then try again.",
    )


class Unavailable(Refusal):
    """Not now; the same request may succeed later."""

    mend = (
        "请按 Retry-After 等待后以相同的 Idempotency-Key 重试。",
        "Wait as Retry-After says, then retry with the same Idempotency-Key.",
    )


class StorageFull(Refusal):
    """There is no room to keep it; nothing of it was kept."""

    code = "storage-full"
    zh = "服务的存储空间已满，内容没有保存。"
    en = "The service has no room left; nothing was kept."
    mend = (
        "请告知服务的运维人员；空间恢复后可原样重试。",
        "Tell the operators of the service; once there is room the same request will succeed.",
    )


class SeveralReasons(Conflict):
    """More than one thing stands against it; all are named at once."""

    code = "several-reasons"
    zh = "有 {count} 个原因使此项操作不能进行。"
    en = "{count} reasons stand against this."

    def __init__(self, reasons: Iterable[Refusal]) -> None:
        self._reasons = tuple(reasons)
        super().__init__(count=len(self._reasons))

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        return self._reasons


class SeveralInvalid(Invalid):
    """More than one value is wrong; all are named at once."""

    code = "invalid-input"
    zh = "有 {count} 处内容需要改正。"
    en = "{count} values need attention."

    def __init__(self, reasons: Iterable[Refusal]) -> None:
        self._reasons = tuple(reasons)
        super().__init__(count=len(self._reasons))

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        return self._reasons


def ensure(reasons: Iterable[Refusal | None]) -> None:
    """Raise what stands against it: one refusal as itself, several together."""
    found = [reason for reason in reasons if reason is not None]
    if len(found) == 1:
        raise found[0]
    if found:
        raise (
            SeveralInvalid(found)
            if all(isinstance(reason, Invalid) for reason in found)
            else SeveralReasons(found)
        )
