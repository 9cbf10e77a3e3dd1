"""A demo tender that has gone the whole way: its weeks have passed before the demo data are looked at."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.bonds import StepBond
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.demo import bonds, steps
from b2b_market.tendering.demo.cast import CRITERIA, HAIRUI, JINGTUO, NANYUE, Cast, lot
from b2b_market.tendering.service import bond_settling, concluding
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.weighing import CostKind

BEGUN: Final = timedelta(days=56)
"""How long ago the tender was published: ten days of questions, thirty of bids, ten of stand-still, and the work."""
ASKS, BIDS = timedelta(days=10, hours=1), timedelta(days=41)
BIDDING, OPENING, JUDGING = timedelta(days=30), timedelta(days=41, hours=1), timedelta(days=44)
PRICES: Final = (("5250.00", "88"), ("4980.00", "74"), ("5590.00", "92"))
"""Each bidder's unit price, and what the evaluator gives for technical merit."""
WARRANTY: Final = Feature(
    "质保期 / Warranty", (Answer("一年 / one year", Decimal(0)), Answer("三年 / three years", Decimal("0.05")))
)
POWER: Final = Cost(
    name="水泵用电，每年 / Electricity of the pumps, a year",
    unit="KWH",
    price=Decimal("0.7"),
    kind=CostKind.YEARLY,
    years=10,
    rate_percent=Decimal(4),
)
DECLARED: Final = ((2, "12000"), (1, "14000"), (2, "11000"))
"""Each bidder's warranty, by its position, and its kilowatt hours."""


def award_tender(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Publish a tender, seal three bids with bonds, open, judge and award them, and return the bond of a loser.

    Each step is taken at its own moment of the past weeks; the contract follows once events are delivered.
    """
    begun = cast.ago(BEGUN)
    tender_id = steps.publish(begun, lambda work: _content(work, key_ids))
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    bidding = cast.ago(BEGUN - BIDDING)
    given = [bonds.give(bidding, tender_id, place) for place in (HAIRUI, JINGTUO, NANYUE)]
    said = {
        place: steps.offer(
            price,
            features=[{"feature": 1, "answer": warranty}],
            costs=[{"cost": 1, "amount": power}],
        )
        for place, ((price, _), (warranty, power)) in enumerate(zip(PRICES, DECLARED, strict=True))
    }
    steps.bid(bidding, tender_id, said)
    opened = cast.ago(BEGUN - OPENING)
    steps.advance(opened, tender_id)
    steps.open_bids(opened, tender_id)
    judging = cast.ago(BEGUN - JUDGING)
    steps.award(judging, steps.score(judging, steps.begin(judging, tender_id), [merit for _, merit in PRICES]))
    cast.tick(concluding.conclude_tender, ReadTender(tender_id))
    bond = bonds.seen(cast, given[NANYUE])
    cast.run(cast.purchaser, bond_settling.return_bond, StepBond(bond.id, bond.version, "ICBC-2026-118834"))


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    exchangers = lot(work, "板式换热器 / Plate heat exchangers", "80", classification="42511100")
    return DraftTender(
        title="换热器公开招标 / Heat exchangers, awarded tender",
        currency=Currency("CNY"),
        procedure="eu-open",
        entry=Entry.PUBLIC,
        lots=(replace(exchangers, features=(WARRANTY,), costs=(POWER,)),),
        criteria=CRITERIA,
        bond=bonds.ASKED,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )
