"""The sealer against the database: order, gaps, crashes, rivals, moves to another cluster."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from b2b_market.audit.commands import SealBatch
from b2b_market.audit.queries.trail import SEALED
from b2b_market.audit.rules.sealing import LogDamaged, SigningKeyUnknown
from b2b_market.audit.service.sealing import seal_batch
from b2b_market.infra.audit_trail import Entry, write_entries
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.who import Cause, Who, WhoKind
from b2b_market.kernel import merkle
from tests.audit.conftest import OwnerDoes
from tests.audit.logbook import new_key
from tests.audit.trails import MACHINE, entry, rows, seal, sealer, write, write_many
from tests.support.plain_actors import plain_actor

pytestmark = pytest.mark.committed


def tree_is_sound(runtime: Runtime) -> int:
    """Rebuild the log from the trail and compare everything stored; return its size."""
    leaves = rows(
        runtime,
        "SELECT l.leaf_index, e.leaf_hash FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id ORDER BY 1",
    )
    assert [index for index, _ in leaves] == list(range(len(leaves)))
    hashes = [bytes(leaf) for _, leaf in leaves]
    stored = rows(runtime, "SELECT size, covers_from, root, leaf_hashes FROM audit_checkpoint ORDER BY size")
    before = 0
    for size, covers_from, root, recorded in stored:
        assert covers_from == before
        assert isinstance(size, int)
        assert bytes(root) == merkle.root_of(hashes[:size])
        assert bytes(recorded) == b"".join(hashes[before:size])
        before = size
    assert before == len(leaves)
    return before


def test_entries_become_leaves_in_the_order_of_their_transactions(fresh: Runtime) -> None:
    for count in (3, 1, 2):
        write_many(fresh, count)
    assert seal(fresh) == 6
    order = rows(
        fresh,
        "SELECT l.leaf_index FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id ORDER BY e.xid, e.id",
    )
    assert [index for (index,) in order] == [0, 1, 2, 3, 4, 5]
    assert tree_is_sound(fresh) == 6
    # one checkpoint, or more where another test's transaction held the sealer back on its way
    sizes = rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size")
    assert sizes[-1] == (6,)
    assert seal(fresh) == 0
    assert rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size") == sizes


def test_a_long_backlog_is_sealed_in_batches_with_a_checkpoint_every_thousand_leaves(fresh: Runtime) -> None:
    write_many(fresh, 2300)
    assert seal(fresh, batch=2100) == 2300
    sizes = [size for (size,) in rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size")]
    assert sizes == [1000, 2000, 2100, 2300]
    assert tree_is_sound(fresh) == 2300
    kept = rows(fresh, "SELECT level, count(*) FROM audit_node GROUP BY level")
    assert kept == [(8, 2300 // 256)]


def test_an_open_transaction_holds_back_what_came_after_it_and_nothing_is_lost(fresh: Runtime) -> None:
    write_many(fresh, 1)
    who, cause = Who(WhoKind.SYSTEM, name="slow"), Cause("test", "c" * 32)
    with fresh.database.session() as slow:
        stamp = set_tenant(slow, Tenant())
        write_entries(slow, [entry(), entry()], who, cause, stamp)
        write_many(fresh, 4)
        # what other databases of this server do may hold back the first entry too
        early = sealer(fresh).run(batches=9)
        assert early <= 1
        slow.commit()
    assert seal(fresh) == 7 - early
    assert tree_is_sound(fresh) == 7


def test_what_was_rolled_back_leaves_no_gap(fresh: Runtime) -> None:
    write_many(fresh, 2)
    with fresh.database.session() as undone:
        stamp = set_tenant(undone, Tenant())
        write_entries(undone, [entry()], Who(WhoKind.SYSTEM), Cause("test", "c" * 32), stamp)
        undone.rollback()
    write_many(fresh, 2)
    assert seal(fresh) == 4
    assert tree_is_sound(fresh) == 4


def test_a_second_sealer_stands_aside(fresh: Runtime) -> None:
    write_many(fresh, 5)
    one = sealer(fresh)
    command = SealBatch(one.key, one.known_keys, 100)
    with one.transaction() as first:
        assert seal_batch(first, one.actor, command) is not None
        with one.transaction() as second:
            assert seal_batch(second, one.actor, command) is None
    seal(fresh)
    assert tree_is_sound(fresh) == 5


def test_many_sealers_and_writers_at_once_make_one_log(fresh: Runtime) -> None:
    done = threading.Event()
    failures: list[BaseException] = []

    def keep_sealing() -> None:
        try:
            while not done.is_set():
                sealer(fresh).run(batches=3, batch=7)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, the test must see it
            failures.append(failure)

    def keep_writing() -> None:
        for count in (1, 3, 2, 5, 1, 4) * 5:
            write_many(fresh, count)

    sealers = [threading.Thread(target=keep_sealing) for _ in range(3)]
    writers = [threading.Thread(target=keep_writing) for _ in range(3)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert failures == []
    seal(fresh)
    assert tree_is_sound(fresh) == 3 * 16 * 5


def die_while_sealing(runtime: Runtime) -> None:
    one = sealer(runtime)
    with one.transaction() as work:
        sealed = seal_batch(work, one.actor, SealBatch(one.key, one.known_keys, 3))
        assert sealed is not None
        raise KeyboardInterrupt


def test_a_sealer_that_dies_in_its_batch_leaves_nothing_behind(fresh: Runtime) -> None:
    write_many(fresh, 5)
    with pytest.raises(KeyboardInterrupt):
        die_while_sealing(fresh)
    assert rows(fresh, "SELECT * FROM audit_leaf") == []
    assert rows(fresh, "SELECT size FROM audit_checkpoint") == []
    assert seal(fresh) == 5
    assert tree_is_sound(fresh) == 5


def test_nothing_is_built_upon_a_damaged_tree(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 3)
    seal(fresh)
    write_many(fresh, 1)
    owner_does("UPDATE audit_checkpoint SET frontier = set_byte(frontier, 3, (get_byte(frontier, 3) + 1) % 256)")
    with pytest.raises(LogDamaged):
        seal(fresh)
    assert len(rows(fresh, "SELECT * FROM audit_leaf")) == 3


def test_nothing_is_built_upon_a_checkpoint_with_a_forged_signature(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 3)
    seal(fresh)
    write_many(fresh, 1)
    owner_does("UPDATE audit_checkpoint SET signature = set_byte(signature, 0, (get_byte(signature, 0) + 1) % 256)")
    with pytest.raises(LogDamaged):
        seal(fresh)


def test_a_host_without_the_keys_does_not_seal(fresh: Runtime) -> None:
    write_many(fresh, 3)
    seal(fresh)
    write_many(fresh, 1)
    stranger = replace(sealer(fresh), key=new_key(), known_keys={})
    with pytest.raises(SigningKeyUnknown):
        stranger.run(batches=1)
    assert len(rows(fresh, "SELECT * FROM audit_leaf")) == 3


def test_a_rotated_key_goes_on_with_the_same_log(fresh: Runtime) -> None:
    write_many(fresh, 3)
    seal(fresh)
    write_many(fresh, 1)
    old = sealer(fresh)
    rotated = replace(old, key=new_key(), known_keys={**old.known_keys, old.key.key_id: old.key.public_key})
    assert seal(fresh, by=rotated) == 1
    stored = rows(fresh, "SELECT origin, key_id FROM audit_checkpoint ORDER BY size")
    assert [key_id for _, key_id in stored] == [old.key.key_id, rotated.key.key_id]
    assert len({origin for origin, _ in stored}) == 1


def test_a_database_moved_to_another_cluster_is_sealed_on(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 5)
    seal(fresh)
    write_many(fresh, 3)
    # as after dump and restore: old transaction ids mean nothing here and lie far above the new ones
    owner_does("UPDATE audit_event SET xid = xid + 1000000000")
    owner_does("UPDATE audit_checkpoint SET cursor_xid = cursor_xid + 1000000000")
    write_many(fresh, 2)
    assert seal(fresh, batch=2) == 5
    assert tree_is_sound(fresh) == 10
    write_many(fresh, 4)
    assert seal(fresh) == 4
    assert seal(fresh) == 0
    assert tree_is_sound(fresh) == 14


TABLES = {
    "audit_event": "action",
    "audit_checkpoint": "origin",
    "audit_leaf": "event_id",
    "audit_node": "hash",
    "audit_party": "event_id",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"])
def test_the_application_can_neither_change_nor_delete(fresh: Runtime, table: str, statement: str) -> None:
    write_many(fresh, 256, new_id())
    seal(fresh)
    before = rows(fresh, f"SELECT count(*) FROM {table}")  # noqa: S608 - one of four names
    with fresh.database.session() as session:
        set_tenant(session, MACHINE)
        with pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement.format(table, TABLES[table], TABLES[table])))
    assert rows(fresh, f"SELECT count(*) FROM {table}") == before  # noqa: S608 - as above


@pytest.mark.parametrize("table", TABLES)
def test_even_the_owner_is_stopped_by_the_triggers(fresh: Runtime, owner_tries: OwnerDoes, table: str) -> None:
    write_many(fresh, 256, new_id())
    seal(fresh)
    for verb in ("DELETE FROM", "TRUNCATE"):
        with pytest.raises(Exception, match="is insert-only"):
            owner_tries(f"{verb} {table}")


def test_who_is_not_the_machine_cannot_write_the_tree(fresh: Runtime) -> None:
    write_many(fresh, 1)
    for tenant in (Tenant(), Tenant(platform="auditor"), Tenant(platform="operator")):
        with fresh.database.session() as session:
            set_tenant(session, tenant)
            with pytest.raises(DBAPIError, match="row-level security"):
                session.execute(
                    text(
                        "INSERT INTO audit_leaf SELECT 0, id FROM audit_event"
                        if tenant.platform == "auditor"
                        else "INSERT INTO audit_leaf VALUES (0, gen_random_uuid())"
                    )
                )


def test_every_entry_carries_the_hash_that_the_database_would_give_it(fresh: Runtime) -> None:
    actor = plain_actor()
    write(fresh, entry(actor.org_id), entry(denied=True), Entry("sign.in", "session"), actor=actor)
    names = ", ".join(column.name for column in SEALED)
    compared = rows(fresh, f"SELECT leaf_hash = audit_leaf_hash({names}) FROM audit_event")  # noqa: S608 - columns
    assert compared == [(True,)] * 3


def test_an_entry_written_without_its_hash_gets_it_from_the_database(fresh: Runtime, owner_tries: OwnerDoes) -> None:
    write(fresh, entry())
    names = ", ".join(column.name for column in SEALED if column.name != "id")
    owner_tries(f"INSERT INTO audit_event (id, {names}) SELECT gen_random_uuid(), {names} FROM audit_event")  # noqa: S608 - columns
    hashes = rows(fresh, "SELECT leaf_hash FROM audit_event")
    assert len({bytes(found) for (found,) in hashes}) == 2


def test_sealed_entries_are_put_on_the_lists_of_those_who_see_them(fresh: Runtime) -> None:
    ours, theirs = new_id(), new_id()
    write(fresh, entry(ours), entry(ours, theirs), entry(), entry(ours, ours))
    assert rows(fresh, "SELECT count(*) FROM audit_party") == [(0,)]
    seal(fresh, batch=3)
    listed = dict(rows(fresh, "SELECT org_id, count(*) FROM audit_party GROUP BY org_id"))
    assert listed == {ours: 3, theirs: 1}
    write(fresh, entry(theirs))
    seal(fresh)
    assert dict(rows(fresh, "SELECT org_id, count(*) FROM audit_party GROUP BY org_id")) == {ours: 3, theirs: 2}
    ((up_to, *cursor),) = rows(fresh, "SELECT up_to, cursor_xid, cursor_id FROM audit_listed")
    assert up_to == 5
    assert rows(fresh, "SELECT xid, id FROM audit_event ORDER BY xid DESC, id DESC LIMIT 1") == [tuple(cursor)]
