"""How are points, shares, money and sizes of files kept exact, and written as text?"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Final, NamedTuple

POINT_SCALE: Final = 10_000
FEN_PER_YUAN: Final = 100
KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * KIBIBYTE
LONGEST_NUMBER: Final = 100

_WHOLE = r"(?:0|[1-9][0-9]*)"
_PLAIN: Final = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_DECIMAL: Final = re.compile(rf"(-?)({_WHOLE}(?:\.[0-9]+)?)(%?)")
_RATIO: Final = re.compile(rf"(-?{_WHOLE})/({_WHOLE})")
_YUAN: Final = re.compile(rf"({_WHOLE})(?:\.([0-9]{{1,2}}))?")
_READABLE: Final = re.compile(r"-?[0-9][0-9./%]*")
_EXPONENT: Final = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")


class Rounding(StrEnum):
    """The two ways a regulation may round: 四舍五入, or 四舍六入五成双 of GB/T 8170-2008."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


class MalformedNumber(ValueError):
    """Text that is not a number as we write numbers.

    `code`: not-text, blank, too-long, not-ascii, exponent, sign, zero-denominator,
    finer-than-a-fen or malformed.
    """

    def __init__(self, code: str, text: object) -> None:
        super().__init__(f"{code}: {text!r}"[:200])
        self.code = code


class InexactError(ValueError):
    """A number that does not fit the unit it is to be kept or printed in."""

    code = "inexact"


class Column(NamedTuple):
    """Many numbers in one unit: each value counts 1/`unit`. Whole numbers compare and add many
    times as fast as fractions.
    """

    values: Sequence[int]
    unit: int

    def fractions(self) -> list[Fraction]:
        """The numbers one by one."""
        unit = self.unit
        return [Fraction(value, unit) for value in self.values]

    def rounded(self, places: int, mode: Rounding) -> "Column":
        """Each to so many decimal places (≥ 0), a half by `mode`, on the magnitude."""
        more = 10**places
        unit = self.unit
        return Column([nearest(value * more, unit, mode) for value in self.values], more)


def column_of(numbers: Iterable[Fraction]) -> Column:
    """These numbers, in the largest unit in which all of them are whole."""
    ratios = [number.as_integer_ratio() for number in numbers]
    return _in_one_unit(ratios)


def column_of_texts(texts: Iterable[str]) -> Column:
    """The same of numbers written as exact text; MalformedNumber as `fraction_from_text`."""
    return _in_one_unit([ratio_from_text(text) for text in texts])


def _in_one_unit(ratios: Sequence[tuple[int, int]]) -> Column:
    unit = lcm(*{below for _, below in ratios})
    return Column([above * (unit // below) for above, below in ratios], unit)


def nearest(above: int, below: int, mode: Rounding) -> int:
    """The whole number nearest to above/below (below > 0); a half goes by `mode`, on the magnitude
    (GB/T 8170 3.2).
    """
    whole, rest = divmod(abs(above), below)
    twice = 2 * rest
    if twice > below or (twice == below and (mode is Rounding.HALF_UP or whole % 2 == 1)):
        whole += 1
    return -whole if above < 0 else whole


def round_to_unit(value: Fraction, unit: Fraction, mode: Rounding) -> Fraction:
    """Nearest multiple of `unit` (> 0); a half goes by `mode`, on the magnitude (GB/T 8170 3.2)."""
    if unit.numerator <= 0:
        raise ValueError(f"a rounding unit is greater than zero, not {unit}")
    # In whole numbers: fractions would look for common divisors at every step.
    above, below = value.numerator * unit.denominator, value.denominator * unit.numerator
    return Fraction(nearest(above, below, mode) * unit.numerator, unit.denominator)


def round_to(value: Fraction, places: int, mode: Rounding) -> Fraction:
    """Round to `places` decimal places; negative places are tens, hundreds, thousands."""
    return round_to_unit(value, _unit(places), mode)


@lru_cache(maxsize=64)
def _unit(places: int) -> Fraction:
    return Fraction(10) ** -places


def to_units(points: Fraction) -> int:
    """Points as a whole number of 1/10000 point for the database; InexactError if finer."""
    scaled = points * POINT_SCALE
    if scaled.denominator != 1:
        raise InexactError(f"{points} is not a whole number of 1/{POINT_SCALE}; round it first")
    return scaled.numerator


def from_units(units: int) -> Fraction:
    """Points from a whole number of 1/10000 point."""
    return Fraction(units, POINT_SCALE)


def fen_from_text(text: str) -> int:
    """Yuan as text, "500000.00" or "500000", in fen; MalformedNumber otherwise."""
    _refuse_unreadable(text, signed=False)
    found = _YUAN.fullmatch(text)
    if found is None:
        finer = _DECIMAL.fullmatch(text) is not None and not text.endswith("%")
        raise MalformedNumber("finer-than-a-fen" if finer else "malformed", text)
    yuan, fen = found.groups(default="")
    return int(yuan) * FEN_PER_YUAN + int(fen.ljust(2, "0"))


def text_from_fen(fen: int) -> str:
    """Fen as yuan with two decimals: "500000.00"."""
    return decimal_text(Fraction(fen, FEN_PER_YUAN), 2)


def fraction_from_text(text: str, *, signed: bool = False) -> Fraction:
    """Exact value of "581.25", "2/3" or "90%"; MalformedNumber for anything else."""
    return Fraction(*ratio_from_text(text, signed=signed))


def ratio_from_text(text: str, *, signed: bool = False) -> tuple[int, int]:
    """The same as two whole numbers, not reduced."""
    if isinstance(text, str) and len(text) <= LONGEST_NUMBER and (plain := _PLAIN.fullmatch(text)):
        whole, part = plain.groups("")
        return int(whole + part), 10 ** len(part)
    _refuse_unreadable(text, signed=signed)
    if ratio := _RATIO.fullmatch(text):
        numerator, denominator = int(ratio[1]), int(ratio[2])
        if denominator == 0:
            raise MalformedNumber("zero-denominator", text)
        return numerator, denominator
    if decimal := _DECIMAL.fullmatch(text):
        whole, _, part = decimal[2].partition(".")
        scale: int = 10 ** len(part) * (100 if decimal[3] else 1)
        return int(decimal[1] + whole + part), scale
    raise MalformedNumber("malformed", text)


def decimal_text(value: Fraction, places: int | None = None) -> str:
    """Plain decimal text, never an exponent, never rounded.

    Without `places`: as many as it takes, "581.25", or the fraction "1742/3" if no decimal ends.
    With `places` (≥ 0): exactly so many; InexactError if the value is finer.
    """
    if places is None:
        places = _places_needed(value.denominator)
        if places is None:
            return f"{value.numerator}/{value.denominator}"
    if places < 0:
        raise ValueError(f"text has no fewer than zero decimal places, not {places}")
    scaled, finer = divmod(value.numerator * 10**places, value.denominator)
    if finer:
        raise InexactError(f"{value} does not fit {places} decimal places; round it first")
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled)).rjust(places + 1, "0")
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


@lru_cache(maxsize=1024)
def _places_needed(denominator: int) -> int | None:
    """Decimal places that write a fraction in full; None if it never ends."""
    rest, powers = denominator, {2: 0, 5: 0}
    for prime in powers:
        while rest % prime == 0:
            rest //= prime
            powers[prime] += 1
    return max(powers.values()) if rest == 1 else None


def _refuse_unreadable(text: object, *, signed: bool) -> None:
    """Name what is wrong before the grammar is asked, so that people learn what to mend."""
    # A JSON float has lost digits before it reaches us: only text can be exact.
    if not isinstance(text, str):
        raise MalformedNumber("not-text", text)
    if len(text) <= LONGEST_NUMBER and _READABLE.fullmatch(text) and (signed or text[0] != "-"):
        return
    refusals = {
        "blank": not text or any(letter.isspace() for letter in text),
        "too-long": len(text) > LONGEST_NUMBER,
        "not-ascii": not text.isascii(),
        "exponent": _EXPONENT.fullmatch(text) is not None,
        "sign": text.startswith("+") or (text.startswith("-") and not signed),
    }
    for code, refused in refusals.items():
        if refused:
            raise MalformedNumber(code, text)


def size_text(size: int) -> str:
    """Bytes as regulations and people write them: 20MB, 500KB; B where they are no whole KB."""
    for unit, name in ((MEBIBYTE, "MB"), (KIBIBYTE, "KB")):
        if size % unit == 0:
            return f"{size // unit}{name}"
    return f"{size}B"
