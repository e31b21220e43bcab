"""Do the parts of a form set hang together: is all that they name there, once, and of its kind?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.rules.forms.model import (
    Check,
    Column,
    Compare,
    Day,
    FormSet,
    Implied,
    Known,
    Money,
    NotOwn,
    Number,
    Order,
    Private,
    Question,
    Rows,
    Sum,
    Unique,
    When,
    Writing,
    Years,
)
from app.rules.forms.sentences import Path, problem
from app.rules.regulation.problems import Problem

TOP_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "registered_on": ("date",),
    "employees": ("whole",),
    "industry": ("code", "line"),
    "contact_name": ("line",),
    "summary": ("prose",),
}
"""Fields that stand at the top of every form, and of which kinds they must be."""
TAKEN: Final = frozenset({"awardee", "subject", "tier", "internal_notice"})
"""Keys under which the award's own rules ask."""
NUMBERS: Final = (Number, Money, Rows)
Placed = tuple[Path, Question]


def check(form: FormSet) -> list[Problem]:
    """Everything wrong with a form set whose parts can be read, in file order as far as they have a
    place.
    """
    placed = [*_placed(form)]
    known = {key: field for _, key, field in _places_of(placed)}
    return [
        *_twice(form, placed),
        *_kinds(placed),
        *_ranges(placed),
        *_sealed(placed),
        *_named(form, placed, known),
        *_columns(form, placed),
    ]


def _placed(form: FormSet) -> Iterator[Placed]:
    for number, section in enumerate(form.sections):
        for place, field in enumerate(section.fields):
            yield ("sections", number, "fields", place), field


def inner_fields(path: Path, field: Question) -> Iterator[Placed]:
    """The rows or columns of a table."""
    if isinstance(field, Years):
        yield from (((*path, "rows", place), row) for place, row in enumerate(field.rows))
    if isinstance(field, Rows):
        yield from (((*path, "columns", place), one) for place, one in enumerate(field.columns))


def _places_of(placed: Iterable[Placed]) -> Iterator[tuple[Path, str, Question]]:
    """What conditions and checks can name: every field, and the rows of three-year tables."""
    for path, field in placed:
        yield path, field.key, field
        if isinstance(field, Years):
            for inner, row in inner_fields(path, field):
                yield inner, f"{field.key}.{row.key}", row


def _twice(form: FormSet, placed: list[Placed]) -> Iterator[Problem]:
    keys: list[tuple[str, Path, str]] = [
        ("section", ("sections", n, "key"), each.key) for n, each in enumerate(form.sections)
    ]
    keys += [("check", ("checks", n, "key"), each.key) for n, each in enumerate(form.checks)]
    for path, field in placed:
        keys.append(("field", (*path, "key"), field.key))
        inner = inner_fields(path, field)
        keys += [(f"in {field.key}", (*place, "key"), each.key) for place, each in inner]
    keys += [("fact", (*path, "feeds"), each.feeds) for path, each in _all(placed) if each.feeds]
    seen = set[tuple[str, str]]()
    for group, path, key in keys:
        if (group, key) in seen:
            yield problem("duplicate_key", path, key=key)
        seen.add((group, key))


def fields_of(form: FormSet) -> Iterator[Placed]:
    """Every field, row and column, with its path in the file."""
    yield from _all(_placed(form))


def _all(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Every field, row and column."""
    for path, field in placed:
        yield path, field
        yield from inner_fields(path, field)


def _kinds(placed: Iterable[Placed]) -> Iterator[Problem]:
    for path, field in placed:
        if field.key in TAKEN:
            yield problem("key_taken", (*path, "key"), key=field.key)
        kinds = TOP_KINDS.get(field.key)
        if kinds and getattr(field, "kind", None) not in kinds:
            yield problem("kind_unfit", (*path, "kind"), key=field.key, choices="、".join(kinds))


def _ranges(placed: Iterable[Placed]) -> Iterator[Problem]:
    for path, each in _all(placed):
        if isinstance(each, Writing | Number | Money):
            low, high = each.at_least, each.at_most
            if low is not None and high is not None and low > high:
                yield problem("range_reversed", (*path, "at_least"), low=low, high=high)


def _sealed(placed: Iterable[Placed]) -> Iterator[Problem]:
    for path, each in _all(placed):
        if isinstance(each, Private) and (each.feeds or each.prefill):
            yield problem("private_answer", path, key=each.key)


def _named(form: FormSet, placed: list[Placed], known: Mapping[str, Question]) -> Iterator[Problem]:
    """What is named is there, is not sealed, and is a figure or a day where one is needed."""
    choices = "、".join(known)
    for path, key, wanted in _names(form, placed):
        field = known.get(key)
        if field is None:
            yield problem("unknown_field", path, key=key, choices=choices)
        elif isinstance(field, Private):
            yield problem("private_answer", path, key=key)
        elif wanted == "figure" and not isinstance(field, NUMBERS):
            yield problem("not_a_figure", path, key=key)
        elif wanted == "day" and not isinstance(field, Day):
            yield problem("not_a_day", path, key=key)


def _names(form: FormSet, placed: Iterable[Placed]) -> Iterator[tuple[Path, str, str]]:
    """Each name with its place in the file, and what it must be: any, figure or day."""
    for path, field in placed:
        for place, when in enumerate(field.required_if):
            yield (*path, "required_if", place, "field"), when.field, _wanted(when)
        if isinstance(field, Years) and field.since:
            yield (*path, "since"), field.since, "day"
    for place, each in enumerate(form.checks):
        for step, key, wanted in _of_check(each):
            yield ("checks", place, *step), key, wanted


def _wanted(when: When) -> str:
    return "figure" if when.way in {"at_least", "at_most"} else "any"


def _of_check(check: Check) -> Iterator[tuple[Path, str, str]]:
    match check:
        case Sum():
            yield from ((("of", n), key, "figure") for n, key in enumerate(check.of))
            yield ("equals",), check.equals, "figure"
        case Compare():
            yield ("field",), check.field, "figure"
            yield ("other",), check.other, "figure"
        case Column():
            yield ("list",), check.list, "any"
            yield ("other",), check.other, "figure"
        case Implied():
            for n, when in enumerate(check.when):
                yield ("when", n, "field"), when.field, _wanted(when)
            yield ("then", "field"), check.then.field, _wanted(check.then)
        case Known():
            yield ("table",), check.table, "any"
            yield ("day",), check.day, "day"
        case Order(list=None):
            yield ("first",), check.first, "day"
            yield ("then",), check.then, "day"
        case Order() | Unique() | NotOwn():
            yield ("list",), check.list or "", "any"


def _columns_of(check: Check) -> Iterator[tuple[str, str, tuple[type, ...], str]]:
    """Which columns a check names: where, of which kinds, and what is said of others."""
    match check:
        case Column():
            yield "column", check.column, (Number, Money), "not_a_figure"
        case Order() if check.list:
            yield "first", check.first, (Day,), "not_a_day"
            yield "then", check.then, (Day,), "not_a_day"
        case Unique() | NotOwn():
            yield "column", check.column, (Question,), "unknown_column"


def _columns(form: FormSet, placed: Iterable[Placed]) -> Iterator[Problem]:
    lists = {
        field.key: {column.key: column for column in field.columns}
        for _, field in placed
        if isinstance(field, Rows)
    }
    for place, each in enumerate(form.checks):
        for step, key, kinds, code in _columns_of(each):
            path: Path = ("checks", place, step)
            table = getattr(each, "list", "")
            column = lists.get(table, {}).get(key)
            if column is None:
                yield problem("unknown_column", path, key=table, column=key)
            elif not isinstance(column, kinds):
                yield problem(code, path, key=f"{table}.{key}")
            elif isinstance(column, Private):
                yield problem("private_answer", path, key=f"{table}.{key}")
    scope = form.scope
    if scope and scope.column not in lists.get(scope.field, {}):
        yield problem("unknown_column", ("scope",), key=scope.field, column=scope.column)
