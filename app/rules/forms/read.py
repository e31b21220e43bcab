"""Is the text of a form set sound: all that it names is there, and named once?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from app.rules.forms.model import (
    Check,
    Column,
    Compare,
    FormSet,
    Implied,
    Known,
    Private,
    Question,
    Rows,
    Sum,
    Years,
)
from app.rules.strict_yaml import StrictYamlError, load


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a form set: where, a stable code, and a sentence in Chinese."""

    path: str
    code: str
    zh: str


class FormSetError(ValueError):
    """A text is not a valid form set; `problems` are all that were found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.zh} ({p.code})" for p in problems))


def read_form_set(text: str) -> FormSet:
    """The form set that a YAML text describes. Raises FormSetError with every problem."""
    try:
        found = FormSet.model_validate(load(text))
    except StrictYamlError as error:
        path = f"line {error.line}, column {error.column}"
        raise FormSetError(
            (Problem(path, error.code, f"YAML 文本无法读取：{error.detail}"),)
        ) from error
    except ValidationError as error:
        problems = tuple(
            Problem("/".join(str(step) for step in e["loc"]), e["type"], e["msg"])
            for e in error.errors()
        )
        raise FormSetError(problems) from error
    problems = (*_twice(found), *_unknown(found), *_told(found))
    if problems:
        raise FormSetError(problems)
    return found


def _twice(form: FormSet) -> Iterator[Problem]:
    groups: list[tuple[str, list[str]]] = [
        ("sections", [section.key for section in form.sections]),
        ("fields", [field.key for field in form.fields()]),
        ("checks", [check.key for check in form.checks]),
        ("feeds", [fact for field in form.fields() for fact in _fed(field)]),
    ]
    for field in form.fields():
        if isinstance(field, Years | Rows):
            inner = field.rows if isinstance(field, Years) else field.columns
            groups.append((field.key, [each.key for each in inner]))
    for path, keys in groups:
        for key, times in Counter(keys).items():
            if times > 1:
                yield Problem(path, "duplicate_key", f"“{key}”出现了 {times} 次")


def _fed(field: Question) -> list[str]:
    inner = field.rows if isinstance(field, Years) else ()
    return [each.feeds for each in (field, *inner) if each.feeds]


def _unknown(form: FormSet) -> Iterator[Problem]:
    known = set[str]()
    for field in form.fields():
        known.add(field.key)
        if isinstance(field, Years):
            known |= {f"{field.key}.{row.key}" for row in field.rows}
    for path, place in _named(form):
        if place not in known:
            yield Problem(path, "unknown_field", f"没有“{place}”这一项")
    yield from _columns(form)


def _told(form: FormSet) -> Iterator[Problem]:
    """What is sealed would be told by a fact, or by what depends on it."""
    private = {field.key for field in form.fields() if isinstance(field, Private)}
    for path, place in _named(form):
        if place in private:
            zh = f"“{place}”加密保存，不能作为条件或校验的依据"
            yield Problem(path, "private_answer", zh)
    for field in form.fields():
        for each in (field, *(field.columns if isinstance(field, Rows) else ())):
            if isinstance(each, Private) and (each.feeds or each.prefill):
                zh = f"“{each.key}”加密保存，不能写 feeds 或 prefill"
                yield Problem(field.key, "private_answer", zh)


def _named(form: FormSet) -> Iterator[tuple[str, str]]:
    for field in form.fields():
        for when in field.required_if:
            yield field.key, when.field
        if isinstance(field, Years) and field.since:
            yield field.key, field.since
    for check in form.checks:
        for place in _places(check):
            yield f"checks/{check.key}", place


def _places(check: Check) -> tuple[str, ...]:
    match check:
        case Sum():
            return (*check.of, check.equals)
        case Compare():
            return (check.field, check.other)
        case Column():
            return (check.list, check.other)
        case Implied():
            return tuple(when.field for when in (*check.when, check.then))
        case Known():
            return (check.table, check.day)


def _columns(form: FormSet) -> Iterator[Problem]:
    lists = {
        field.key: {column.key for column in field.columns}
        for field in form.fields()
        if isinstance(field, Rows)
    }
    asked = [(f"checks/{c.key}", c.list, c.column) for c in form.checks if isinstance(c, Column)]
    if form.scope:
        asked.append(("scope", form.scope.field, form.scope.column))
    for path, name, column in asked:
        if column not in lists.get(name, ()):
            yield Problem(path, "unknown_column", f"表“{name}”没有“{column}”一列")
