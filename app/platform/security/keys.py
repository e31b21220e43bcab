"""Where do the keys lie? In files of mode 0600 in the service's folder, made at the first start."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from app.platform.security.sealing import Sealer
from app.proof.keys import KeyRing, SigningKey


def key_ring(folder: Path) -> KeyRing:
    """The signing keys in `folder`: the newest signs, all of them verify."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_once(folder / "0001.pem", SigningKey.generate().to_pem)
    found = [SigningKey.from_pem(path.read_bytes()) for path in sorted(folder.glob("*.pem"))]
    return KeyRing(active=found[-1], others=tuple(found[:-1]))


def sealer(path: Path) -> Sealer:
    """The key that seals personal data."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_once(path, lambda: Sealer.generate().key)
    return Sealer(path.read_bytes())


def _make_once(path: Path, content: Callable[[], bytes]) -> None:
    """Write a new key file; of two workers starting together one wins and both read the same."""
    if path.exists():
        return
    made = path.with_suffix(f".{token_hex(8)}")  # process ids come again in every container
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content())
        out.flush()
        os.fsync(out.fileno())
    with suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
