from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.exact import (
    KIBIBYTE,
    MEBIBYTE,
    InexactError,
    MalformedNumber,
    Rounding,
    column_of,
    column_of_texts,
    decimal_text,
    fen_from_text,
    fraction_from_text,
    from_units,
    round_to,
    round_to_unit,
    size_text,
    text_from_fen,
    to_units,
)

MODES = st.sampled_from(Rounding)
NUMBERS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("12.1498", 1, "12.1"),
        ("12.1498", 0, "12"),
        ("1268", -2, "1300"),
        ("10.5002", 0, "11"),
        ("1.050", 1, "1.0"),
        ("0.35", 1, "0.4"),
        ("2500", -3, "2000"),
        ("3500", -3, "4000"),
        ("-0.0365", 3, "-0.036"),
        ("97.46", 0, "97"),
        ("15.4546", 0, "15"),
        ("-355", -1, "-360"),
        ("-325", -1, "-320"),
        ("-365", -1, "-360"),
        ("86.125", 2, "86.12"),
    ],
)
def test_round_to_gbt_8170_vectors(value: str, places: int, expected: str) -> None:
    assert round_to(Fraction(value), places, Rounding.HALF_EVEN) == Fraction(expected)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("60.28", "0.5", "60.5"),
        ("-60.75", "0.5", "-61.0"),
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("832", "20", "840"),
        ("-930", "20", "-920"),
    ],
)
def test_round_to_unit_gbt_8170_half_and_fifth_units(value: str, unit: str, expected: str) -> None:
    rounded = round_to_unit(Fraction(value), Fraction(unit), Rounding.HALF_EVEN)
    assert rounded == Fraction(expected)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("86.125", 2, "86.13"), ("1.050", 1, "1.1"), ("2500", -3, "3000"), ("-325", -1, "-330")],
)
def test_round_to_half_up_goes_away_from_zero(value: str, places: int, expected: str) -> None:
    assert round_to(Fraction(value), places, Rounding.HALF_UP) == Fraction(expected)


@given(value=NUMBERS, places=st.integers(-4, 6), mode=MODES)
def test_round_to_is_nearest_idempotent_and_odd(
    value: Fraction, places: int, mode: Rounding
) -> None:
    rounded = round_to(value, places, mode)
    assert abs(rounded - value) <= Fraction(10) ** -places / 2
    assert (rounded * Fraction(10) ** places).denominator == 1
    assert round_to(rounded, places, mode) == rounded
    assert round_to(-value, places, mode) == -rounded


def test_round_to_unit_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        round_to_unit(Fraction(1), Fraction(0), Rounding.HALF_UP)


@given(units=st.integers(-(2**62), 2**62))
def test_units_come_back_unchanged(units: int) -> None:
    assert to_units(from_units(units)) == units


def test_to_units_finer_than_the_unit_is_refused() -> None:
    assert to_units(Fraction("581.25")) == 5_812_500
    for finer in (Fraction(2, 3), Fraction("0.00001")):
        with pytest.raises(InexactError):
            to_units(finer)


@given(fen=st.integers(0, 10**15))
def test_fen_come_back_unchanged(fen: int) -> None:
    assert fen_from_text(text_from_fen(fen)) == fen


def test_fen_of_known_amounts() -> None:
    assert fen_from_text("500000.00") == 50_000_000
    assert fen_from_text("500000") == 50_000_000
    assert fen_from_text("0.5") == 50
    assert text_from_fen(50_000_000) == "500000.00"
    assert text_from_fen(7) == "0.07"
    assert text_from_fen(-1234) == "-12.34"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("500000.005", "finer-than-a-fen"),
        ("-1.00", "sign"),
        ("5e5", "exponent"),
        ("５０", "not-ascii"),
        ("500,000", "malformed"),
        ("50%", "malformed"),
        ("", "blank"),
    ],
)
def test_fen_from_text_malformed(text: str, code: str) -> None:
    with pytest.raises(MalformedNumber) as caught:
        fen_from_text(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("581.25", Fraction(2325, 4)),
        ("0", Fraction(0)),
        ("2/3", Fraction(2, 3)),
        ("1742/3", Fraction(1742, 3)),
        ("90%", Fraction(9, 10)),
        ("12.5%", Fraction(1, 8)),
    ],
)
def test_fraction_from_text_reads_decimals_ratios_and_shares(text: str, value: Fraction) -> None:
    assert fraction_from_text(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (99.99, "not-text"),
        (5, "not-text"),
        (None, "not-text"),
        ("", "blank"),
        (" 5", "blank"),
        ("5\n", "blank"),
        ("5\u3000", "blank"),
        ("５", "not-ascii"),
        ("٣", "not-ascii"),
        ("1e1", "exponent"),
        ("1.5E-3", "exponent"),
        ("-5", "sign"),
        ("+5", "sign"),
        ("2/0", "zero-denominator"),
        ("1" * 101, "too-long"),
        ("05", "malformed"),
        (".5", "malformed"),
        ("5.", "malformed"),
        ("1_000", "malformed"),
        ("1,000", "malformed"),
        ("nan", "malformed"),
        ("inf", "malformed"),
        ("0x10", "malformed"),
        ("1/3%", "malformed"),
        ("1.5/2", "malformed"),
        ("2/-3", "malformed"),
        ("%", "malformed"),
    ],
)
def test_fraction_from_text_malformed(text: Any, code: str) -> None:
    with pytest.raises(MalformedNumber) as caught:
        fraction_from_text(text)
    assert caught.value.code == code


def test_fraction_from_text_signed_only_where_allowed() -> None:
    assert fraction_from_text("-2/3", signed=True) == Fraction(-2, 3)
    assert fraction_from_text("-0.25", signed=True) == Fraction(-1, 4)
    with pytest.raises(MalformedNumber) as caught:
        fraction_from_text("+1", signed=True)
    assert caught.value.code == "sign"


@given(value=NUMBERS)
def test_decimal_text_reads_back_exactly(value: Fraction) -> None:
    text = decimal_text(value)
    assert fraction_from_text(text, signed=True) == value
    assert "e" not in text.lower()


def test_decimal_text_known_values() -> None:
    assert decimal_text(Fraction("581.250")) == "581.25"
    assert decimal_text(Fraction(1742, 3)) == "1742/3"
    assert decimal_text(Fraction(10**30)) == "1" + "0" * 30
    assert decimal_text(Fraction(1, 10**8)) == "0.00000001"
    assert decimal_text(Fraction("581.25"), 3) == "581.250"
    assert decimal_text(Fraction("-0.5"), 2) == "-0.50"
    assert decimal_text(Fraction(7), 0) == "7"


def test_decimal_text_never_rounds() -> None:
    with pytest.raises(InexactError):
        decimal_text(Fraction("581.25"), 1)
    with pytest.raises(ValueError, match="zero decimal places"):
        decimal_text(Fraction(10), -1)


@given(st.lists(st.fractions(max_denominator=60), max_size=8), st.integers(0, 4), MODES)
def test_column_is_its_numbers_in_one_unit(
    numbers: list[Fraction], places: int, mode: Rounding
) -> None:
    column = column_of(numbers)
    assert column.fractions() == numbers
    assert column.rounded(places, mode).fractions() == [
        round_to(number, places, mode) for number in numbers
    ]


def test_column_of_texts_reads_what_one_text_reads() -> None:
    texts = ["581.25", "1742/3", "90%", "0", "0.50", "1000"]
    assert column_of_texts(texts).fractions() == [fraction_from_text(text) for text in texts]
    with pytest.raises(MalformedNumber):
        column_of_texts(["1", "1e3"])


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (20 * MEBIBYTE, "20MB"),
        (1536 * KIBIBYTE, "1536KB"),
        (1024 * MEBIBYTE, "1024MB"),
        (KIBIBYTE + 1, "1025B"),
        (1_000_000, "1000000B"),
    ],
)
def test_size_is_written_in_the_largest_unit_that_is_whole(size: int, text: str) -> None:
    assert size_text(size) == text
