"""Where do the keys lie that seal personal data, and how is another one added?

`personal.key` was there first and makes the keyed hashes for good; `personal-0002.key` and so on
came later. The last one seals, all of them open: none is ever removed by the service.
"""

from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes

from app.platform.security.keys import KeyFileWrong, alone, closed, make_folder, make_once
from app.platform.security.sealing import KEY_BYTES, Keys, Sealer

FIRST = "personal.key"
LATER = "personal-[0-9][0-9][0-9][0-9].key"


def sealer(path: Path) -> Sealer:
    """The keys that seal personal data, the first of them at `path`; it is made at the first start.
    A key that is added later is taken up by itself. Raises KeyFileWrong.
    """
    make_folder(path.parent)
    make_once(path, _new_key)
    now = _as_they_are(path)
    return Sealer(now(), now)


def add_sealing_key(folder: Path) -> str:
    """Let another key seal from now on; gives its name. Raises KeyFileWrong."""
    sealer(folder / FIRST)
    with alone(folder):
        made = folder / f"personal-{len(_files(folder / FIRST)) + 1:04}.key"
        make_once(made, _new_key)
    return made.name


def _as_they_are(path: Path) -> Callable[[], Keys]:
    """Reads the keys again only when there is another file; one never changes."""
    known: list[Path] = []
    keys: Keys = ()

    def now() -> Keys:
        nonlocal known, keys
        there = _files(path)
        if there != known:
            keys, known = tuple(_read(file) for file in there), there
        return keys

    return now


def _files(path: Path) -> list[Path]:
    return [path, *sorted(path.parent.glob(LATER))]


def _new_key() -> bytes:
    return token_bytes(KEY_BYTES)


def _read(path: Path) -> bytes:
    key = closed(path)
    if len(key) != KEY_BYTES:
        raise KeyFileWrong(f"密钥文件 {path} 已损坏：应为 {KEY_BYTES} 字节。请从备份恢复。")
    return key
