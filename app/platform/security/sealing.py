"""How are identity numbers, phones and bank accounts kept? Sealed with a key outside the database.

AES-256-GCM; the nonce stands before the sealed bytes, and the place where they are stored is bound
in, so that a value moved to another row or column does not open. Look-ups use a keyed hash.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
Keys = tuple[bytes, ...]


@dataclass(slots=True)
class Sealer:
    """Seals text with the newest of its 32-byte keys, and opens it with any of them. The keys stand
    in order of age; look-ups stay with the first, so that a person is found under one hash. `now`
    gives the keys as they lie there now: another process may have added one.
    """

    keys: Keys = field(repr=False)
    now: Callable[[], Keys] | None = field(default=None, repr=False)

    @classmethod
    def generate(cls) -> "Sealer":
        return cls((token_bytes(KEY_BYTES),))

    def seal(self, text: str, place: str) -> bytes:
        self._look()
        nonce = token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.keys[-1]).encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """The text. Raises InvalidTag where no key opens it at this place."""
        return self.open_with_age(sealed, place)[0]

    def open_with_age(self, sealed: bytes, place: str) -> tuple[str, int]:
        """The text, and how many keys are newer than the one it is sealed with."""
        self._look()
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for newer, key in enumerate(reversed(self.keys)):
            try:
                text = AESGCM(key).decrypt(nonce, body, place.encode())
            except InvalidTag:
                continue
            return text.decode(), newer
        raise InvalidTag

    def keyed_hash(self, text: str) -> bytes:
        """The same text gives the same 32 bytes, but only to whoever has the first key."""
        look_up_key = hmac.digest(self.keys[0], b"look-up", "sha256")
        return hmac.new(look_up_key, text.encode(), sha256).digest()

    def _look(self) -> None:
        if self.now is not None:
            self.keys = self.now()
