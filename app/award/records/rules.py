"""Which particulars does a record of each kind have? Pure."""

from collections.abc import Mapping, Sequence

from app.platform.errors import Invalid, NotAllowed, Refusal
from app.rules.facts import RecordKind
from app.rules.recorded import Known

LEVELS = ("district", "city", "province", "nation")
"""The levels of an award elsewhere: the `what` of such an honour."""

PARTICULARS: Mapping[RecordKind, tuple[Sequence[str], Sequence[str]]] = {
    # kind                       needed            allowed
    RecordKind.HONOUR: ((), ("cycle_ordinal", "bonus")),
    RecordKind.HONOUR_ELSEWHERE: (("award",), ("grade", "cycle_ordinal", "bonus")),
    RecordKind.INCIDENT: ((), ()),
    RecordKind.CERTIFICATE: ((), ()),
    RecordKind.GRADE: (("grade",), ()),
    RecordKind.REVOCATION: ((), ("award", "grade", "cycle_ordinal")),
    RecordKind.DISQUALIFICATION: ((), ("award", "cycle_ordinal")),
    RecordKind.SUCCESSION: (("predecessor",), ()),
}


class ParticularMissing(Invalid):
    code = "record-particular-missing"
    zh = "此种记录须写明“{field}”。"
    en = "A record of this kind says “{field}”."


class ParticularUnfit(Invalid):
    code = "record-particular-unfit"
    zh = "此种记录没有“{field}”这一项。"
    en = "A record of this kind has no “{field}”."


class LevelUnknown(Invalid):
    code = "record-level-unknown"
    zh = "其他奖项的级别（what）应为 district、city、province、nation 之一。"
    en = "The level (what) of an award elsewhere is district, city, province or nation."


class WordUnknown(Invalid):
    code = "record-word-unknown"
    zh = "“{what}”不是管理办法所用的词，没有条款会据此处理；可用的有：{known}。"
    en = "No rule knows the word “{what}”; there are: {known}."


class InterestInRecord(NotAllowed):
    code = "record-of-interest"
    zh = "记录涉及与您存在利害关系的单位，请由他人登记。"
    en = "It is about an organisation in which you have an interest; another person enters it."


class UntilBeforeOn(Invalid):
    code = "record-ends-before-it-begins"
    zh = "有效期止日早于起始日。"
    en = "It ends before it begins."


class RecordAhead(Invalid):
    code = "record-ahead"
    zh = "发生或授予日期 {on} 晚于今天。"
    en = "{on} lies in the future."


class OwnPredecessor(Invalid):
    code = "own-predecessor"
    zh = "单位不能是自己的前身。"
    en = "An organisation does not succeed itself."


def particulars_obstacles(kind: RecordKind, given: Mapping[str, object]) -> list[Refusal]:
    """What is missing from a record of this kind, and what does not belong to it."""
    needed, allowed = PARTICULARS[kind]
    found: list[Refusal] = [
        ParticularMissing(pointer=f"/{field}", field=field)
        for field in needed
        if given[field] is None
    ]
    every = {field for one in PARTICULARS.values() for fields in one for field in fields}
    found += [
        ParticularUnfit(pointer=f"/{field}", field=field)
        for field in sorted(every - {*needed, *allowed})
        if given[field] is not None
    ]
    if kind is RecordKind.HONOUR_ELSEWHERE and given["what"] not in LEVELS:
        found.append(LevelUnknown(pointer="/what"))
    return found


def word_obstacle(
    kind: RecordKind, what: str, known: Known, pointer: str = "/what"
) -> WordUnknown | None:
    """What keeps somebody out says so in a word that the programme's rules know."""
    words = known.get(kind)
    if words is None or what in words:
        return None
    return WordUnknown(pointer=pointer, what=what, known="、".join(sorted(words)) or "无")
