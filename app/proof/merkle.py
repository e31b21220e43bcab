"""Does a log of records contain this one, and has it only grown? RFC 9162, section 2.1.

A log is a sequence of leaves; its root commits to all of them in order. An inclusion proof shows
that one leaf stands at one place; a consistency proof shows that an older log is the beginning of
a newer one. Both are checked with the roots alone. Hashes are 32 bytes, SHA-256.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


class ProofRefused(ValueError):
    """A proof does not show what it claims."""


def leaf_hash(body: bytes, salt: bytes = b"") -> bytes:
    """The hash of one record. The salt keeps a guessed body from being confirmed."""
    return sha256(b"\x00" + salt + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing log: enough to append and to give the root, log2(n) hashes."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            msg = f"a log of {size} leaves has {size.bit_count()} peaks"
            raise ValueError(msg)
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash; complete neighbours of equal size become one."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self.peaks.pop(), carried)
            size >>= 1
        self.peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of the log so far."""
        if not self.peaks:
            return EMPTY_ROOT
        whole = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            whole = node_hash(peak, whole)
        return whole


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `leaves`. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """The hashes that show that the first `older` leaves are the older log. Raises IndexError."""
    if not 0 < older <= len(leaves):
        raise IndexError(older)
    return _consistency(leaves, older, whole=True)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """RFC 9162, 2.1.3.2. Raises ProofRefused unless `leaf` is at `index` of the log `expected`."""
    if not 0 <= index < size:
        raise ProofRefused("the place lies outside the log")
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last or found != expected:
        raise ProofRefused("the leaf is not in this log")


def verify_consistency(
    older: int, newer: int, proof: Sequence[bytes], older_root: bytes, newer_root: bytes
) -> None:
    """RFC 9162, 2.1.4.2. Raises ProofRefused unless the newer log begins with the older one."""
    if not 0 < older <= newer:
        raise ProofRefused("the sizes are out of order")
    if older == newer and not proof and older_root == newer_root:
        return
    steps = [older_root, *proof] if older.bit_count() == 1 else list(proof)
    if older == newer or not steps:
        raise ProofRefused("two logs of one size differ, or the proof is empty")
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    if last or before != older_root or after != newer_root:
        raise ProofRefused("the newer log does not begin with the older one")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _consistency(leaves: Sequence[bytes], older: int, *, whole: bool) -> list[bytes]:
    if older == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if older <= split:
        return [*_consistency(leaves[:split], older, whole=whole), root(leaves[split:])]
    return [*_consistency(leaves[split:], older - split, whole=False), root(leaves[:split])]
