"""Sealed bids: whatever is sealed comes back, and nothing that was bent by a byte does."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from b2b_market.tendering.rules.sealed_backup import read_backup, write_backup
from b2b_market.tendering.rules.sealed_envelope import check_envelope, pack, unpack
from b2b_market.tendering.rules.sealed_faults import OpeningFault
from b2b_market.tendering.rules.sealed_journal import standing
from b2b_market.tendering.rules.sealed_payload import (
    BUCKETS,
    BidFile,
    bucket,
    frame,
    join_files,
    read_payload,
    split_files,
    unframe,
    write_payload,
)
from b2b_market.tendering.rules.sealed_proofs import prove
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part
from b2b_market.tendering.rules.sealed_sealing import PartContent, seal
from b2b_market.tendering.rules.sealed_terms import Part
from tests.tendering.sealed_tenders import SealedTender, officer_key

NAMES = st.text(st.sampled_from("abzAZ019 _-()"), min_size=1, max_size=9)
CONTENT = st.dictionaries(
    NAMES,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.text(st.sampled_from('a0é含"\\\n\u2028\x7f😀'), max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)
FILES = st.dictionaries(NAMES, st.binary(max_size=6000), max_size=3).map(
    lambda found: tuple(BidFile(name, data) for name, data in found.items())
)
GROUPS = st.integers(2, 5).flatmap(lambda count: st.tuples(st.just(count), st.integers(2, count)))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=20_000))
def test_a_frame_gives_back_what_it_holds(r: bytes, payload: bytes) -> None:
    data = frame(r, payload)
    assert unframe(data) == (r, payload)
    assert len(data) in BUCKETS
    assert len(data) == bucket(36 + len(payload)) < 2 * max(36 + len(payload), BUCKETS[0])


@given(CONTENT, FILES)
def test_payload_and_files_come_back(content: dict[str, object], files: tuple[BidFile, ...]) -> None:
    found = read_payload(write_payload(content, files))
    assert found.content == content
    assert split_files(join_files(files), found.files) == files


@settings(max_examples=25, deadline=None)
@given(GROUPS, CONTENT, FILES, st.data())
def test_every_group_of_officers_opens_every_bid(
    group: tuple[int, int], content: dict[str, object], files: tuple[BidFile, ...], data: st.DataObject
) -> None:
    count, threshold = group
    officers = [officer_key(number) for number in range(1, count + 1)]
    tender = SealedTender(officers, threshold)
    ids = tender.ids(UUID(int=5))
    sealed = seal(tender.terms, ids, {Part.WHOLE: PartContent(content, files)}, Ed25519PrivateKey.generate())
    envelope, boxes = unpack(b"".join(pack(sealed.envelope, sealed.boxes)), tender.terms)
    assert check_envelope(envelope.to_bytes(), tender.notice.notice) == sealed.envelope
    subset = data.draw(st.sampled_from(tender.terms.subsets))
    bound, held = envelope.bound(tender.terms, Part.WHOLE), envelope.part(Part.WHOLE).wrap(subset).sealed
    for layer, place in enumerate(subset):
        held = officers[place].open(held, bound.layer(subset, layer))
    opened = open_part(envelope, tender.terms, Part.WHOLE, held, boxes)
    assert isinstance(opened, OpenedPart)
    assert opened.payload.content == content
    assert opened.files == files


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_byte_bent_anywhere_in_an_envelope_is_refused(data: st.DataObject) -> None:
    whole = SEALED.envelope.to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    with pytest.raises(Exception, match=r"tender-envelope-unacceptable"):
        check_envelope(bent, TENDER.notice.notice)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_byte_bent_anywhere_in_a_ciphertext_is_found(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(SEALED.boxes)))
    box = SEALED.boxes[key]
    place = data.draw(st.integers(0, len(box) - 1))
    bent = box[:place] + bytes([box[place] ^ data.draw(st.integers(1, 255))]) + box[place + 1 :]
    found = open_part(SEALED.envelope, TENDER.terms, Part.WHOLE, DATA_KEY, {**SEALED.boxes, key: bent})
    assert isinstance(found, OpeningFault)
    assert found.culprit == "server"


@given(st.binary(min_size=32, max_size=32), st.data())
def test_a_backup_comes_back_and_one_mistyped_letter_is_named(seed: bytes, data: st.DataObject) -> None:
    rows = [row[3:].replace("-", "") for row in write_backup(seed)]
    assert read_backup(rows) == seed
    number, place = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 13))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    typed = rows[number][:place] + letter + rows[number][place + 1 :]
    if letter == rows[number][place]:
        return
    try:
        found = read_backup([*rows[:number], typed, *rows[number + 1 :]])
    except ValueError as error:
        assert f"row {number + 1}" in str(error) or "do not belong together" in str(error)
    else:
        pytest.fail(f"a mistyped letter gave {found.hex()}")


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40))
def test_every_live_bid_has_its_own_proof_only(count: int) -> None:
    tender = SealedTender()
    for _ in range(count):
        tender.receive(SEALED.envelope)
    receipts = [signed.receipt for signed in tender.receipts]
    close = tender.close.close
    proofs = prove(standing(receipts), [receipts[-1].sequence])
    assert proofs[count].shows(receipts[-1], close)
    assert not any(proofs[count].shows(receipt, close) for receipt in receipts[:-1])


def _made() -> tuple[SealedTender, bytes]:
    tender = SealedTender()
    tender.bid("1.00", files=[BidFile("a", b"a" * 5000)])
    key = tender.remove_layers()[1]
    assert isinstance(key, bytes)
    return tender, key


TENDER, DATA_KEY = _made()
SEALED = TENDER.sealed[1]
