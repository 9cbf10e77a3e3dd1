"""The Merkle tree of RFC 9162 (section 2.1) with SHA-256: leaves, roots, inclusion and consistency proofs.

Sizes and indexes are always given by the caller, who takes them from a signed checkpoint; a proof is nothing but
hashes, so it cannot choose them. Hashes are 32 raw bytes. Programming errors (an index outside the tree) raise
ValueError; a wrong proof is simply not accepted.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
TILE_HEIGHT = 8
"""Nodes of every eighth level are kept; the levels between are recomputed from at most 256 of them."""

_sha256 = hashlib.sha256
EMPTY_ROOT = _sha256(b"").digest()


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """The complete subtree over the leaves ``[index << level, (index + 1) << level)``; level 0 is a leaf."""

    level: int
    index: int


Lookup = Callable[[Node], bytes]
"""Returns the hash of a complete subtree."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 || entry)."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one complete subtree per set bit of its size, the largest first.

    That is all that appending and the root need: an append costs O(log n) hashes at worst, one on average.
    """

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """Resume at ``size`` leaves with the hashes of its subtrees; ValueError for a wrong number of them."""
        if size < 0 or len(nodes) != size.bit_count():
            message = f"a tree of {size} leaves does not have {len(nodes)} subtrees"
            raise ValueError(message)
        self.size = size
        self._nodes = list(nodes)

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """Return the hashes of the complete subtrees, the largest first."""
        return tuple(self._nodes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf hash and return the complete subtrees of kept levels (8, 16 …) that it finished."""
        nodes, size, level = self._nodes, self.size, 0
        finished: list[tuple[Node, bytes]] = []
        while size & 1:
            leaf = _sha256(b"\x01" + nodes.pop() + leaf).digest()
            size >>= 1
            level += 1
            if not level % TILE_HEIGHT:
                finished.append((Node(level, size), leaf))
        nodes.append(leaf)
        self.size += 1
        return finished

    def root(self) -> bytes:
        """Return the root over all leaves so far; of none, SHA-256 of nothing."""
        return fold(self._nodes)


def fold(nodes: Sequence[bytes]) -> bytes:
    """Join the hashes of complete subtrees, the largest (leftmost) first, into the hash of their range."""
    if not nodes:
        return EMPTY_ROOT
    joined = nodes[-1]
    for node in reversed(nodes[:-1]):
        joined = _sha256(b"\x01" + node + joined).digest()
    return joined


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over ``leaves`` (leaf hashes)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def complete_root(nodes: Sequence[bytes]) -> bytes:
    """Return the hash above a row of nodes whose number is a power of two (ValueError otherwise)."""
    if len(nodes).bit_count() != 1:
        message = "a complete subtree has a power of two of nodes"
        raise ValueError(message)
    row = list(nodes)
    while len(row) > 1:
        row = [_sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


def subtrees(begin: int, end: int) -> tuple[Node, ...]:
    """Return the complete subtrees that make up the leaves ``[begin, end)``, the largest first.

    ``begin`` must be where RFC 9162 splits a tree: a multiple of the largest power of two not above the length.
    """
    found: list[Node] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append(Node(level, begin >> level))
        begin += 1 << level
    return tuple(found)


def inclusion_ranges(index: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return the leaf ranges whose hashes prove leaf ``index`` in a tree of ``size``, the lowest first (2.1.3.1)."""
    if not 0 <= index < size:
        message = f"leaf {index} is not in a tree of {size}"
        raise ValueError(message)
    found: list[tuple[int, int]] = []
    begin, end = 0, size
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            found.append((split, end))
            end = split
        else:
            found.append((begin, split))
            begin = split
    return tuple(reversed(found))


def consistency_ranges(first: int, second: int) -> tuple[tuple[int, int], ...]:
    """Return the leaf ranges whose hashes prove that ``first`` leaves are a prefix of ``second`` (2.1.4.1)."""
    if not 0 <= first <= second:
        message = f"{first} leaves cannot come before {second}"
        raise ValueError(message)
    if first in (0, second):
        return ()
    found: list[tuple[int, int]] = []
    begin, end = 0, second
    while end != first:
        split = begin + _split(end - begin)
        if first <= split:
            found.append((split, end))
            end = split
        else:
            found.append((begin, split))
            begin = split
    if begin:
        found.append((begin, end))
    return tuple(reversed(found))


def _split(length: int) -> int:
    return 1 << (length - 1).bit_length() - 1


def range_hash(begin: int, end: int, lookup: Lookup) -> bytes:
    """Return the hash over the leaves ``[begin, end)`` of such a range."""
    return fold([lookup(node) for node in subtrees(begin, end)])


def inclusion_proof(index: int, size: int, lookup: Lookup) -> tuple[bytes, ...]:
    """Return the audit path of leaf ``index`` in the tree of the first ``size`` leaves."""
    return tuple(range_hash(begin, end, lookup) for begin, end in inclusion_ranges(index, size))


def consistency_proof(first: int, second: int, lookup: Lookup) -> tuple[bytes, ...]:
    """Return the proof that the first ``first`` leaves are a prefix of the first ``second``."""
    return tuple(range_hash(begin, end, lookup) for begin, end in consistency_ranges(first, second))


def kept_below(node: Node) -> tuple[int, range]:
    """Return the kept level (0, 8, 16 …) below ``node`` and the indexes of the nodes there that make it up."""
    height = node.level % TILE_HEIGHT
    return node.level - height, range(node.index << height, (node.index + 1) << height)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``proof`` shows ``leaf`` (its hash) at ``index`` of the tree of ``size`` with ``root`` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, joined = index, size - 1, leaf
    for step in proof:
        if not last:
            return False
        if position & 1 or position == last:
            joined = node_hash(step, joined)
            position, last = _climb(position, last)
        else:
            joined = node_hash(joined, step)
        position >>= 1
        last >>= 1
    return not last and joined == root


def verify_consistency(first: int, second: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether ``proof`` shows the tree of ``first`` leaves to be a prefix of that of ``second`` (2.1.4.2).

    ``roots`` are those of the two trees, in this order.
    """
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and roots[0] == roots[1]
    if not first:
        return not proof and roots[0] == EMPTY_ROOT
    path = iter(proof if first & (first - 1) else (roots[0], *proof))
    start = next(path, None)
    return start is not None and _consistent(first, second, roots, start, path)


def _consistent(first: int, second: int, roots: tuple[bytes, bytes], start: bytes, path: Iterator[bytes]) -> bool:
    position, last = first - 1, second - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = start
    for step in path:
        if not last:
            return False
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            position, last = _climb(position, last)
        else:
            new = node_hash(new, step)
        position >>= 1
        last >>= 1
    return not last and (old, new) == roots


def _climb(position: int, last: int) -> tuple[int, int]:
    while position and not position & 1:
        position >>= 1
        last >>= 1
    return position, last
