"""How does a client draw and check a form? As plain values: JSON Schema and a UI description."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.rules.exact import decimal_text
from app.rules.forms.model import (
    UNIT_NAMES,
    Day,
    Listed,
    Money,
    Number,
    Picked,
    Private,
    Question,
    Rows,
    When,
    Writing,
    Years,
    YesNo,
)
from app.rules.forms.private import COMMITMENT, MASKED, SEALED, UNFIT
from app.rules.forms.shape import LONGEST_LINE, MOST_LINES
from app.rules.forms.whole import (
    LONGEST_TEXT,
    AnyField,
    Awardee,
    PageMap,
    Period,
    Section,
    WholeForm,
)

MONEY_TEXT = r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?$"
Plain = dict[str, Any]


def described(whole: WholeForm) -> list[Plain]:
    """Every section with its fields in order, and the JSON Schema of its answers."""
    return [
        {
            "key": section.key,
            "name": section.name,
            "help": section.help,
            "origin": section.origin.value,
            "fields": [_field(field, whole) for field in section.fields],
            "schema": schema(section, whole),
        }
        for section in whole.sections
    ]


def schema(section: Section, whole: WholeForm) -> Plain:
    """The JSON Schema (2020-12) of a section's complete answers; a draft may leave any out."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": section.name,
        "properties": {field.key: _schema(field, whole) for field in section.fields},
        "required": [field.key for field in section.fields if field.required],
        "additionalProperties": False,
    }


def _field(field: AnyField, whole: WholeForm) -> Plain:
    """What a client draws; a key is there only where it says something."""
    told: Plain = {
        "key": field.key,
        "name": field.name,
        "kind": getattr(field, "kind", None),
        "required": field.required,
        "help": field.help,
        "required_if": [_when(when) for when in field.required_if],
        "feeds": field.feeds,
        "prefill": field.prefill,
        **_limits(field),
    }
    match field:
        case Years():
            told["years"] = list(whole.years(field))
            told["since"] = field.since
            told["rows"] = [_field(row, whole) for row in field.rows]
        case Rows():
            told["columns"] = [_field(column, whole) for column in field.columns]
            told["at_most"] = str(field.at_most)
        case PageMap():
            told["document"] = field.document
            told["items"] = [{"code": code, "name": name} for code, name in field.items]
            told["at_most"] = None if field.most_pages is None else str(field.most_pages)
        case _:
            pass
    return {key: value for key, value in told.items() if value not in (None, [], "")}


def _limits(field: AnyField) -> Plain:
    match field:
        case Writing():
            least, most = (None if n is None else str(n) for n in (field.at_least, field.at_most))
            return {"at_least": least, "at_most": most}
        case Number() | Money():
            least, most = (
                None if n is None else decimal_text(n) for n in (field.at_least, field.at_most)
            )
            places = field.places if isinstance(field, Number) and field.kind == "decimal" else None
            unit = UNIT_NAMES[field.unit] if isinstance(field, Money) else field.unit
            return {"at_least": least, "at_most": most, "places": places, "unit": unit}
        case Listed():
            return {"list": field.list, "version": field.version}
        case Picked():
            return {"options": [{"code": o.code, "name": o.name} for o in field.options]}
        case _:
            return {}


def _when(when: When) -> Plain:
    value = getattr(when, when.way)
    if isinstance(value, tuple):
        told: object = list(value)
    else:
        told = value if isinstance(value, str) else decimal_text(value)
    return {"field": when.field, when.way: told}


def _schema(field: AnyField | Question, whole: WholeForm) -> Plain:
    match field:
        case Years():
            years = [str(year) for year in whole.years(field)]
            rows = {
                row.key: _object({year: _schema(row, whole) for year in years}, ())
                for row in field.rows
            }
            return _object(rows, ()) | {"title": field.name}
        case Rows():
            columns = {column.key: _schema(column, whole) for column in field.columns}
            line = _object(columns, [c.key for c in field.columns if c.required])
            most = min(field.at_most, MOST_LINES)
            return {"title": field.name, "type": "array", "items": line, "maxItems": most}
        case PageMap():
            pages = {"type": "array", "minItems": 2, "maxItems": 2}
            pages |= {"items": {"type": "integer", "minimum": 1}}
            codes = [code for code, _ in field.items]
            return _object(dict.fromkeys(codes, pages), codes) | {"title": field.name}
        case Period():
            day = {"type": "string", "format": "date"}
            return _object({"first_day": day, "last_day": day}, ["first_day", "last_day"])
        case Awardee():
            return {"$ref": "#/components/schemas/Awardee"}
        case _:
            return {"title": field.name} | _simple(field)


def _object(properties: Plain, required: Sequence[str]) -> Plain:
    made: Plain = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | {"required": list(required)} if required else made


def _simple(field: Question) -> Plain:
    match field:
        case Writing():
            longest = LONGEST_TEXT if field.kind == "prose" else LONGEST_LINE
            return {
                "type": "string",
                "minLength": field.at_least or 1,
                "maxLength": min(field.at_most or longest, longest),
            }
        case Number(kind="whole"):
            ends = {"minimum": field.at_least, "maximum": field.at_most}
            return {"type": "integer"} | {k: int(v) for k, v in ends.items() if v is not None}
        case Picked():
            return {"enum": [option.code for option in field.options]}
        case _:
            return _PLAIN.get(type(field), {"type": "string", "maxLength": LONGEST_LINE})


_PLAIN: Mapping[type[Question], Plain] = {
    Number: {"type": "string", "pattern": MONEY_TEXT},
    Money: {"type": "string", "pattern": MONEY_TEXT},
    Day: {"type": "string", "format": "date"},
    YesNo: {"type": "boolean"},
    Private: {
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": LONGEST_LINE},
            _object(
                {
                    MASKED: {"type": "string"},
                    SEALED: {"type": "string", "pattern": f"^{COMMITMENT.pattern}$"},
                    UNFIT: {"type": "string"},
                },
                [SEALED],
            ),
        ]
    },
}
