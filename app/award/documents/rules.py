"""When may a document be written about something, and what may its reader be told? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Protocol
from unicodedata import normalize

from app.award.documents.kinds import FORMS, About, DocumentKind
from app.award.documents.lifecycle import DocumentStatus
from app.award.stages.lifecycle import Result, StageStatus
from app.platform.clock import ZONE
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.regulation.words import kinds_text

BRACKETS = str.maketrans("[]()【】", "〔〕〔〕〔〕")
NOT_FURTHER = "未进入下一环节"
"""What is told where the outcome gives no reason that has a name."""


class DocumentUnknown(NotFound):
    code = "document-not-found"
    zh = "没有这份公文，或您无权查看。"
    en = "There is no such document, or you may not see it."


class LetterUnknown(NotFound):
    code = "letter-not-found"
    zh = "没有这份文书，或它不是发给您的单位的。"
    en = "There is no such letter, or it is not to an organisation of yours."


class FileNotMade(NotFound):
    code = "document-file-not-found"
    zh = "文稿尚未生成，请稍后再取。"
    en = "The file is not made yet; ask again a little later."


class AboutWrong(Invalid):
    code = "document-about-wrong"
    zh = "“{name}”应写明：{about}。"
    en = "A document of this kind ({name}) is about: {about}."


class CureNotNamed(Invalid):
    code = "cure-not-named"
    zh = "“{name}”须写明它所告知的补正（cure_id）：事项和期限由此而来。"
    en = "This document ({name}) names its call to cure (cure_id): its points and time are from it."


class CureNotAsked(Invalid):
    code = "cure-not-asked"
    zh = "“{name}”与补正无关，不写 cure_id。"
    en = "This document ({name}) has nothing to do with a cure and names none."


class NumberOfCure(Conflict):
    code = "number-is-the-cures"
    zh = "该补正已经以“{number}”号通知，通知书的文号应当与之相同。"
    en = "The call to cure was made under the number “{number}”; its letter has the same."


class NoSuchOutcome(Conflict):
    code = "outcome-does-not-fit"
    zh = "该申报在“{stage}”环节的情况不适用“{name}”。"
    en = "What became of the application in “{stage}” does not call for this document ({name})."


class StageDoesNotFit(Conflict):
    code = "stage-does-not-fit"
    zh = "“{stage}”环节目前不适用“{name}”。"
    en = "The stage “{stage}” does not call for this document ({name}) now."


class LetterExists(Conflict):
    code = "letter-exists"
    zh = "该申报已有一份有效的“{name}”；如需改正，请写明所替换的公文。"
    en = "There is such a letter ({name}) already; to mend it, name the one that is replaced."


class ReplacesWrong(Invalid):
    code = "replaces-wrong"
    zh = "所替换的公文应是同一类、同一对象、已签发的公文。"
    en = "Only a signed document of the same kind about the same thing can be replaced."


class NumberTaken(Conflict):
    code = "document-number-taken"
    zh = "文号“{number}”在 {year} 年已经使用。"
    en = "The number “{number}” has been used in {year}."


class SeriesMissing(Invalid):
    code = "series-missing"
    zh = "请写明文号的式样和第一个序号（series）。"
    en = "Say how the numbers are written and which is the first (series)."


class DocumentChanged(Conflict):
    code = "document-changed"
    zh = "在您打开之后，这份公文已有改动。请重新读取。"
    en = "This document has changed since you read it. Read it again."


class DocumentTwice(Invalid):
    code = "document-twice"
    zh = "这份公文在清单中写了不止一次。"
    en = "This document is in the list more than once."


class DatedInFuture(Invalid):
    code = "dated-in-future"
    zh = "日期不能晚于今天。"
    en = "The day lies in the future."


class DeliveredBeforeSigned(Invalid):
    code = "delivered-before-signed"
    zh = "送达日期不能早于签发日期（{dated}）。"
    en = "It was not delivered before it was signed on {dated}."


class FileNotFinished(Conflict):
    code = "document-file-not-finished"
    zh = "编入文号的正式文稿尚未生成，请稍后再发送。"
    en = "The final file with its number is not made yet; send it a little later."


class OnlyDraftEdited(Conflict):
    code = "document-not-draft"
    zh = "只有草稿可以修改；已核对的请先退回。"
    en = "Only a draft can be changed; one that is checked is returned first."


class NoInbox(Conflict):
    code = "letter-has-no-inbox"
    zh = "该公文不是发给某一申报单位的，不能送入站内信箱。"
    en = "This document is to no applicant; it cannot be put into an inbox."


class NobodyThere(Conflict):
    code = "nobody-to-tell"
    zh = "该单位目前没有可以接收的人员，请以其他方式送达。"
    en = "Nobody speaks for the organisation at present; deliver it another way."


class OtherPlaces(Invalid):
    code = "document-places-left"
    zh = "文稿中还有未填写的项目：{places}。"
    en = "The file still has places that nothing will fill: {places}."


class Series(Protocol):
    """How consecutive numbers are written, and the first of them."""

    @property
    def before(self) -> str: ...
    @property
    def first(self) -> int: ...
    @property
    def after(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about: the state of the stage and the outcome of the entry, if any."""

    stage_name: str = ""
    stage_kind: str = ""
    stage_status: str = ""
    result: str | None = None


def about_obstacle(kind: DocumentKind, *, stage: bool, entry: bool) -> AboutWrong | None:
    """A document names what its kind is about, and nothing else."""
    form = FORMS[kind]
    given = (stage, entry)
    wanted = {
        About.CYCLE: (False, False),
        About.STAGE: (True, False),
        About.ENTRY: (False, True),
    }[form.about]
    told = {About.CYCLE: "届次", About.STAGE: "环节（stage）", About.ENTRY: "参评（entry_id）"}
    return None if given == wanted else AboutWrong(name=form.name, about=told[form.about])


def cure_obstacle(kind: DocumentKind, *, named: bool) -> Refusal | None:
    """A letter that calls to cure says what the call says, and no other document does."""
    if named == (kind is DocumentKind.CURE):
        return None
    return (CureNotAsked if named else CureNotNamed)(pointer="/cure_id", name=FORMS[kind].name)


def number_obstacle(
    number: str, of_cure: str | None, *, replaces: bool, pointer: str = "/number"
) -> NumberOfCure | None:
    """A call to cure has told its number; only what replaces its letter has one of its own."""
    fits = of_cure is None or replaces or number == written_number(of_cure)
    return None if fits else NumberOfCure(pointer=pointer, number=of_cure)


def subject_obstacle(kind: DocumentKind, subject: Subject) -> Refusal | None:
    """Whether things stand so that this document can be written."""
    closed = subject.stage_status == StageStatus.CLOSED
    out = subject.result in {Result.ELIMINATED, Result.DISQUALIFIED}
    screening = subject.stage_kind == "screening"
    fits = {
        DocumentKind.CALL: True,
        DocumentKind.ACCEPTANCE: subject.result in {None, Result.ADVANCED},
        DocumentKind.REFUSAL: screening and closed and out,
        DocumentKind.CURE: screening and subject.result is None,
        DocumentKind.RECOMMENDATIONS: closed,
        DocumentKind.RESULT: closed and out,
    }[kind]
    if fits:
        return None
    refused = NoSuchOutcome if FORMS[kind].about is About.ENTRY else StageDoesNotFit
    return refused(stage=subject.stage_name, name=FORMS[kind].name)


def numbers_given(of_cures: Sequence[str | None], series: Series | None) -> list[str | None]:
    """The number of each document of a list, in its order: that of its call to cure, or the next of
    the series; None where no series is given.
    """
    following = count(series.first) if series else None
    return [
        written_number(f"{series.before}{next(following)}{series.after}")
        if own is None and series and following
        else own and written_number(own)
        for own in of_cures
    ]


def told_reason(reason: str | None, names: Mapping[str, str]) -> str:
    """Why, in the words that may be told: never a score, a rank or another's name."""
    return names.get(reason or "", NOT_FURTHER)


def told_grounds(
    grounds: Sequence[tuple[str, str | None]], regulation: str, thrown_out_for: str | None = None
) -> str:
    """What was found not met, a line for each (name, clause), as the decision cites it, or the
    regulation's word for which it was thrown out; the evidence, which may be of others, is not
    told.
    """
    inside = str.maketrans("“”", "‘’")
    lines = [
        f"“{name.translate(inside)}”一项不符合（《{regulation}》{clause or ''}）。"
        for name, clause in grounds
    ]
    if thrown_out_for is not None:
        lines.append(f"取消资格的事由：{kinds_text((thrown_out_for,))}。")
    return "\n".join(f"{number}．{line}" for number, line in enumerate(lines, 1))


def told_moment(ends_at: datetime) -> str:
    """2026年3月9日24时: the end of a time as its letter says it, the day's last hour as 24."""
    end = ends_at.astimezone(ZONE)
    day, hours = end.date(), f"{end.hour}时" + (f"{end.minute}分" if end.minute else "")
    if (end.hour, end.minute) == (0, 0):
        day, hours = day - timedelta(days=1), "24时"
    return f"{day.year}年{day.month}月{day.day}日{hours}"


def replaces_obstacle(same_kind_and_subject: bool, status: str) -> ReplacesWrong | None:
    fits = same_kind_and_subject and status in {DocumentStatus.SIGNED, DocumentStatus.SENT}
    return None if fits else ReplacesWrong(pointer="/replaces")


def written_number(number: str) -> str:
    """A number as GB/T 9704 (7.2.5) writes it: its year in 〔〕, no blanks. Typed otherwise it is
    the same number, and is not given twice.
    """
    return "".join(normalize("NFKC", number).split()).translate(BRACKETS)


def delivery_obstacles(day: date, dated: date | None, today: date) -> list[Refusal]:
    """A document is delivered from the day on which it was signed, and not tomorrow."""
    found = [early_obstacle(day, dated), dated_obstacle(day, today, "/delivered_on")]
    return [reason for reason in found if reason is not None]


def early_obstacle(day: date, dated: date | None) -> DeliveredBeforeSigned | None:
    """Whether a document would be delivered before it was signed."""
    early = dated is not None and day < dated
    return DeliveredBeforeSigned(pointer="/delivered_on", dated=dated) if early else None


def dated_obstacle(day: date, today: date, pointer: str = "/dated") -> DatedInFuture | None:
    return DatedInFuture(pointer=pointer) if day > today else None


def inbox_obstacle(way: str, letter: bool, somebody: bool) -> Refusal | None:
    """Only a letter to an applicant has an inbox, and only where somebody looks into it."""
    if way != "inbox":
        return None
    return NobodyThere() if letter and not somebody else (None if letter else NoInbox())
