"""No token but the one we signed for this session counts: every attack, over HTTP."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

from app.main import create_app
from app.platform.accounts.callers import AUDIENCE
from app.platform.accounts.models import SignInSession
from app.platform.ground import Ground
from app.platform.security.keys import KeyChain
from app.proof.jws import KeyRing, SigningKey, Typ, sign
from app.settings import Profile, Settings
from tests.factories import make_caller
from tests.proof.forgery import HEADER, KEY, RING, STRANGER, b64, forged, text_of, with_mac

pytestmark = pytest.mark.anyio

Claims = dict[str, object]
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PUBLIC = KEY.verifying.public
PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, SPKI)
DER = PUBLIC.public_bytes(serialization.Encoding.DER, SPKI)
SSH = PUBLIC.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
EVIDENCE = SigningKey.generate()


@pytest.fixture
async def good(ground: Ground) -> Claims:
    """The claims of somebody who is signed in."""
    caller = await make_caller(ground)
    async with ground.database.reading() as db:
        session = await db.scalar(
            select(SignInSession.id).where(SignInSession.account_id == caller.account_id)
        )
    now = int(ground.clock().timestamp())
    return {
        "aud": AUDIENCE,
        "exp": now + 600,
        "iat": now,
        "iss": ground.issuer,
        "sid": str(session),
        "sub": str(caller.account_id),
    }


@pytest.fixture
async def asker(ground: Ground) -> AsyncIterator[AsyncClient]:
    """A service whose access tokens are signed with the forger's own KEY."""
    known = replace(ground, chain=KeyChain(KeyRing(EVIDENCE), RING))
    transport = ASGITransport(create_app(Settings(profile=Profile.OFFICE), known))
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield client


async def asked(asker: AsyncClient, token: str) -> tuple[int, str]:
    answer = await asker.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("code", "")


def header(**changes: object) -> Callable[[Claims], str]:
    return lambda good: forged(HEADER | changes, good)


def claim(**changes: object) -> Callable[[Claims], str]:
    return lambda good: forged(HEADER, good | changes)


def without(name: str) -> Callable[[Claims], str]:
    return lambda good: forged(HEADER, {key: value for key, value in good.items() if key != name})


def mac(secret: bytes, alg: str) -> Callable[[Claims], str]:
    def attack(good: Claims) -> str:
        del good
        return with_mac(secret, alg)

    return attack


def parts(good: Claims) -> list[str]:
    return forged(HEADER, good).split(".")


ATTACKS: dict[str, Callable[[Claims], str]] = {
    **{
        f"{alg} with the public key as {name}": mac(secret, alg)
        for alg in ("HS256", "HS384", "HS512")
        for name, secret in {"PEM": PEM, "DER": DER, "SSH": SSH, "nothing": b""}.items()
    },
    "alg none, unsigned": lambda good: (
        f"{b64(text_of(HEADER | {'alg': 'none'}))}.{b64(text_of(good))}."
    ),
    "alg none, signed": header(alg="none"),
    "alg in lower case": header(alg="es256"),
    "alg as part of a name": header(alg="XXES256YY"),
    "alg as a list": header(alg=["ES256"]),
    "alg RS256": header(alg="RS256"),
    "alg EdDSA": header(alg="EdDSA"),
    "crit": header(crit=["exp"]),
    "jku": header(jku="https://evil.example/jwks.json"),
    "jwk of a stranger": lambda good: forged(
        HEADER | {"jwk": STRANGER.public_jwk()}, good, key=STRANGER
    ),
    "x5c": header(x5c=["MII"]),
    "zip": header(zip="DEF"),
    "b64 false": header(b64=False),
    "no kid": lambda good: forged({k: v for k, v in HEADER.items() if k != "kid"}, good),
    "alg said twice": lambda good: forged(
        text_of(HEADER).replace(b"{", b'{"alg":"none",', 1), good
    ),
    "x5u": header(x5u="https://evil.example/cert"),
    "kid of a stranger": lambda good: forged(HEADER | {"kid": STRANGER.kid}, good, key=STRANGER),
    "a stranger under our kid": lambda good: forged(HEADER, good, key=STRANGER),
    "kid as a path": header(kid="../../dev/null"),
    "kid of the key of evidence": lambda good: forged(
        HEADER | {"kid": EVIDENCE.kid}, good, key=EVIDENCE
    ),
    "typ JWT": header(typ="JWT"),
    "typ of a certificate": header(typ="award-cert+jws"),
    "a receipt": lambda good: sign({"sub": good["sub"]}, typ=Typ.RECEIPT, key=KEY),
    "a checkpoint with these claims": lambda good: sign(good, typ=Typ.CHECKPOINT, key=KEY),
    **{f"no {name}": without(name) for name in ("exp", "iat", "iss", "aud", "sub", "sid")},
    "exp as text": claim(exp="9999999999"),
    "exp as a float": claim(exp=1e300),
    "exp as true": claim(exp=True),
    "exp far away": lambda good: forged(HEADER, good | {"exp": int(str(good["iat"])) + 86_400}),
    "expired": lambda good: forged(
        HEADER, good | {n: int(str(good[n])) - 600 for n in ("iat", "exp")}
    ),
    "not yet": lambda good: forged(
        HEADER, good | {n: int(str(good[n])) + 60 for n in ("iat", "exp")}
    ),
    "another issuer": claim(iss="https://evil.example"),
    "another audience": claim(aud="somebody-else"),
    "several audiences": claim(aud=[AUDIENCE]),
    "one claim more": claim(admin=True),
    "another account": claim(sub="6f0c2c1e-7d0f-4a35-9d0e-0b6a4f1d2c11"),
    "another session": claim(sid="6f0c2c1e-7d0f-4a35-9d0e-0b6a4f1d2c11"),
    "session that is no identifier": claim(sid="' OR 1=1 --"),
    "signature of zeros": lambda good: ".".join([*parts(good)[:2], "A" * 86]),
    "signature cut": lambda good: ".".join(parts(good))[:-1],
    "body of another": lambda good: ".".join(
        [parts(good)[0], b64(text_of(good | {"sub": "x"})), parts(good)[2]]
    ),
    "encrypted form": lambda good: ".".join([*parts(good), "AAAA", "AAAA"]),
    "nothing": lambda _: "",
    "far too long": lambda good: ".".join(parts(good)) + "A" * 100_000,
}


async def test_token_forged_without_a_fault_is_taken(asker: AsyncClient, good: Claims) -> None:
    assert (await asked(asker, forged(HEADER, good)))[0] == 200


@pytest.mark.parametrize("name", ATTACKS)
async def test_attack_is_sign_in_needed(asker: AsyncClient, good: Claims, name: str) -> None:
    assert await asked(asker, ATTACKS[name](good)) == (401, "sign-in-needed")


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer bearer", ""])
async def test_other_schemes_are_sign_in_needed(
    asker: AsyncClient, good: Claims, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {forged(HEADER, good)}"}
    assert (await asker.get("/auth/me", headers=headers)).status_code == 401


async def test_token_counts_nowhere_but_in_the_header(asker: AsyncClient, good: Claims) -> None:
    token = forged(HEADER, good)
    asker.cookies.set("access_token", token)
    assert (await asker.get("/auth/me", params={"access_token": token})).status_code == 401
