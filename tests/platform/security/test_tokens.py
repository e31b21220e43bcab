"""A token verified before: what is remembered of it, and what is asked every time?"""

from datetime import UTC, datetime, timedelta

import pytest

from app.platform.security import tokens
from app.platform.security.tokens import VerifiedTokens
from app.proof.jws import BadToken, Claims, Fault, KeyRing, SigningKey, access_token

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ISSUER, AUDIENCE = "award", "award-api"
KEY = SigningKey.generate()
RING = KeyRing(active=KEY)


def made(sid: str = "s-1", key: SigningKey = KEY) -> str:
    return access_token(sub="a-1", sid=sid, issuer=ISSUER, audience=AUDIENCE, now=NOW, key=key)


def asked(memory: VerifiedTokens, token: str, ring: KeyRing = RING, at: datetime = NOW) -> Claims:
    return memory.read(token, ring, ISSUER, AUDIENCE, at)


def test_remembered_token_says_the_same() -> None:
    memory, token = VerifiedTokens(), made()
    assert asked(memory, token) is asked(memory, token)
    assert asked(memory, token).sid == "s-1"
    assert asked(memory, made("s-2")).sid == "s-2"


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NOW + timedelta(minutes=10), Fault.EXPIRED),
        (NOW - timedelta(seconds=6), Fault.NOT_YET),
    ],
)
def test_remembered_token_counts_no_longer_than_another(at: datetime, fault: Fault) -> None:
    memory, token = VerifiedTokens(), made()
    asked(memory, token)
    assert asked(memory, token, at=NOW + timedelta(minutes=10, seconds=-1)).sid == "s-1"
    with pytest.raises(BadToken) as refused:
        asked(memory, token, at=at)
    assert refused.value.code == fault


def test_key_that_is_removed_takes_its_tokens_along() -> None:
    memory, token = VerifiedTokens(), made()
    asked(memory, token)
    rotated = KeyRing(active=SigningKey.generate(), others=(KEY,))
    assert asked(memory, token, rotated).sid == "s-1"
    with pytest.raises(BadToken) as refused:
        asked(memory, token, KeyRing(active=rotated.active))
    assert refused.value.code == Fault.UNKNOWN_KEY


def test_forged_token_is_not_taken_for_the_one_remembered() -> None:
    memory, token = VerifiedTokens(), made()
    asked(memory, token)
    head, words, _ = token.split(".")
    other = made(key=SigningKey.generate()).rpartition(".")[2]
    with pytest.raises(BadToken) as refused:
        asked(memory, f"{head}.{words}.{other}")
    assert refused.value.code == Fault.SIGNATURE


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    memory = VerifiedTokens()
    first, second, third = (made(f"s-{number}") for number in range(3))
    kept = asked(memory, first)
    dropped = asked(memory, second)
    assert asked(memory, first) is kept  # seen again, so the second is the oldest
    asked(memory, third)
    assert asked(memory, first) is kept
    assert asked(memory, second) is not dropped
