"""Bids under an amended notice: confirmed without opening, replaced or void; and every way to cheat with that."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_confirming import (
    Confirmation,
    check_confirmation,
    read_confirmation,
    sign_confirmation,
)
from b2b_market.tendering.rules.sealed_envelope import EnvelopeUnacceptable, read_envelope
from b2b_market.tendering.rules.sealed_evidence import Kept, PublicFiles
from b2b_market.tendering.rules.sealed_faults import Culprit
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_journal import (
    Receipt,
    SignedClose,
    SignedReceipt,
    TreeHead,
    close_bidding,
    live_receipts,
    read_close,
    read_receipt,
    standing,
)
from b2b_market.tendering.rules.sealed_record import Outcome, RecordedBid, SignedRecord
from b2b_market.tendering.rules.sealed_terms import Part, read_notice, sign_notice
from b2b_market.tendering.rules.sealed_verification import verify_files
from tests.tendering.sealed_tenders import AFTER, SealedTender, amended_tender
from tests.tendering.test_sealed_browser import Script, b64, script

__all__ = ["script"]
Spoilt = tuple[PublicFiles, Kept, int | None]


@pytest.fixture(scope="module")
def tender() -> SealedTender:
    return amended_tender()


def sequences(receipts: Sequence[Receipt]) -> list[int]:
    return [receipt.sequence for receipt in receipts]


class TestForms:
    def test_a_notice_names_its_binding_edition_only_where_it_is_a_later_one(self) -> None:
        tender = SealedTender()
        first = tender.notice.document()
        assert "binding" not in str(first)
        for binds, binding in ((False, 1), (True, 3)):
            notice = tender.amend(binds=binds)
            assert read_notice(notice.document()) == notice
            assert notice.notice.binding == binding
        for binding in (0, 4):
            with pytest.raises(ValueError, match="binds"):
                replace(tender.notice.notice, binding=binding)

    def test_an_envelope_may_name_its_notice(self) -> None:
        tender = SealedTender()
        plain = tender.bid().envelope
        assert plain.envelope.notice is None
        tender.amend()
        naming = tender.bid().envelope
        assert naming.envelope.notice == tender.notice.notice.digest()
        for one in (plain, naming):
            assert read_envelope(one.to_bytes(), tender.terms) == one

    def test_a_confirmation_is_read_back_and_refused_where_it_is_not_signed(self) -> None:
        key, tender = Ed25519PrivateKey.generate(), SealedTender()
        made = sign_confirmation(tender.ids(version=2), bytes(32), bytes([1]) * 32, key)
        assert read_confirmation(made.to_bytes()) == check_confirmation(made.to_bytes(), made.signer) == made
        for data, signer in (
            (replace(made, notice=bytes(32)).to_bytes(), None),
            (made.to_bytes(), bytes(32)),
            (b"{}", None),
        ):
            with pytest.raises(EnvelopeUnacceptable):
                check_confirmation(data, signer)

    def test_receipts_and_close_records_of_both_forms_are_read_back(self, tender: SealedTender) -> None:
        for receipt in tender.receipts:
            assert read_receipt(read_document(receipt.to_bytes())) == receipt
        assert [one.receipt.edition for one in tender.receipts] == [1, 1, 1, 1, 2, 2, 1]
        assert read_close(read_document(canonical(tender.close.document()))) == tender.close
        older = replace(tender.close.close, void=None, withdrawn=None)
        signed = SignedClose(older, tender.platform.sign(older.statement()).signature)
        assert read_close(read_document(canonical(signed.document()))).close == older


class TestStanding:
    def test_each_bid_is_live_void_or_withdrawn(self, tender: SealedTender) -> None:
        receipts = [one.receipt for one in tender.receipts]
        found = standing(receipts, 2)
        assert (sequences(found.live), sequences(found.void), sequences(found.withdrawn)) == ([1, 6], [3], [7])
        assert sequences(live_receipts(receipts)) == [1, 3, 6]
        assert tender.close.close.void == TreeHead.over(found.void)
        assert tender.close.close.withdrawn == TreeHead.over(found.withdrawn)

    def test_a_confirmation_of_nothing_brings_nothing_about(self) -> None:
        tender = SealedTender()
        tender.notice  # noqa: B018 - announced before it is amended
        tender.amend()
        bidder = tender.ids().bidder
        tender.confirm(bidder, 1, bytes(32))
        tender.withdraw(bidder, 2)
        tender.confirm(bidder, 3, bytes(32))
        found = standing([one.receipt for one in tender.receipts], 2)
        assert (found.live, found.void, sequences(found.withdrawn)) == ((), (), [2])

    def test_a_second_amendment_voids_what_was_confirmed(self) -> None:
        tender = SealedTender()
        bid = tender.bid().envelope
        tender.amend()
        tender.confirm(bid.envelope.ids.bidder, 2, bid.digest())
        tender.amend()
        receipts = [one.receipt for one in tender.receipts]
        assert sequences(standing(receipts, 3).void) == [1]
        assert sequences(standing(receipts, 2).live) == [1]


class TestVerification:
    def test_a_tender_with_confirmed_replaced_and_void_bids_is_sound(self, tender: SealedTender) -> None:
        kept = Kept(receipts=[one.to_bytes() for one in tender.receipts])
        report = verify_files(tender.files(), kept)
        assert report.findings == ()
        assert (report.tally.live, report.tally.payloads, report.tally.held) == (2, 2, 7)
        assert "bid 3: void, its bidder did not confirm it." in report.notices
        assert [bid.sequence for bid in tender.records[0].record.bids] == [1, 6]

    def test_an_amendment_that_does_not_bind_voids_nothing(self) -> None:
        tender = SealedTender()
        tender.bid()
        tender.amend(binds=False)
        tender.bid()
        tender.open()
        report = verify_files(tender.files())
        assert (report.findings, report.tally.live) == ((), 2)


def nothing(_sequence: int, _key: object) -> None:
    return None


def put(lines: Sequence[bytes], index: int, data: bytes) -> list[bytes]:
    return [*lines[:index], data, *lines[index + 1 :]]


def closed(tender: SealedTender, receipts: Sequence[SignedReceipt], **changes: object) -> bytes:
    made = close_bidding(tender.notice, [one.receipt for one in receipts], AFTER, tender.platform).close
    made = replace(made, **changes)  # type: ignore[arg-type]  # fields of changing types
    return canonical(SignedClose(made, tender.platform.sign(made.statement()).signature).document())


def signed_anew(tender: SealedTender, receipt: SignedReceipt, **changes: object) -> SignedReceipt:
    other = replace(receipt.receipt, **changes)  # type: ignore[arg-type]  # fields of changing types
    return SignedReceipt(other, tender.platform.sign(other.statement()).signature)


def journal_of(tender: SealedTender, receipts: Sequence[SignedReceipt], entries: dict[int, bytes]) -> PublicFiles:
    """The files as the platform would write them anew over other receipts, without an opening."""
    return replace(
        tender.files(),
        journal=[one.to_bytes() for one in receipts],
        entries=entries,
        close=closed(tender, receipts),
        box=nothing,
        contributions=[],
        records=[],
    )


def confirmation_dropped(tender: SealedTender) -> Spoilt:
    """The platform leaves the confirmation out, numbers the rest anew, and calls the bid void."""
    left = [one for one in tender.receipts if one.receipt.sequence != 5]
    made = [signed_anew(tender, one, sequence=number) for number, one in enumerate(left, 1)]
    entries = {number: tender.received[one.receipt.sequence - 1].to_bytes() for number, one in enumerate(left, 1)}
    kept = Kept(receipts=[tender.receipts[4].to_bytes()], key=tender.platform.public_key)
    return journal_of(tender, made, entries), kept, 5


def confirmation_missing(tender: SealedTender) -> Spoilt:
    files = tender.files()
    return replace(files, entries={key: data for key, data in files.entries.items() if key != 5}), Kept(), 5


def with_confirmation(tender: SealedTender, made: Confirmation, **changes: object) -> Spoilt:
    receipt = signed_anew(tender, tender.receipts[4], digest=made.digest(), ids=made.ids, **changes)
    receipts = [*tender.receipts[:4], receipt, *tender.receipts[5:]]
    return journal_of(tender, receipts, {**tender.files().entries, 5: made.to_bytes()}), Kept(), 5


def whose(tender: SealedTender, sequence: int) -> UUID:
    return tender.receipts[sequence - 1].receipt.ids.bidder


def confirmation_forged(tender: SealedTender) -> Spoilt:
    """The platform confirms a bid with a key of its own."""
    key, bid = Ed25519PrivateKey.generate(), tender.receipts[2].receipt
    made = sign_confirmation(tender.ids(whose(tender, 3), 2), bid.digest, tender.notice.notice.digest(), key)
    return with_confirmation(tender, made)


def confirmation_of_another_edition(tender: SealedTender) -> Spoilt:
    """The bidder confirmed nothing later than the first notice; the receipt says the second."""
    bidder, first = whose(tender, 1), tender.earlier[0].notice.digest()
    ids = tender.ids(bidder, 2)
    made = sign_confirmation(ids, tender.receipts[0].receipt.digest, first, tender.signer(bidder))
    return with_confirmation(tender, made)


def confirmation_of_an_unknown_notice(tender: SealedTender) -> Spoilt:
    bidder = whose(tender, 1)
    made = sign_confirmation(tender.ids(bidder, 2), tender.receipts[0].receipt.digest, bytes(32), tender.signer(bidder))
    return with_confirmation(tender, made)


def confirmation_of_another_bid(tender: SealedTender) -> Spoilt:
    bidder, notice = whose(tender, 1), tender.notice.notice.digest()
    made = sign_confirmation(tender.ids(bidder, 2), bytes(32), notice, tender.signer(bidder))
    return with_confirmation(tender, made)


def confirmation_of_nothing(tender: SealedTender) -> Spoilt:
    bidder, key = tender.ids().bidder, Ed25519PrivateKey.generate()
    made = sign_confirmation(tender.ids(bidder, 1), bytes(32), tender.notice.notice.digest(), key)
    return with_confirmation(tender, made)


def confirmation_bent(tender: SealedTender) -> Spoilt:
    files = tender.files()
    return replace(files, entries={**files.entries, 5: b"{}"}), Kept(), 5


def envelope_said_to_be_of_a_later_edition(tender: SealedTender) -> Spoilt:
    """The platform lets a void bid count by the receipt alone."""
    lifted = signed_anew(tender, tender.receipts[2], edition=2)
    receipts = [*tender.receipts[:2], lifted, *tender.receipts[3:]]
    return journal_of(tender, receipts, dict(tender.files().entries)), Kept(), 3


def void_bid_opened(tender: SealedTender) -> Spoilt:
    record = tender.records[0].record
    secret = tender.sealed[3].secrets[Part.WHOLE]
    bids = tuple(sorted((*record.bids, RecordedBid(3, Outcome.OPENED, secret)), key=lambda bid: bid.sequence))
    made = replace(record, bids=bids)
    signed = SignedRecord(made, tender.platform.sign(made.statement()).signature)
    return replace(tender.files(), records=[signed.to_bytes()]), Kept(), 3


def void_layer_removed(tender: SealedTender) -> Spoilt:
    """An officer adds what lies in the outer layer of a bid that does not count."""
    given = tender.contributions[0]
    made = replace(given, results={**given.results, 3: bytes(80)})
    signature = tender.officers[0].signing.sign(canonical(made.statement()))
    layers = put(tender.files().contributions, 0, replace(made, signature=signature).to_bytes())
    return replace(tender.files(), contributions=layers), Kept(), 3


def void_bid_called_withdrawn(tender: SealedTender) -> Spoilt:
    found = standing([one.receipt for one in tender.receipts], 2)
    changes = {"void": TreeHead.over(()), "withdrawn": TreeHead.over((*found.void, *found.withdrawn))}
    return replace(tender.files(), close=closed(tender, tender.receipts, **changes)), Kept(), None


def void_bids_not_told(tender: SealedTender) -> Spoilt:
    close = closed(tender, tender.receipts, void=None, withdrawn=None)
    return replace(tender.files(), close=close), Kept(), None


def binding_taken_back(tender: SealedTender) -> Spoilt:
    """A third notice lets bids for the first edition count again."""
    later = replace(tender.notice.notice, edition=3, binding=1)
    notice = canonical(sign_notice(later, tender.platform).document())
    return replace(tender.files(), notices=[*tender.files().notices, notice]), Kept(), None


CLASSES: dict[Callable[[SealedTender], Spoilt], tuple[Fault, Culprit]] = {
    confirmation_dropped: (Fault.CONTRADICTED, Culprit.SERVER),
    confirmation_missing: (Fault.MISSING, Culprit.SERVER),
    confirmation_forged: (Fault.SIGNATURE, Culprit.SERVER),
    confirmation_of_another_edition: (Fault.ALTERED, Culprit.SERVER),
    confirmation_of_an_unknown_notice: (Fault.CONTRADICTED, Culprit.SERVER),
    confirmation_of_another_bid: (Fault.ALTERED, Culprit.SERVER),
    confirmation_of_nothing: (Fault.MISSING, Culprit.SERVER),
    confirmation_bent: (Fault.ALTERED, Culprit.SERVER),
    envelope_said_to_be_of_a_later_edition: (Fault.ALTERED, Culprit.SERVER),
    void_bid_opened: (Fault.OPENING, Culprit.SERVER),
    void_layer_removed: (Fault.OPENING, Culprit.OFFICER),
    void_bid_called_withdrawn: (Fault.MISSING, Culprit.SERVER),
    void_bids_not_told: (Fault.MISSING, Culprit.SERVER),
    binding_taken_back: (Fault.CONTRADICTED, Culprit.SERVER),
}


@pytest.mark.parametrize("spoil", CLASSES, ids=lambda spoil: spoil.__name__)
def test_every_way_to_cheat_is_found_and_its_culprit_named(
    tender: SealedTender, spoil: Callable[[SealedTender], Spoilt]
) -> None:
    fault, culprit = CLASSES[spoil]
    files, kept, sequence = spoil(tender)
    report = verify_files(files, kept)
    found = [finding for finding in report.findings if (finding.fault, finding.culprit) == (fault, culprit)]
    assert found, report.findings
    assert sequence is None or sequence in {finding.sequence for finding in found}, report.findings
    if culprit is Culprit.OFFICER:
        assert found[0].officer == tender.terms.officers[0].fingerprint


def test_the_browser_confirms_byte_for_byte_and_seals_for_the_notice(script: Script) -> None:
    tender = SealedTender()
    envelope = tender.bid().envelope
    notice = tender.amend()
    ids, seed = tender.ids(envelope.envelope.ids.bidder, 2), bytes([7]) * 32
    order = {"do": "confirm", "notice": notice.document(), "ids": ids.document(), "envelope": envelope.digest().hex()}
    made = script.one(**order, seed=b64(seed))
    expected = sign_confirmation(
        ids, envelope.digest(), notice.notice.digest(), Ed25519PrivateKey.from_private_bytes(seed)
    )
    assert made == b64(expected.to_bytes())
    strange = {**order["ids"], "lot": str(tender.tender)}  # type: ignore[dict-item]  # a mapping, as written above
    assert "no such lot" in script.refusal(**{**order, "ids": strange}, seed=b64(seed))
