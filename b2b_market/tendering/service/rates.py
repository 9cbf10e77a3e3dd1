"""The exchange rates by which bids are compared: those of the deadline's day, frozen when prices are first compared."""

from decimal import Decimal

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.rbac.actor import Scope
from b2b_market.reference import public as reference
from b2b_market.tendering.models.evaluation import Evaluation
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.offers import read_offer


def frozen_rates(work: Work, scope: Scope, tender: Tender) -> list[dict[str, object]]:
    """Return the rates of the deadline's day from every other currency that a bid is priced in."""
    target = Currency(tender.currency)
    lots = {
        lot.id: [Decimal(item["quantity"]) for item in lot.items]
        for lot in tender_queries.lots_of(work.session, scope, tender.id)
    }
    offers = [
        read_offer(said.content, lots[bid.lot_id])
        for bid, said in queries.bids_with_contents(work.session, scope, tender.id)
        if said is not None
    ]
    priced = {offer.total.currency.code for offer in offers if offer.total is not None}
    day = (tender.closed_at or work.now()).date()
    found = [
        reference.rate_on(work, scope.actor, Currency(code), target, day) for code in sorted(priced - {tender.currency})
    ]
    return [
        {"base": rate.base.code, "value": format(rate.value, "f"), "source": rate.source, "as_of": rate.as_of}
        for rate in found
    ]


def rates_of(tender: Tender, evaluation: Evaluation) -> dict[str, Rate]:
    """Return the frozen rates of an evaluation by the currency that they convert."""
    target = Currency(tender.currency)
    return {
        one["base"]: Rate(Currency(one["base"]), target, Decimal(one["value"]), one["source"], one["as_of"])
        for one in evaluation.rates
    }
