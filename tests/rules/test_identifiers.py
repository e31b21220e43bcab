import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.identifiers import (
    CREDIT_CODE_ALPHABET,
    bank_card_problem,
    credit_code_check,
    credit_code_problem,
    identity_number_check,
    identity_number_problem,
    identity_number_typed,
    luhn_holds,
    phone_number_typed,
    typed,
)

CREDIT_CODE = "91350100M000100Y43"
IDENTITY_NUMBER = "11010519491231002X"
BANK_CARD = "4111111111111111"


# Published codes of well-known companies and the standards' own examples: an oracle not our own.
@pytest.mark.parametrize(
    "code",
    [CREDIT_CODE, "91330100799655058B", "9144030071526726XG", "914403001922038216"],
)
def test_credit_code_of_known_organisations_holds(code: str) -> None:
    assert credit_code_problem(code) is None
    assert credit_code_check(code[:17]) == code[17]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("91350100M000100Y44", "check-character"),
        ("91350100M000100Y4", "malformed"),
        ("91350100M000100Y433", "malformed"),
        ("91350100M000100Y43\n", "malformed"),
        ("91350100m000100Y43", "malformed"),
        ("9135010OM000100Y43", "malformed"),
        ("91350100M000100Y4I", "malformed"),
        ("９1350100M000100Y43", "malformed"),
        ("", "malformed"),
    ],
)
def test_credit_code_problem_is_named(text: str, problem: str) -> None:
    assert credit_code_problem(text) == problem


@given(
    place=st.sampled_from([0, 1, *range(8, 18)]), character=st.sampled_from(CREDIT_CODE_ALPHABET)
)
def test_credit_code_one_wrong_character_is_found(place: int, character: str) -> None:
    assume(CREDIT_CODE[place] != character)
    changed = CREDIT_CODE[:place] + character + CREDIT_CODE[place + 1 :]
    assert credit_code_problem(changed) == "check-character"


def test_credit_code_check_of_malformed_text_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        credit_code_check("91350100M000100Y")


@pytest.mark.parametrize("number", [IDENTITY_NUMBER, "440524188001010014"])
def test_identity_number_of_the_standard_holds(number: str) -> None:
    assert identity_number_problem(number) is None
    assert identity_number_check(number[:17]) == number[17]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("110105194912310021", "check-character"),
        ("11010519490229002X", "birth-date"),
        ("11010519491331002X", "birth-date"),
        ("11010500001231002X", "birth-date"),
        ("11010519491231002x", "malformed"),
        ("01010519491231002X", "malformed"),
        ("1101051949123100", "malformed"),
        ("11010519491231002X1", "malformed"),
        ("1101051949123100２X", "malformed"),
    ],
)
def test_identity_number_problem_is_named(text: str, problem: str) -> None:
    assert identity_number_problem(text) == problem


@given(place=st.integers(0, 16), digit=st.sampled_from("0123456789"))
def test_identity_number_one_wrong_digit_is_found(place: int, digit: str) -> None:
    assume(IDENTITY_NUMBER[place] != digit)
    changed = IDENTITY_NUMBER[:place] + digit + IDENTITY_NUMBER[place + 1 :]
    assert identity_number_problem(changed) is not None


def test_identity_number_check_of_malformed_text_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        identity_number_check(IDENTITY_NUMBER)


def test_bank_card_problem_is_named() -> None:
    assert bank_card_problem(BANK_CARD) is None
    assert bank_card_problem("4111111111111112") == "check-digit"
    assert bank_card_problem("411111111111") == "malformed"
    assert bank_card_problem("4" * 20) == "malformed"
    assert bank_card_problem("4111 1111 1111 1111") == "malformed"


@given(place=st.integers(0, 15), digit=st.sampled_from("0123456789"))
def test_luhn_one_wrong_digit_is_found(place: int, digit: str) -> None:
    changed = BANK_CARD[:place] + digit + BANK_CARD[place + 1 :]
    assert luhn_holds(changed) is (changed == BANK_CARD)


MOBILE, LANDLINE, INSIDE, ABROAD = (
    "13812345678",
    "0510-85012345",
    "0510-85012345-801",
    "+442079460000",
)


@pytest.mark.parametrize(
    ("kept", "ways"),
    [
        (
            MOBILE,
            ["138 1234 5678", "+86 138-1234-5678", "0086-13812345678", "１３８１２３４５６７８"],
        ),
        (MOBILE, ["8613812345678", "＋８６　138．1234．5678", "\u202d138 1234 5678\u202c"]),
        (LANDLINE, ["（0510）85012345", "(0510) 8501-2345", "051085012345", "0510—85012345"]),
        (LANDLINE, ["+86 510 85012345", "+86 (0)510 85012345", "０５１０－８５０１２３４５"]),
        (INSIDE, ["0510-85012345转801", "（0510）85012345-801", "0510 85012345 ext. 801"]),
        (ABROAD, ["+44 20 7946 0000", "0044-20-7946-0000", "+44-2079460000"]),
        ("010-12345678", ["01012345678", "+86-10-12345678", "(010)1234 5678"]),
    ],
)
def test_phone_number_is_kept_in_one_form_however_it_was_typed(kept: str, ways: list[str]) -> None:
    assert {phone_number_typed(way) for way in [kept, *ways]} == {kept}


@pytest.mark.parametrize("text", ["138", "85012345", "请打总机", "+8612345678901", "１３８ 12"])
def test_what_is_no_phone_number_is_made_into_none(text: str) -> None:
    assert phone_number_typed(text) == typed(text)


@given(st.text(alphabet="0123456789+-() （）转x１３８—\u202d", max_size=24))
def test_kept_form_of_a_phone_number_is_its_own(text: str) -> None:
    kept = phone_number_typed(text)
    assert phone_number_typed(kept) == kept


def test_identity_number_and_address_are_kept_in_half_width_without_blanks() -> None:
    for way in (
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２ｘ",
    ):
        assert identity_number_typed(way) == IDENTITY_NUMBER
    assert typed(" li.si＠example.cn　") == "li.si@example.cn"
