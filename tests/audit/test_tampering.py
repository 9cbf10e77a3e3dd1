"""The tamper classes of the security design, each at many seeded places: all detected, the first bad entry named."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from b2b_market.audit.rules.checkpoint import sign_checkpoint
from b2b_market.audit.rules.findings import Fault
from b2b_market.audit.rules.lines import Kind, checkpoint_line, key_line
from b2b_market.audit.rules.verification import verify_export
from b2b_market.infra.canonical import canonical
from b2b_market.kernel import merkle
from tests.audit.logbook import Book, end_line, event_id, make_book, new_key

PLACES = 10
SOAK_PLACES = 400


@dataclass(frozen=True)
class Spoilt:
    """A tampered export: what must come out of it, and where (``index`` None: no leaf is to blame)."""

    lines: list[bytes]
    fault: Fault
    index: int | None = None
    exact: bool = True
    witness: list[bytes] | None = None
    trusted: dict[str, bytes] | None = None


def place_in(book: Book, chance: random.Random) -> int:
    return chance.randrange(len(book.entries))


def edited(book: Book, index: int, **changes: object) -> None:
    entry = book.entries[index]
    assert entry is not None
    book.entries[index] = {**entry, **changes}


def entry_lines(lines: list[bytes]) -> tuple[int, int]:
    places = [at for at, line in enumerate(lines) if b'"kind":"entry"' in line]
    return places[0], places[-1] + 1


def field_edited(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    name, value = chance.choice([("outcome", "denied"), ("object_version", 99), ("changed", []), ("action", "rfq.x")])
    edited(book, index, **{name: value})
    return Spoilt(book.export(), Fault.ALTERED, index)


def field_edited_with_its_hash(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    edited(book, index, outcome="denied")
    book.leaves[index] = merkle.leaf_hash(canonical(book.entries[index]))
    return Spoilt(book.export(), Fault.ALTERED, index, exact=False)


def one_byte_of_a_line_changed(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, _ = entry_lines(lines)
    index = place_in(book, chance)
    line = bytearray(lines[begin + index])
    at = chance.randrange(len(b'{"entry":'), line.rindex(b',"kind"'))
    line[at] ^= 1 << chance.randrange(7)
    if b"\n" in line[:-1]:
        line[at] = 0x23
    return Spoilt([*lines[: begin + index], bytes(line), *lines[begin + index + 1 :]], Fault.ALTERED, index)


def row_deleted(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    book.entries[index] = None
    return Spoilt(book.export(), Fault.MISSING, index)


def line_deleted(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, _ = entry_lines(lines)
    index = place_in(book, chance)
    return Spoilt([*lines[: begin + index], *lines[begin + index + 1 :]], Fault.MISSING, index)


def row_deleted_and_the_rest_moved_up(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    del book.entries[index], book.leaves[index]
    fault = Fault.MISSING if index >= book.checkpoints[-2].size else Fault.ALTERED
    return Spoilt(book.export(), fault, index, exact=False)


def row_inserted_and_the_rest_moved_down(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    forged = {**(book.entries[index] or {}), "id": str(event_id(book.now, chance))}
    book.entries.insert(index, forged)
    book.leaves.insert(index, merkle.leaf_hash(canonical(forged)))
    return Spoilt(book.export(), Fault.ALTERED, index, exact=False)


def line_duplicated(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, _ = entry_lines(lines)
    index = place_in(book, chance)
    return Spoilt([*lines[: begin + index], *lines[begin + index :][:1], *lines[begin + index :]], Fault.MISSING, index)


def event_slipped_in_later(book: Book, chance: random.Random) -> Spoilt:
    index = chance.randrange(len(book.entries) // 2)
    forged = {**(book.entries[index] or {}), "object_type": "note"}
    book.now += timedelta(hours=5)
    book.append(chance, 1)
    book.seal()
    book.add({**forged, "id": str(event_id(book.now - timedelta(hours=4), chance))})
    book.seal()
    return Spoilt(book.export(), Fault.ALTERED, len(book.entries) - 1)


def two_events_swapped(book: Book, chance: random.Random) -> Spoilt:
    first, second = sorted(chance.sample(range(len(book.entries)), 2))
    book.entries[first], book.entries[second] = book.entries[second], book.entries[first]
    book.leaves[first], book.leaves[second] = book.leaves[second], book.leaves[first]
    return Spoilt(book.export(), Fault.ALTERED, first, exact=False)


def two_lines_swapped(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, _ = entry_lines(lines)
    first, second = sorted(chance.sample(range(len(book.entries)), 2))
    lines[begin + first], lines[begin + second] = lines[begin + second], lines[begin + first]
    return Spoilt(lines, Fault.MISSING, first)


def tail_cut(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, end = entry_lines(lines)
    index = place_in(book, chance)
    return Spoilt([*lines[: begin + index], *lines[end:]], Fault.MISSING, index)


def file_cut(book: Book, chance: random.Random) -> Spoilt:
    lines = book.export()
    begin, _ = entry_lines(lines)
    index = place_in(book, chance)
    return Spoilt(lines[: begin + index], Fault.MISSING, index)


def tail_cut_with_its_checkpoints(book: Book, chance: random.Random) -> Spoilt:
    short = book.cut(chance.randrange(1, len(book.checkpoints)))
    size = short.checkpoints[-1].size
    lines = [*book.export()[:1], *short.export()[1:]]
    return Spoilt(lines, Fault.MISSING, size)


def older_database_restored(book: Book, chance: random.Random) -> Spoilt:
    older = book.cut(chance.randrange(1, len(book.checkpoints)))
    return Spoilt(older.export(), Fault.ROLLBACK, older.checkpoints[-1].size, witness=book.witness())


def older_database_restored_and_used_again(book: Book, chance: random.Random) -> Spoilt:
    older = book.cut(chance.randrange(1, len(book.checkpoints)))
    size = older.checkpoints[-1].size
    for _ in range(len(book.checkpoints)):
        older.append(chance, 9)
        older.seal()
    return Spoilt(older.export(), Fault.ROLLBACK, size, exact=False, witness=book.witness())


def history_rewritten_by_the_holder_of_the_key(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    witness = book.witness()
    edited(book, index, outcome="denied")
    return Spoilt(book.resealed().export(), Fault.ROLLBACK, index, exact=False, witness=witness)


def event_attributed_to_somebody_else(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    edited(book, index, actor_user_id=str(event_id(book.now, chance)))
    return Spoilt(book.export(), Fault.ALTERED, index)


def checkpoint_signed_with_another_key(book: Book, chance: random.Random) -> Spoilt:
    place = chance.randrange(len(book.checkpoints))
    book.checkpoints[place] = sign_checkpoint(book.checkpoints[place].checkpoint, new_key())
    return Spoilt(book.export(), Fault.SIGNATURE)


def signature_moved_to_another_checkpoint(book: Book, chance: random.Random) -> Spoilt:
    first, second = chance.sample(range(len(book.checkpoints)), 2)
    book.checkpoints[first] = replace(book.checkpoints[first], signature=book.checkpoints[second].signature)
    return Spoilt(book.export(), Fault.SIGNATURE)


def whole_log_signed_with_another_key(book: Book, chance: random.Random) -> Spoilt:
    index = place_in(book, chance)
    trusted, witness = {book.key.key_id: book.key.public_key}, book.witness()
    edited(book, index, outcome="denied")
    book.key = new_key()
    lines = book.resealed().export()
    if chance.random() < 0.5:
        return Spoilt(lines, Fault.SIGNATURE, trusted=trusted)
    return Spoilt(lines, Fault.SIGNATURE, witness=witness)


def checkpoint_deleted(book: Book, chance: random.Random) -> Spoilt:
    place = chance.randrange(len(book.checkpoints) - 1)
    del book.checkpoints[place]
    return Spoilt(book.export(), Fault.MISSING)


def row_altered_without_event(book: Book, chance: random.Random) -> Spoilt:
    thing = chance.choice(sorted(book.states))
    version, _ = book.states[thing]
    book.states[thing] = (version + chance.choice([0, 1]), "11" * 32)
    return Spoilt(book.export(), Fault.SEMANTIC, last_index(book, thing))


def row_made_without_event(book: Book, chance: random.Random) -> Spoilt:
    book.states["rfq", str(event_id(book.now, chance))] = (1, "00" * 32)
    return Spoilt(book.export(), Fault.SEMANTIC)


def event_without_effect(book: Book, chance: random.Random) -> Spoilt:
    thing = chance.choice(sorted(book.states))
    version, _ = book.states[thing]
    if version > 1 and chance.random() < 0.5:
        book.states[thing] = (version - 1, "00" * 32)
    else:
        del book.states[thing]
    return Spoilt(book.export(), Fault.SEMANTIC, last_index(book, thing))


def last_index(book: Book, thing: tuple[str, str]) -> int:
    named = [
        index
        for index, entry in enumerate(book.entries)
        if entry is not None and (entry["object_type"], entry["object_id"]) == thing
    ]
    return named[-1]


CLASSES = [
    field_edited,
    field_edited_with_its_hash,
    one_byte_of_a_line_changed,
    row_deleted,
    line_deleted,
    row_deleted_and_the_rest_moved_up,
    row_inserted_and_the_rest_moved_down,
    line_duplicated,
    event_slipped_in_later,
    two_events_swapped,
    two_lines_swapped,
    tail_cut,
    file_cut,
    tail_cut_with_its_checkpoints,
    older_database_restored,
    older_database_restored_and_used_again,
    history_rewritten_by_the_holder_of_the_key,
    event_attributed_to_somebody_else,
    checkpoint_signed_with_another_key,
    signature_moved_to_another_checkpoint,
    whole_log_signed_with_another_key,
    checkpoint_deleted,
    row_altered_without_event,
    row_made_without_event,
    event_without_effect,
]


def check(spoil: Callable[[Book, random.Random], Spoilt], seed: int) -> None:
    chance = random.Random(f"{spoil.__name__}-{seed}")
    spoilt = spoil(make_book(seed), chance)
    report = verify_export(spoilt.lines, witness=spoilt.witness, trusted=spoilt.trusted)
    assert spoilt.fault in report.counts, (seed, report)
    assert report.exit_code == spoilt.fault, (seed, report)
    if spoilt.index is None:
        return
    named = [finding for finding in report.findings if finding.fault is spoilt.fault and finding.first is not None]
    if spoilt.exact:
        assert report.first_index == spoilt.index, (seed, report)
    else:
        first = named[0]
        assert first.first is not None
        assert first.last is not None
        assert first.first <= spoilt.index <= first.last, (seed, spoilt.index, report)


@pytest.mark.parametrize("spoil", CLASSES)
def test_every_tampering_is_found_and_placed(spoil: Callable[[Book, random.Random], Spoilt]) -> None:
    for seed in range(PLACES):
        check(spoil, seed)


@pytest.mark.soak
@pytest.mark.parametrize("spoil", CLASSES)
def test_every_tampering_is_found_and_placed_in_long_runs(spoil: Callable[[Book, random.Random], Spoilt]) -> None:
    for seed in range(PLACES, SOAK_PLACES):
        check(spoil, seed)


def test_a_sound_log_passes_with_and_without_witness_and_keys() -> None:
    for seed in range(PLACES):
        book = make_book(seed)
        trusted = {book.key.key_id: book.key.public_key}
        for witness in (None, book.witness(), book.cut(3).witness()):
            report = verify_export(book.export(), witness=witness, trusted=trusted)
            assert report.exit_code == 0, report
            assert report.findings == ()
            assert report.tally.entries == len(book.entries) == report.head
            assert report.tally.checkpoints == len(book.checkpoints)
            assert report.tally.states == len(book.states)


def test_a_key_that_was_rotated_still_vouches_for_what_it_signed() -> None:
    book = make_book(1)
    old, book.key = book.key, new_key()
    book.append(random.Random(1), 4)
    book.seal()
    lines = book.export()
    both = [lines[0], key_line(old.public_key), *lines[1:]]
    assert verify_export(both).exit_code == 0
    assert verify_export(lines).exit_code == Fault.SIGNATURE


def test_a_cut_log_without_a_witness_looks_sound() -> None:
    # the reason why there is a witness; the how-to says so
    assert verify_export(make_book(2).cut(5).export()).exit_code == 0


def test_the_example_of_the_line_form_holds() -> None:
    line = json.loads(make_book(3).export()[-1])
    assert line["kind"] == Kind.END
    assert checkpoint_line(make_book(3).checkpoints[0]).endswith(b"\n")
    assert end_line([]) == b'{"checkpoint":0,"entry":0,"kind":"end","state":0,"unsealed":0}\n'
