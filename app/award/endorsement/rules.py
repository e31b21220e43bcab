"""Is a letter of recommendation whole, and who is recommended? Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.award.stages.kind import Verdict
from app.award.stages.lifecycle import Result
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules import calendar
from app.rules.calendar import Calendar, CountRule, Unit
from app.rules.regulation.bodies import Body
from app.rules.regulation.stages import Endorsement
from app.rules.regulation.values import Length
from app.rules.regulation.words import length_text

NOT_RECOMMENDED = "not-recommended"
UNANSWERED = "recommendation-silent"


class NotAnEndorsement(Conflict):
    code = "not-an-endorsement"
    zh = "该环节不是推荐环节。"
    en = "This stage is not an endorsement."


class RoutingUnknown(NotFound):
    code = "routing-not-found"
    zh = "没有送交该单位推荐的申报，或您无权查看。"
    en = "Nothing is routed to this body, or you may not see it."


class RoutedEntryUnknown(Invalid):
    code = "routed-entry-unknown"
    zh = "本环节没有这个参评单位。"
    en = "This stage has no such entry."


class BodyUnknown(Invalid):
    code = "body-unknown"
    zh = "本环节没有推荐单位“{body}”，或它不推荐该类别。"
    en = "This stage has no body “{body}”, or it does not recommend this track."


class AuthorityUnknown(Invalid):
    code = "authority-unknown"
    zh = "没有这个机关。"
    en = "There is no such authority."


class RoutedTwice(Invalid):
    code = "routed-twice"
    zh = "同一参评单位在同一推荐单位名下出现不止一次。"
    en = "The same entry stands here twice for the same body."


class BodyListedTwice(Invalid):
    code = "body-listed-twice"
    zh = "同一单位在同一类推荐单位中列出不止一次。"
    en = "The same authority stands here twice for the same body."


class RoutedBefore(Conflict):
    code = "routed-before"
    zh = "已经送交推荐单位；需要改送的请逐一指定。"
    en = "It is routed already; name the body to route it elsewhere."


class AnsweredAlready(Conflict):
    code = "answered-already"
    zh = "推荐单位已经答复，不能改送。"
    en = "The body has answered; the entry is not routed elsewhere any more."


class LetterIssued(Conflict):
    code = "letter-issued"
    zh = "该单位的推荐函已经发出。"
    en = "This body has issued its letter."


class LetterLate(Conflict):
    code = "letter-late"
    zh = "推荐截止时间已过。"
    en = "The time for recommending is over."


class LetterAhead(Invalid):
    code = "letter-dated-ahead"
    zh = "推荐函的日期不能晚于今天。"
    en = "The letter is dated after today."


class EntryUnanswered(Invalid):
    code = "entry-unanswered"
    zh = "推荐函没有答复送交的参评单位 {entry}。"
    en = "The letter does not answer for the entry {entry} routed to it."


class AnsweredStranger(Invalid):
    code = "answered-stranger"
    zh = "该参评单位没有送交本单位推荐。"
    en = "This entry is not routed to this body."


class AnsweredTwice(Invalid):
    code = "answered-twice"
    zh = "同一参评单位答复了不止一次。"
    en = "The same entry is answered twice."


class RefusalUnexplained(Invalid):
    code = "refusal-unexplained"
    zh = "不予推荐的须说明理由；予以推荐的不写理由。"
    en = "A refusal gives its reason; a recommendation gives none."


class TooManyRecommended(Invalid):
    code = "too-many-recommended"
    zh = "至多推荐 {most} 家，推荐了 {count} 家。"
    en = "At most {most} may be recommended; these are {count}."


class OrderNeeded(Invalid):
    code = "order-needed"
    zh = "予以推荐的须依次排出 1 至 {count} 的先后。"
    en = "Those recommended are put in order from 1 to {count}."


class OrderNotAsked(Invalid):
    code = "order-not-asked"
    zh = "本环节不排先后。"
    en = "No order is asked for here."


class NoticeNeeded(Invalid):
    code = "notice-needed"
    zh = "推荐前须在本单位公示{length}，请填写公示的起止日期。"
    en = "The list must be publicised before; give the first and last day."


class NoticeTooShort(Invalid):
    code = "notice-too-short"
    zh = "公示应至 {last} 为止，填写的是 {given}。"
    en = "The notice must last until {last}; the last day given is {given}."


class NoticeNotOver(Invalid):
    code = "notice-not-over"
    zh = "推荐函不能早于公示结束之日。"
    en = "The letter cannot be issued before the notice is over."


class ScanDiffers(Invalid):
    code = "scan-differs"
    zh = "所填扫描件 SHA-256 与上传的文件不符。"
    en = "The SHA-256 given is not that of the uploaded scan."


class ScanUnknown(NotFound):
    code = "scan-not-found"
    zh = "没有这份推荐函的扫描件。"
    en = "There is no scan of such a letter."


class EntriesUnrouted(Conflict):
    code = "entries-unrouted"
    zh = "还有 {count} 家没有送交推荐单位。"
    en = "{count} entries are not routed to any body."


class EntriesUnanswered(Conflict):
    code = "entries-unanswered"
    zh = "还有 {count} 项推荐没有答复。"
    en = "{count} recommendations are not answered yet."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a letter says of one entry."""

    entry: UUID
    recommended: bool
    position: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LetterOf:
    """A letter as it comes in: when it was issued, its notice, its answers in their order."""

    issued_on: date
    notice_from: date | None
    notice_to: date | None
    answers: Sequence[Answer]


def body_for(rule: Endorsement, key: str, track: str) -> Body | None:
    """The body of that key, if it may recommend entries of that track."""
    return next(
        (
            body
            for body in rule.bodies
            if body.key == key and (body.tracks is None or track in body.tracks)
        ),
        None,
    )


def routing_obstacles(
    rule: Endorsement,
    tracks: Mapping[UUID, str],
    wanted: Sequence[tuple[UUID, str, UUID]],
    authorities: Collection[UUID],
) -> Iterator[Refusal]:
    """What is wrong with routings (entry, body, authority); `tracks` are those of live entries."""
    seen: set[tuple[UUID, str]] = set()
    for place, (entry, body, authority) in enumerate(wanted):
        if entry not in tracks:
            yield RoutedEntryUnknown(pointer=f"/items/{place}/entry")
        elif body_for(rule, body, tracks[entry]) is None:
            yield BodyUnknown(pointer=f"/items/{place}/body", body=body)
        if authority not in authorities:
            yield AuthorityUnknown(pointer=f"/items/{place}/authority_id")
        if (entry, body) in seen:
            yield RoutedTwice(pointer=f"/items/{place}")
        seen.add((entry, body))


def issued_obstacles(
    wanted: Sequence[tuple[UUID, str, UUID]], issued: Collection[tuple[str, UUID]]
) -> Iterator[Refusal]:
    """Whoever has issued its one letter is asked about nobody else."""
    for place, (_, body, authority) in enumerate(wanted):
        if (body, authority) in issued:
            yield LetterIssued(pointer=f"/items/{place}")


def directory_obstacles(
    rule: Endorsement, lines: Sequence[tuple[str, UUID]], authorities: Collection[UUID]
) -> Iterator[Refusal]:
    """Everything that keeps a directory from being kept; `lines` are body and authority."""
    bodies = {body.key for body in rule.bodies}
    for place, (body, authority) in enumerate(lines):
        if body not in bodies:
            yield BodyUnknown(pointer=f"/items/{place}/body", body=body)
        if authority not in authorities:
            yield AuthorityUnknown(pointer=f"/items/{place}/authority_id")
        if (body, authority) in lines[:place]:
            yield BodyListedTwice(pointer=f"/items/{place}")


def letter_obstacles(
    rule: Endorsement, body: Body, letter: LetterOf, routed: Mapping[UUID, str], today: date
) -> list[Refusal]:
    """Everything wrong with a letter at once: its day, answers, reasons, order, number, notice;
    `routed` has the track of each entry that the body was asked about.
    """
    return [
        *([LetterAhead(pointer="/issued_on")] if letter.issued_on > today else []),
        *_answers(letter.answers, routed),
        *_numbers(body, letter.answers, routed),
        *_order(rule, letter.answers),
        *_notice(rule.notice, letter),
    ]


def _answers(answers: Sequence[Answer], routed: Collection[UUID]) -> Iterator[Refusal]:
    seen: set[UUID] = set()
    for place, answer in enumerate(answers):
        if answer.entry not in routed:
            yield AnsweredStranger(pointer=f"/answers/{place}/entry")
        if answer.entry in seen:
            yield AnsweredTwice(pointer=f"/answers/{place}/entry")
        if answer.recommended is (answer.reason is not None):
            yield RefusalUnexplained(pointer=f"/answers/{place}/reason")
        seen.add(answer.entry)
    for entry in sorted(set(routed) - seen):
        yield EntryUnanswered(pointer="/answers", entry=entry)


def _numbers(
    body: Body, answers: Sequence[Answer], routed: Mapping[UUID, str]
) -> Iterator[Refusal]:
    for most, tracks in body.limits():
        count = sum(
            answer.recommended and (tracks is None or routed.get(answer.entry) in tracks)
            for answer in answers
        )
        if count > most:
            yield TooManyRecommended(pointer="/answers", most=most, count=count)


def _order(rule: Endorsement, answers: Sequence[Answer]) -> Iterator[Refusal]:
    chosen = [answer for answer in answers if answer.recommended]
    placed = sorted(answer.position for answer in answers if answer.position is not None)
    if rule.ordered and placed != list(range(1, len(chosen) + 1)):
        yield OrderNeeded(pointer="/answers", count=len(chosen))
    if not rule.ordered and placed:
        yield OrderNotAsked(pointer="/answers")


def _notice(length: Length | None, letter: LetterOf) -> Iterator[Refusal]:
    if length is None:
        return
    if letter.notice_from is None or letter.notice_to is None:
        yield NoticeNeeded(pointer="/notice_from", length=length_text(length))
        return
    ends = calendar.deadline(
        letter.notice_from,
        calendar.Length(length.amount, Unit(length.way)),
        CountRule(),
        Calendar(),
    ).last_day
    if letter.notice_to < ends:
        yield NoticeTooShort(pointer="/notice_to", last=ends, given=letter.notice_to)
    if letter.issued_on <= letter.notice_to:
        yield NoticeNotOver(pointer="/issued_on")


def waiting(
    rule: Endorsement, tracks: Mapping[UUID, str], routed: Iterable[Any]
) -> tuple[int, int]:
    """How many entries still lack a body to answer for them, and how many answers are missing.

    `routed` has per routing its entry, body and `recommended` (None: not answered). One
    recommendation is enough where one of the bodies is.
    """
    by_entry: dict[UUID, dict[str, bool | None]] = {entry: {} for entry in tracks}
    for row in routed:
        by_entry.setdefault(row.entry_id, {})[row.body] = row.recommended
    unrouted = sum(not _enough(rule, tracks[entry], by_entry[entry]) for entry in tracks)
    open_answers = sum(
        said is None
        for entry in tracks
        for said in by_entry[entry].values()
        if not (rule.needs == "one_of" and True in by_entry[entry].values())
    )
    return unrouted, open_answers


def _enough(rule: Endorsement, track: str, bodies: Collection[str]) -> bool:
    asked = [body.key for body in rule.bodies if body_for(rule, body.key, track)]
    return bool(bodies) if rule.needs == "one_of" else set(asked) <= set(bodies)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """Recommended by one of the bodies, or by all of them; from the inputs alone. Silence (None) is
    no recommendation; it is the reason where nobody has refused.
    """
    found: list[Verdict] = []
    for each in inputs["entries"]:
        said = [answer["recommended"] for answer in each["answers"]]
        carried = any(said) if inputs["needs"] == "one_of" else bool(said) and all(said)
        why = UNANSWERED if None in said and False not in said else NOT_RECOMMENDED
        found.append(
            Verdict(UUID(each["entry"]), Result.ADVANCED)
            if carried
            else Verdict(UUID(each["entry"]), Result.ELIMINATED, reason=why)
        )
    return found
