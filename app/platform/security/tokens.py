"""Was this very access token verified before? Then its signature need not be checked again.

Only the signature and the words are remembered; whether the time is right is asked every time, and
whether the session still counts is asked of the database.
"""

from collections import OrderedDict
from datetime import datetime
from hashlib import sha256

from app.proof.jws import Claims, KeyRing, read_access

MOST = 4096
"""Tokens remembered in one process; the one not seen for longest is forgotten first."""


class VerifiedTokens:
    """What verified tokens say, by the SHA-256 of their text, under one ring of keys: when a key
    comes or goes, all of them are verified again.
    """

    def __init__(self) -> None:
        self._ring: KeyRing | None = None
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()

    def read(self, token: str, ring: KeyRing, issuer: str, audience: str, now: datetime) -> Claims:
        """Whom this token speaks for at `now` (wall time). Raises only BadToken."""
        if ring is not self._ring:
            self._ring = ring
            self._claims.clear()
        name = sha256(token.encode()).digest()
        known = self._claims.get(name)
        if known is not None and known.iat <= now.timestamp() < known.exp:
            self._claims.move_to_end(name)
            return known
        claims = read_access(token, ring, issuer, audience, now)
        self._claims[name] = claims
        if len(self._claims) > MOST:
            self._claims.popitem(last=False)
        return claims
