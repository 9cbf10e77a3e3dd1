"""Reveals in plain values: the signed window, what counts of a bid, and everything an offline check finds wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules import revealing
from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_publishing import collected, published
from b2b_market.tendering.rules.sealed_reading import OpenedPart, Reveal, RevealUnacceptable, pack_reveal
from b2b_market.tendering.rules.sealed_record import Outcome, record_opening, recorded
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from b2b_market.tendering.rules.sealed_window import SignedWindow, announce_window, read_window
from tests.tendering.sealed_tenders import AFTER, TWO_ENVELOPES, SealedTender, platform_key

DAY = timedelta(hours=24)
FILES = (BidFile("offer.pdf", b"the offer"),)


def reveal_of(tender: SealedTender, sequence: int, part: Part = Part.WHOLE) -> bytes:
    sealed = tender.sealed[sequence]
    return pack_reveal(Reveal(sealed.envelope.envelope.ids, part, sealed.secrets[part]), FILES)


def window_of(
    tender: SealedTender, period: timedelta = DAY, opens_at: datetime = AFTER, factor: int = 1
) -> SignedWindow:
    return announce_window(tender.close, Part.WHOLE, (opens_at, opens_at + period), tender.platform, factor)


def lost(window: bool = True, shown: timedelta = DAY) -> tuple[SealedTender, PublicFiles]:
    """A tender with lost keys: of two bids one was revealed; it was shown ``shown`` after the window began."""
    tender = SealedTender()
    for price in ("1.25", "2.25"):
        tender.bid(price, files=FILES)
    found = {
        1: revealing.settled(reveal_of(tender, 1), Part.WHOLE, tender.sealed[1].envelope),
        2: revealing.settled(None, Part.WHOLE, tender.sealed[2].envelope),
    }
    lines = {sequence: recorded(sequence, one, revealed=True) for sequence, one in found.items()}
    tender.records.append(record_opening(tender.close, Part.WHOLE, lines, [], (AFTER + shown, tender.platform)))
    windows = [window_of(tender).to_bytes()] if window else []
    return tender, replace(tender.files(), windows=windows)


class TestSettled:
    def test_what_hashes_to_the_commitment_is_read_and_what_is_missing_is_its_bidders_fault(self) -> None:
        tender, files = lost()
        first, second = tender.records[0].record.bids
        assert (first.outcome, second.outcome) == (Outcome.REVEALED, Outcome.FAILED)
        assert second.fault == OpeningFault(Stage.UNREVEALED, Culprit.BIDDER)
        report = verify_files(files)
        assert (report.findings, report.tally.payloads) == ((), 1)
        assert "bid 1: revealed by the bidder against the commitment." in report.notices
        assert any("did not reveal the bid" in one for one in report.notices)

    def test_only_the_part_that_is_asked_for_counts(self) -> None:
        tender = SealedTender(parts=TWO_ENVELOPES)
        envelope = tender.bid("1.25", files=FILES).envelope
        found = revealing.revealed(reveal_of(tender, 1, Part.PRICE), Part.PRICE, envelope)
        assert isinstance(found, OpenedPart)
        for document, part in ((reveal_of(tender, 1, Part.PRICE), Part.TECHNICAL), (b"{}\n", Part.PRICE)):
            with pytest.raises(RevealUnacceptable):
                revealing.revealed(document, part, envelope)


class TestWindow:
    def test_is_read_back_and_bound_to_its_signature(self) -> None:
        tender = SealedTender()
        tender.bid()
        signed = window_of(tender)
        again = read_window(signed.document())
        assert again == signed
        assert again.is_from(tender.platform.public_key)
        assert not again.is_from(platform_key().public_key)
        assert (again.announced.window.opens_at, again.announced.window.closes_at) == (AFTER, AFTER + DAY)
        for wrong in ({}, {**signed.document(), "signature": "00"}, {**signed.document(), "more": 1}):
            with pytest.raises(ValueError, match=r".+"):
                read_window(wrong)

    def test_is_published_by_its_part(self) -> None:
        _, files = lost()
        named = dict(published(files))
        assert named["reveals/whole.json"] == files.windows[0]
        assert collected(named, named.__getitem__).windows == [files.windows[0]]


def tampered(change: Callable[[SealedTender], bytes]) -> list[tuple[Fault, Culprit]]:
    tender, files = lost()
    report = verify_files(replace(files, windows=[change(tender)]))
    return [(one.fault, one.culprit) for one in report.findings]


class TestChecked:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda tender: window_of(tender, DAY - timedelta(seconds=1)).to_bytes(), Fault.OPENING),
            (lambda tender: window_of(tender, opens_at=AFTER - timedelta(hours=1)).to_bytes(), Fault.OPENING),
            (lambda tender: replace(window_of(tender), signature=bytes(64)).to_bytes(), Fault.SIGNATURE),
        ],
    )
    def test_a_window_that_was_not_as_announced_is_the_servers_fault(
        self, change: Callable[[SealedTender], bytes], fault: Fault
    ) -> None:
        assert tampered(change) == [(fault, Culprit.SERVER)]

    def test_a_window_of_another_closing_or_no_window_at_all(self) -> None:
        other = SealedTender()
        other.bid()

        def foreign(tender: SealedTender) -> bytes:
            announced = replace(window_of(tender).announced, close=other.close.close.digest())
            return SignedWindow(announced, tender.platform.sign(announced.statement()).signature).to_bytes()

        assert tampered(foreign) == [(Fault.OPENING, Culprit.SERVER)]
        assert tampered(lambda _: canonical({"window": 1})) == [
            (Fault.ALTERED, Culprit.SERVER),
            (Fault.MISSING, Culprit.SERVER),
        ]
        _, files = lost(window=False)
        assert [one.fault for one in verify_files(files).findings] == [Fault.MISSING]

    def test_bids_shown_before_the_window_was_over(self) -> None:
        _, files = lost(shown=DAY - timedelta(seconds=1))
        assert [one.fault for one in verify_files(files).findings] == [Fault.OPENING]

    def test_a_rehearsal_says_so_and_may_be_as_much_faster(self) -> None:
        tender, files = lost()
        fast = window_of(tender, timedelta(seconds=1), factor=86_400).to_bytes()
        report = verify_files(replace(files, windows=[fast]))
        assert report.findings == ()
        assert "A rehearsal: times passed 86400 times faster." in report.notices
