import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proof.canonical import NotCanonical, base64url, canonical, digest, digest_text, octets_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS.map(lambda t: unicodedata.normalize("NFC", t)), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_text_of_rfc_8785_is_escaped_as_there() -> None:
    value = {
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf16_units() -> None:
    keys = ["\u20ac", "\r", "\ue000", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert ordered == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ue000"]
    assert ordered != sorted(ordered)


def test_chinese_stays_readable_and_compact() -> None:
    assert canonical({"组织": "滨湖", "a": [1, {}]}) == '{"a":[1,{}],"组织":"滨湖"}'


def test_characters_that_json_need_not_escape_stay() -> None:
    assert canonical("\x7f\u2028/\u2029") == '"\x7f\u2028/\u2029"'


def test_two_spellings_of_a_character_are_one() -> None:
    assert canonical("é") == canonical("e\u0301") == '"é"'
    assert digest({"e\u0301": 1}) == digest({"é": 1})


ASCII = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(max_codepoint=127), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.integers(-5, 105), max_size=30)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner)
    ),
    max_leaves=12,
)


@given(ASCII)
def test_ascii_is_written_as_python_writes_it(value: object) -> None:
    assert canonical(value) == json.dumps(value, separators=(",", ":"), sort_keys=True).replace(
        "\\u007f", "\x7f"
    )


def test_true_is_not_one() -> None:
    assert canonical([True, 1, False, 0]) == "[true,1,false,0]"


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53) + 1, 0])
def test_integer_that_every_reader_reads_is_taken(value: object) -> None:
    assert canonical(value) == str(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), 10**300])
def test_integer_beyond_other_readers_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical([value])
    assert (refused.value.code, refused.value.path) == ("integer-too-large", "$[0]")


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        Decimal(1),
        Fraction(1, 2),
        b"x",
        (1,),
        {1},
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_that_is_not_plain_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical({"a": [0, value]})
    assert (refused.value.code, refused.value.path) == ("not-plain", "$.a[1]")


@pytest.mark.parametrize("key", [1, None, True, 1.5, b"a"])
def test_key_that_is_not_text_is_refused(key: object) -> None:
    with pytest.raises(NotCanonical, match="key-not-text"):
        canonical({key: 1})


def test_keys_that_become_equal_are_refused() -> None:
    with pytest.raises(NotCanonical, match="equal-keys"):
        canonical({"é": 1, "e\u0301": 2})


@pytest.mark.parametrize("value", ["\ud800", ["a\udfff"], {"\udc00": 1}])
def test_half_character_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical, match="half-character"):
        canonical(value)


def test_half_character_has_no_digest() -> None:
    with pytest.raises(NotCanonical, match="half-character"):
        digest_text("\ud800")


def _nested(levels: int) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value]
    return value


def test_nesting_has_an_end() -> None:
    assert canonical(_nested(64)) == "[" * 64 + "0" + "]" * 64
    for levels in (65, 5000):
        with pytest.raises(NotCanonical, match="too-deep"):
            canonical(_nested(levels))


def test_value_that_holds_itself_is_refused() -> None:
    loop = []
    loop.append(loop)
    with pytest.raises(NotCanonical, match="too-deep"):
        canonical(loop)


def test_digest_is_that_of_the_text() -> None:
    assert digest({"b": 1, "a": "奖"}) == digest_text('{"a":"奖","b":1}')
    assert digest_text("奖") == "sha256:" + hashlib.sha256("奖".encode()).hexdigest()


def test_stored_text_is_hashed_as_it_stands() -> None:
    assert digest_text("é") != digest_text("e\u0301")


@given(PLAIN)
def test_text_read_back_has_the_same_text(value: object) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(TEXTS.map(lambda t: unicodedata.normalize("NFC", t)), SCALARS), st.randoms())
def test_order_of_writing_does_not_matter(members: dict[str, object], random: Random) -> None:
    shuffled = list(members.items())
    random.shuffle(shuffled)
    assert digest(dict(shuffled)) == digest(members)


@given(PLAIN, PLAIN)
def test_values_that_differ_have_texts_that_differ(one: object, other: object) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(_nfc(one)) == json.dumps(_nfc(other))
    )


def _nfc(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    if isinstance(value, dict):
        return {key: _nfc(value[key]) for key in sorted(value)}
    return value


@given(st.binary(max_size=40))
def test_octets_come_back(octets: bytes) -> None:
    assert octets_of(base64url(octets)) == octets


@pytest.mark.parametrize("text", ["AB", "AA==", "A", "A+/A", "AA\n", "AA ", "ＡＡ", "AAB", "é"])
def test_second_spelling_of_octets_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical, match="not-base64url"):
        octets_of(text)
