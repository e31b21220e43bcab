# ruff: noqa: TID251 - the one module that speaks to python-jose, so that its gaps are closed once
"""Did we sign this text, for this use, and which words did we sign?"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

from app.proof.canonical import canonical, octets_of
from app.proof.keys import ALGORITHM, BadKey, KeyRing, SigningKey, VerifyingKey

__all__ = [
    "BadKey",
    "BadToken",
    "Claims",
    "Fault",
    "KeyRing",
    "SigningKey",
    "TooLongToSign",
    "Typ",
    "VerifyingKey",
    "access_token",
    "read_access",
    "sign",
    "verify",
]

HEADER = frozenset({"alg", "kid", "typ"})
CLAIMS = frozenset({"iss", "sub", "sid", "aud", "iat", "exp"})
LONGEST_LIFETIME = timedelta(minutes=15)
CLOCK_SKEW_SECONDS = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Three parts of base64url; a P-256 signature is 64 octets, so 86 characters.
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")


class Typ(StrEnum):
    """What a signed text is for; one use never passes for another."""

    ACCESS = "at+jwt"
    RECEIPT = "receipt+jws"
    CERTIFICATE = "award-cert+jws"
    CHECKPOINT = "checkpoint+jws"
    ASSERTION = "portal-assertion+jwt"

    @property
    def longest(self) -> int:
        """Characters of the longest text that is read or signed for this use."""
        return {Typ.ACCESS: 2_048, Typ.ASSERTION: 8_192}.get(self, 65_536)


class Fault(StrEnum):
    """Why a token was refused; for logs, not for whoever sent it."""

    TOO_LONG = "too-long"
    MALFORMED = "malformed"
    HEADER = "header"
    ALGORITHM = "algorithm"
    TYP = "typ"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    LIFETIME = "lifetime"
    EXPIRED = "expired"
    NOT_YET = "not-yet"


class BadToken(ValueError):
    """The token is refused; `code` says why."""

    def __init__(self, code: Fault) -> None:
        super().__init__(code.value)
        self.code = code


class TooLongToSign(ValueError):
    """The payload would make a token that `verify` refuses for its length."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who an access token speaks for (`sub`) in which session (`sid`); times in Unix seconds."""

    sub: str
    sid: str
    iat: int
    exp: int


def sign(payload: Mapping[str, object], *, typ: Typ, key: SigningKey) -> str:
    """Compact JWS over the payload's canonical text. Raises NotCanonical, TooLongToSign."""
    octets = canonical(dict(payload)).encode()
    token = jws.sign(octets, _prepared(key.private), {"kid": key.kid, "typ": typ.value}, ALGORITHM)
    if len(token) > typ.longest:
        raise TooLongToSign(f"{len(token)} characters, at most {typ.longest}")
    return token


def verify(token: str, *, typ: Typ, ring: KeyRing) -> dict[str, object]:
    """The payload that a key of the ring signed for this very use. Raises only BadToken."""
    if len(token) > typ.longest:
        raise BadToken(Fault.TOO_LONG)
    parts = COMPACT.fullmatch(token)
    if parts is None:
        raise BadToken(Fault.MALFORMED)
    header_text, payload_text, signature_text = parts.groups()
    key = _key_of(_read(header_text), typ, ring)
    try:
        octets_of(signature_text)
        jws.verify(token, _prepared(key.public), [ALGORITHM])
    except (ValueError, JOSEError) as problem:
        raise BadToken(Fault.SIGNATURE) from problem
    return _read(payload_text, spelled_by_us=typ is not Typ.ASSERTION)


def access_token(
    *,
    sub: str,
    sid: str,
    issuer: str,
    audience: str,
    now: datetime | int,
    key: SigningKey,
    lifetime: timedelta = timedelta(minutes=10),
) -> str:
    """An access token for one session; `now` is wall time. Raises ValueError beyond 15 minutes."""
    if not timedelta(seconds=1) <= lifetime <= LONGEST_LIFETIME:
        raise ValueError("an access token lives between one second and fifteen minutes")
    iat = _seconds(now)
    exp = iat + lifetime // timedelta(seconds=1)
    who = {"iss": issuer, "sub": sub, "sid": sid, "aud": audience}
    return sign(who | {"iat": iat, "exp": exp}, typ=Typ.ACCESS, key=key)


def read_access(
    token: str, ring: KeyRing, issuer: str, audience: str, now: datetime | int
) -> Claims:
    """Whom this access token speaks for at `now` (wall time). Raises only BadToken."""
    claims = verify(token, typ=Typ.ACCESS, ring=ring)
    if claims.keys() != CLAIMS:
        raise BadToken(Fault.CLAIMS)
    sub, sid = _name(claims["sub"]), _name(claims["sid"])
    iat, exp = _moment(claims["iat"]), _moment(claims["exp"])
    if claims["iss"] != issuer:
        raise BadToken(Fault.ISSUER)
    if claims["aud"] != audience:
        raise BadToken(Fault.AUDIENCE)
    if not 1 <= exp - iat <= LONGEST_LIFETIME // timedelta(seconds=1):
        raise BadToken(Fault.LIFETIME)
    seconds = _seconds(now)
    if seconds >= exp:
        raise BadToken(Fault.EXPIRED)
    if seconds < iat - CLOCK_SKEW_SECONDS:
        raise BadToken(Fault.NOT_YET)
    return Claims(sub, sid, iat, exp)


def _prepared(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> Key:
    # A loaded key is wrapped in a microsecond; bytes would let jose guess what they are.
    return jwk.construct(key, ALGORITHM)  # type: ignore[arg-type]  # the stub omits loaded keys


def _key_of(header: dict[str, object], typ: Typ, ring: KeyRing) -> VerifyingKey:
    # jose ignores crit, typ and kid, and would try every key: all three are decided here
    if header.keys() != HEADER:
        raise BadToken(Fault.HEADER)
    if header["alg"] != ALGORITHM:
        raise BadToken(Fault.ALGORITHM)
    if header["typ"] != typ.value:
        raise BadToken(Fault.TYP)
    kid = header["kid"]
    key = ring.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise BadToken(Fault.UNKNOWN_KEY)
    return key


def _read(part: str, *, spelled_by_us: bool = True) -> dict[str, object]:
    # Only what `sign` writes is read: no second spelling, no equal members, no floats. A portal
    # orders and spaces its members as its library does; equal ones and floats are refused too.
    try:
        text = octets_of(part).decode()
        value = json.loads(text, object_pairs_hook=_members)
        if isinstance(value, dict) and (canonical(value) == text or not spelled_by_us):
            return value
    except (ValueError, RecursionError) as problem:
        raise BadToken(Fault.MALFORMED) from problem
    raise BadToken(Fault.MALFORMED)


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadToken(Fault.MALFORMED)
    return members


def _name(claim: object) -> str:
    if not isinstance(claim, str) or not claim:
        raise BadToken(Fault.CLAIMS)
    return claim


def _moment(claim: object) -> int:
    if not isinstance(claim, int) or isinstance(claim, bool):
        raise BadToken(Fault.CLAIMS)
    return claim


def _seconds(now: datetime | int) -> int:
    return now if isinstance(now, int) else (now - EPOCH) // timedelta(seconds=1)
