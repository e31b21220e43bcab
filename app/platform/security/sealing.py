"""How are identity numbers, phones and bank accounts kept? Sealed with a key outside the database.

AES-256-GCM; the nonce stands before the sealed bytes, and the place where they are stored is bound
in, so that a value moved to another row or column does not open. Look-ups use a keyed hash.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens text with one 32-byte key."""

    key: bytes

    @classmethod
    def generate(cls) -> "Sealer":
        return cls(token_bytes(KEY_BYTES))

    def seal(self, text: str, place: str) -> bytes:
        nonce = token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return AESGCM(self.key).decrypt(nonce, body, place.encode()).decode()

    def keyed_hash(self, text: str) -> bytes:
        """The same text gives the same 32 bytes, but only to whoever has the key."""
        look_up_key = hmac.digest(self.key, b"look-up", "sha256")
        return hmac.new(look_up_key, text.encode(), sha256).digest()
