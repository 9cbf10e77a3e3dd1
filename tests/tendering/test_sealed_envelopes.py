"""Envelopes as a server sees them that cannot read them; receipts, the close record and its proofs."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_envelope import (
    MOST_ENVELOPE_BYTES,
    EnvelopeUnacceptable,
    check_envelope,
    check_withdrawal,
    pack,
    read_withdrawal,
    sign_withdrawal,
    unpack,
)
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_journal import (
    SignedClose,
    TreeHead,
    close_bidding,
    is_from,
    live_receipts,
    read_close,
    read_receipt,
    standing,
)
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_proofs import prove, read_proof
from b2b_market.tendering.rules.sealed_sealing import PartContent, seal
from b2b_market.tendering.rules.sealed_terms import Part
from tests.tendering.sealed_tenders import (
    AFTER,
    BEFORE,
    DEADLINE,
    TWO_ENVELOPES,
    SealedTender,
    officer_key,
    platform_key,
)


@pytest.fixture
def tender() -> SealedTender:
    return SealedTender(parts=TWO_ENVELOPES)


def signed_anew(document: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Sign a changed envelope as its bidder could."""
    document["envelope"]["signer"] = key.public_key().public_bytes_raw().hex()
    document["signature"] = key.sign(canonical(document["envelope"])).hex()
    return canonical(document)


def first(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["envelope"]["parts"][0]
    return found


CHANGES: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "format": ("b2b-market-sealed-bid/1 is expected", lambda doc: doc["envelope"].update(format="x")),
    "suite": ("1 is expected", lambda doc: doc["envelope"].update(suite=2)),
    "terms": ("other terms", lambda doc: doc["envelope"].update(terms="00" * 32)),
    "tender": ("another tender", lambda doc: doc["envelope"].update(tender=str(UUID(int=5)))),
    "lot": ("no such lot", lambda doc: doc["envelope"].update(lot=str(UUID(int=5)))),
    "version": ("whole number", lambda doc: doc["envelope"].update(version=0)),
    "parts order": ("not those of the notice", lambda doc: doc["envelope"]["parts"].reverse()),
    "parts missing": ("not those of the notice", lambda doc: doc["envelope"]["parts"].pop()),
    "commitment": ("32 bytes", lambda doc: first(doc).update(commitment="00")),
    "wrap missing": ("every group", lambda doc: first(doc)["wraps"].pop()),
    "wrap twice": ("every group", lambda doc: first(doc)["wraps"].__setitem__(1, first(doc)["wraps"][0])),
    "wrap cut": ("128 bytes", lambda doc: first(doc)["wraps"][0].update(sealed="00" * 127)),
    "layers": ("list of 1 to 1", lambda doc: first(doc)["wraps"][0].update(layers=[])),
    "box size": ("size of a bucket", lambda doc: first(doc)["boxes"]["payload"].update(size=5000)),
    "box left out": ("fields", lambda doc: first(doc)["boxes"].pop("files")),
    "more": ("fields", lambda doc: doc["envelope"].update(price="12")),
}


class TestEnvelope:
    @pytest.mark.parametrize("change", CHANGES)
    def test_what_could_not_be_opened_later_is_refused_at_once(self, tender: SealedTender, change: str) -> None:
        document = json.loads(tender.bid().envelope.to_bytes())
        said, alter = CHANGES[change]
        alter(document)
        with pytest.raises(EnvelopeUnacceptable) as refused:
            check_envelope(signed_anew(document, Ed25519PrivateKey.generate()), tender.notice.notice)
        assert said in str(refused.value.facts["reason"])

    def test_a_sound_one_is_accepted_as_it_is(self, tender: SealedTender) -> None:
        sealed = tender.bid(files=[BidFile("a.pdf", b"a" * 5000)])
        data = sealed.envelope.to_bytes()
        assert check_envelope(data, tender.notice.notice) == sealed.envelope
        assert check_envelope(data, tender.notice.notice, sealed.envelope.envelope.signer) == sealed.envelope
        assert len(data) < MOST_ENVELOPE_BYTES
        assert sealed.envelope.digest() == hashlib.sha256(data).digest()
        with pytest.raises(KeyError):
            sealed.envelope.part(Part.WHOLE)

    def test_the_signature_and_the_key_of_the_company_are_required(self, tender: SealedTender) -> None:
        sealed = tender.bid()
        document = json.loads(sealed.envelope.to_bytes())
        document["signature"] = "00" * 64
        with pytest.raises(EnvelopeUnacceptable) as refused:
            check_envelope(canonical(document), tender.notice.notice)
        assert "not signed with the key that it names" in str(refused.value.facts["reason"])
        with pytest.raises(EnvelopeUnacceptable) as refused:
            check_envelope(sealed.envelope.to_bytes(), tender.notice.notice, bytes(32))
        assert "another key" in str(refused.value.facts["reason"])

    def test_a_flood_is_refused_unread(self, tender: SealedTender) -> None:
        with pytest.raises(EnvelopeUnacceptable) as refused:
            check_envelope(b"[" * (MOST_ENVELOPE_BYTES + 1), tender.notice.notice)
        assert "at most" in str(refused.value.facts["reason"])

    def test_the_largest_envelope_fits(self) -> None:
        tender = SealedTender([officer_key(number) for number in range(1, 6)], 3, TWO_ENVELOPES)
        data = tender.bid().envelope.to_bytes()
        assert len(check_envelope(data, tender.notice.notice).envelope.parts[0].wraps) == 10
        assert len(data) < MOST_ENVELOPE_BYTES

    def test_nothing_of_the_bid_shows(self, tender: SealedTender) -> None:
        one = tender.bid("1.00", files=[BidFile("planted.pdf", b"planted")])
        other = tender.bid("734915628.31")
        for sealed in (one, other):
            shown = sealed.envelope.to_bytes() + b"".join(sealed.boxes.values())
            # long enough that no ciphertext says them by chance
            assert not any(word in shown for word in (b"planted", b"734915628", b"unit_price", b'"EUR"'))
        assert [box.size for _, box in one.envelope.boxes()] == [box.size for _, box in other.envelope.boxes()]

    def test_a_file_holds_envelope_and_boxes(self, tender: SealedTender) -> None:
        sealed = tender.bid(files=[BidFile("a", b"x" * 9000)])
        data = b"".join(pack(sealed.envelope, sealed.boxes))
        assert unpack(data, tender.terms) == (sealed.envelope, dict(sealed.boxes))
        with pytest.raises(ValueError, match="not the one"):
            unpack(data[:-1], tender.terms)
        with pytest.raises(ValueError, match="follows the last box"):
            unpack(data + b"\0", tender.terms)

    def test_a_bid_has_the_parts_of_its_tender(self, tender: SealedTender) -> None:
        signer = Ed25519PrivateKey.generate()
        with pytest.raises(ValueError, match="technical, price"):
            seal(tender.terms, tender.ids(), {Part.WHOLE: PartContent({})}, signer)
        strange = replace(tender.ids(), tender=UUID(int=3))
        with pytest.raises(ValueError, match="technical, price"):
            seal(tender.terms, strange, tender.contents(), signer)


class TestWithdrawal:
    def test_only_the_bidders_signed_word_is_one(self, tender: SealedTender) -> None:
        key = Ed25519PrivateKey.generate()
        signed = sign_withdrawal(tender.ids(version=2), key)
        assert check_withdrawal(signed.to_bytes()) == signed
        assert check_withdrawal(signed.to_bytes(), key.public_key().public_bytes_raw()) == signed
        with pytest.raises(EnvelopeUnacceptable):
            check_withdrawal(signed.to_bytes(), bytes(32))
        with pytest.raises(EnvelopeUnacceptable):
            check_withdrawal(replace(signed, signature=bytes(64)).to_bytes())
        with pytest.raises(ValueError, match="fields"):
            read_withdrawal(tender.bid().envelope.to_bytes())


class TestJournal:
    def test_a_receipt_names_number_hash_time_and_leaf(self, tender: SealedTender) -> None:
        sealed = tender.bid()
        found = read_receipt(read_document(tender.receipts[0].to_bytes()))
        assert found == tender.receipts[0]
        assert is_from(found, tender.platform.public_key)
        assert not is_from(found, platform_key().public_key)
        assert found.receipt.digest == sealed.envelope.digest()
        assert (found.receipt.sequence, found.receipt.received_at) == (1, BEFORE + timedelta(milliseconds=1))
        with pytest.raises(ValueError, match="expected"):
            read_receipt({**found.document(), "leaf": "00" * 32})

    def test_the_last_entry_of_each_company_and_lot_is_live(self) -> None:
        tender = SealedTender()
        first_bid = tender.bid("1.00")
        gone = tender.bid("2.00").envelope.envelope.ids.bidder
        tender.bid("3.00", bidder=first_bid.envelope.envelope.ids.bidder, version=2)
        tender.withdraw(gone, 2)
        receipts = [signed.receipt for signed in tender.receipts]
        assert [receipt.sequence for receipt in live_receipts(receipts)] == [3]
        with pytest.raises(ValueError, match="receipt 2 is missing"):
            live_receipts([receipts[0], *receipts[2:]])

    def test_the_close_record_counts_everything_and_proves_every_live_bid(self) -> None:
        tender = SealedTender()
        for number in range(5):
            tender.bid(f"{number}.00")
        close = read_close(read_document(canonical(tender.close.document())))
        assert close == tender.close
        assert is_from(close, tender.platform.public_key)
        receipts = [signed.receipt for signed in tender.receipts]
        assert close.close.journal == close.close.live == TreeHead.over(receipts)
        proofs = prove(standing(receipts), range(1, 6))
        for sequence, proof in proofs.items():
            assert read_proof(read_document(canonical(proof.document()))) == proof
            shown = [receipt.sequence for receipt in receipts if proof.shows(receipt, close.close)]
            assert shown == [sequence]

    def test_bidding_is_not_closed_before_its_deadline(self, tender: SealedTender) -> None:
        with pytest.raises(ValueError, match="at the deadline"):
            close_bidding(tender.notice, [], DEADLINE - timedelta(microseconds=1), tender.platform)
        early = replace(tender.close.close, closed_at=BEFORE)
        forged = SignedClose(early, tender.platform.sign(early.statement()).signature)
        with pytest.raises(ValueError, match="before its deadline"):
            read_close(forged.document())
        assert close_bidding(tender.notice, [], DEADLINE, tender.platform).close.live == TreeHead.over([])
        assert AFTER > DEADLINE
