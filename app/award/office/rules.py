"""What must be true of what an office tells people, and when are they reminded? Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.platform.errors import Conflict, Invalid, NotFound
from app.rules.calendar import Calendar, Length, Unit, local_date

Leads = tuple[Length, ...]
"""How long before something is due people are reminded: working days or days."""

USUAL_LEADS: Final[Leads] = (Length(3, Unit.WORKING_DAYS), Length(1, Unit.DAYS))
"""Our own default, where a programme sets none; no regulation says anything of it."""

_DAY = timedelta(days=1)
_SHORTEST = timedelta(microseconds=1)


class MessageUnknown(NotFound):
    code = "message-not-found"
    zh = "没有找到这条消息。"
    en = "There is no such message."


class AddresseesUnclear(Invalid):
    code = "addressees-unclear"
    zh = "请只选一种收件范围：全部草稿、某一环节的全部参评单位，或逐一列出的申报。"
    en = "Name one circle of addressees: all drafts, all in a stage, or certain applications."


class DeliveryUnknown(NotFound):
    code = "delivery-not-found"
    zh = "这条消息没有以该方式发送过。"
    en = "This message was not sent that way."


class DeliveryGoingOn(Conflict):
    code = "delivery-going-on"
    zh = "这条消息仍在发送中，尚未失败。"
    en = "This message is still on its way; it has not failed."


class DeliveryTaken(Conflict):
    code = "delivery-taken"
    zh = "这条消息已经送达对方服务器，不再重发。"
    en = "This message was taken by the other side; it is not sent again."


class WordsFixed(Conflict):
    code = "words-fixed"
    zh = "“{template}”由系统发出，不代表任何奖项，文字不能更换。"
    en = "“{template}” speaks for the service, not for a programme; its words cannot be replaced."


class WordsIncomplete(Invalid):
    code = "words-incomplete"
    zh = "标题和正文须同时填写；恢复原有文字时两者都留空。"
    en = "Give title and text together; give neither to use the original words again."


class PlaceWrong(Invalid):
    code = "place-wrong"
    zh = "文字中的填充位“{places}”不能使用；可用的有：{known}。"
    en = "The places “{places}” cannot be used; there are: {known}."


class LeadTwice(Invalid):
    code = "lead-twice"
    zh = "同一提前时间写了两次。"
    en = "The same lead time stands twice."


def addressees_obstacle(
    drafts: bool,
    stage: str | None,
    applications: Collection[UUID] | None,
) -> AddresseesUnclear | None:
    """A message goes to one circle of people."""
    named = [drafts, stage is not None, applications is not None]
    return None if sum(named) == 1 else AddresseesUnclear(pointer="/drafts")


def reminded_at(at: datetime, lead: Length, calendar: Calendar) -> datetime:
    """When people are reminded of what is due `at`: the same time of day, so many days or working
    days before. 24:00 belongs to the day it ends.
    """
    last = local_date(at - _SHORTEST)
    day, left = last, lead.amount
    while left:
        day -= _DAY
        left -= lead.unit is Unit.DAYS or calendar.is_working(day)
    return at - (last - day)


def lead_come(at: datetime, leads: Leads, now: datetime, calendar: Calendar) -> Length | None:
    """The last lead time that has come for what is due `at`, if any: whoever was not there for an
    earlier one is told once, not twice. None when nothing has come yet, or all is over.
    """
    come = [(reminded_at(at, lead, calendar), lead) for lead in leads]
    past = [(instant, lead) for instant, lead in come if instant <= now < at]
    return max(past, key=lambda each: each[0])[1] if past else None


def furthest(plans: Iterable[Leads]) -> timedelta:
    """How far ahead one has to look; a working day is never further than two weeks from the next
    two (the longest holiday has eight days).
    """
    lengths = [lead for plan in (USUAL_LEADS, *plans) for lead in plan]
    days = (each.amount if each.unit is Unit.DAYS else 2 * each.amount + 14 for each in lengths)
    return timedelta(days=max(days))
