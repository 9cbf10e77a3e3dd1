"""An envelope that is not stored as it was receipted: the platform answers for it, and the other bids are opened."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.infra.canonical import canonical
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.tendering.models.bids import Bid, BidContent, OpeningRecord
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_record import Outcome, read_record
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import tenders as made
from tests.support.rows import rows_of
from tests.support.tenders import Hall

Documents = dict[int, Any]


def flipped(documents: Documents) -> bytes:
    """One digit of the bidder's signature."""
    data: bytes = documents[3].document
    return data[:-3] + (b"0" if data[-3:-2] != b"0" else b"1") + data[-2:]


def earlier(documents: Documents) -> bytes:
    """The bidder's own earlier envelope, soundly signed."""
    data: bytes = documents[1].document
    return data


@pytest.mark.parametrize("instead", [flipped, earlier])
def test_the_platform_answers_for_it_and_the_others_go_on(
    runtime: Runtime, hall: Hall, monkeypatch: pytest.MonkeyPatch, instead: Callable[[Documents], bytes]
) -> None:
    content = made.tendering(runtime, hall)
    for place, version, price in ((0, 1, "950"), (1, 1, "960"), (0, 2, "940")):
        made.bid(runtime, hall, content, place, version=version, price=price)
    made.close(runtime)
    stored = queries.documents

    def altered(session: Session, scope: Scope, tender_id: UUID) -> Documents:
        found: Documents = dict(stored(session, scope, tender_id))
        return {**found, 3: SimpleNamespace(id=found[3].id, document=instead(found))}

    monkeypatch.setattr(queries, "documents", altered)
    made.open_bids(runtime, hall, content.tender.id)
    assert made.read(runtime, hall.purchaser, content.tender.id).tender.status is TenderStatus.OPENED
    buyer = system_actor("test", hall.buyer_id)
    (record,) = rows_of(runtime, buyer, select(OpeningRecord))
    lost = OpeningFault(Stage.ENVELOPE, Culprit.SERVER)
    told = {one.sequence: (one.outcome, one.fault) for one in read_record(canonical(record.record)).record.bids}
    assert told == {2: (Outcome.OPENED, None), 3: (Outcome.FAILED, lost)}
    bids = {bid.supplier_id: bid for bid in rows_of(runtime, buyer, select(Bid))}
    first, second = (bids[supplier] for supplier in hall.suppliers)
    assert (first.status, first.fault) == (BidStatus.UNREADABLE, lost.document())
    assert (second.status, second.fault) == (BidStatus.OPENED, None)
    assert [row.bid_id for row in rows_of(runtime, buyer, select(BidContent))] == [second.id]
