"""Which stored rows prove that a leaf stands in a log, without reading the whole log?

Every leaf is stored with its *peak*, the root of the largest complete subtree that ends there.
Any hash of the tree can be put together from peaks and leaves: for a log of n leaves a proof
takes some log2(n)² rows at most. Ranges are half open, and lie as the recursion of RFC 9162,
section 2.1 cuts them.
"""

from collections.abc import Mapping

from app.proof.merkle import node_hash

Range = tuple[int, int]


def proof_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose roots are the inclusion proof of leaf `index` in a log of `size` leaves,
    lowest first. Raises IndexError.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    start, end, found = 0, size, []
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def rows_needed(wanted: Range) -> list[int]:
    """The places whose rows `range_root` reads."""
    start, end = wanted
    if end - start == 1 or _is_peak(start, end):
        return [end - 1]
    middle = _middle(start, end)
    return rows_needed((start, middle)) + rows_needed((middle, end))


def range_root(wanted: Range, leaves: Mapping[int, bytes], peaks: Mapping[int, bytes]) -> bytes:
    """The root of a range, from the leaf hashes and the peaks of `rows_needed`."""
    start, end = wanted
    if end - start == 1:
        return leaves[start]
    if _is_peak(start, end):
        return peaks[end - 1]
    middle = _middle(start, end)
    left = range_root((start, middle), leaves, peaks)
    return node_hash(left, range_root((middle, end), leaves, peaks))


def _middle(start: int, end: int) -> int:
    """Where a range of at least two leaves is cut: after the largest power of two that is less."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _is_peak(start: int, end: int) -> bool:
    """Whether the range is the largest complete subtree that ends where it ends."""
    return end - start == end & -end
