"""Tokens as an attacker would write them, and as one with our key never would."""

import base64
import hmac
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.proof.jws import KeyRing, SigningKey, access_token

KEY = SigningKey.generate()
STRANGER = SigningKey.generate()
RING = KeyRing(KEY)
NOW = 1_790_000_000
ISSUER, AUDIENCE = "https://award.example", "award-api"
HEADER = {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}
GOOD = {
    "aud": AUDIENCE,
    "exp": NOW + 600,
    "iat": NOW,
    "iss": ISSUER,
    "sid": "s-1",
    "sub": "p-1",
}
TOKEN = access_token(sub="p-1", sid="s-1", issuer=ISSUER, audience=AUDIENCE, now=NOW, key=KEY)


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def text_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def forged(header: object = HEADER, payload: object = GOOD, key: SigningKey = KEY) -> str:
    """A token with any header and payload, rightly signed by hand: only a check can refuse it."""
    signed = f"{b64(text_of(header))}.{b64(text_of(payload))}"
    r, s = decode_dss_signature(key.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def with_header(**changes: object) -> str:
    return forged(header=HEADER | changes)


def without_header(name: str) -> str:
    return forged(header={key: value for key, value in HEADER.items() if key != name})


def with_claims(**changes: object) -> str:
    return forged(payload=GOOD | changes)


def without_claim(name: str) -> str:
    return forged(payload={key: value for key, value in GOOD.items() if key != name})


def with_mac(secret: bytes, alg: str) -> str:
    """HS256 or HS512 with something public as its secret: the confusion of CVE-2024-33663."""
    signed = f"{b64(text_of(HEADER | {'alg': alg}))}.{b64(text_of(GOOD))}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), alg.replace('HS', 'sha')))}"
