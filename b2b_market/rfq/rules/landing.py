"""From a quotation and the request it answers to the terms its prices are landed under."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import Instalment
from b2b_market.rfq.states import PayEvent
from b2b_market.sourcing.public import AT_DELIVERY, Delivery, Part

BY_QUOTATION = N_("The quotation")
BY_REQUEST = N_("The request's delivery term")
BY_BUYER = N_("The buyer's assumption")
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class NamedTerm:
    """A delivery term with its place, empty where none is named."""

    incoterm: str
    place: str


def delivery_of(
    terms: Sequence[NamedTerm], freight: Money | None = None, instalments: Sequence[Instalment] = ()
) -> Delivery:
    """Return what prices are landed under: the first term that is named by quotation, request and buyer, in this order.

    Without instalments the price is due at delivery. The invoice is taken to come with the delivery.
    """
    parts = tuple(Part(one.percent / HUNDRED, one.days, one.event is PayEvent.ORDER) for one in instalments)
    for term, source in zip(terms, (BY_QUOTATION, BY_REQUEST, BY_BUYER), strict=True):
        if term.incoterm:
            return Delivery(
                incoterm=term.incoterm, place=term.place, source=source, freight=freight, parts=parts or AT_DELIVERY
            )
    return Delivery(incoterm="", place="", source=BY_QUOTATION)
