"""The witness file: written through, caught up after a crash, and held against a database that was set back."""

import json
import threading

import pytest

from b2b_market.audit.rules.agreement import NothingToAccept, WitnessContradicts, WitnessUnreadable
from b2b_market.audit.rules.findings import Findings
from b2b_market.audit.rules.witness import read_witness
from b2b_market.audit.service.witnessing import LastLine, WitnessFile
from b2b_market.infra.runtime import Runtime
from tests.audit.conftest import OwnerDoes
from tests.audit.trails import rows, seal, sealer, write_many

pytestmark = pytest.mark.committed


def lines_of(file: WitnessFile) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.path.read_bytes().splitlines()]


def sizes_of(file: WitnessFile) -> list[object]:
    return [line["checkpoint"]["size"] for line in lines_of(file) if line["kind"] == "checkpoint"]  # type: ignore[index]  # JSON


def test_every_checkpoint_reaches_the_witness(fresh: Runtime) -> None:
    for count in (2, 3):
        write_many(fresh, count)
        seal(fresh)
    file = WitnessFile.of(fresh.settings)
    stored = [size for (size,) in rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size")]
    assert sizes_of(file) == stored
    assert file.path == fresh.settings.data_dir / "witness" / "checkpoints.jsonl"
    seal(fresh)
    assert sizes_of(file) == stored


def test_the_witness_is_caught_up_after_a_crash_between_commit_and_file(fresh: Runtime) -> None:
    write_many(fresh, 2)
    seal(fresh)
    file = WitnessFile.of(fresh.settings)
    whole = file.path.read_bytes()
    file.path.unlink()
    seal(fresh)
    assert file.path.read_bytes() == whole


def test_a_line_torn_by_a_crash_is_written_again(fresh: Runtime) -> None:
    write_many(fresh, 2)
    seal(fresh)
    write_many(fresh, 2)
    seal(fresh)
    file = WitnessFile.of(fresh.settings)
    whole = file.path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in (first, first + 1, first + 40, len(whole) - 1):
        file.path.write_bytes(whole[:cut])
        seal(fresh)
        assert file.path.read_bytes() == whole


def test_an_empty_witness_binds_nothing(fresh: Runtime) -> None:
    file = WitnessFile.of(fresh.settings)
    assert file.last() == LastLine(0, None)
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b'{"checkpoint":')
    assert file.last() == LastLine(0, None)


def test_a_witness_that_is_no_witness_stops_the_sealer(fresh: Runtime) -> None:
    write_many(fresh, 1)
    file = WitnessFile.of(fresh.settings)
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"a shopping list\n")
    with pytest.raises(WitnessUnreadable):
        sealer(fresh).run(batches=1)
    assert rows(fresh, "SELECT count(*) FROM audit_leaf") == [(0,)]


def test_a_database_that_was_set_back_is_not_sealed_any_further(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 2)
    seal(fresh)
    write_many(fresh, 3)
    seal(fresh)
    owner_does("DELETE FROM audit_checkpoint WHERE size > 2; DELETE FROM audit_leaf WHERE leaf_index >= 2")
    write_many(fresh, 9)
    with pytest.raises(WitnessContradicts) as refused:
        sealer(fresh).run(batches=1)
    assert refused.value.facts["witnessed"] == 5
    assert rows(fresh, "SELECT count(*) FROM audit_leaf") == [(2,)]


def test_a_rewritten_checkpoint_is_not_built_upon(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 2)
    seal(fresh)
    owner_does("DELETE FROM audit_checkpoint; DELETE FROM audit_leaf; DELETE FROM audit_event")
    write_many(fresh, 2)
    one = sealer(fresh)
    honest = one.witness.path.read_bytes()
    one.witness.path.unlink()
    seal(fresh)
    one.witness.path.write_bytes(honest)
    with pytest.raises(WitnessContradicts):
        one.run(batches=1)


def test_a_restore_on_purpose_is_declared_signed_and_goes_on(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 2)
    seal(fresh)
    write_many(fresh, 3)
    seal(fresh)
    owner_does(
        "DELETE FROM audit_checkpoint WHERE size > 2; DELETE FROM audit_event e USING audit_leaf l "
        "WHERE l.event_id = e.id AND l.leaf_index >= 2; DELETE FROM audit_leaf WHERE leaf_index >= 2"
    )
    one = sealer(fresh)
    declared = one.accept_restore("disk of host 2 failed, backup of noon restored")
    assert (declared.size, declared.lost) == (2, 5)
    noted = rows(fresh, "SELECT action FROM audit_event WHERE object_type = 'audit_log'")
    assert noted == [("audit.restore_accepted",)]
    write_many(fresh, 1)
    assert seal(fresh) == 2
    kinds = [line["kind"] for line in lines_of(one.witness)]
    assert "restored" in kinds
    assert kinds[-1] == "checkpoint"
    findings = Findings()
    with one.witness.path.open("rb") as lines:
        witness = read_witness(lines, {one.key.key_id: one.key.public_key}, None, findings)
    assert findings.kept == []
    assert "disk of host 2 failed" in findings.notices[0].text()
    newest = witness.newest
    assert newest is not None
    assert newest.size == 4
    assert 5 not in witness.checkpoints


def test_there_is_nothing_to_accept_where_the_two_agree(fresh: Runtime) -> None:
    one = sealer(fresh)
    with pytest.raises(NothingToAccept):
        one.accept_restore("no reason")
    write_many(fresh, 1)
    seal(fresh)
    before = one.witness.path.read_bytes()
    with pytest.raises(NothingToAccept):
        one.accept_restore("no reason")
    assert one.witness.path.read_bytes() == before


def test_the_sealer_goes_on_after_a_declaration_that_was_the_last_line(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 4)
    seal(fresh)
    owner_does("DELETE FROM audit_checkpoint; DELETE FROM audit_leaf; DELETE FROM audit_event")
    one = sealer(fresh)
    one.accept_restore("everything was lost")
    assert one.witness.last() == LastLine(0, None)
    assert seal(fresh) == 1


def test_two_writers_take_turns(fresh: Runtime) -> None:
    write_many(fresh, 3000)
    one = sealer(fresh)
    seal(fresh)
    one.witness.path.unlink()
    threads = [threading.Thread(target=one.run, kwargs={"batches": 1}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes_of(one.witness) == [1000, 2000, 3000]
