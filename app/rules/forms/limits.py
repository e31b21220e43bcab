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
    Question,
    Writing,
    day_of,
    figure,
)
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
        case Listed():
            if value not in lists.get((field.list, field.version), {}):
                yield (f"“{value}”不在代码表中。", f"“{value}” is not in the list of codes.")
        case Picked():
            if value not in {option.code for option in field.options}:
                yield (f"“{value}”不是所列的选项。", f"“{value}” is none of the choices.")


def _text(field: Writing, value: str) -> Iterator[Said]:
    length = len(value.strip())
    if field.at_most is not None and length > field.at_most:
        yield (f"有 {length} 字，限 {field.at_most} 字。", f"is longer than {field.at_most}.")
    if field.at_least is not None and length < field.at_least:
        yield (f"有 {length} 字，至少 {field.at_least} 字。", f"is shorter than {field.at_least}.")
    # A failing check character needs a person: it is no reason to refuse.
    if field.form == "credit_code" and credit_code_problem(value.strip()) == "malformed":
        yield ("不是统一社会信用代码。", "is no unified social credit code.")


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
