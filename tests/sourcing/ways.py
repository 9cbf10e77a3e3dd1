"""Prices under delivery terms and the buyer's costs of the way, as the golden cases of the trade have them."""

from decimal import Decimal

from b2b_market.kernel.money import Rate
from b2b_market.sourcing.public import (
    CASH,
    CustomsBasis,
    Duty,
    Insurance,
    Leg,
    LegCost,
    TermedPrice,
    Terms,
    Valuation,
    Way,
)
from tests.sourcing.markets import CNY, cny

CARRIER, BROKER, TARIFF, TREASURY = "Carrier's offer", "Broker", "Customs tariff", "Treasury"
INSURED = Insurance(Decimal("0.003"), 15, BROKER)
DUTIABLE = Duty(Decimal("0.05"), 30, TARIFF)


def leg(amount: str, day: int = 0) -> LegCost:
    return LegCost(cny(amount), day, CARRIER)


WAY = Way(
    legs={Leg.EXPORT_CLEARANCE: leg("1", 15), Leg.FREIGHT: leg("4", 15), Leg.INLAND: leg("1.5", 30)},
    insurance=INSURED,
    duty=DUTIABLE,
)


def fob_duty(rate: str = "0.05") -> Duty:
    return Duty(Decimal(rate), 30, TARIFF, CustomsBasis.FOB)


def priced(amount: str, incoterm: str, terms: Terms = CASH) -> TermedPrice:
    return TermedPrice(unit_price=cny(amount), incoterm=incoterm, place="Suzhou", source="QUO-1", terms=terms)


def valuation(rate: str = "0.08", *rates: Rate) -> Valuation:
    return Valuation(currency=CNY, annual_rate=Decimal(rate), rate_source=TREASURY, rates=rates)
