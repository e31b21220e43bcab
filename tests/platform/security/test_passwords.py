import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.security.passwords import (
    CHEAPEST,
    PRODUCTION,
    Cost,
    HashingBusy,
    PasswordHasher,
    PasswordRefused,
    Weakness,
    weakness,
    well_known,
)

GOOD = "湖面上有三只鸭子"
SLOW = Cost(passes=2, memory_kib=16 * 1024)


@pytest.fixture(scope="module")
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher(CHEAPEST)
    yield made
    made.close()


@pytest.fixture
def narrow() -> Iterator[PasswordHasher]:
    made = PasswordHasher(SLOW, cores=1, waiting=2)
    yield made
    made.close()


def test_password_is_known_again_and_another_is_not(hasher: PasswordHasher) -> None:
    stored = asyncio.run(hasher.hash(GOOD))
    assert asyncio.run(hasher.verify(GOOD, stored)) is True
    assert asyncio.run(hasher.verify(GOOD + "!", stored)) is False
    assert asyncio.run(hasher.verify(GOOD[:-1], stored)) is False


def test_production_hash_says_argon2id_at_the_cost_of_asvs() -> None:
    made = PasswordHasher()
    stored = asyncio.run(made.hash(GOOD))
    made.close()
    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_same_password_is_never_stored_alike(hasher: PasswordHasher) -> None:
    assert asyncio.run(hasher.hash(GOOD)) != asyncio.run(hasher.hash(GOOD))


def test_every_character_counts(hasher: PasswordHasher) -> None:
    stored = asyncio.run(hasher.hash("x" * 127 + "a"))
    assert asyncio.run(hasher.verify("x" * 127 + "a", stored)) is True
    assert asyncio.run(hasher.verify("x" * 127 + "b", stored)) is False
    assert asyncio.run(hasher.verify("X" * 127 + "a", stored)) is False


def test_nul_does_not_end_a_password(hasher: PasswordHasher) -> None:
    stored = asyncio.run(hasher.hash("abcd\0efgh"))
    assert asyncio.run(hasher.verify("abcd\0efgx", stored)) is False


def test_two_spellings_of_a_character_are_one_password(hasher: PasswordHasher) -> None:
    stored = asyncio.run(hasher.hash("café-au-lait"))
    assert asyncio.run(hasher.verify("cafe\u0301-au-lait", stored)) is True


def test_unknown_account_has_no_password(hasher: PasswordHasher) -> None:
    for password in (GOOD, "", "x" * 128):
        assert asyncio.run(hasher.verify(password, None)) is False


@pytest.mark.parametrize("stored", ["", "!", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_unreadable_hash_fits_no_password(hasher: PasswordHasher, stored: str | None) -> None:
    assert asyncio.run(hasher.verify(GOOD, stored)) is False


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", Weakness.TOO_SHORT),
        ("七个汉字不够吧"[:7], Weakness.TOO_SHORT),
        ("e\u0301" * 7, Weakness.TOO_SHORT),
        ("x" * 129, Weakness.TOO_LONG),
        ("x" * 10_000, Weakness.TOO_LONG),
        ("abcdefgh\ud800", Weakness.MALFORMED),
    ],
)
def test_password_outside_the_limits_is_not_hashed(
    hasher: PasswordHasher, password: str, code: Weakness
) -> None:
    with pytest.raises(PasswordRefused) as refused:
        asyncio.run(hasher.hash(password))
    assert refused.value.code is code
    assert weakness(password, blocklist=()) is code
    assert asyncio.run(hasher.verify(password, None)) is False


def test_password_at_the_limits_is_hashed(hasher: PasswordHasher) -> None:
    for password in ("八个字符就已经够"[:8], "𠀀" * 128):
        assert asyncio.run(hasher.verify(password, asyncio.run(hasher.hash(password)))) is True


def test_hash_of_another_cost_still_fits(hasher: PasswordHasher, narrow: PasswordHasher) -> None:
    stored = asyncio.run(hasher.hash(GOOD))
    assert asyncio.run(narrow.verify(GOOD, stored)) is True


def test_cost_in_production_is_that_of_asvs() -> None:
    assert Cost(passes=1, memory_kib=46 * 1024, lanes=1) == PRODUCTION


def _quickest_seconds(hasher: PasswordHasher, stored: str | None) -> float:
    async def once() -> float:
        started = time.perf_counter()
        await hasher.verify("wrong password", stored)
        return time.perf_counter() - started

    async def many() -> float:
        return min([await once() for _ in range(9)])

    return asyncio.run(many())


def test_unknown_account_takes_as_long_as_a_wrong_password(narrow: PasswordHasher) -> None:
    known = _quickest_seconds(narrow, asyncio.run(narrow.hash(GOOD)))
    unknown = _quickest_seconds(narrow, None)
    assert known / 3 < unknown < known * 3


def test_more_than_may_wait_are_sent_away_and_later_taken(narrow: PasswordHasher) -> None:
    async def crowd() -> list[str | BaseException]:
        tries = [narrow.hash(GOOD) for _ in range(8)]
        return await asyncio.gather(*tries, return_exceptions=True)

    answers = asyncio.run(crowd())
    away = [answer for answer in answers if isinstance(answer, HashingBusy)]
    assert 1 <= len(away) <= 5
    assert all(answer.startswith("$argon2id$") for answer in answers if answer not in away)
    for _ in range(4):
        assert asyncio.run(narrow.verify(GOOD, None)) is False


def test_place_is_free_again_after_somebody_gave_up(narrow: PasswordHasher) -> None:
    async def give_up() -> list[str]:
        tasks = [asyncio.create_task(narrow.hash(GOOD)) for _ in range(3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        await asyncio.sleep(0.5)
        return await asyncio.gather(*(narrow.hash(GOOD) for _ in range(3)))

    assert len(asyncio.run(give_up())) == 3


def test_event_loop_goes_on_while_a_password_is_hashed(narrow: PasswordHasher) -> None:
    async def beat() -> int:
        beats = 0
        hashing = asyncio.create_task(narrow.hash(GOOD))
        while not hashing.done():
            await asyncio.sleep(0.001)
            beats += 1
        return beats

    assert asyncio.run(beat()) >= 2


def test_closed_hasher_takes_nobody() -> None:
    made = PasswordHasher(CHEAPEST, cores=1, waiting=0)
    made.close()
    for _ in range(3):
        with pytest.raises(RuntimeError):
            asyncio.run(made.hash(GOOD))


@pytest.mark.parametrize(
    "password",
    [
        "woaini1314",
        "WoAiNi1314",
        "5201314520",
        "password123",
        "P@ssw0rd",
        "12345678",
        "1qaz2wsx",
        "admin@123",
        "88888888",
        "aaaaaaaaaaaa",
        "ababababab",
        "的的的的的的的的",
        "abcabcabcab",
    ],
)
def test_well_known_password_is_refused(password: str) -> None:
    assert weakness(password, blocklist=well_known()) is Weakness.WELL_KNOWN


def test_list_holds_only_what_the_other_rules_let_through() -> None:
    assert len(well_known()) >= 200
    assert all(len(password) >= 8 and password == password.casefold() for password in well_known())


@pytest.mark.parametrize(
    ("password", "name"),
    [
        ("Wangxiaoming-98", "wangxiaoming"),
        ("我是王小明的密码呀", "王小明"),
        ("binhu-award-2026", " Award "),
        ("cafe\u0301teria-99", "Caféteria"),
    ],
)
def test_password_with_a_name_in_it_is_refused(password: str, name: str) -> None:
    assert weakness(password, blocklist=well_known(), names=["", name]) is Weakness.CONTAINS_NAME


def test_short_latin_name_gives_nothing_away() -> None:
    assert weakness("delicate-lilac", blocklist=well_known(), names=["Li", "", "   "]) is None


@pytest.mark.parametrize("password", [GOOD, "correct horse battery", "lllllllo", "zzzzyyyyxxxx"])
def test_no_kind_of_character_is_demanded(password: str) -> None:
    assert weakness(password, blocklist=well_known()) is None


@given(st.text(max_size=200))
def test_every_text_is_judged_without_an_error(password: str) -> None:
    found = weakness(password, blocklist=well_known(), names=["binhu"])
    assert found in {*Weakness, None}
