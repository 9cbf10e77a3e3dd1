"""Tenders of two envelopes for tests: really sealed in two parts, opened one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.commands.evaluation import DecideRuling, ProposeDisqualification, Score, ScoreBids
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender, StepTender
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.rules.sealed_envelope import pack
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.service import bidding, evaluating, procedures, questioning, staging
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.evaluation import RulingGround
from tests.support import judging
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for


@dataclass(frozen=True)
class TwoEnvelopes:
    """A tender of two envelopes with the sealed bids, in the order of the bidders."""

    content: TenderContent
    sealed: Sequence[SealedBid]

    @property
    def id(self) -> UUID:
        """The tender's id."""
        return self.content.tender.id


def procedure(runtime: Runtime, purchaser: Actor, **changes: Any) -> str:
    """Compose a procedure of two envelopes, and return its id."""
    values = {**profile("private-open").values, "envelopes": "two", **changes}
    with work_for(runtime, purchaser) as work:
        command = ComposeProcedure(name=f"Two envelopes {new_id()}", base="private-open", values=values)
        return str(procedures.compose_procedure(work, purchaser, command).id)


def parts_of(price: str, note: str = "bronze") -> Mapping[Part, PartContent]:
    """Return the two parts of a bid on one item."""
    offer = [BidFile("offer.txt", b"our technical offer")]
    prices = [BidFile("prices.txt", f"at {price}".encode())]
    return {
        Part.TECHNICAL: PartContent({"note": note}, offer),
        Part.PRICE: PartContent(judging.content(price), prices),
    }


def seal_bid(content: TenderContent, hall: Hall, place: int, price: str) -> SealedBid:
    """Seal the bid of the bidder at ``place`` on the first lot."""
    terms = read_notice(content.tender.notice).notice.terms
    ids = BidIds(content.tender.id, content.lots[0].id, hall.suppliers[place], 1)
    return seal(terms, ids, parts_of(price), made.SIGNERS[place])


def published(runtime: Runtime, hall: Hall, command: DraftTender) -> TenderContent:
    """Publish a tender of two envelopes."""
    return made.published(runtime, hall, replace(command, procedure=procedure(runtime, hall.purchaser)))


def submit(runtime: Runtime, hall: Hall, content: TenderContent, place: int, price: str) -> SealedBid:
    """Submit the bid of the bidder at ``place`` on the first lot."""
    sealed = seal_bid(content, hall, place, price)
    packed = b"".join(pack(sealed.envelope, sealed.boxes))
    with work_for(runtime, hall.sales[place]) as work:
        bidding.submit_bid(work, hall.sales[place], SubmitBid(content.tender.id, packed))
    return sealed


def sign_off(runtime: Runtime, hall: Hall, tender_id: UUID) -> None:
    """Open the technical part of a closed tender, score every bid alike, and sign the result off."""
    made.open_bids(runtime, hall, tender_id)
    found = judging.begin(runtime, hall, made.read(runtime, hall.evaluator, tender_id))
    score(runtime, hall, tender_id, ["80"] * len(found.lots[0].bids))
    lock(runtime, hall.approver, tender_id)


def closed(runtime: Runtime, hall: Hall, prices: Sequence[str], command: DraftTender | None = None) -> TwoEnvelopes:
    """Run a tender of two envelopes to its close; without a command its procedure has no committee."""
    wanted = command or made.tender_command(hall)
    if command is None:
        wanted = replace(wanted, procedure=procedure(runtime, hall.purchaser))
    content = made.tendering(runtime, hall, wanted)
    sealed = [submit(runtime, hall, content, place, price) for place, price in enumerate(prices)]
    made.close(runtime)
    made.move(runtime, timedelta(minutes=1))  # the stamp of a test's one transaction is behind the clock that closed
    return TwoEnvelopes(made.read(runtime, hall.purchaser, content.tender.id), sealed)


def technical_opened(
    runtime: Runtime, hall: Hall, prices: Sequence[str], command: DraftTender | None = None
) -> TwoEnvelopes:
    """Run a tender of two envelopes to the opening of the technical part."""
    found = closed(runtime, hall, prices, command)
    made.open_bids(runtime, hall, found.id)
    return TwoEnvelopes(made.read(runtime, hall.purchaser, found.id), found.sealed)


def score(runtime: Runtime, hall: Hall, tender_id: UUID, scores: Sequence[str]) -> Judgement:
    """Score the bids in the order of their receipts on the one criterion besides the price."""
    found = judging.judged(runtime, hall.evaluator, tender_id)
    given = tuple(
        Score(bid.id, "1", Decimal(points)) for (bid, _), points in zip(found.lots[0].bids, scores, strict=True)
    )
    with work_for(runtime, hall.evaluator) as work:
        command = ScoreBids(tender_id=tender_id, expected_version=found.version, scores=given)
        return evaluating.score_bids(work, hall.evaluator, command)


def disqualify(runtime: Runtime, hall: Hall, tender_id: UUID, bid_id: UUID) -> None:
    """Disqualify a bid by two people."""
    version = judging.judged(runtime, hall.evaluator, tender_id).version
    command = ProposeDisqualification(
        bid_id=bid_id, expected_version=version, ground=RulingGround.NOT_RESPONSIVE, reason="the wrong alloy"
    )
    with work_for(runtime, hall.evaluator) as work:
        ruling = questioning.propose_disqualification(work, hall.evaluator, command)
    with work_for(runtime, hall.approver) as work:
        questioning.confirm_disqualification(work, hall.approver, DecideRuling(ruling.id, ruling.version))


def lock(runtime: Runtime, person: Actor, tender_id: UUID) -> Judgement:
    """Sign off the technical result."""
    version = judging.judged(runtime, person, tender_id).version
    with work_for(runtime, person) as work:
        return staging.lock_technical(work, person, StepTender(tender_id, version))


def compare(runtime: Runtime, person: Actor, tender_id: UUID) -> Judgement:
    """Compare the opened prices."""
    version = judging.judged(runtime, person, tender_id).version
    with work_for(runtime, person) as work:
        return staging.compare_prices(work, person, StepTender(tender_id, version))


def technical(runtime: Runtime, person: Actor, tender_id: UUID) -> staging.TechnicalView:
    """Return the technical result as somebody sees it."""
    with work_for(runtime, person) as work:
        return staging.read_technical(work, person, ReadTender(tender_id))
