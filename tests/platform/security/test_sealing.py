"""What is sealed opens only with the key, and only where it was put."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.platform.security.sealing import KEY_BYTES, Sealer

SEALER = Sealer.generate()
NUMBER = "11010519491231002X"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_sealed_text_opens_again(text: str) -> None:
    assert SEALER.open(SEALER.seal(text, "person.identity"), "person.identity") == text


def test_same_text_is_sealed_differently_each_time() -> None:
    first, second = SEALER.seal(NUMBER, "here"), SEALER.seal(NUMBER, "here")
    assert first != second
    assert NUMBER.encode() not in first + second


def test_sealed_text_does_not_open_elsewhere() -> None:
    with pytest.raises(InvalidTag):
        SEALER.open(SEALER.seal(NUMBER, "person.identity"), "objection.identity")


def test_sealed_text_does_not_open_with_another_key() -> None:
    with pytest.raises(InvalidTag):
        Sealer.generate().open(SEALER.seal(NUMBER, "here"), "here")


def test_changed_bytes_do_not_open() -> None:
    sealed = bytearray(SEALER.seal(NUMBER, "here"))
    for place in range(len(sealed)):
        changed = bytes(b ^ (place == i) for i, b in enumerate(sealed))
        with pytest.raises(InvalidTag):
            SEALER.open(changed, "here")


def test_keyed_hash_finds_the_same_text_and_only_under_the_same_key() -> None:
    assert SEALER.keyed_hash(NUMBER) == Sealer(SEALER.keys).keyed_hash(NUMBER)
    assert SEALER.keyed_hash(NUMBER) != Sealer.generate().keyed_hash(NUMBER)
    assert SEALER.keyed_hash(NUMBER) != SEALER.keyed_hash(NUMBER[:-1] + "1")
    assert len(SEALER.keyed_hash("")) == 32


def test_generated_keys_are_long_enough_and_never_the_same() -> None:
    keys = {Sealer.generate().keys[0] for _ in range(8)}
    assert len(keys) == 8
    assert {len(key) for key in keys} == {KEY_BYTES}
