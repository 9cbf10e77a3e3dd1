"""Proofs: that an entry is in the log, and that the log only ever grew."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from b2b_market.audit.commands import ProveConsistency, ProveVersion
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.queries import trail, tree
from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.service.views import ConsistencyProof, EntryProof, ProvenEvent, Verdict
from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.kernel import merkle
from b2b_market.kernel.merkle import Node
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_PARTS = "documents of other modules print the proof of what they document"


class TreeReader:
    """Looks up nodes of the tree, a tile of 256 at a time; each tile is read once."""

    def __init__(self, session: Session, scope: Scope) -> None:
        """Read nothing yet."""
        self._session = session
        self._scope = scope
        self._tiles: dict[tuple[int, int], dict[int, bytes]] = {}
        self._nodes: dict[Node, bytes] = {}

    def __call__(self, node: Node) -> bytes:
        """Return the hash of a complete subtree; KeyError where the tree is smaller."""
        found = self._nodes.get(node)
        if found is None:
            level, indexes = merkle.kept_below(node)
            number = indexes.start // tree.TILE
            kept = self._tile(level, number)
            found = merkle.complete_root([kept[index] for index in indexes])
            self._nodes[node] = found
        return found

    def _tile(self, level: int, number: int) -> dict[int, bytes]:
        found = self._tiles.get((level, number))
        if found is None:
            found = tree.tile(self._session, self._scope, level, number)
            self._tiles[level, number] = found
        return found

    def forget_leaves(self) -> None:
        """Let go of leaves and low nodes, so that reading a long log keeps little in memory."""
        self._tiles = {key: tile for key, tile in self._tiles.items() if key[0]}
        self._nodes = {node: hash_ for node, hash_ in self._nodes.items() if node.level >= merkle.TILE_HEIGHT}


def prove_entry(session: Session, scope: Scope, place: tuple[int, str], keys: Mapping[str, bytes]) -> EntryProof | None:
    """Return the proof of the entry at ``place`` (leaf index, canonical text) against the newest checkpoint."""
    leaf_index, text = place
    newest = tree.newest(session, scope)
    sealed_by = tree.first_covering(session, scope, leaf_index)
    if newest is None or sealed_by is None:
        return None
    leaf = merkle.leaf_hash(text.encode())
    path = merkle.inclusion_proof(leaf_index, newest.size, TreeReader(session, scope))
    verdict = Verdict.PROVEN
    if not merkle.verify_inclusion(leaf, leaf_index, newest.size, path, newest.root):
        verdict = Verdict.ALTERED
    elif not newest.is_signed_by(keys):
        verdict = Verdict.UNSIGNED
    return EntryProof(text, leaf_index, leaf, path, newest, sealed_by, verdict)


@operation(AuditPermission.READ)
def prove_consistency(work: Work, scope: Scope, command: ProveConsistency) -> ConsistencyProof:
    """Return the proof that the log of ``first`` leaves is a prefix of that of ``second``, checked."""
    low, high = sorted((command.first, command.second))
    first, second = _checkpoint(work, scope, low), _checkpoint(work, scope, high)
    path = merkle.consistency_proof(low, high, TreeReader(work.session, scope))
    signed = first.is_signed_by(command.keys) and second.is_signed_by(command.keys)
    holds = signed and merkle.verify_consistency(low, high, (first.root, second.root), path)
    return ConsistencyProof(first, second, path, holds)


def _checkpoint(work: Work, scope: Scope, size: int) -> SignedCheckpoint:
    found = tree.checkpoint(work.session, scope, size)
    if found is None:
        raise NotFound(size=str(size))
    return found


@operation(system=True, public=True, reason=_PARTS)
def prove_version(work: Work, scope: Scope, command: ProveVersion) -> ProvenEvent | None:
    """Return the proof of the last entry that left a thing at a version; None where there is none or it is not sealed.

    The caller has checked what its reader may know of the thing; the signature is left for the reader to check. A page
    without sign-in asks too, hence the machine branch of the row policies for the reading.
    """
    with work.reaching(Tenant(machine=True)):
        return _proven(work, scope, command)


def _proven(work: Work, scope: Scope, command: ProveVersion) -> ProvenEvent | None:
    row = trail.of_version(work.session, scope, command.object_type, command.object_id, command.version)
    if row is None or row.leaf_index is None:
        return None
    proof = prove_entry(work.session, scope, (row.leaf_index, row.entry_text), {})
    return None if proof is None else ProvenEvent(row.id, proof)
