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


class Unauthenticated(Refusal):
    """We do not know who is calling."""


class NotAllowed(Refusal):
    """The caller may see the thing, but not do this to it."""

    code = "not-allowed"
    zh = "您没有进行此项操作的权限。"
    en = "You may not do this."


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it: the same answer."""

    code = "not-found"
    zh = "没有找到，或您无权查看。"
    en = "There is no such thing, or you may not see it."


class Conflict(Refusal):
    """It cannot be done now, as things stand."""


class Stale(Refusal):
    """The caller saw an older version than the one that is stored."""

    code = "stale"
    zh = "在您打开之后，内容已被修改。请重新读取后再保存。"
    en = "It has changed since you read it. Read it again before you save."


class ConditionMissing(Refusal):
    """The caller did not say which version it saw."""

    code = "if-match-missing"
    zh = "请在 If-Match 中写明您读到的版本（ETag）。"
    en = "Say in If-Match which version (ETag) you have read."


class Invalid(Refusal):
    """The request can be read, but a value in it is wrong."""


class TooLarge(Refusal):
    """More bytes than are taken here."""


class Unavailable(Refusal):
    """Not now; the same request may succeed later."""


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
