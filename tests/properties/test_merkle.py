"""The tree against a second implementation, written straight from the recursive definitions of RFC 9162 section 2.1."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel import merkle
from b2b_market.kernel.merkle import Frontier, Node

SIZES = st.integers(min_value=0, max_value=700)
"""Beyond two tiles of 256 leaves, with a ragged edge."""


def naive_split(length: int) -> int:
    split = 1
    while split * 2 < length:
        split *= 2
    return split


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = naive_split(len(leaves))
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = naive_split(len(leaves))
    if first <= split:
        return [*naive_subproof(first, leaves[:split], whole=whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], whole=False), naive_root(leaves[:split])]


def leaves_of(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(size)]


def look_up(leaves: list[bytes]) -> Callable[[Node], bytes]:
    """Answer as the store does: from the nodes of the kept level below, never from leaves beyond the node."""
    kept: dict[Node, bytes] = {Node(0, index): leaf for index, leaf in enumerate(leaves)}
    frontier = Frontier()
    for leaf in leaves:
        kept.update(frontier.append(leaf))

    def find(node: Node) -> bytes:
        level, indexes = merkle.kept_below(node)
        return merkle.complete_root([kept[Node(level, index)] for index in indexes])

    return find


@given(SIZES)
def test_root_of_any_size_equals_the_recursive_definition(size: int) -> None:
    leaves = leaves_of(size)
    assert merkle.root_of(leaves) == naive_root(leaves)


@given(SIZES, st.data())
def test_a_frontier_resumed_anywhere_grows_the_same_tree(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    stop = data.draw(st.integers(min_value=0, max_value=size))
    before = Frontier()
    for leaf in leaves[:stop]:
        before.append(leaf)
    after = Frontier(before.size, before.nodes)
    for leaf in leaves[stop:]:
        after.append(leaf)
    assert after.root() == naive_root(leaves)
    assert after.size == size


@given(st.integers(min_value=1, max_value=700), st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_verify(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = merkle.inclusion_proof(index, size, look_up(leaves))
    assert list(proof) == naive_path(index, leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, naive_root(leaves))


@given(st.integers(min_value=0, max_value=700), st.data())
def test_consistency_proofs_are_those_of_the_definition_and_verify(second: int, data: st.DataObject) -> None:
    leaves = leaves_of(second)
    first = data.draw(st.integers(min_value=0, max_value=second))
    proof = merkle.consistency_proof(first, second, look_up(leaves))
    assert list(proof) == (naive_subproof(first, leaves, whole=True) if first else [])
    roots = naive_root(leaves[:first]), naive_root(leaves)
    assert merkle.verify_consistency(first, second, roots, proof)


@given(st.integers(min_value=1, max_value=300), st.data())
def test_no_altered_inclusion_proof_is_accepted(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof, root = naive_path(index, leaves), naive_root(leaves)
    other = hashlib.sha256(b"another").digest()
    assert not merkle.verify_inclusion(other, index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof, other)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, other], root)
    for place in range(len(proof)):
        assert not merkle.verify_inclusion(leaves[index], index, size, [*proof[:place], *proof[place + 1 :]], root)
        assert not merkle.verify_inclusion(
            leaves[index], index, size, [*proof[:place], other, *proof[place + 1 :]], root
        )


@given(st.integers(min_value=2, max_value=200), st.data())
def test_a_leaf_proves_its_own_index_only(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof, root = naive_path(index, leaves), naive_root(leaves)
    for claimed in range(-1, size + 2):
        accepted = merkle.verify_inclusion(leaves[index], claimed, size, proof, root)
        assert accepted == (claimed == index)


@given(st.integers(min_value=2, max_value=300), st.data())
def test_no_altered_consistency_proof_is_accepted(second: int, data: st.DataObject) -> None:
    leaves = leaves_of(second)
    first = data.draw(st.integers(min_value=1, max_value=second - 1))
    proof = naive_subproof(first, leaves, whole=True)
    old, new = naive_root(leaves[:first]), naive_root(leaves)
    other = hashlib.sha256(b"another").digest()
    assert not merkle.verify_consistency(first, second, (other, new), proof)
    assert not merkle.verify_consistency(first, second, (old, other), proof)
    assert not merkle.verify_consistency(first, second, (old, new), [*proof, other])
    for place in range(len(proof)):
        shorter = [*proof[:place], *proof[place + 1 :]]
        assert not merkle.verify_consistency(first, second, (old, new), shorter)
        changed = [*proof[:place], other, *proof[place + 1 :]]
        assert not merkle.verify_consistency(first, second, (old, new), changed)


@given(st.integers(min_value=2, max_value=300), st.data())
def test_a_rewritten_prefix_is_never_consistent(second: int, data: st.DataObject) -> None:
    leaves = leaves_of(second)
    first = data.draw(st.integers(min_value=1, max_value=second - 1))
    place = data.draw(st.integers(min_value=0, max_value=first - 1))
    rewritten = [*leaves[:place], hashlib.sha256(b"another").digest(), *leaves[place + 1 :]]
    proof = merkle.consistency_proof(first, second, look_up(rewritten))
    roots = naive_root(leaves[:first]), naive_root(rewritten)
    assert not merkle.verify_consistency(first, second, roots, proof)


def test_known_answers_of_certificate_transparency() -> None:
    # the reference roots of the CT test vectors (RFC 6962 leaves "", 00, 10, 2021, 3031, 40414243, …)
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert leaves[0].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_what_no_tree_can_answer_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="leaf 3 is not in a tree of 3"):
        merkle.inclusion_ranges(3, 3)
    with pytest.raises(ValueError, match="leaf -1 is not in a tree of 3"):
        merkle.inclusion_ranges(-1, 3)
    with pytest.raises(ValueError, match="4 leaves cannot come before 3"):
        merkle.consistency_ranges(4, 3)
    with pytest.raises(ValueError, match="a tree of 3 leaves does not have 1 subtrees"):
        Frontier(3, [b""])
    with pytest.raises(ValueError, match="power of two"):
        merkle.complete_root([])
    with pytest.raises(ValueError, match="power of two"):
        merkle.complete_root([b"a", b"b", b"c"])


def test_sizes_that_fit_no_proof_are_not_accepted() -> None:
    root = merkle.root_of(leaves_of(5))
    assert not merkle.verify_consistency(6, 5, (root, root), [])
    assert not merkle.verify_consistency(-1, 5, (root, root), [])
    assert not merkle.verify_consistency(0, 5, (root, root), [])
    assert not merkle.verify_consistency(5, 5, (root, root), [root])
    assert not merkle.verify_consistency(5, 5, (root, merkle.EMPTY_ROOT), [])
    assert merkle.verify_consistency(0, 5, (merkle.EMPTY_ROOT, root), [])
    assert not merkle.verify_consistency(3, 5, (root, root), [])
