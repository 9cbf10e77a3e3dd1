"""Wire shapes of how a supplier stands while quotations are taken."""

from typing import Self

from b2b_market.infra.http.wires import WireDecimal, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rfq.rules.standing import Place
from b2b_market.rfq.service.standing import LinePlace, Standing
from b2b_market.rfq.states import Disclosure


class PlaceOut(WireOut):
    """What may be seen of the totals: ``rank`` is the own one, ``lead`` the lowest, ``figures`` are all, rising."""

    rank: int | None
    lead: WireDecimal | None
    figures: list[WireDecimal]

    @classmethod
    def of(cls, value: Place) -> Self:
        """Return the answer for a place."""
        return cls(rank=value.rank, lead=value.lead, figures=list(value.figures))


class LinePlaceOut(PlaceOut):
    """The same of the unit prices of one line."""

    line_id: WireUuid
    position: int

    @classmethod
    def of_line(cls, value: LinePlace) -> Self:
        """Return the answer for a line."""
        place = value.place
        return cls(
            line_id=value.line_id,
            position=value.position,
            rank=place.rank,
            lead=place.lead,
            figures=list(place.figures),
        )


class StandingOut(WireOut):
    """What the own company may see of the other quotations now; amounts are in ``currency``, without tax.

    Lower is ahead, of equal ones whoever was received earlier; other currencies are converted at the stored rate of
    the day. Only quotations that offer every line in full have a total, which has set-up costs, freight and discounts
    for taking everything in it. ``changed_at`` is null where nothing is shown.
    """

    rfq_id: WireUuid
    disclosure: wire_enum(Disclosure)  # type: ignore[valid-type]  # an Annotated alias made by a function
    currency: str
    total: PlaceOut
    lines: list[LinePlaceOut]
    changed_at: WireTime | None

    @classmethod
    def of(cls, value: Standing) -> Self:
        """Return the answer for a standing."""
        return cls(
            rfq_id=value.rfq_id,
            disclosure=value.disclosure,
            currency=value.currency,
            total=PlaceOut.of(value.total),
            lines=[LinePlaceOut.of_line(line) for line in value.lines],
            changed_at=value.changed_at,
        )
