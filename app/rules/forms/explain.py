"""What does a form set ask, told in Chinese sentences?"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from app.rules.exact import decimal_text
from app.rules.forms.model import (
    NO,
    UNIT_NAMES,
    YES,
    Column,
    Compare,
    Day,
    FormSet,
    Implied,
    Known,
    Listed,
    Money,
    NotOwn,
    Number,
    Order,
    Picked,
    Question,
    Rows,
    Sum,
    Unique,
    When,
    Writing,
    Years,
)

_KINDS: Final = {
    "line": "一行文字",
    "prose": "一段文字",
    "whole": "整数",
    "decimal": "小数",
    "money": "金额",
    "date": "日期",
    "yes_no": "是或否",
    "phone": "电话号码，加密保存",
    "mail": "电子邮箱，加密保存",
    "identity_number": "居民身份证号码，加密保存",
}
_EITHER: Final = {YES: "是", NO: "否"}
_WAYS: Final = {"at_most": "不大于", "equals": "等于"}


def explained(form: FormSet) -> Iterator[str]:
    """One sentence for the form, each section, each field and each check; inner ones indented."""
    yield f"{form.name}（{form.code}，第{form.edition}版）。来源：{form.source}。"
    names = _names(form)
    for section in form.sections:
        yield f"{section.name}（{section.key}）" + (f"：{section.help}。" if section.help else "。")
        for field in section.fields:
            yield f"  {_field(field, names)}"
            inner = field.rows if isinstance(field, Years) else ()
            for each in field.columns if isinstance(field, Rows) else inner:
                yield f"    {_field(each, names)}"
    for check in form.checks:
        yield f"校验：{_check(check, names)}。"
    if form.scope:
        yield f"申报所代表的其他法人：“{names[form.scope.field]}”一表所列的统一社会信用代码。"


def _names(form: FormSet) -> dict[str, str]:
    found = {}
    for field in form.fields():
        found[field.key] = field.name
        inner = field.rows if isinstance(field, Years) else ()
        for each in field.columns if isinstance(field, Rows) else inner:
            found[f"{field.key}.{each.key}"] = each.name
    return found


def _field(field: Question, names: dict[str, str]) -> str:
    said = [_kind(field)]
    if field.required:
        said.append("必填")
    if field.required_if:
        conditions = "且".join(_when(when, names) for when in field.required_if)
        said.append(f"{conditions}时必填")
    if field.feeds:
        said.append(f"即申报事项 {field.feeds}")
    help_ = f"（{field.help}）" if field.help else ""
    return f"{field.name}（{field.key}）：{'，'.join(said)}。{help_}"


def _kind(field: Question) -> str:
    match field:
        case Years():
            since = "，成立之前的年度不填" if field.since else ""
            said = f"最近{field.count}个完整年度的表{since}"
        case Rows():
            said = f"逐行填写的表，至多{field.at_most}行"
        case Listed():
            said = f"代码表 {field.list}（{field.version}）中的代码"
        case Picked():
            said = f"{'、'.join(option.name for option in field.options)}之一"
        case Day() if field.by_cut_off:
            said = "日期，不晚于截止基准日"
        case _:
            said = _KINDS[getattr(field, "kind", "line")] + _limits(field)
    return said


def _limits(field: Question) -> str:
    unit = ""
    if isinstance(field, Money):
        unit = UNIT_NAMES[field.unit]
    elif isinstance(field, Number):
        unit = field.unit or ""
    elif isinstance(field, Writing):
        unit = "字"
    said = f"，以{unit}计" if isinstance(field, Money) else ""
    if isinstance(field, Writing | Number | Money):
        if field.at_least is not None:
            said += f"，不少于{_figure(field.at_least)}{unit}"
        if field.at_most is not None:
            said += f"，不多于{_figure(field.at_most)}{unit}"
    return said


def _figure(number: Fraction | int | None) -> str:
    return "" if number is None else decimal_text(Fraction(number))


def _when(when: When, names: dict[str, str]) -> str:
    name = f"“{names[when.field]}”"
    match when.way:
        case "equals":
            return f"{name}为{_EITHER.get(when.equals or '', when.equals)}"
        case "one_of":
            return f"{name}为{'、'.join(when.one_of or ())}之一"
        case "begins":
            return f"{name}以{'、'.join(when.begins or ())}开头"
        case "at_least":
            return f"{name}不少于{_figure(when.at_least)}"
        case _:
            return f"{name}不多于{_figure(when.at_most)}"


def _check(check: object, names: dict[str, str]) -> str:
    match check:
        case Sum():
            parts = "、".join(f"“{names[each]}”" for each in check.of)
            return f"{parts}之和等于“{names[check.equals]}”"
        case Compare():
            return f"“{names[check.field]}”{_WAYS[check.way]}“{names[check.other]}”"
        case Column():
            column = names[f"{check.list}.{check.column}"]
            whole = f"“{names[check.list]}”的“{column}”之和"
            return f"{whole}{_WAYS[check.way]}“{names[check.other]}”"
        case Implied():
            stands_on = "（假定）" if check.assumed else ""
            return f"{check.says}{stands_on}"
        case Known():
            return f"“{names[check.table]}”不填“{names[check.day]}”之前的年度"
        case Order() | Unique() | NotOwn():
            return _check_of_lines(check, names)
        case _:
            raise TypeError(check)


def _check_of_lines(check: Order | Unique | NotOwn, names: dict[str, str]) -> str:
    if isinstance(check, Order):
        table = f"{check.list}." if check.list else ""
        of = f"“{names[check.list]}”每行的" if check.list else ""
        return f"{of}“{names[table + check.then]}”不早于“{names[table + check.first]}”"
    column = f"“{names[check.list]}”的“{names[f'{check.list}.{check.column}']}”"
    return f"{column}不重复" if isinstance(check, Unique) else f"{column}不是申报单位自己的"
