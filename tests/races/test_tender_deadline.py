"""Many bids in the last moment before the deadline: what is acknowledged is stored and in the closing root."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.models.bids import Received
from b2b_market.tendering.rules.bidding import BidTooLate
from b2b_market.tendering.rules.sealed_journal import TreeHead, live_receipts, read_close, read_receipt
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import tenders as made
from tests.support.rows import rows_of

BIDDERS = 24


@pytest.mark.committed
def test_bids_at_the_deadline_are_wholly_before_or_wholly_after(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    hall = made.make_hall(runtime, BIDDERS)
    command = made.tender_command(hall, rehearsal_factor=86_400, enquiry_ends_at=None)
    closes_at = datetime.now(UTC) + timedelta(seconds=9)
    content = made.published(runtime, hall, replace(command, closes_at=closes_at))
    while made.read(runtime, hall.purchaser, content.tender.id).tender.status is not TenderStatus.TENDERING:
        advance_due(runtime)
    last = closes_at - timedelta(milliseconds=250)
    threading.Event().wait(max((last - datetime.now(UTC)).total_seconds(), 0))

    def send(place: int) -> object:
        try:
            return made.bid(runtime, hall, content, place).receipt
        except BidTooLate:
            return None

    with ThreadPoolExecutor(8) as pool:
        closing = pool.submit(_close, runtime, hall, content)
        receipts = [found for found in pool.map(send, range(BIDDERS)) if found is not None]
        closing.result()
    after = made.read(runtime, hall.purchaser, content.tender.id).tender
    machine = system_actor("test", hall.buyer_id)
    stored = rows_of(runtime, machine, select(Received).order_by(Received.sequence))
    acknowledged = sorted((read_receipt(one).receipt for one in receipts), key=lambda one: one.sequence)
    assert [read_receipt(row.receipt).receipt for row in stored] == acknowledged
    assert [one.sequence for one in acknowledged] == list(range(1, len(acknowledged) + 1))
    if acknowledged:
        record = read_close(after.close_record).close
        assert record.journal == TreeHead.over(acknowledged)
        assert record.live == TreeHead.over(live_receipts(acknowledged))
        assert all(one.received_at < closes_at for one in acknowledged)


def _close(runtime: Runtime, hall: made.Hall, content: TenderContent) -> None:
    """Run the clock's task without a pause until bidding is over."""
    while made.read(runtime, hall.purchaser, content.tender.id).tender.status is TenderStatus.TENDERING:
        advance_due(runtime)
