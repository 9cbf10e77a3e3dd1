"""What of the opened bids may be seen and counted now: prices only after the technical scores are locked.

With a committee the scores lock when all sheets are opened; with two envelopes when the technical result is signed off,
and the prices are there only once the officers have opened them. Until then nobody of the buyer sees a price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.queries import committee as committee_queries
from b2b_market.tendering.queries import stages as queries
from b2b_market.tendering.rules import envelopes
from b2b_market.tendering.rules.declaring import Asked
from b2b_market.tendering.rules.effective import read_weighing
from b2b_market.tendering.rules.offers import Offer
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.committee import CommitteeStatus
from b2b_market.tendering.states.stages import Envelopes, StageStatus

UNSEEN: Final = Offer(None, (), ())
"""An offer whose prices nobody may see."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of a tender's bids.

    ``prices`` are shown; bids are ``ranked`` by them; ``failed`` are those whose price envelopes stay sealed for good.
    ``two`` says that there are two envelopes, ``stage`` how far the second one is.
    """

    two: bool
    prices: bool
    ranked: bool
    failed: frozenset[UUID] = frozenset()
    stage: StageStatus | None = None

    def offer(self, bid: Bid, content: Mapping[str, Any] | None, asked: Asked) -> Offer:
        """Return what a bid offers, without its prices where they may not be seen."""
        if not self.prices or bid.id in self.failed:
            return UNSEEN
        return asked.read(content)

    def scored(self, bid: Bid, content: Mapping[str, Any] | None, asked: Asked) -> bool:
        """Tell whether quality is scored: technical envelopes that were read; whole bids with complete prices."""
        if self.two:
            return bid.status is BidStatus.OPENED
        return asked.read(content).total is not None

    def content(self, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
        """Return what a bid says, for everybody but its bidder."""
        whole = envelopes.whole_content(parts)
        if whole is None or self.two or self.prices:
            return whole
        found: dict[str, Any] = envelopes.without_prices(whole)
        return found


def asked_of(lot: TenderLot) -> Asked:
    """Return what a lot asks of a bid."""
    return Asked([Decimal(item["quantity"]) for item in lot.items], read_weighing(lot.features, lot.costs))


def sight_of(work: Work, scope: Scope, tender: Tender) -> Sight:
    """Return what the company may see of a tender's bids now."""
    procedure, session = read_procedure(tender.values), work.session
    if procedure.envelopes is Envelopes.TWO:
        stage = queries.stage_of(session, scope, tender.id)
        status = None if stage is None else stage.status
        failed = frozenset[UUID]() if stage is None else queries.failed_bids(session, scope, tender.id)
        open_now = status in (StageStatus.OPENED, StageStatus.COMPARED)
        return Sight(two=True, prices=open_now, ranked=status is StageStatus.COMPARED, failed=failed, stage=status)
    if procedure.committee is None:
        return Sight(two=False, prices=True, ranked=True)
    committee = committee_queries.committee_of(session, scope, tender.id)
    locked = committee is not None and committee.status is CommitteeStatus.SCORED
    return Sight(two=False, prices=locked, ranked=locked)
