"""Wire shapes of a supplier's own last prices."""

from typing import Self

from b2b_market.infra.http.wires import WireDecimal, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rfq.rules.last_prices import FoundBy, LastPrice


class LastPriceOut(WireOut):
    """The newest earlier price of one line, and how it was found: by the buyer's item code, else by the same words."""

    line_id: WireUuid
    found_by: wire_enum(FoundBy)  # type: ignore[valid-type]  # an Annotated alias made by a function
    unit_price: WireDecimal
    currency: str
    lead_days: int | None
    quote_id: WireUuid
    quote_number: str
    quoted_at: WireTime

    @classmethod
    def of(cls, value: LastPrice) -> Self:
        """Return the answer for a last price."""
        earlier = value.earlier
        return cls(
            line_id=value.line_id,
            found_by=value.found_by,
            unit_price=earlier.unit_price,
            currency=earlier.currency,
            lead_days=earlier.lead_days,
            quote_id=earlier.quote_id,
            quote_number=earlier.quote_number,
            quoted_at=earlier.quoted_at,
        )
