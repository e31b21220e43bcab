"""Which bodies follow from what an application says, and why must a person decide? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.award.endorsement.rules import body_for
from app.platform.errors import Conflict, Refusal
from app.rules.regulation.bodies import Body
from app.rules.regulation.stages import Endorsement

NAMED = 1_000
"""How exact a name is, where a code is as exact as its length."""


class Fact(StrEnum):
    """What a routing rests on; `district` is digits 3 to 8 of the credit code (GB 32100-2015): the
    administrative division of who registered the organisation, no finer than a district.
    """

    REGISTERED_AREA = "registered_area"
    DISTRICT = "district"
    INDUSTRY = "industry"
    CHOICE = "recommending_body"


class FactNotGiven(Conflict):
    code = "routing-fact-missing"
    zh = "申报表没有填写{what}，不能据以确定推荐单位“{body}”。"
    en = "The application does not say what the body “{body}” would follow from."


class NoBodyFits(Conflict):
    code = "no-body-fits"
    zh = "推荐单位名录中没有一家“{body}”与{what}“{value}”相符。"
    en = "No “{body}” of the directory takes “{value}”."


class SeveralFit(Conflict):
    code = "several-bodies-fit"
    zh = "推荐单位名录中有 {count} 家与{what}“{value}”相符，须由评审办指定。"
    en = "{count} bodies of the directory take “{value}”; the office names one."


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the directory: the authority that acts as a body, and what it takes. A line with
    neither areas nor sectors takes everybody.
    """

    body: str
    authority: UUID
    name: str
    areas: Sequence[str]
    sectors: Sequence[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What an application says of where it belongs, as it was submitted and mended."""

    track: str
    registered_area: str | None
    credit_code: str
    industry: str | None
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Follows:
    """A body that follows, and from which fact; None where the line takes everybody."""

    body: str
    authority: UUID
    fact: Fact | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why a person must decide on a body; None: on one of several."""

    body: str | None
    why: Refusal


WHAT = {
    Fact.REGISTERED_AREA: "注册地",
    Fact.DISTRICT: "登记机关行政区划",
    Fact.INDUSTRY: "所属行业",
    Fact.CHOICE: "申报者选定的单位",
}


def follow(
    rule: Endorsement, directory: Sequence[Listed], said: Said, routed: Mapping[str, object]
) -> Iterator[Follows | Undecided]:
    """The bodies that an entry still needs: one of those of its track, or each of them. `routed`
    are those that it is before already. The most exact line of the directory counts.
    """
    bodies = [body for body in rule.bodies if body_for(rule, body.key, said.track)]
    if rule.needs == "one_of":
        if not routed and bodies:
            yield _decided(rule, bodies, directory, said)
        return
    for body in bodies:
        if body.key not in routed:
            yield _decided(rule, [body], directory, said)


def _decided(
    rule: Endorsement, bodies: Sequence[Body], directory: Sequence[Listed], said: Said
) -> Follows | Undecided:
    keys, name = {body.key for body in bodies}, "、".join(body.name for body in bodies)
    lines = [line for line in directory if line.body in keys]
    fact, value = _fact(rule, said)
    what = WHAT[fact]
    alone = bodies[0].key if len(bodies) == 1 else None
    if value is None and any(_asks(rule, line) for line in lines):
        return Undecided(alone, FactNotGiven(what=what, body=name))
    found = [(_exact(fact, value, line), line) for line in lines]
    best = max((exact for exact, _ in found if exact is not None), default=None)
    fitting = [line for exact, line in found if exact is not None and exact == best]
    if not fitting:
        why: Refusal = NoBodyFits(what=what, body=name, value=value or "")
        return Undecided(alone, why)
    if len(fitting) > 1:
        why = SeveralFit(what=what, count=len(fitting), value=value or "")
        return Undecided(alone, why)
    (one,) = fitting
    rests = _asks(rule, one)
    return Follows(one.body, one.authority, fact if rests else None, value if rests else None)


def _fact(rule: Endorsement, said: Said) -> tuple[Fact, str | None]:
    """What decides under this rule; where the area is not said, the district is in the code."""
    if rule.routed_by == "sector":
        return Fact.INDUSTRY, _text(said.industry)
    if rule.routed_by == "choice":
        return Fact.CHOICE, _text(said.chosen)
    area = _text(said.registered_area)
    return (Fact.REGISTERED_AREA, area) if area else (Fact.DISTRICT, said.credit_code[2:8] or None)


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _asks(rule: Endorsement, line: Listed) -> bool:
    """Whether a line asks for the fact, or takes everybody whatever it is."""
    return rule.routed_by == "choice" or bool(line.areas or line.sectors)


def _exact(fact: Fact, value: str | None, line: Listed) -> int | None:
    """How exactly a line fits; 0 for one that takes everybody, None for one that does not fit."""
    if fact is Fact.CHOICE:
        return NAMED if value == line.name else None
    if not line.areas and not line.sectors:
        return 0
    taken = line.sectors if fact is Fact.INDUSTRY else line.areas
    return max((exact for each in taken if (exact := _fits(each, value or ""))), default=None)


def _fits(taken: str, value: str) -> int:
    """A name fits itself; a code fits everything within it. 0: it does not fit."""
    if taken == value:
        return NAMED
    prefix = _division(taken)
    return len(prefix) if taken.isascii() and value.startswith(prefix) else 0


def _division(code: str) -> str:
    """The digits that all within an area share: those of a province or a city end in noughts."""
    if not code.isdigit():
        return code
    return code.removesuffix("00").removesuffix("00") if len(code) == len("320200") else code
