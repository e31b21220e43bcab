"""Whom does an application name, for which tier, and did it hang out inside the applicant? Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from app.platform.errors import Conflict, Refusal
from app.rules import calendar
from app.rules.calendar import Calendar, CountRule, Unit
from app.rules.regulation.model import Regulation, Track
from app.rules.regulation.stages import Intake
from app.rules.regulation.values import Length
from app.rules.regulation.words import length_text

ITSELF = frozenset({"organisation", "small_organisation"})
"""Awardees that are the applying organisation itself."""
PERSONS = frozenset({"individual", "joint"})
"""Awardees that are people: their names are the awardee's."""


class Named(Protocol):
    """A person of an awardee."""

    @property
    def name(self) -> str: ...


class AwardeeOf(Protocol):
    """An awardee as the form names it."""

    @property
    def name(self) -> str | None: ...
    @property
    def people(self) -> Sequence[Named]: ...


class NoticeOf(Protocol):
    """The days of an internal notice."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...


class Naming(Protocol):
    """What a form names."""

    @property
    def awardee(self) -> AwardeeOf | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def tier(self) -> str | None: ...
    @property
    def internal_notice(self) -> NoticeOf | None: ...


class AwardeeMissing(Conflict):
    code = "awardee-missing"
    zh = "“{track}”类别授予的不是申报单位本身，请填写获奖对象。"
    en = "The track “{track}” does not award the organisation itself; name the awardee."


class AwardeeNotAsked(Conflict):
    code = "awardee-not-asked"
    zh = "“{track}”类别授予申报单位本身，不另填获奖对象。"
    en = "The track “{track}” awards the organisation itself; no other awardee is named."


class AwardeeNameMissing(Conflict):
    code = "awardee-name-missing"
    zh = "请填写获奖对象的名称。"
    en = "The awardee has no name."


class AwardeeNameDiffers(Conflict):
    code = "awardee-name-differs"
    zh = "个人申报的获奖对象名称应为其本人姓名“{name}”。"
    en = "An individual is awarded under the person's own name, “{name}”."


class PeopleWrong(Conflict):
    code = "people-wrong"
    zh = "“{track}”类别须填写 {least} 至 {most} 人，现填写了 {given} 人。"
    en = "The track “{track}” names {least} to {most} people; {given} are given."


class SubjectMissing(Conflict):
    code = "subject-missing"
    zh = "请填写申报的质量管理模式或成果的名称。"
    en = "Name the management model or the achievement."


class SubjectNotAsked(Conflict):
    code = "subject-not-asked"
    zh = "“{track}”类别不评模式或成果，不填其名称。"
    en = "The track “{track}” honours no model or achievement; name none."


class TierMissing(Conflict):
    code = "tier-missing"
    zh = "请填写申报的奖项等次。"
    en = "The application must say for which tier it is made."


class TierNotOpen(Conflict):
    code = "tier-not-open"
    zh = "“{track}”类别不设等次“{tier}”。"
    en = "The tier “{tier}” is not open to the track “{track}”."


class TierNotAsked(Conflict):
    code = "tier-not-asked"
    zh = "本届评选申报时不填奖项等次。"
    en = "Applications name no tier here."


class InternalNoticeMissing(Conflict):
    code = "internal-notice-missing"
    zh = "申报前须在本单位内部公示{length}，请填写公示的起止日期。"
    en = "The application must hang out inside the organisation first; give first and last day."


class InternalNoticeTooShort(Conflict):
    code = "internal-notice-too-short"
    zh = "内部公示应至 {last} 为止，填写的是 {given}。"
    en = "The internal notice must last until {last}; the last day given is {given}."


class InternalNoticeNotOver(Conflict):
    code = "internal-notice-not-over"
    zh = "内部公示于 {last} 结束，其后方可提交申报。"
    en = "The internal notice ends on {last}; submit after it."


class InternalNoticeNotAsked(Conflict):
    code = "internal-notice-not-asked"
    zh = "本届评选不要求内部公示，请删去公示日期。"
    en = "No internal notice is asked for here."


NAMING = (
    AwardeeMissing,
    AwardeeNotAsked,
    AwardeeNameMissing,
    AwardeeNameDiffers,
    PeopleWrong,
    SubjectMissing,
    SubjectNotAsked,
    TierMissing,
    TierNotOpen,
    TierNotAsked,
    InternalNoticeMissing,
    InternalNoticeTooShort,
    InternalNoticeNotOver,
    InternalNoticeNotAsked,
)
"""Every reason of this page."""


def intake_of(regulation: Regulation, track: str) -> Intake:
    """The rule of the intake through which applications of a track come."""
    return next(
        stage
        for stage in regulation.stages
        if isinstance(stage, Intake) and track in regulation.tracks_of(stage)
    )


def naming_obstacles(
    regulation: Regulation, rule: Intake, track: str, form: Naming, today: date
) -> Iterator[Refusal]:
    """Everything at once that keeps the form from naming what this track and intake ask for."""
    here = next(each for each in regulation.tracks if each.key == track)
    yield from _awardee(here, form.awardee)
    yield from _subject(here, form.subject)
    yield from _tier(regulation, rule, here, form.tier)
    yield from _notice(rule, form.internal_notice, today)


def printed_name(awardee: AwardeeOf | None) -> str | None:
    """The name on lists and certificates; none where the organisation itself is awarded."""
    if awardee is None:
        return None
    return awardee.name or "、".join(each.name for each in awardee.people) or None


def entry_key(one_entry_per: str, organisation: object, track: str, awardee: str | None) -> str:
    """What the regulation counts once in a cycle; a name written with other spaces or widths is the
    same name.
    """
    if one_entry_per == "track":
        return f"{organisation}/{track}"
    if one_entry_per == "awardee" and awardee:
        name = "".join(unicodedata.normalize("NFKC", awardee).split()).casefold()
        return f"{organisation}/{name}"
    return str(organisation)


def _awardee(track: Track, awardee: AwardeeOf | None) -> Iterator[Refusal]:
    if track.awardee in ITSELF:
        if awardee is not None:
            yield AwardeeNotAsked(pointer="/form/awardee", track=track.name)
        return
    if awardee is None:
        yield AwardeeMissing(pointer="/form/awardee", track=track.name)
        return
    given = len(awardee.people)
    if track.awardee in PERSONS or track.members is not None:
        least = 1 if track.awardee in PERSONS else 0
        most = 1 if track.awardee == "individual" else track.members
        if given < least or (most is not None and given > most):
            yield PeopleWrong(
                pointer="/form/awardee/people",
                track=track.name,
                least=least,
                most=most or "若干",
                given=given,
            )
    if track.awardee not in PERSONS and not awardee.name:
        yield AwardeeNameMissing(pointer="/form/awardee/name")
    if track.awardee == "individual" and given == 1:
        own = awardee.people[0].name
        if awardee.name not in (None, own):
            yield AwardeeNameDiffers(pointer="/form/awardee/name", name=own)


def _subject(track: Track, subject: str | None) -> Iterator[Refusal]:
    if track.honours == "awardee":
        if subject is not None:
            yield SubjectNotAsked(pointer="/form/subject", track=track.name)
    elif subject is None:
        yield SubjectMissing(pointer="/form/subject")


def _tier(
    regulation: Regulation, rule: Intake, track: Track, tier: str | None
) -> Iterator[Refusal]:
    if not rule.names_tier:
        if tier is not None:
            yield TierNotAsked(pointer="/form/tier")
    elif tier is None:
        yield TierMissing(pointer="/form/tier")
    elif tier not in regulation.tiers_of(track.key):
        yield TierNotOpen(pointer="/form/tier", track=track.name, tier=tier)


def _notice(rule: Intake, notice: NoticeOf | None, today: date) -> Iterator[Refusal]:
    if rule.internal_notice is None:
        if notice is not None:
            yield InternalNoticeNotAsked(pointer="/form/internal_notice")
        return
    length = rule.internal_notice.length
    if notice is None:
        yield InternalNoticeMissing(pointer="/form/internal_notice", length=length_text(length))
        return
    last = _last_day(notice.first_day, length)
    if notice.last_day < last:
        yield InternalNoticeTooShort(
            pointer="/form/internal_notice/last_day", last=last, given=notice.last_day
        )
    if today <= max(last, notice.last_day):
        yield InternalNoticeNotOver(
            pointer="/form/internal_notice/last_day", last=max(last, notice.last_day)
        )


def _last_day(first: date, length: Length) -> date:
    """Counted as 民法典 arts. 201 and 203 count: the day of posting is not."""
    counted = calendar.Length(length.amount, Unit(length.way))
    return calendar.deadline(first, counted, CountRule(), Calendar()).last_day
