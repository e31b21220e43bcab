"""Is an answer within what its field allows?"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.rules.exact import decimal_text
from app.rules.forms.model import (
    UNIT_NAMES,
    YUAN_OF,
    Day,
    Listed,
    Money,
    Number,
    Picked,
    Private,
    Question,
    Writing,
    day_of,
    figure,
)
from app.rules.forms.private import UNFIT, as_kept, unfit
from app.rules.forms.whole import Lists
from app.rules.identifiers import credit_code_problem

Said = tuple[str, str]
"""The rest of a sentence after the field's name, in Chinese and in English."""
NO_NUMBER: Said = ("不是数。", "is no number.")


def broken(field: Question, value: Any, cut_off: date, lists: Lists) -> Iterator[Said]:
    """Every limit that an answer of the right shape breaks."""
    match field:
        case Writing():
            yield from _text(field, value)
        case Number():
            yield from _number(field, value)
        case Money():
            yield from _money(field, value)
        case Day():
            day = day_of(value)
            if field.by_cut_off and day is not None and day > cut_off:
                yield (f"不得晚于截止日 {cut_off}。", f"is after the cut-off date {cut_off}.")
        case Listed() | Picked():
            yield from _chosen(field, value, lists)
        case Private():
            yield from _private(field, value)


def _text(field: Writing, value: str) -> Iterator[Said]:
    length = len(value.strip())
    if field.at_most is not None and length > field.at_most:
        yield (f"有 {length} 字，限 {field.at_most} 字。", f"is longer than {field.at_most}.")
    if field.at_least is not None and length < field.at_least:
        yield (f"有 {length} 字，至少 {field.at_least} 字。", f"is shorter than {field.at_least}.")
    # A failing check character needs a person: it is no reason to refuse.
    if field.form == "credit_code" and credit_code_problem(value.strip()) == "malformed":
        yield ("不是统一社会信用代码。", "is no unified social credit code.")


def _chosen(field: Listed | Picked, value: str, lists: Lists) -> Iterator[Said]:
    if isinstance(field, Picked):
        if value not in {option.code for option in field.options}:
            yield (f"“{value}”不是所列的选项。", f"“{value}” is none of the choices.")
    elif value not in lists.get((field.list, field.version), {}):
        yield (f"“{value}”不在代码表中。", f"“{value}” is not in the list of codes.")


_ASKED = {
    "phone": ("电话号码", "phone number"),
    "mail": ("电子邮箱地址", "mail address"),
    "identity_number": ("居民身份证号码", "identity number"),
}
_WHY = {
    "birth-date": ("出生日期", "date of birth"),
    "check-character": ("校验码", "check character"),
}


def _private(field: Private, value: Any) -> Iterator[Said]:
    """Of a sealed answer was found out when it was sealed what is wrong with it."""
    wrong = (
        value.get(UNFIT)
        if isinstance(value, dict)
        else unfit(field.kind, as_kept(field.kind, value))
    )
    zh, en = _ASKED[field.kind]
    if wrong in _WHY:
        yield (f"的{_WHY[wrong][0]}不符，请核对。", f"has a wrong {_WHY[wrong][1]}.")
    elif wrong:
        yield (f"不是{zh}。", f"is no {en}.")


def _number(field: Number, value: Any) -> Iterator[Said]:
    number = figure(field, value)
    if number is None:
        yield NO_NUMBER
        return
    if (number * 10**field.places).denominator != 1:
        yield (f"最多写 {field.places} 位小数。", f"has more than {field.places} decimals.")
    if field.at_least is not None and number < field.at_least:
        least = decimal_text(field.at_least)
        yield (f"不得小于 {least}。", f"is below {least}.")
    if field.at_most is not None and number > field.at_most:
        most = decimal_text(field.at_most)
        yield (f"不得大于 {most}。", f"is above {most}.")


def _money(field: Money, value: Any) -> Iterator[Said]:
    yuan = figure(field, value)
    if yuan is None:
        yield NO_NUMBER
        return
    if not isinstance(value, str) or value.strip().endswith("%") or "/" in value:
        yield NO_NUMBER
        return
    if (yuan * 100).denominator != 1:
        yield ("精确到分为止。", "is finer than a fen.")
    unit = YUAN_OF[field.unit]
    if field.at_least is not None and yuan < field.at_least * unit:
        least = f"{decimal_text(field.at_least)}{UNIT_NAMES[field.unit]}"
        yield (f"不得少于{least}。", f"is below {least}.")
    if field.at_most is not None and yuan > field.at_most * unit:
        most = f"{decimal_text(field.at_most)}{UNIT_NAMES[field.unit]}"
        yield (f"不得多于{most}。", f"is above {most}.")
