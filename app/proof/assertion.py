"""Whom does a portal say has signed in with it, and may that be believed now?"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.proof.jws import CLOCK_SKEW_SECONDS, BadToken, Fault, KeyRing, Typ, verify

LONGEST = timedelta(minutes=5)
CLAIMS = frozenset(
    {"iss", "sub", "aud", "iat", "exp", "jti"}
    | {"name", "organisation", "credit_code", "assurance"}
)
OPTIONAL = frozenset({"identity_number"})
LINE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
BLANK = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Assertion:
    """Who (`sub`, stable at the portal) signed in for which organisation, and how surely."""

    sub: str
    jti: str
    expires_at: datetime
    name: str
    organisation: str
    credit_code: str
    assurance: str
    identity_number: str | None


def read_assertion(
    token: str, ring: KeyRing, *, issuer: str, audience: str, now: datetime
) -> Assertion:
    """What the portal `issuer` asserts to us at `now` (wall time). Raises only BadToken."""
    claims = verify(token, typ=Typ.ASSERTION, ring=ring)
    if not claims.keys() >= CLAIMS or not claims.keys() <= CLAIMS | OPTIONAL:
        raise BadToken(Fault.CLAIMS)
    lines = {name: _line(claims[name]) for name in claims.keys() - {"iat", "exp"}}
    iat, exp, seconds = _moment(claims["iat"]), _moment(claims["exp"]), int(now.timestamp())
    if lines["iss"] != issuer:
        raise BadToken(Fault.ISSUER)
    if lines["aud"] != audience:
        raise BadToken(Fault.AUDIENCE)
    if not 1 <= exp - iat <= LONGEST // timedelta(seconds=1):
        raise BadToken(Fault.LIFETIME)
    if seconds >= exp:
        raise BadToken(Fault.EXPIRED)
    if seconds < iat - CLOCK_SKEW_SECONDS:
        raise BadToken(Fault.NOT_YET)
    return Assertion(
        sub=lines["sub"],
        jti=lines["jti"],
        expires_at=datetime.fromtimestamp(exp, UTC),
        name=lines["name"],
        organisation=lines["organisation"],
        credit_code=lines["credit_code"],
        assurance=lines["assurance"],
        identity_number=lines.get("identity_number"),
    )


def _line(claim: object) -> str:
    if not isinstance(claim, str) or not LINE.fullmatch(claim) or BLANK.fullmatch(claim):
        raise BadToken(Fault.CLAIMS)
    return claim


def _moment(claim: object) -> int:
    if not isinstance(claim, int) or isinstance(claim, bool) or not 0 < claim < 1 << 33:
        raise BadToken(Fault.CLAIMS)
    return claim
