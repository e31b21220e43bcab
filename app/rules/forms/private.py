"""What may be shown of a private answer, and is it what its field asks for?

A document never holds such an answer in clear: in its place stands what may be shown of it and a
commitment to it, `{"masked": …, "sealed": "sha256:…"}`. `unfit` stands beside them where the answer
is not what was asked for, so that a draft keeps it and its submission is refused.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.rules.forms.model import Private, PrivateKind, Question, Rows
from app.rules.identifiers import (
    identity_number_problem,
    identity_number_typed,
    phone_number_typed,
    typed,
)

MASKED, SEALED, UNFIT = "masked", "sealed", "unfit"
COMMITMENT: Final = re.compile(r"sha256:[0-9a-f]{64}")
HIDDEN = "***"
_PHONE: Final = re.compile(
    r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|\+(?!86)[0-9]{1,3}-?[0-9]{8,14}"
)
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

Change = Callable[[Private, Any], Any]


@dataclass(frozen=True, slots=True)
class Given:
    """A private answer: the steps that lead to it, what it is called, its field, and what stands
    there.
    """

    steps: tuple[object, ...]
    name: str
    field: Private
    value: Any


def as_kept(kind: PrivateKind, text: str) -> str:
    """The answer as it is sealed: in one form, however it was typed."""
    match kind:
        case "phone":
            return phone_number_typed(text)
        case "mail":
            return typed(text)
        case "identity_number":
            return identity_number_typed(text)


def unfit(kind: PrivateKind, text: str) -> str | None:
    """None, or what keeps an answer from being a phone number, mail address or identity number:
    malformed, birth-date, check-character.
    """
    match kind:
        case "phone":
            return None if _PHONE.fullmatch(text) else "malformed"
        case "mail":
            return None if len(text) <= 200 and _MAIL.fullmatch(text) else "malformed"
        case "identity_number":
            return identity_number_problem(text)


def masked(kind: PrivateKind, text: str) -> str:
    """What everybody may see of it; nothing of what is no such number at all."""
    if unfit(kind, text) == "malformed":
        return HIDDEN
    match kind:
        case "phone":
            return f"{text[:3]}****{text[-4:]}"
        case "mail":
            local, _, domain = text.partition("@")
            return f"{local[:1]}{HIDDEN}@{domain}"
        case "identity_number":
            return f"{text[:3]}{'*' * 11}{text[-4:]}"


def is_sealed(value: object) -> bool:
    """Whether a value has the shape of a sealed answer; not whether there is one."""
    return (
        isinstance(value, dict)
        and value.keys() <= {MASKED, SEALED, UNFIT}
        and all(isinstance(each, str) for each in value.values())
        and bool(COMMITMENT.fullmatch(value.get(SEALED, "")))
    )


def changed(
    fields: Iterable[Question], answers: Mapping[str, Any], change: Change
) -> dict[str, Any]:
    """The answers with every private one that is given replaced by what `change` makes of it."""
    made = dict(answers)
    for field in fields:
        value = made.get(field.key)
        if isinstance(field, Private) and value is not None:
            made[field.key] = change(field, value)
        if isinstance(field, Rows) and isinstance(value, list):
            made[field.key] = [changed(field.columns, line, change) for line in value]
    return made


def private_answers(fields: Iterable[Question], answers: Mapping[str, Any]) -> Iterator[Given]:
    """Every private answer that is given, also in the lines of a table."""
    for field in fields:
        value = answers.get(field.key)
        if isinstance(field, Private) and value is not None:
            yield Given((field.key,), field.name, field, value)
        if isinstance(field, Rows) and isinstance(value, list):
            for place, line in enumerate(value):
                for inner in private_answers(field.columns, line):
                    name = f"{field.name}第{place + 1}行{inner.name}"
                    steps = (field.key, place, *inner.steps)
                    yield Given(steps, name, inner.field, inner.value)


def has_private(fields: Iterable[Question]) -> bool:
    """Whether one of the fields, or of their columns, is private."""
    return any(
        isinstance(field, Private) or (isinstance(field, Rows) and has_private(field.columns))
        for field in fields
    )
