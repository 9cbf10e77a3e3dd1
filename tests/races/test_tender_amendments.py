"""Bids while a tender is amended: each is wholly before, and then void, or wholly after, and then refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.rules.confirming import BidForEarlierEdition
from b2b_market.tendering.rules.sealed_journal import read_receipt, standing
from tests.support import tender_amendments as amended
from tests.support import tenders as made
from tests.support.rows import rows_of

BIDDERS = 12


@pytest.mark.committed
def test_no_bid_for_the_earlier_notice_counts_under_the_later_one(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, BIDDERS)
        content = made.tendering(runtime, hall)

        def send(place: int) -> object:
            try:
                return made.bid(runtime, hall, content, place, naming=True).receipt
            except BidForEarlierEdition:
                return None

        with ThreadPoolExecutor(6) as pool:
            sent = [pool.submit(send, place) for place in range(BIDDERS // 2)]
            changing = pool.submit(amended.amend_specification, runtime, hall, content.tender.id)
            sent += [pool.submit(send, place) for place in range(BIDDERS // 2, BIDDERS)]
            after = changing.result()
            receipts = [read_receipt(found.result()).receipt for found in sent if found.result() is not None]
        ordered = sorted(receipts, key=lambda one: one.sequence)
        found = standing(ordered, after.tender.binding_edition)
        assert (found.live, len(found.void)) == ((), len(ordered))
        bids = rows_of(runtime, system_actor("test", hall.buyer_id, *hall.suppliers), select(Bid))
        assert {bid.edition for bid in bids} <= {content.tender.edition}
        assert len(bids) == len(ordered)
