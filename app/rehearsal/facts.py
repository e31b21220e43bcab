"""What is true of each applicant of the cast: what it declares, and what is on record about it?"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from app.rehearsal.cast import Cast
from app.rehearsal.clock import CUT_OFF, START
from app.rules.calendar import last_fiscal_years
from app.rules.eligibility import assess, groups_of
from app.rules.exact import MalformedNumber, decimal_text, fraction_from_text
from app.rules.facts import Facts, Met, Occasion, Record, RecordKind
from app.rules.regulation import Regulation
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    AwardHeld,
    Certificate,
    ConcurrentApplication,
    Condition,
    Declared,
    Grade,
    Incident,
    InGroup,
    LossMaking,
    RankInIndustry,
    YearsRegistered,
)

LONG_AGO: Final = date(CUT_OFF.year - 19, 11, 20)
"""Longer ago than any bar or holding time known."""
LATELY: Final = CUT_OFF - timedelta(days=100)
APPLICANTS_A_FAILURE: Final = 16
"""Beside the newcomer one in so many applicants fails a ground."""


@dataclass
class Given:
    """What is made true of one applicant; a record's evidence is its reference."""

    declared: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def number(self, fact: str, wanted: Fraction, *, least: bool) -> None:
        """Declare a figure; where two conditions speak of it, the one that meets both."""
        try:
            before = fraction_from_text(self.declared[fact])
        except (KeyError, MalformedNumber):
            before = wanted
        self.declared[fact] = decimal_text(max(before, wanted) if least else min(before, wanted))


def of(regulation: Regulation, cast: Cast, number: int) -> Given:
    """What holds of an applicant: groups by chance, every requirement met, nothing against it; but
    whoever the cast has to fail fails one ground.
    """
    made = Given()
    if number == cast.honoured and not _barred_for_ever(regulation):
        tier = regulation.tiers[0].key
        made.records.append(Record(RecordKind.HONOUR, tier, LONG_AGO, "政府发文〔2006〕31号"))
    for group in regulation.groups:
        wanted = bool(cast.dice("group", group.key, number).getrandbits(1))
        _make(regulation, made, group.when, wanted=wanted)
    rules = regulation.eligibility
    for ground, wanted in [
        *((g, True) for g in rules.require),
        *((g, False) for g in rules.forbid),
    ]:
        _make(regulation, made, ground, wanted=wanted)
    failing_ground = _chosen(regulation, cast, number)
    if failing_ground is not None:
        ground, wanted = failing_ground
        made.records = [] if isinstance(ground, Certificate | AwardHeld) else made.records
        before, made.declared = made.declared, {}
        _make(regulation, made, ground, wanted=not wanted)
        made.declared = before | made.declared
    return made


def track_of(regulation: Regulation, number: int) -> str:
    """Applicants are spread over the tracks in turn."""
    return regulation.tracks[number % len(regulation.tracks)].key


def failing(regulation: Regulation, cast: Cast, number: int) -> set[str]:
    """Keys of the grounds and bars that an applicant fails, worked out from the rules alone."""
    made = of(regulation, cast, number)
    facts = Facts(cast.firms[number].registered_on, made.declared, made.records)
    day = START.date()
    track = track_of(regulation, number)
    occasion = Occasion(track, 1, CUT_OFF, day, day, day)
    groups = {each.key: each.met for each in groups_of(regulation, facts, occasion)}
    answers = assess(regulation, facts, occasion, groups)
    return {answer.key for answer in answers if answer.met is Met.NOT_MET}


def _barred_for_ever(regulation: Regulation) -> bool:
    return any(bar.sit_out.for_ever and bar.after.granted for bar in regulation.bars)


def _chosen(regulation: Regulation, cast: Cast, number: int) -> tuple[Condition, bool] | None:
    """The ground that this applicant fails by what it declares or what is on record, if any."""
    rules = regulation.eligibility
    years = any(isinstance(g, YearsRegistered) and g.at_least >= 3 for g in rules.require)
    others = [n for n in range(len(cast.firms)) if n not in {cast.newcomer, cast.honoured}]
    cast.dice("failing").shuffle(others)
    fallen = others[: len(cast.firms) // APPLICANTS_A_FAILURE]
    fallen += [] if years else [cast.newcomer]
    if number not in fallen:
        return None
    track = track_of(regulation, number)
    able = [
        (ground, wanted)
        for grounds, wanted in ((rules.require, True), (rules.forbid, False))
        for ground in grounds
        if _turns(ground) and (ground.track is None or track in ground.track)
    ]
    return able[(fallen.index(number) + cast.seed) % len(able)] if able else None


def _turns(ground: Condition) -> bool:
    """Whether what is declared or on record can turn its answer for certain."""
    kinds = Declared | Incident | LossMaking | RankInIndustry | Grade | ConcurrentApplication
    return ground.group is None and ground.tier is None and isinstance(ground, kinds)


def _make(regulation: Regulation, made: Given, ground: Condition, *, wanted: bool) -> None:
    """Make a condition hold, or not hold, as far as facts can."""
    match ground:
        case AnyOf() | AllOf():
            every = isinstance(ground, AllOf) == wanted
            for part in ground.of if every else ground.of[:1]:
                _make(regulation, made, part, wanted=wanted)
        case InGroup():
            group = next(each for each in regulation.groups if each.key in ground.of)
            _make(regulation, made, group.when, wanted=wanted)
        case Certificate() | AwardHeld() | Incident():
            times = ground.times if isinstance(ground, AwardHeld) else 1
            found = _record(ground)
            day = found.on or LATELY
            made.records += [
                replace(found, on=day - timedelta(days=n)) for n in range(times) if wanted
            ]
        case _:
            _declare(made, ground, wanted=wanted)


def _declare(made: Given, ground: Condition, *, wanted: bool) -> None:
    match ground:
        case Declared():
            _figure(made, ground, wanted=wanted)
        case Grade():
            made.declared[ground.fact] = ground.at_least if wanted else ground.grades[0]
        case RankInIndustry():
            for measure in ground.by:
                made.declared[f"rank-{measure}"] = "1" if wanted else str(ground.at_most + 1)
        case ConcurrentApplication():
            made.declared |= {f"applies-{level}": "yes" if wanted else "no" for level in ground.at}
        case LossMaking():
            made.declared |= _profits(ground, loss=wanted)
        case _:
            return


def _figure(made: Given, ground: Declared, *, wanted: bool) -> None:
    if ground.at_least is not None:
        figure = ground.at_least if wanted else ground.at_least - 1
        made.number(ground.fact, figure, least=wanted)
    elif ground.at_most is not None:
        figure = ground.at_most if wanted else ground.at_most + 1
        made.number(ground.fact, figure, least=not wanted)
    elif wanted:
        made.declared[ground.fact] = ground.equals or (ground.one_of or ("",))[0]
    else:
        made.declared[ground.fact] = "其他"


def _profits(ground: LossMaking, *, loss: bool) -> dict[str, str]:
    years: Iterable[int] = {
        one
        for day in (CUT_OFF, START.date())
        for one in last_fiscal_years(day, ground.fiscal_years)
    }
    figure = "-1000000.00" if loss else "1000000.00"
    return {f"{ground.fact}-{one}": figure for one in sorted(years)}


def _record(ground: Certificate | AwardHeld | Incident) -> Record:
    if isinstance(ground, Certificate):
        return Record(RecordKind.CERTIFICATE, ground.of[0], LONG_AGO, "认证证书")
    if isinstance(ground, Incident):
        return Record(RecordKind.INCIDENT, ground.of[0], LATELY, "处罚决定书〔2025〕12号")
    on = LONG_AGO if ground.within is None else LATELY
    if ground.tiers:
        return Record(RecordKind.HONOUR, ground.tiers[0], on, "政府发文〔2025〕31号")
    return Record(
        RecordKind.HONOUR_ELSEWHERE, "city", on, "表彰决定", name=(ground.honours or ("",))[0]
    )
