"""A demo tender whose officers lost their keys: bidders reveal what they have sealed, and one has done so."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.reveals import RevealBid
from b2b_market.tendering.commands.tenders import DraftTender, ReasonedTender
from b2b_market.tendering.demo import steps
from b2b_market.tendering.demo.cast import HAIRUI, JINGTUO, NANYUE, PRICE_ALONE, Cast, lot
from b2b_market.tendering.rules.sealed_reading import Reveal, pack_reveal
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service import revealing

BEGUN: Final = timedelta(days=10)
ASKS, BIDS = timedelta(days=3, hours=1), timedelta(days=9)
BIDDING, CLOSED = timedelta(days=5), timedelta(days=9, hours=1)
OFFERS: Final = {HAIRUI: "38400.00", JINGTUO: "36950.00", NANYUE: "39900.00"}
WHY: Final = "两把密钥所在的硬盘损坏，且无备份。 / The disks with two of the keys failed, and there is no copy."


def lose_keys(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Close a tender, declare its keys lost, and let the second bidder reveal."""
    tender_id = steps.publish(cast.ago(BEGUN), lambda work: _content(work, cast, key_ids))
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    offers = {place: steps.offer(price) for place, price in OFFERS.items()}
    kept = steps.bid(cast.ago(BEGUN - BIDDING), tender_id, offers)[JINGTUO]
    steps.advance(cast.ago(BEGUN - CLOSED), tender_id)
    version = steps.read(cast, cast.approver, tender_id).version
    cast.run(cast.approver, revealing.declare_keys_lost, ReasonedTender(tender_id, version, WHY))
    person = cast.sales[JINGTUO]
    shown = Reveal(kept.envelope.envelope.ids, Part.WHOLE, kept.secrets[Part.WHOLE])
    document = pack_reveal(shown, tuple(steps.whole(person, offers[JINGTUO])[Part.WHOLE].files))
    cast.run(person, revealing.reveal_bid, RevealBid(tender_id, document))


def _content(work: Work, cast: Cast, key_ids: tuple[UUID, ...]) -> DraftTender:
    return DraftTender(
        title="低压开关柜 / Low-voltage switchgear",
        currency=Currency("CNY"),
        lots=(lot(work, "低压开关柜 / Low-voltage switchgear", "12", classification="31214000"),),
        supplier_ids=tuple(cast.sales[place].org_id for place in OFFERS),
        criteria=PRICE_ALONE,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )
