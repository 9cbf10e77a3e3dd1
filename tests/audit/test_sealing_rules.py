"""What the sealer may take, what it signs, when the witness agrees, and whether shown values are the sealed ones."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from b2b_market.audit.rules.agreement import agrees
from b2b_market.audit.rules.sealing import (
    EVERYBODY,
    LARGEST_XID,
    LEAVES_PER_CHECKPOINT,
    START,
    Cursor,
    Run,
    Window,
    next_cursor,
    seal,
    window,
)
from b2b_market.audit.rules.values import FieldChange, FieldValues, ValueState, field_values, shown_changes
from b2b_market.infra.audit_trail import commitment
from b2b_market.kernel import merkle
from b2b_market.kernel.merkle import Frontier
from tests.audit.logbook import START as MORNING
from tests.audit.logbook import new_key

EVENT = UUID(int=7)
SALT = bytes(range(16))
COMMITTED = {"price": [commitment(SALT, "9.50"), commitment(SALT, None)]}


def leaves(count: int, of: str = "entry") -> list[bytes]:
    return [sha256(f"{of} {number}".encode()).digest() for number in range(count)]


class TestWindow:
    def test_the_first_run_takes_all_that_has_ended(self) -> None:
        assert window(None, 40) == Window(START, 40)

    def test_a_later_run_goes_on_behind_the_last_entry(self) -> None:
        stood = Cursor(39, EVENT)
        assert window(stood, 40) == Window(stood, 40)

    @pytest.mark.parametrize("xid", [40, 41, LARGEST_XID])
    def test_a_cursor_of_another_cluster_takes_every_entry_without_a_leaf(self, xid: int) -> None:
        assert window(Cursor(xid, EVENT), 40) == Window(START, LARGEST_XID)

    @pytest.mark.parametrize("more", [True, False])
    def test_the_next_run_starts_behind_what_was_sealed(self, *, more: bool) -> None:
        last = Cursor(38, EVENT)
        assert next_cursor(Window(START, 40), last, 40, more=more) == last

    def test_after_a_move_the_rest_comes_first_and_then_the_new_order(self) -> None:
        moved, last = Window(START, LARGEST_XID), Cursor(900, EVENT)
        rest = next_cursor(moved, last, 40, more=True)
        assert rest == Cursor(LARGEST_XID, EVERYBODY)
        assert window(rest, 41) == moved
        done = next_cursor(moved, last, 40, more=False)
        assert done == Cursor(39, EVERYBODY)
        assert window(done, 41) == Window(done, 41)


class TestSeal:
    def test_nothing_to_seal_adds_nothing(self) -> None:
        frontier = Frontier()
        assert seal(None, frontier, [], new_key(), MORNING) == Run((), ())
        assert frontier.size == 0

    def test_the_first_checkpoint_founds_the_log_under_its_key(self) -> None:
        key, found = new_key(), leaves(3)
        (sealed,) = seal(None, Frontier(), found, key, MORNING).checkpoints
        said = sealed.signed.checkpoint
        assert (said.origin, said.size, said.root) == (f"b2b-market/{key.key_id}", 3, merkle.root_of(found))
        assert (said.time, said.previous) == (MORNING, None)
        assert sealed.leaves == tuple(found)
        assert merkle.fold(sealed.frontier) == said.root
        assert sealed.signed.is_signed_by({key.key_id: key.public_key})

    def test_a_later_one_names_the_one_before_and_never_goes_back_in_time(self) -> None:
        key, frontier, early, late = new_key(), Frontier(), leaves(2), leaves(3, "late")
        first = seal(None, frontier, early, key, MORNING).checkpoints[-1].signed
        rotated = new_key()
        second = seal(first, frontier, late, rotated, MORNING - timedelta(hours=1)).checkpoints[-1].signed
        assert (second.size, second.root) == (5, merkle.root_of([*early, *late]))
        assert second.checkpoint.origin == first.checkpoint.origin
        assert second.checkpoint.previous == first.checkpoint.digest()
        assert second.checkpoint.time == MORNING
        assert second.key_id == rotated.key_id

    def test_a_long_run_is_cut_into_checkpoints_and_keeps_the_complete_subtrees(self) -> None:
        found = leaves(LEAVES_PER_CHECKPOINT + 1)
        run = seal(None, Frontier(), found, new_key(), MORNING)
        full, rest = run.checkpoints
        assert [full.signed.size, rest.signed.size] == [LEAVES_PER_CHECKPOINT, LEAVES_PER_CHECKPOINT + 1]
        assert (*full.leaves, *rest.leaves) == tuple(found)
        assert rest.signed.checkpoint.previous == full.signed.checkpoint.digest()
        assert [node.index for node, _ in run.nodes] == [0, 1, 2]
        for node, kept in run.nodes:
            begin, width = node.index << node.level, 1 << node.level
            assert kept == merkle.root_of(found[begin : begin + width])


class TestProofs:
    """Known trees; what holds for every size is in the properties."""

    FOUND = leaves(11)

    def node(self, node: merkle.Node) -> bytes:
        return merkle.root_of(self.FOUND[node.index << node.level : (node.index + 1) << node.level])

    def test_a_leaf_is_shown_at_its_place_and_nowhere_else(self) -> None:
        root, proof = merkle.root_of(self.FOUND), merkle.inclusion_proof(6, 11, self.node)
        assert len(proof) == 4
        assert merkle.verify_inclusion(self.FOUND[6], 6, 11, proof, root)
        for place, size in ((7, 11), (6, 20), (11, 11), (-1, 11)):
            assert not merkle.verify_inclusion(self.FOUND[6], place, size, proof, root)
        assert not merkle.verify_inclusion(self.FOUND[6], 6, 11, [*proof, root], root)
        assert not merkle.verify_inclusion(self.FOUND[6], 6, 11, proof[:-1], root)

    @pytest.mark.parametrize("first", range(12))
    def test_a_prefix_is_shown_to_be_one(self, first: int) -> None:
        roots = merkle.root_of(self.FOUND[:first]), merkle.root_of(self.FOUND)
        proof = merkle.consistency_proof(first, 11, self.node)
        assert (proof == ()) is (first in (0, 11))
        assert merkle.verify_consistency(first, 11, roots, proof)
        assert not merkle.verify_consistency(first, 11, roots, [*proof, roots[1]])
        assert not merkle.verify_consistency(first, 11, (self.FOUND[0], self.FOUND[1]), proof)

    def test_nodes_between_the_kept_levels_are_made_from_the_kept_ones(self) -> None:
        assert merkle.kept_below(merkle.Node(0, 5)) == (0, range(5, 6))
        assert merkle.kept_below(merkle.Node(3, 2)) == (0, range(16, 24))
        assert merkle.kept_below(merkle.Node(8, 5)) == (8, range(5, 6))
        assert merkle.kept_below(merkle.Node(10, 1)) == (8, range(4, 8))


class TestWitness:
    def test_the_log_agrees_where_it_has_the_root_that_the_witness_saw(self) -> None:
        recorded = seal(None, Frontier(), leaves(2), new_key(), MORNING).checkpoints[-1].signed
        assert agrees(recorded, merkle.root_of(leaves(2)))
        assert not agrees(recorded, merkle.root_of(leaves(2, "rewritten")))
        assert not agrees(None, merkle.root_of(leaves(2)))


class TestValues:
    def judged(self, details: Mapping[str, object] | None) -> FieldValues:
        (found,) = field_values(["price"], COMMITTED, details)
        return found

    def test_values_that_give_the_commitment_are_proven(self) -> None:
        kept = {"price": {"before": "9.50", "after": None, "salt": SALT.hex()}}
        assert self.judged(kept) == FieldValues("price", "9.50", None, ValueState.PROVEN)

    @pytest.mark.parametrize(
        "other", [{"before": "9.51"}, {"after": "9.50"}, {"salt": bytes(16).hex()}, {"before": None, "after": "9.50"}]
    )
    def test_any_other_value_or_salt_is_altered(self, other: dict[str, object]) -> None:
        kept = {"before": "9.50", "after": None, "salt": SALT.hex(), **other}
        found = self.judged({"price": kept})
        assert found == FieldValues("price", kept["before"], kept["after"], ValueState.ALTERED)

    def test_a_field_without_a_commitment_proves_nothing(self) -> None:
        kept = {"note": {"before": "a", "after": "b", "salt": SALT.hex()}}
        (found,) = field_values(["note"], COMMITTED, kept)
        assert found.state is ValueState.ALTERED

    def test_secret_and_erased_values_are_told_apart(self) -> None:
        assert self.judged({}) == FieldValues("price", None, None, ValueState.SECRET)
        assert self.judged({"price": "hidden"}) == FieldValues("price", None, None, ValueState.SECRET)
        assert self.judged(None) == FieldValues("price", None, None, ValueState.ERASED)

    def test_a_timeline_shows_what_is_kept_in_the_order_of_the_change(self) -> None:
        details = {"title": {"after": "Bolts", "salt": "00"}, "secret": "hidden", "price": {"before": 1, "after": 2}}
        assert shown_changes(["price", "secret", "gone", "title"], details) == (
            FieldChange("price", 1, 2),
            FieldChange("title", None, "Bolts"),
        )
        assert shown_changes(["price"], None) == ()
