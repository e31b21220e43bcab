"""What does every request stand on? Made once a process by `create_app`, kept on `app.state`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from app.platform.clock import ClockWatch, WallClock
from app.platform.db.engine import Database
from app.platform.files.inspector import Inspector
from app.platform.files.rules import Most, Purposes
from app.platform.files.scanner import Scanner
from app.platform.files.store import FileStore
from app.platform.security.keys import KeyChain
from app.platform.security.passwords import PasswordHasher
from app.platform.security.permission import Policy
from app.platform.security.sealing import Sealer
from app.platform.security.tokens import VerifiedTokens
from app.proof.jws import KeyRing, SigningKey, Typ, sign


@dataclass(frozen=True, slots=True)
class Ground:
    """The database, the keys, the policy, the clock. `watch`: whether it jumped, where it is the
    machine's; `rehearsal`: award time may be moved; `public_rate`: how often a minute one network
    may make us write without having signed in; `purposes`: what is
    uploaded for.
    """

    database: Database
    policy: Policy
    chain: KeyChain
    sealer: Sealer
    hasher: PasswordHasher
    files: FileStore
    clock: WallClock
    issuer: str
    rehearsal: bool = False
    public_rate: int | None = None
    watch: ClockWatch | None = None
    purposes: Purposes = field(default_factory=dict)
    most_attached: Most = field(default_factory=Most)
    inspector: Inspector = field(default_factory=Inspector)
    scanner: Scanner | None = None
    tokens: VerifiedTokens = field(default_factory=VerifiedTokens)

    @property
    def keys(self) -> KeyRing:
        """The keys of receipts, checkpoints and certificates."""
        return self.chain.evidence

    @property
    def signing_key(self) -> SigningKey:
        """The key that signs evidence now."""
        return signing(self.chain.evidence)

    @property
    def access_key(self) -> SigningKey:
        """The key that signs access tokens now."""
        return signing(self.chain.access)

    def signed(self, typ: Typ, payload: Mapping[str, object]) -> str:
        """A compact JWS over the payload, for this one use."""
        return sign(payload, typ=typ, key=self.signing_key)


def signing(ring: KeyRing) -> SigningKey:
    """The key of the ring that signs now."""
    if ring.active is None:
        msg = "there is no key to sign with"
        raise RuntimeError(msg)
    return ring.active


def ground_of(request: Request) -> Ground:
    """The ground under this request's application."""
    ground: Ground = request.app.state.ground
    return ground
