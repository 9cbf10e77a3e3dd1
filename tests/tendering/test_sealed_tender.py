"""Sealed bids from the officers' keys to the check of everything from public files."""

import pytest

from b2b_market.tendering.rules.sealed_record import Outcome
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from tests.tendering.sealed_tenders import TWO_ENVELOPES, opened_tender


@pytest.mark.parametrize(("parts", "threshold"), [((Part.WHOLE,), 2), (TWO_ENVELOPES, 2), ((Part.WHOLE,), 3)])
def test_bids_are_sealed_closed_opened_and_verified(parts: tuple[Part, ...], threshold: int) -> None:
    tender = opened_tender(3, parts, threshold)
    report = verify_files(tender.files())
    assert report.findings == ()
    assert report.exit_code == 0
    assert [bid.outcome for bid in tender.records[0].record.bids] == [Outcome.OPENED] * 3
    assert [bid.sequence for bid in tender.records[0].record.bids] == [2, 3, 5]
    tally = report.tally
    assert (tally.receipts, tally.live, tally.envelopes) == (6, 3, 5)
    assert tally.boxes == 3 * 2 * len(parts)
    assert tally.contributions == threshold * len(parts)
    assert tally.payloads == 3 * len(parts)
