"""What does every request stand on? Made once a process by `create_app`, kept on `app.state`."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from app.platform.clock import WallClock
from app.platform.db.engine import Database
from app.platform.files.store import FileStore
from app.platform.security.passwords import PasswordHasher
from app.platform.security.permission import Policy
from app.platform.security.sealing import Sealer
from app.proof.jws import KeyRing, SigningKey, Typ, sign


@dataclass(frozen=True, slots=True)
class Ground:
    """The database, the keys, the policy, the clock. `rehearsal`: award time may be moved."""

    database: Database
    policy: Policy
    keys: KeyRing
    sealer: Sealer
    hasher: PasswordHasher
    files: FileStore
    clock: WallClock
    issuer: str
    rehearsal: bool = False

    @property
    def signing_key(self) -> SigningKey:
        """The key that signs now."""
        if self.keys.active is None:
            msg = "there is no key to sign with"
            raise RuntimeError(msg)
        return self.keys.active

    def signed(self, typ: Typ, payload: Mapping[str, object]) -> str:
        """A compact JWS over the payload, for this one use."""
        return sign(payload, typ=typ, key=self.signing_key)


def ground_of(request: Request) -> Ground:
    """The ground under this request's application."""
    ground: Ground = request.app.state.ground
    return ground
