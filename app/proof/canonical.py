"""Which exact text stands for a plain value, so that anyone can hash and compare it?"""

import base64
import hashlib
import unicodedata
from json.encoder import encode_basestring

LARGEST_INTEGER = 2**53 - 1  # what every JSON reader, JavaScript included, reads exactly
DEEPEST = 64


class NotCanonical(ValueError):
    """The value has no canonical text; `code` is stable, `path` names the place in it."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(f"{code} at {path}")
        self.code = code
        self.path = path


def canonical(value: object) -> str:
    """The one JSON text of a plain value: RFC 8785 without floats, every text in NFC.

    Plain are str, int (at most 2^53 - 1 in size), bool, None, list and dict with text keys.
    Raises NotCanonical for anything else, nesting beyond 64, half characters, equal keys.
    """
    return _written(value, None, 0)


def digest(value: object) -> str:
    """`sha256:<hex>` of the canonical text of a plain value. Raises NotCanonical."""
    return digest_text(canonical(value))


def digest_text(text: str) -> str:
    """`sha256:<hex>` of a stored text, exactly as it stands, in UTF-8. Raises NotCanonical."""
    try:
        octets = text.encode()
    except UnicodeEncodeError as problem:
        raise NotCanonical("half-character", "$") from problem
    return f"sha256:{hashlib.sha256(octets).hexdigest()}"


def base64url(octets: bytes) -> str:
    """Octets as base64url text without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def octets_of(text: str) -> bytes:
    """The octets of a base64url text in its only spelling. Raises NotCanonical."""
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as problem:
        raise NotCanonical("not-base64url", "$") from problem
    if base64url(octets) != text:  # unused bits set, or characters that the decoder skips
        raise NotCanonical("not-base64url", "$")
    return octets


Place = tuple["Place", str | int] | None
"""Where in the value: the place it lies in, and its key or position there. Written out only for a
value that is refused, since a stage of ten thousand entries has millions of places.
"""


def _written(value: object, at: Place, depth: int) -> str:
    if depth > DEEPEST:
        raise NotCanonical("too-deep", _path(at))
    if isinstance(value, str):
        return encode_basestring(value if value.isascii() else _text(value, at))
    if isinstance(value, dict):
        return _members(value, at, depth)
    if isinstance(value, list):
        return _items(value, at, depth)
    if value is None or value is True or value is False:
        return _LITERALS[value]
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical("integer-too-large", _path(at))
        return int.__repr__(value)
    raise NotCanonical("not-plain", _path(at))


_LITERALS = {None: "null", True: "true", False: "false"}


def _items(value: list[object], at: Place, depth: int) -> str:
    # The percentages of a sheet, of which a stage has fifty thousand: written in one go.
    if set(map(type, value)) == {int} and depth < DEEPEST:
        numbers: list[int] = value  # type: ignore[assignment]  # as the line above says
        if min(numbers) >= -LARGEST_INTEGER and max(numbers) <= LARGEST_INTEGER:
            return repr(value).replace(" ", "")
    written = [_written(item, (at, n), depth + 1) for n, item in enumerate(value)]
    return f"[{','.join(written)}]"


def _members(value: dict[object, object], at: Place, depth: int) -> str:
    members: dict[str, str] = {}
    plain = True
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical("key-not-text", _path(at))
        name = key
        if not key.isascii():
            name, plain = _text(key, at), False
        if name in members:
            raise NotCanonical("equal-keys", _path(at))
        members[name] = _written(item, (at, name), depth + 1)
    # RFC 8785 section 3.2.3: by UTF-16 code units, which differs from code points beyond U+FFFF
    names = sorted(members) if plain else sorted(members, key=_utf16)
    return f"{{{','.join([f'{encode_basestring(name)}:{members[name]}' for name in names])}}}"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _text(value: str, at: Place) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as problem:
        raise NotCanonical("half-character", _path(at)) from problem
    return unicodedata.normalize("NFC", value)


def _path(at: Place) -> str:
    if at is None:
        return "$"
    within, step = at
    return f"{_path(within)}[{step}]" if isinstance(step, int) else f"{_path(within)}.{step}"
