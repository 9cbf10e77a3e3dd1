"""Every way in which an export or a witness can be malformed, contradict itself, or lack what a check needs."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from b2b_market.audit.rules.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from b2b_market.audit.rules.findings import KEPT, Fault, Findings, Report
from b2b_market.audit.rules.heading import heading_line
from b2b_market.audit.rules.lines import (
    Kind,
    checkpoint_line,
    entry_line,
    key_line,
    plain_line,
    read_line,
    veiled_line,
)
from b2b_market.audit.rules.verification import NotAnExport, verify_export
from b2b_market.audit.rules.witness import Restored, restored_line
from b2b_market.infra.canonical import canonical
from b2b_market.kernel import merkle
from tests.audit.logbook import ORIGIN, START, Book, end_line, event_id, make_book, new_key

Fields = dict[str, object]


@pytest.fixture
def book() -> Book:
    return make_book(11)


def texts(report: Report) -> list[str]:
    return [finding.text() for finding in report.findings]


def with_line(lines: list[bytes], kind: Kind, spoil: Callable[[bytes], bytes], number: int = 0) -> list[bytes]:
    """Replace the line ``number`` of ``kind``."""
    at = [place for place, line in enumerate(lines) if b'"kind":"%s"' % kind.value.encode() in line][number]
    return [*lines[:at], spoil(lines[at]), *lines[at + 1 :]]


def edit(change: Callable[[Fields], None]) -> Callable[[bytes], bytes]:
    def spoil(raw: bytes) -> bytes:
        fields = json.loads(raw)
        change(fields)
        return canonical(fields) + b"\n"

    return spoil


def _put(name: str, value: object, fields: Fields) -> None:
    fields[name] = value


def test_an_entry_that_is_held_back_is_checked_by_its_hash_alone() -> None:
    book = make_book(11)
    lines = book.export()
    places = [place for place, line in enumerate(lines) if b'"kind":"entry"' in line]
    for index in (2, 5):
        lines[places[index]] = veiled_line(index, book.leaves[index])
    lines[0] = heading_line(replace(book.heading(), veiled=(2, 5)), book.key)
    report = verify_export(lines)
    assert (report.exit_code, report.tally.entries) == (0, len(book.entries))
    assert any("2 entries are held back" in notice.text() for notice in report.notices)
    lines[places[5]] = veiled_line(5, bytes(32))
    assert verify_export(lines).exit_code != 0


# ---------------------------------------------------------------------------------------------------- lines of the file
@pytest.mark.parametrize("raw", [b"", b"[]\n", b"7\n", b"{}\n", b'{"kind":"poem"}\n', b"[" * 100_000, b'{"entry":1}\n'])
def test_what_is_no_line_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever way it cannot be read
        read_line(raw)


def test_entries_keep_their_bytes_whatever_they_hold() -> None:
    entry = canonical({"text": ',"kind":"entry","leaf_hash":"', "more": "中\u2028\x7f"})
    line = read_line(entry_line(entry, 7, bytes(32), [bytes(32)]))
    assert line.entry == entry
    assert line.fields == {"kind": "entry", "leaf_hash": "00" * 32, "leaf_index": 7, "proof": ["00" * 32]}


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"poem\n",
        plain_line(Kind.END, {}),
        plain_line(Kind.EXPORT, {}),
        plain_line(Kind.EXPORT, {"statement": {"origin": "x"}}),
    ],
)
def test_a_file_without_the_first_line_is_no_export(first: bytes) -> None:
    with pytest.raises(NotAnExport):
        verify_export([first])


def test_a_heading_of_another_format_is_no_export(book: Book) -> None:
    heading = json.loads(book.export()[0])
    for name, value in (("format", "b2b-market-audit/9"), ("object_types", "rfq"), ("extra", 1)):
        changed = {**heading, "statement": {**heading["statement"], name: value}}
        with pytest.raises(NotAnExport):
            verify_export([canonical(changed) + b"\n"])


def test_a_heading_that_was_changed_is_not_signed(book: Book) -> None:
    heading = json.loads(book.export()[0])
    heading["statement"]["made_at"] = "2020-01-01T00:00:00.000000Z"
    report = verify_export([canonical(heading) + b"\n", *book.export()[1:]])
    assert report.exit_code == Fault.SIGNATURE
    assert "The first line of the export was not signed" in texts(report)[0]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (Kind.CHECKPOINT, Fault.SIGNATURE),
        (Kind.STATE, Fault.SEMANTIC),
        (Kind.KEY, Fault.MISSING),
        (Kind.END, Fault.MISSING),
    ],
)
def test_a_line_that_cannot_be_read_is_a_fault_of_its_kind(book: Book, kind: Kind, fault: Fault) -> None:
    report = verify_export(with_line(book.export(), kind, lambda raw: raw.replace(b"}", b"", 1)))
    assert fault in report.counts


def test_an_entrys_line_that_cannot_be_read_is_an_altered_entry(book: Book) -> None:
    spoilt = with_line(book.export(), Kind.ENTRY, lambda raw: raw.replace(b'"leaf_index":', b'"leaf_index":x', 1), 5)
    report = verify_export(spoilt)
    assert (report.exit_code, report.first_index) == (Fault.ALTERED, 5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("leaf_index", -1), ("leaf_index", "7"), ("leaf_index", True), ("leaf_hash", "00"), ("leaf_hash", "ZZ" * 32)],
)
def test_an_entry_without_a_sound_place_is_altered(book: Book, name: str, value: object) -> None:
    report = verify_export(with_line(book.export(), Kind.ENTRY, edit(lambda fields: fields.update({name: value})), 3))
    assert (report.exit_code, report.first_index) == (Fault.ALTERED, 3)


@pytest.mark.parametrize("entry", [b"[]", b"{not json", b'{"id":7}', b"[" * 5000])
def test_what_was_sealed_but_is_no_entry_is_altered(book: Book, entry: bytes) -> None:
    lines = book.export()
    line = entry_line(entry, 0, merkle.leaf_hash(entry))
    report = verify_export(with_line(lines, Kind.ENTRY, lambda _: line))
    assert report.exit_code == Fault.ALTERED
    assert report.first_index == 0


def test_lines_out_of_their_order_are_told(book: Book) -> None:
    lines = book.export()
    moved = [*lines[:2], lines[-2], *lines[2:-2], lines[-1]]
    report = verify_export(moved)
    assert report.exit_code == Fault.MISSING
    assert any("is not where a line of its kind belongs" in text for text in texts(report))
    for stray in (lines[0], lines[-2], restored_line(Restored(ORIGIN, 1, 2, "x", START), book.key)):
        assert verify_export([*lines, stray]).exit_code == Fault.MISSING


def test_the_counts_at_the_end_must_fit(book: Book) -> None:
    report = verify_export(with_line(book.export(), Kind.END, edit(lambda fields: fields.update(state=99))))
    assert report.exit_code == Fault.MISSING
    assert texts(report) == [f"The export says it holds 99 lines of the kind state, but holds {len(book.states)}."]


def test_an_unsealed_line_without_an_entry_is_unreadable(book: Book) -> None:
    lines = book.export()
    places = [at for at, line in enumerate(lines) if b'"kind":"entry"' in line]
    strange = b'{"entry":null,"kind":"unsealed"}\n'
    report = verify_export([*lines[: places[-1] + 1], strange, *lines[places[-1] + 1 :]])
    assert report.exit_code == Fault.MISSING


def test_unsealed_entries_are_replayed_and_said(book: Book) -> None:
    chance = random.Random(3)
    book.now += timedelta(seconds=1)
    book.unsealed = [book.new_entry(chance) for _ in range(3)]
    report = verify_export(book.export())
    assert report.exit_code == 0
    assert report.tally.unsealed == 3
    assert "3 entries are not sealed yet" in report.notices[-1].text()
    stale = book.copy()
    last = stale.unsealed[-1]
    stale.states[str(last["object_type"]), str(last["object_id"])] = (int(str(last["object_version"])), "00" * 32)
    assert verify_export(stale.export()).exit_code == Fault.SEMANTIC


def test_only_so_many_findings_are_kept_but_all_are_counted() -> None:
    findings = Findings()
    for index in range(KEPT + 10):
        findings.add(Fault.ALTERED, "x", index)
    findings.add(Fault.MISSING, "y", 1)
    findings.add(Fault.MISSING, "y", 2)
    assert len(findings.kept) == KEPT + 1
    assert findings.counts == {Fault.ALTERED: KEPT + 10, Fault.MISSING: 2}


# ------------------------------------------------------------------------------------------------- keys and checkpoints
def test_a_key_under_another_keys_name_is_not_taken(book: Book) -> None:
    spoilt = with_line(book.export(), Kind.KEY, edit(lambda fields: fields.update(key_id="0" * 16)))
    report = verify_export(spoilt)
    assert report.exit_code == Fault.SIGNATURE
    assert texts(report)[0] == f"The key {'0' * 16} is not the key of that id."


BAD_CHECKPOINTS: list[Callable[[Fields], object]] = [
    lambda fields: fields.pop("checkpoint"),
    lambda fields: fields["checkpoint"].pop("root"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(size=-1),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(size="7"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(size=True),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(size=2**53),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(root="00"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(root=("AB" * 32)),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(root=7),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(time="now"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(time="2026-01-01T00:00:00Z"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(origin="a log"),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields["checkpoint"].update(previous=7),  # type: ignore[attr-defined]  # JSON
    lambda fields: fields.update(key_id="x"),
    lambda fields: fields.update(signature="00"),
]


@pytest.mark.parametrize("spoil", BAD_CHECKPOINTS)
def test_what_is_not_exactly_a_checkpoint_is_not_taken_for_one(book: Book, spoil: Callable[[Fields], object]) -> None:
    fields = json.loads(checkpoint_line(book.checkpoints[1]))
    spoil(fields)
    with pytest.raises(ValueError):  # noqa: PT011 - whichever field is wrong
        read_checkpoint(fields)


def test_a_checkpoint_reads_back_as_it_was(book: Book) -> None:
    for signed in book.checkpoints:
        assert read_checkpoint(json.loads(checkpoint_line(signed))) == signed


def test_a_checkpoint_of_another_log_is_told(book: Book) -> None:
    foreign = replace(book.checkpoints[2].checkpoint, origin="b2b-market/other")
    book.checkpoints[2] = sign_checkpoint(foreign, book.key)
    report = verify_export(book.export())
    assert report.exit_code == Fault.SIGNATURE
    assert "belongs to another log (b2b-market/other)" in texts(report)[0]


def test_two_roots_for_one_size_are_a_fork(book: Book) -> None:
    newest = book.checkpoints[-1]
    forked = replace(newest.checkpoint, root=bytes(32))
    book.checkpoints.append(sign_checkpoint(forked, book.key))
    report = verify_export(book.export())
    assert report.exit_code == Fault.ROLLBACK
    assert "the log was forked" in texts(report)[0]


def test_a_checkpoint_that_is_there_twice_is_told(book: Book) -> None:
    book.checkpoints.insert(3, book.checkpoints[2])
    assert verify_export(book.export()).exit_code == Fault.MISSING


def test_checkpoints_do_not_go_back_in_time(book: Book) -> None:
    newest = book.checkpoints[-1].checkpoint
    book.checkpoints[-1] = sign_checkpoint(replace(newest, time=START), book.key)
    report = verify_export(book.export())
    assert report.exit_code == Fault.ALTERED
    assert any("is dated before the one it follows" in text for text in texts(report))


def test_a_head_that_is_not_there_is_told(book: Book) -> None:
    lines = book.export()
    last = max(at for at, line in enumerate(lines) if b'"kind":"checkpoint"' in line)
    report = verify_export([*lines[:last], *lines[last + 1 :]])
    assert report.exit_code == Fault.MISSING
    assert any("as its head, but holds no such checkpoint" in text for text in texts(report))


def test_an_empty_log_is_sound() -> None:
    empty = Book(new_key())
    report = verify_export(empty.export())
    assert (report.exit_code, report.head) == (0, 0)
    assert verify_export(empty.own_export_of_nothing()).exit_code == 0


# -------------------------------------------------------------------------------------------------------- business rows
def test_two_states_of_one_version_contradict_each_other(book: Book) -> None:
    again = dict(book.entries[-1] or {})
    book.now += timedelta(seconds=1)
    again |= {"id": str(event_id(book.now, random.Random(1))), "state_hash": "11" * 32}
    book.add(again)
    book.seal()
    report = verify_export(book.export())
    assert report.exit_code == Fault.SEMANTIC
    assert "in different states" in texts(report)[0]


def test_a_row_deleted_on_purpose_must_be_gone(book: Book) -> None:
    thing = min(book.states)
    version, state_hash = book.states[thing]
    book.now += timedelta(seconds=1)
    book.add(
        {
            "id": str(event_id(book.now, random.Random(1))),
            "action": "rfq.deleted",
            "object_type": thing[0],
            "object_id": thing[1],
            "object_version": version,
            "state_hash": state_hash,
        }
    )
    book.seal()
    there = verify_export(book.export())
    assert there.exit_code == Fault.SEMANTIC
    assert "although its last event deleted it" in texts(there)[0]
    del book.states[thing]
    assert verify_export(book.export()).exit_code == 0


def test_a_state_that_is_there_twice_is_told(book: Book) -> None:
    lines = book.export()
    state = next(at for at, line in enumerate(lines) if b'"kind":"state"' in line)
    report = verify_export([*lines[:state], lines[state], *lines[state:]])
    assert report.exit_code == Fault.MISSING


@pytest.mark.parametrize(("name", "value"), [("version", "1"), ("state_hash", "00"), ("object_id", 7)])
def test_a_state_that_cannot_be_read_is_told(book: Book, name: str, value: object) -> None:
    report = verify_export(with_line(book.export(), Kind.STATE, edit(lambda fields: fields.update({name: value}))))
    assert report.exit_code == Fault.SEMANTIC


def test_events_of_other_kinds_have_no_row(book: Book) -> None:
    book.now += timedelta(seconds=1)
    for more in ({"object_type": "session", "state_hash": "00" * 32}, {"object_type": "rfq", "state_hash": None}):
        fields: Fields = {"id": str(event_id(book.now, random.Random(1))), "object_id": "x", "object_version": 1}
        book.add({**fields, **more})
    book.seal()
    assert verify_export(book.export()).exit_code == 0


# ------------------------------------------------------------------------------------------------------------- witness
def checked(book: Book, witness: list[bytes]) -> Report:
    return verify_export(book.export(), witness=witness)


def test_a_witness_newer_than_the_export_is_not_held_against_it(book: Book) -> None:
    export = book.export()
    book.now += timedelta(minutes=1)
    book.append(random.Random(5), 3)
    book.seal()
    report = verify_export(export, witness=book.witness())
    assert report.exit_code == 0
    assert "1 checkpoints of the witness are newer than this export" in report.notices[-1].text()


def test_a_torn_last_line_of_the_witness_is_left_out(book: Book) -> None:
    witness = book.witness()
    report = checked(book, [*witness[:-1], witness[-1][:-20]])
    assert report.exit_code == 0
    assert report.tally.witnessed == len(witness) - 1
    assert any("incomplete" in notice.text() for notice in report.notices)


def test_an_unreadable_line_of_the_witness_is_told(book: Book) -> None:
    report = checked(book, [b"poem\n", *book.witness()])
    assert report.exit_code == Fault.SIGNATURE
    assert texts(report) == ["Line 1 of the witness cannot be read."]


def test_other_lines_of_the_witness_do_not_matter(book: Book) -> None:
    assert checked(book, [key_line(book.key.public_key), *book.witness()]).exit_code == 0


def test_a_witness_that_nobody_known_signed_is_told(book: Book) -> None:
    forged = [checkpoint_line(sign_checkpoint(signed.checkpoint, new_key())) for signed in book.checkpoints]
    assert checked(book, forged).exit_code == Fault.SIGNATURE


def test_a_witness_of_another_log_is_told(book: Book) -> None:
    foreign = sign_checkpoint(replace(book.checkpoints[0].checkpoint, origin="other"), book.key)
    assert checked(book, [checkpoint_line(foreign)]).exit_code == Fault.SIGNATURE


def test_a_witness_that_goes_back_is_told(book: Book) -> None:
    witness = book.witness()
    report = checked(book, [*witness, witness[3]])
    assert report.exit_code == Fault.ROLLBACK


def test_a_witness_with_a_fork_is_told(book: Book) -> None:
    forked = sign_checkpoint(replace(book.checkpoints[-1].checkpoint, root=bytes(32)), book.key)
    report = checked(book, [*book.witness(), checkpoint_line(forked)])
    assert report.exit_code == Fault.ROLLBACK
    assert "was forked" in texts(report)[0]


def declared(book: Book, **changes: object) -> Restored:
    size, lost = book.checkpoints[5].size, book.checkpoints[-1].size
    made = Restored(ORIGIN, size, lost, "backup of noon", book.now.astimezone(UTC))
    return replace(made, **changes)  # type: ignore[arg-type]  # by name


def test_a_declared_restore_frees_the_log_from_what_was_lost(book: Book) -> None:
    older, line = book.cut(6), restored_line(declared(book), book.key)
    assert checked(older, book.witness()).exit_code == Fault.ROLLBACK
    report = checked(older, [*book.witness(), line])
    assert report.exit_code == 0
    assert "the log went back" in next(text for notice in report.notices if "backup of noon" in (text := notice.text()))


@pytest.mark.parametrize("how", ["other key", "other log", "changed", "no statement", "no size"])
def test_a_restore_that_the_log_did_not_declare_frees_nothing(book: Book, how: str) -> None:
    line = restored_line(declared(book), book.key)
    if how == "other key":
        line = restored_line(declared(book), new_key())
    elif how == "other log":
        line = restored_line(declared(book, origin="other"), book.key)
    elif how == "changed":
        line = line.replace(b"noon", b"dawn")
    elif how == "no statement":
        line = plain_line(Kind.RESTORED, {"key_id": book.key.key_id})
    else:
        line = edit(lambda fields: fields["statement"].update(more=1))(line)  # type: ignore[attr-defined]  # JSON
    report = checked(book.cut(6), [*book.witness(), line])
    assert set(report.counts) == {Fault.ROLLBACK, Fault.SIGNATURE}


def test_a_gap_hides_nothing_that_the_witness_could_not_judge(book: Book) -> None:
    lines = book.export()
    first = next(at for at, line in enumerate(lines) if b'"kind":"entry"' in line)
    report = verify_export([*lines[:first], *lines[first + 1 :]], witness=book.witness())
    assert report.exit_code == Fault.MISSING


# ------------------------------------------------------------------------------------------------- one company's export
def test_an_own_export_is_proved_entry_by_entry(book: Book) -> None:
    indexes = [1, 2, 17, len(book.entries) - 1]
    sizes = tuple(signed.size for signed in book.checkpoints[:-1])
    report = verify_export(book.own_export(indexes, sizes), witness=book.witness())
    assert report.findings == ()
    assert report.tally.entries == 4
    assert report.tally.witnessed == len(book.checkpoints)


def test_an_own_export_lacking_a_proof_for_the_witness_says_which(book: Book) -> None:
    witness = book.witness()[:2]
    report = verify_export(book.own_export([1]), witness=witness)
    assert report.exit_code == Fault.MISSING
    assert f"held={book.checkpoints[1].size}" in texts(report)[0]
    linked = verify_export(book.own_export([1], (book.checkpoints[1].size,)), witness=witness)
    assert linked.exit_code == 0
    assert "1 older checkpoints of the witness were not compared" in linked.notices[-1].text()


def test_an_own_export_of_a_log_that_was_set_back_is_found(book: Book) -> None:
    assert verify_export(book.cut(5).own_export([1]), witness=book.witness()).exit_code == Fault.ROLLBACK


def test_an_own_export_of_a_log_that_was_rewritten_is_found(book: Book) -> None:
    witness, held = book.witness()[:3], tuple(signed.size for signed in book.checkpoints[:3])
    book.entries[0] = {**(book.entries[0] or {}), "outcome": "denied"}
    report = verify_export(book.resealed().own_export([1], held), witness=witness)
    assert report.exit_code == Fault.ROLLBACK
    assert report.first_index == 0


def test_an_own_entry_that_was_altered_lost_or_moved_is_found(book: Book) -> None:
    def spoilt(change: Callable[[Fields], None]) -> Report:
        return verify_export(with_line(book.own_export([3, 9]), Kind.ENTRY, edit(change), 1))

    altered = spoilt(lambda fields: fields["entry"].update(outcome="denied"))  # type: ignore[attr-defined]  # JSON
    assert (altered.exit_code, altered.first_index) == (Fault.ALTERED, 9)
    lost = spoilt(lambda fields: fields.update(entry=None))
    assert (lost.exit_code, lost.first_index) == (Fault.MISSING, 9)
    moved = spoilt(lambda fields: fields.update(leaf_index=10))
    assert (moved.exit_code, moved.first_index) == (Fault.ALTERED, 10)
    twice = spoilt(lambda fields: fields.update(leaf_index=3))
    assert (twice.exit_code, twice.first_index) == (Fault.MISSING, 3)
    beyond = spoilt(lambda fields: fields.update(leaf_index=10_000))
    assert (beyond.exit_code, beyond.first_index) == (Fault.MISSING, 10_000)
    for proof in ("x", [7], ["00"]):
        assert spoilt(partial(_put, "proof", proof)).exit_code == Fault.ALTERED


def test_an_own_export_without_any_checkpoint_proves_nothing(book: Book) -> None:
    lines = [line for line in book.own_export([3]) if b'"kind":"checkpoint"' not in line]
    assert verify_export(lines, witness=book.witness()).exit_code == Fault.MISSING


def test_rows_in_an_own_export_are_judged_only_where_the_last_event_is_there(book: Book) -> None:
    last = book.entries[-1] or {}
    thing = {"object_type": last["object_type"], "object_id": last["object_id"]}
    version = int(str(last["object_version"]))

    def with_state(**state: object) -> Report:
        lines = book.own_export([len(book.entries) - 1])
        body = [*lines[2:-1], plain_line(Kind.STATE, {**thing, **state})]
        return verify_export([*lines[:2], *body, end_line(body)])

    assert with_state(version=version, state_hash=last["state_hash"]).exit_code == 0
    assert with_state(version=version, state_hash="00" * 32).exit_code == Fault.SEMANTIC
    assert with_state(version=version + 1, state_hash="00" * 32).exit_code == 0
    assert with_state(version=1, state_hash="00" * 32, object_id="unknown").exit_code == 0


def test_the_statement_that_is_signed_is_as_documented() -> None:
    checkpoint = Checkpoint("b2b-market/x", 7, bytes(32), datetime(2026, 1, 2, 3, 4, 5, 6, UTC), None)
    assert canonical(checkpoint.statement()) == (
        b'{"origin":"b2b-market/x","previous":null,"root":"' + b"00" * 32 + b'","size":7,'
        b'"time":"2026-01-02T03:04:05.000006Z"}'
    )
