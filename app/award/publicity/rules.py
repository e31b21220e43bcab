"""What must be true of a notice, of an objection and of a ruling? Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.platform.accounts.rules import identity_number_obstacle
from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.calendar import (
    Calendar,
    CountRule,
    Deadline,
    FirstDay,
    Length,
    RestDay,
    Unit,
    deadline,
    local_date,
)
from app.rules.regulation.stages import Objection, Publicity

SETTLING = timedelta(seconds=60)
"""Objections that arrived in time may still be running; the stage closes no earlier."""

NO_NAMES = frozenset({"匿名", "匿名者", "无名", "无名氏", "佚名", "anonymous", "noname"})


class Ruling(StrEnum):
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class NoticeUnknown(NotFound):
    code = "notice-not-found"
    zh = "没有这份公示，或您无权查看。"
    en = "There is no such notice, or you may not see it."


class ObjectionUnknown(NotFound):
    code = "objection-not-found"
    zh = "没有这份异议，或您无权查看。"
    en = "There is no such objection, or you may not see it."


class NotAPublicity(Conflict):
    code = "not-a-publicity"
    zh = "“{name}”不是公示环节。"
    en = "The stage “{name}” is not a publicity."


class NoticeExists(Conflict):
    code = "notice-exists"
    zh = "本环节已有公示。"
    en = "This stage has a notice already."


class NoticePosted(Conflict):
    code = "notice-posted"
    zh = "公示已经发布，不能再修改。"
    en = "A posted notice does not change any more."


class PostedInFuture(Invalid):
    code = "posted-in-future"
    zh = "发布时间不能晚于现在。"
    en = "A posting is entered after it was made."


class PostedBeforeStage(Invalid):
    code = "posted-before-stage"
    zh = "发布时间不能早于本环节开始的时间（{at}）。"
    en = "A notice is not posted before its stage opened ({at})."


class PeriodOver(Conflict):
    code = "notice-period-over"
    zh = "公示期已于 {at} 结束，不再受理异议。"
    en = "The notice period ended at {at}; objections are no longer taken."


class RealNameNeeded(Invalid):
    code = "real-name-needed"
    zh = "异议须实名提出，请写明真实姓名或单位名称。"
    en = "An objection is made under a real name."


class ContactNeeded(Invalid):
    code = "contact-needed"
    zh = "请写明联系方式，以便核实和答复。"
    en = "Say how you can be reached."


class EvidenceNeeded(Invalid):
    code = "evidence-needed"
    zh = "请提供证据或可查证的线索。"
    en = "An objection comes with its evidence."


class NotOnNotice(Invalid):
    code = "application-not-on-notice"
    zh = "公示名单中没有编号为“{code}”的申报。"
    en = "The notice does not name an application “{code}”."


class NotPosted(Conflict):
    code = "notice-not-posted"
    zh = "公示尚未发布。"
    en = "The notice has not been posted."


class PeriodRunning(Conflict):
    code = "notice-period-running"
    zh = "公示期尚未结束，本环节于 {at} 之后方可结束。"
    en = "The notice period is running; the stage can be closed after {at}."


class PeriodProvisional(Conflict):
    code = "notice-period-provisional"
    zh = "公示期末日 {day} 所涉年度的放假安排尚未公布，末日未定。"
    en = "The last day {day} rests on a year whose holidays are not published yet."


class ObjectionsOpen(Conflict):
    code = "objections-open"
    zh = "还有 {count} 份异议没有裁定。"
    en = "{count} objections have no ruling yet."


def period(rule: Publicity, posted_at: datetime) -> Deadline:
    """From when to when a notice posted then runs, by the regulation's own count."""
    return deadline(
        local_date(posted_at),
        Length(rule.length.amount, Unit(rule.length.way)),
        CountRule(FirstDay(rule.first_day), RestDay(rule.ends_on_rest_day), rule.end_of_day),
        Calendar(),
    )


def posting_obstacles(
    posted_at: datetime, opened_at: datetime | None, now: datetime
) -> list[Refusal]:
    """A posting is a fact: it is not to come, and not older than its stage."""
    if posted_at > now:
        return [PostedInFuture(pointer="/posted_at")]
    if opened_at is not None and posted_at < opened_at:
        return [PostedBeforeStage(pointer="/posted_at", at=legal_minute(opened_at))]
    return []


def over(
    rule: Publicity, posted_at: datetime | None, ends_at: datetime | None, now: datetime
) -> Refusal | None:
    """Whether the period has ended, by what the notice stated (`ends_at`, the first instant that
    is too late) and by what the calendar gives today: the later counts.
    """
    if posted_at is None or ends_at is None:
        return NotPosted()
    until = max(ends_at, period(rule, posted_at).ends_at)
    return PeriodOver(at=legal_minute(until)) if now >= until else None


def objection_obstacles(
    rule: Objection, *, name: str, contact: str, identity_number: str | None, evidence: str
) -> list[Refusal]:
    """What an objection lacks under the regulation, all at once."""
    found: list[Refusal | None] = [identity_number_obstacle(identity_number)]
    if rule.real_name:
        found.append(RealNameNeeded(pointer="/name") if _nameless(name) else None)
        found.append(None if contact else ContactNeeded(pointer="/contact"))
    if rule.evidence:
        found.append(None if evidence else EvidenceNeeded(pointer="/evidence"))
    return [reason for reason in found if reason is not None]


def closing_obstacles(
    ends_at: datetime | None, current: Deadline | None, unruled: int, now: datetime
) -> list[Refusal]:
    """Why the publicity cannot close. `ends_at` is what the notice stated; `current` is what the
    calendar gives today, which may differ where the notice was provisional.
    """
    found: list[Refusal] = []
    if ends_at is None or current is None:
        found.append(NotPosted())
    else:
        until = max(ends_at, current.ends_at) + SETTLING
        if now < until:
            found.append(PeriodRunning(at=legal_minute(until)))
        if current.provisional:
            found.append(PeriodProvisional(day=current.last_day.isoformat()))
    if unruled:
        found.append(ObjectionsOpen(count=unruled))
    return found


def removed(objections: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The entries against which an objection was upheld."""
    return frozenset(one["entry"] for one in objections if one["ruling"] == Ruling.UPHELD)


def _nameless(name: str) -> bool:
    letters = "".join(character for character in name if character.isalnum())
    return len(letters) < 2 or letters.lower() in NO_NAMES
