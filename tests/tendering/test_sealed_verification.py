"""What verification says of sound files, of bids that do not open, and of the record's form."""

import json
from dataclasses import replace
from typing import Any

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_evidence import Kept
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_findings import Fault, Report
from b2b_market.tendering.rules.sealed_publishing import collected, published
from b2b_market.tendering.rules.sealed_record import Outcome, RecordedBid, SignedRecord, read_record, recorded
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from tests.tendering.dishonest_bids import dishonest
from tests.tendering.sealed_tenders import (
    SealedTender,
    officer_key,
    opened_tender,
)


@pytest.fixture(scope="module")
def tender() -> SealedTender:
    """Six entries: bids 1 to 3, 4 (withdrawn by 6), 5 (the second version of 1)."""
    return opened_tender()


def nothing(_sequence: int, _key: object) -> None:
    return None


def soundly(tender: SealedTender, kept: Kept | None = None) -> Report:
    report = verify_files(tender.files(), kept)
    assert report.findings == ()
    return report


class TestSound:
    def test_what_was_kept_agrees(self, tender: SealedTender) -> None:
        files = tender.files()
        kept = Kept(
            receipts=[one.to_bytes() for one in tender.receipts],
            notice=files.notices[0],
            close=files.close,
            key=tender.platform.public_key,
            officers=frozenset(tender.group(0, 1, 2)),
        )
        report = soundly(tender, kept)
        assert report.notices == ()
        assert report.tally.held == 6

    def test_without_anything_kept_the_keys_are_named(self, tender: SealedTender) -> None:
        notices = " ".join(soundly(tender).notices)
        assert tender.platform.key_id in notices
        assert tender.group(2)[0] in notices

    def test_a_receipt_that_cannot_be_read_is_said(self, tender: SealedTender) -> None:
        assert "cannot be read" in " ".join(soundly(tender, Kept(receipts=[b"{}"])).notices)

    def test_without_ciphertexts_or_record_it_says_what_was_not_checked(self, tender: SealedTender) -> None:
        report = verify_files(replace(tender.files(), box=nothing, records=[]))
        assert report.findings == ()
        assert "No ciphertext was published" in " ".join(report.notices)
        assert "There is no opening record" in " ".join(report.notices)
        assert verify_files(replace(tender.files(), box=nothing)).tally.payloads == 3

    def test_a_replaced_envelope_need_not_be_published(self, tender: SealedTender) -> None:
        files = tender.files()
        left = {sequence: data for sequence, data in files.entries.items() if sequence not in (1, 4)}
        report = verify_files(replace(files, entries=left))
        assert (report.findings, report.tally.envelopes) == ((), 3)

    def test_bids_under_earlier_and_later_terms_are_sound(self) -> None:
        tender = SealedTender()
        tender.bid("1.00")
        earlier = tender.notice
        del tender.terms, tender.notice
        tender.officers[2] = officer_key(9)
        tender.notice = tender.make_notice(edition=2)
        tender.bid("2.00")
        files = replace(tender.files(), notices=[canonical(one.document()) for one in (earlier, tender.notice)])
        report = verify_files(files)
        assert (report.findings, report.tally.envelopes) == ((), 2)

    def test_a_tender_without_bids_is_sound(self) -> None:
        soundly(SealedTender())

    def test_files_travel_as_a_folder(self, tender: SealedTender) -> None:
        keys = [(sequence, key) for sequence in (2, 3, 5) for key, _ in tender.sealed[sequence].envelope.boxes()]
        names = dict(published(tender.files(), keys))
        found = collected(names, names.__getitem__)
        assert verify_files(found) == verify_files(replace(tender.files(), box=found.box))
        assert "layers/whole-1-2.json" in names
        assert "openings/whole.json" in names
        with pytest.raises(KeyError):
            list(published(replace(tender.files(), box=nothing), keys))
        with pytest.raises(ValueError, match="are needed"):
            collected([name for name in names if name != "close.json"], names.__getitem__)


class TestBidsThatDoNotOpen:
    def test_a_sealed_bid_is_a_sound_outcome(self) -> None:
        tender = SealedTender()
        tender.bid("1.00")
        tender.records.append(tender.record(Part.WHOLE, {1: recorded(1, None)}))
        soundly(tender)

    def test_the_bidders_own_fault_is_said_and_no_tampering(self) -> None:
        tender = dishonest()
        tender.open(Part.WHOLE)
        report = soundly(tender)
        assert any("not read" in notice and "[bidder]" in notice for notice in report.notices)

    def test_another_fault_than_the_files_show_is_the_servers(self) -> None:
        tender = dishonest()
        tender.open(Part.WHOLE)
        other = recorded(1, OpeningFault(Stage.PADDING, Culprit.BIDDER))
        tender.records[0] = SignedRecord(
            (record := replace(tender.records[0].record, bids=(other,))),
            tender.platform.sign(record.statement()).signature,
        )
        report = verify_files(tender.files())
        assert [finding.fault for finding in report.findings] == [Fault.OPENING]
        assert "another fault than the files show" in report.findings[0].text()

    def test_a_failure_that_no_layer_shows_is_the_servers(self) -> None:
        tender = SealedTender()
        tender.bid()
        tender.records.append(
            tender.record(Part.WHOLE, {1: recorded(1, OpeningFault(Stage.COMMITMENT, Culprit.BIDDER))})
        )
        report = verify_files(tender.files())
        assert [finding.culprit for finding in report.findings] == [Culprit.SERVER]
        tender.records[0] = tender.record(Part.WHOLE, {1: recorded(1, OpeningFault(Stage.BOX, Culprit.SERVER))})
        assert verify_files(tender.files()).findings == ()

    def test_a_bid_recorded_as_opened_must_decrypt(self) -> None:
        tender = dishonest(Stage.COMMITMENT)
        tender.open(Part.WHOLE)
        secret = tender.sealed[1].secrets[Part.WHOLE]
        record = replace(tender.records[0].record, bids=(RecordedBid(1, Outcome.OPENED, secret),))
        tender.records[0] = SignedRecord(record, tender.platform.sign(record.statement()).signature)
        texts = [finding.text() for finding in verify_files(tender.files()).findings]
        assert any("recorded as opened, but" in text for text in texts)
        assert any("another bid than the bidder committed to" in text for text in texts)

    def test_a_second_pair_counts_where_it_opens(self) -> None:
        tender = dishonest()
        tender.remove_layers(places=(0, 1))
        results = tender.remove_layers(places=(1, 2))
        found = {1: tender.read(Part.WHOLE, 1, results[1])}
        assert found[1].outcome is Outcome.OPENED
        tender.records.append(tender.record(Part.WHOLE, found))
        soundly(tender)
        tender.contributions.reverse()
        soundly(tender)

    def test_a_group_that_no_terms_know_opens_nothing(self) -> None:
        tender = SealedTender()
        tender.bid()
        made = tender.work().officers
        tender.remove_layers()
        turned = replace(tender.contributions[0], officers=(made[1], made[0]), layer=1)
        signature = tender.officers[0].signing.sign(canonical(turned.statement()))
        tender.contributions[:] = [replace(turned, signature=signature)]
        tender.records.append(tender.record(Part.WHOLE, {1: recorded(1, None)}))
        soundly(tender)


class TestRecordForm:
    def change(self, tender: SealedTender, **changes: object) -> bytes:
        document: dict[str, Any] = json.loads(tender.records[0].to_bytes())
        document["record"]["bids"][0].update(changes)
        return canonical(document)

    def test_it_is_read_as_it_was_written(self, tender: SealedTender) -> None:
        assert read_record(tender.records[0].to_bytes()) == tender.records[0]
        assert len(tender.records[0].record.digest()) == 32

    def test_outcome_and_content_agree(self, tender: SealedTender) -> None:
        fault = OpeningFault(Stage.REPORTED, Culprit.BIDDER, 1, "0" * 40).document()
        for changes in (
            {"outcome": "sealed"},
            {"r": None},
            {"fault": fault},
            {"outcome": "failed", "r": None, "payload": None},
            {"sequence": 5},
        ):
            with pytest.raises(ValueError, match=r".+"):
                read_record(self.change(tender, **changes))
        failed = read_record(self.change(tender, outcome="failed", r=None, payload=None, fault=fault))
        assert failed.record.bids[0].fault == OpeningFault(Stage.REPORTED, Culprit.BIDDER, 1, "0" * 40)
