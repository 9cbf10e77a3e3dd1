"""Hundreds of bids in the last two seconds before the deadline: acknowledged is stored is in the closing root."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.models.bids import Bid, Received
from b2b_market.tendering.rules.bidding import BidTooLate
from b2b_market.tendering.rules.sealed_journal import Receipt, TreeHead, live_receipts, read_close, read_receipt
from b2b_market.tendering.service import bidding
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import tenders as made
from tests.support.rows import rows_of
from tests.support.works import work_for

BIDDERS, LOTS, THREADS = 25, 20, 8
LAST = timedelta(seconds=2)


@pytest.mark.committed
def test_bids_at_the_deadline_are_wholly_before_or_wholly_after(committed_runtime: Runtime) -> None:
    """Bids are sealed at leisure and one is sent; then the clock is put two seconds before the deadline, for all."""
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, BIDDERS)
        content = made.tendering(runtime, hall, made.tender_command(hall, lots=LOTS, minimum_bidders=1))
        sealed = {
            (place, at): made.packed_bid(content, hall.suppliers[place], place, at=at)
            for at, place in product(range(LOTS), range(BIDDERS))
        }
        closes_at = content.tender.closes_at
        assert closes_at is not None
        first = (0, 0)
        answers = {first: _send(runtime, hall, content, 0, sealed.pop(first))}
        assert answers[first] is not None
        runtime.shift = closes_at - LAST - datetime.now(UTC)
        with ThreadPoolExecutor(THREADS + 1) as pool:
            closing = pool.submit(_close, runtime, hall, content)
            sent = {key: pool.submit(_send, runtime, hall, content, key[0], packed) for key, packed in sealed.items()}
            answers |= {key: future.result() for key, future in sent.items()}
            closing.result()
        _check(runtime, hall, content, answers)


def _send(runtime: Runtime, hall: made.Hall, content: TenderContent, place: int, packed: bytes) -> Receipt | None:
    """Return the receipt of a bid that was acknowledged, None for one that came too late."""
    sales = hall.sales[place]
    try:
        with work_for(runtime, sales) as work:
            found = bidding.submit_bid(work, sales, SubmitBid(content.tender.id, packed)).receipt
    except BidTooLate:
        return None
    return read_receipt(found).receipt


def _close(runtime: Runtime, hall: made.Hall, content: TenderContent) -> None:
    """Run the clock's task over and over until bidding is over."""
    while made.read(runtime, hall.purchaser, content.tender.id).tender.status is TenderStatus.TENDERING:
        advance_due(runtime)
        threading.Event().wait(0.05)


def _check(
    runtime: Runtime, hall: made.Hall, content: TenderContent, answers: dict[tuple[int, int], Receipt | None]
) -> None:
    assert len(answers) == BIDDERS * LOTS
    acknowledged = sorted((one for one in answers.values() if one is not None), key=lambda one: one.sequence)
    machine = system_actor("test", hall.buyer_id)
    stored = rows_of(runtime, machine, select(Received).order_by(Received.sequence))
    assert [read_receipt(row.receipt).receipt for row in stored] == acknowledged
    assert [one.sequence for one in acknowledged] == list(range(1, len(acknowledged) + 1))
    after = made.read(runtime, hall.purchaser, content.tender.id).tender
    record = read_close(after.close_record).close
    assert record.journal == TreeHead.over(acknowledged)
    assert record.live == TreeHead.over(live_receipts(acknowledged))
    assert all(one.received_at < record.deadline for one in acknowledged)
    refused = {
        (content.lots[at].id, hall.suppliers[place]) for (place, at), receipt in answers.items() if receipt is None
    }
    bids = Counter((bid.lot_id, bid.supplier_id) for bid in rows_of(runtime, machine, select(Bid)))
    assert set(bids.values()) == {1}
    assert bids.keys() == {(one.ids.lot, one.ids.bidder) for one in acknowledged}
    assert not refused & bids.keys()
