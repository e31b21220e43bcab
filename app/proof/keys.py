"""Whose signatures count, and under which name is a key known?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.proof.canonical import base64url, canonical, octets_of

ALGORITHM = "ES256"


class BadKey(ValueError):
    """The key is not an unencrypted P-256 key, or not in the form that we publish."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public half of a key; its `kid` is the RFC 7638 thumbprint."""

    kid: str
    x: str
    y: str
    public: ec.EllipticCurvePublicKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, public: ec.EllipticCurvePublicKey) -> Self:
        """The verifying key of a point on P-256."""
        numbers = public.public_numbers()
        x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        required = canonical({"crv": "P-256", "kty": "EC", "x": x, "y": y})
        kid = base64url(hashlib.sha256(required.encode()).digest())
        return cls(kid, x, y, public)

    @classmethod
    def at(cls, x: str, y: str) -> Self:
        """The key of a point given in base64url. Raises BadKey."""
        try:
            across, up = int.from_bytes(octets_of(x)), int.from_bytes(octets_of(y))
            return cls.of(ec.EllipticCurvePublicNumbers(across, up, ec.SECP256R1()).public_key())
        except (ValueError, OverflowError) as problem:
            raise BadKey("not a point on P-256") from problem

    @classmethod
    def from_jwk(cls, published: Mapping[str, object]) -> Self:
        """Reads back exactly what `public_jwk` published. Raises BadKey."""
        key = cls.at(str(published.get("x")), str(published.get("y")))
        if dict(published) != key.public_jwk():
            raise BadKey("not in the form that is published")
        return key

    def public_jwk(self) -> dict[str, str]:
        """The key as a member of `/.well-known/jwks.json` (RFC 7517)."""
        parts = {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y}
        return parts | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key pair, prepared once: signing with a PEM text is a thousand times slower."""

    verifying: VerifyingKey
    private: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey) -> Self:
        """The signing key of a private P-256 key."""
        return cls(VerifyingKey.of(private.public_key()), private)

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's randomness."""
        return cls.of(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Reads an unencrypted private key; only P-256 is taken. Raises BadKey."""
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise BadKey("not an unencrypted private key in PEM") from problem
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise BadKey("not an elliptic-curve key")
        if not isinstance(private.curve, ec.SECP256R1):
            raise BadKey("not on the curve P-256")
        return cls.of(private)

    def to_pem(self) -> bytes:
        """The private key as unencrypted PKCS 8 PEM, for a file of mode 0600."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def kid(self) -> str:
        return self.verifying.kid

    def public_jwk(self) -> dict[str, str]:
        """The public half as it is published."""
        return self.verifying.public_jwk()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that signs now, if this side signs, and all others whose signatures count."""

    active: SigningKey | None = None
    others: tuple[SigningKey | VerifyingKey, ...] = ()

    def keys(self) -> list[VerifyingKey]:
        """Every key of the ring, the active one first."""
        every = (self.active, *self.others) if self.active else self.others
        return [key.verifying if isinstance(key, SigningKey) else key for key in every]

    def find(self, kid: str) -> VerifyingKey | None:
        """The key of this thumbprint, if it is on the ring."""
        return next((key for key in self.keys() if key.kid == kid), None)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key set (RFC 7517 section 5)."""
        return {"keys": [key.public_jwk() for key in self.keys()]}
