"""The Certificate Transparency vectors, and every proof over small logs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofRefused,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

BODIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
LEAVES = [leaf_hash(bytes.fromhex(body)) for body in BODIES]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
OTHER = leaf_hash(b"another")
SIZES = range(1, 18)


def log(size: int) -> list[bytes]:
    return [leaf_hash(bytes([place])) for place in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_root_is_that_of_certificate_transparency(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")


def test_salt_changes_a_leaf() -> None:
    assert leaf_hash(b"score", b"a" * 16) != leaf_hash(b"score", b"b" * 16)


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_proof_holds_for_its_leaf_alone(size: int) -> None:
    leaves = log(size)
    whole = root(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        verify_inclusion(leaf, index, size, proof, whole)
        with pytest.raises(ProofRefused):
            verify_inclusion(OTHER, index, size, proof, whole)
        for other in range(size):
            if other != index:
                with pytest.raises(ProofRefused):
                    verify_inclusion(leaf, other, size, proof, whole)


@pytest.mark.parametrize("newer", SIZES)
def test_every_consistency_proof_holds_for_its_sizes_alone(newer: int) -> None:
    leaves = log(newer)
    for older in range(1, newer + 1):
        proof = consistency_proof(leaves, older)
        verify_consistency(older, newer, proof, root(leaves[:older]), root(leaves))
        with pytest.raises(ProofRefused):
            verify_consistency(older, newer, proof, OTHER, root(leaves))
        with pytest.raises(ProofRefused):
            verify_consistency(older, newer, proof, root(leaves[:older]), OTHER)
        with pytest.raises(ProofRefused):
            verify_consistency(older, newer, [*proof, OTHER], root(leaves[:older]), root(leaves))


def test_rewritten_history_is_never_consistent() -> None:
    for older, newer in pairwise(SIZES):
        honest, rewritten = log(newer), log(newer)
        rewritten[0] = OTHER
        with pytest.raises(ProofRefused):
            verify_consistency(
                older,
                newer,
                consistency_proof(rewritten, older),
                root(honest[:older]),
                root(rewritten),
            )


@given(st.integers(0, 200), st.integers(0, 100))
def test_frontier_grows_as_the_log_does(first: int, more: int) -> None:
    leaves = log(50) * 6
    grown = Frontier()
    for leaf in leaves[:first]:
        grown.append(leaf)
    resumed = Frontier(grown.size, grown.peaks)
    for leaf in leaves[first : first + more]:
        resumed.append(leaf)
    assert resumed.root() == root(leaves[: first + more])


def test_frontier_refuses_peaks_of_another_size() -> None:
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [OTHER])


@given(st.data())
def test_damaged_inclusion_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    leaves = log(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    damaged = bytearray(proof[place])
    damaged[bit // 8] ^= 1 << (bit % 8)
    proof[place] = bytes(damaged)
    with pytest.raises(ProofRefused):
        verify_inclusion(leaves[index], index, size, proof, root(leaves))
