"""What does a filled form answer at a place that a condition or a check names?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.rules.forms.model import Question, Rows, When, Years, figure
from app.rules.forms.whole import Section, WholeForm, as_text, at


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the document with the field that explains it; a row of a table has a year."""

    section: Section
    field: Question
    name: str
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A document, read through its form; `own` is the applicant's credit code."""

    whole: WholeForm
    document: Mapping[str, Any]
    own: str | None = None

    def spot(self, place: str, year: int | None = None) -> Spot:
        """The place `field` or `table.row` in a year; without one, in the last."""
        key, _, row_key = place.partition(".")
        section, field = self.whole.find(key)
        address = section.address(field)
        if not row_key or not isinstance(field, Years):
            return Spot(section, field, field.name, address)
        row = next(each for each in field.rows if each.key == row_key)
        year = self.whole.years(field)[-1] if year is None else year
        return Spot(section, row, f"{year}年{row.name}", (*address, row.key, str(year)))

    def value(self, place: str, year: int | None = None) -> Any:
        """What stands there."""
        return at(self.document, self.spot(place, year).address)

    def number(self, place: str, year: int | None = None) -> Fraction | None:
        """The figure there, money in yuan; of a table with lines how many there are."""
        spot = self.spot(place, year)
        found = at(self.document, spot.address)
        if isinstance(spot.field, Rows):
            return Fraction(len(found or ()))
        return figure(spot.field, found)

    def lines(self, table: str) -> Sequence[Mapping[str, Any]]:
        """The lines of a list."""
        return at(self.document, self.spot(table).address) or ()

    def years(self, *places: str) -> tuple[int, ...] | None:
        """The years in which these places are compared; None where one is not of a table."""
        common: tuple[int, ...] | None = None
        for place in places:
            key, _, row = place.partition(".")
            _, field = self.whole.find(key)
            if not row or not isinstance(field, Years):
                return None
            common = self.whole.years(field)
        return common

    def holds(self, when: When) -> bool:
        """Whether a condition holds; what was not answered meets none."""
        text = as_text(self.value(when.field)) if when.way in _OF_TEXT else ""
        match when.way:
            case "equals":
                return text == when.equals
            case "one_of":
                return text in (when.one_of or ())
            case "begins":
                return bool(text) and text.startswith(when.begins or ())
            case _:
                number = self.number(when.field)
                if number is None:
                    return False
                if when.at_least is not None:
                    return number >= when.at_least
                return when.at_most is not None and number <= when.at_most


_OF_TEXT = frozenset({"equals", "one_of", "begins"})
