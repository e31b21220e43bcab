"""Which problems can the service answer with? Every refusal there is, found by its family tree."""

from collections.abc import Iterator, Mapping
from functools import cache

from app.platform.errors import Conflict, Invalid, NotAllowed, Refusal
from app.platform.http.problems import MISTAKES, WRONG_VALUE, WrongValue, status_of
from app.reference.schemas import ProblemView


def families(family: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal of the service that has a code of its own, once."""
    for child in family.__subclasses__():
        if child is WrongValue or not child.__module__.startswith("app."):
            continue
        if "code" in vars(child):
            yield child
        yield from families(child)


@cache
def catalogue() -> Mapping[str, ProblemView]:
    """Code → problem, in order of code: refusals, and the mistakes of single values."""
    found = {
        one.code: ProblemView(
            code=one.code,
            status=status_of(one),
            zh=one.zh,
            en=one.en,
            mend_zh=one.mend[0],
            mend_en=one.mend[1],
        )
        for one in families()
    }
    for code, zh, en in (*MISTAKES.values(), WRONG_VALUE):
        found.setdefault(
            code,
            ProblemView(
                code=code,
                status=status_of(Invalid),
                zh=zh,
                en=en,
                mend_zh=Invalid.mend[0],
                mend_en=Invalid.mend[1],
            ),
        )
    return dict(sorted(found.items()))


def reasons() -> list[str]:
    """The codes that can stand against a move, sorted: how things are, or who is asking."""
    return sorted({one.code for family in (Conflict, NotAllowed) for one in families(family)})
