"""Proofs from stored peaks are the proofs of RFC 9162."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.audit.tree import proof_ranges, range_root, rows_needed
from app.proof.merkle import Frontier, inclusion_proof, leaf_hash


def stored(size: int) -> tuple[list[bytes], list[bytes]]:
    """Leaf hashes and peaks as the sealer stores them."""
    leaves = [leaf_hash(str(n).encode()) for n in range(size)]
    frontier, peaks = Frontier(), []
    for leaf in leaves:
        frontier.append(leaf)
        peaks.append(frontier.peaks[-1])
    return leaves, peaks


@given(st.data())
def test_proof_from_peaks_equals_the_proof_from_all_leaves(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves, peaks = stored(size)
    proof = []
    for wanted in proof_ranges(index, size):
        needed = rows_needed(wanted)
        proof.append(
            range_root(wanted, {n: leaves[n] for n in needed}, {n: peaks[n] for n in needed})
        )
    assert proof == inclusion_proof(leaves, index)


@given(st.integers(1, 2**40), st.data())
def test_proof_reads_few_rows_of_a_long_log(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    needed = [place for wanted in proof_ranges(index, size) for place in rows_needed(wanted)]
    assert len(needed) <= size.bit_length() ** 2
    assert all(0 <= place < size for place in needed)
    assert index not in needed


def test_place_outside_the_log_has_no_proof() -> None:
    with pytest.raises(IndexError):
        proof_ranges(3, 3)
