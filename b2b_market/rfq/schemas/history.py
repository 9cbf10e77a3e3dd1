"""Price histories over the API: exact figures as strings, per unit."""

from typing import Self

from b2b_market.infra.http.wires import WireDate, WireDecimal, WireOut, WireTime, WireUuid
from b2b_market.rfq.rules.history import PriceHistory
from b2b_market.rfq.service.history import LinePrices, RequestPrices


class HistoryOut(WireOut):
    """The last price with its day, the average by quantity, the lowest, and how many awarded prices there are."""

    last: WireDecimal
    last_on: WireDate
    average: WireDecimal
    lowest: WireDecimal
    count: int


class LineHistoryOut(HistoryOut):
    """A line's price history."""

    line_id: WireUuid


class RequestPricesOut(WireOut):
    """What the company has paid for the items, in the request's currency; lines without a history are left out."""

    rfq_id: WireUuid
    version: int
    currency: str
    lines: list[LineHistoryOut]

    @classmethod
    def of(cls, value: RequestPrices) -> Self:
        """Return the answer for a request."""
        lines = [
            LineHistoryOut.model_validate({"line_id": line_id, **_fields(history)})
            for line_id, history in value.by_line.items()
        ]
        return cls(rfq_id=value.rfq.id, version=value.version, currency=value.rfq.currency, lines=lines)


class PricePointOut(WireOut):
    """One awarded price, as quoted and in the currency of its request."""

    award_id: WireUuid
    rfq_id: WireUuid
    supplier_id: WireUuid
    quantity: WireDecimal
    unit: str
    quoted: WireDecimal
    quoted_currency: str
    value: WireDecimal
    currency: str
    awarded_at: WireTime


class LinePricesOut(WireOut):
    """Every price paid for the item of one line, the newest first (at most 200)."""

    rfq_id: WireUuid
    line_id: WireUuid
    version: int
    history: HistoryOut | None
    points: list[PricePointOut]

    @classmethod
    def of(cls, value: LinePrices) -> Self:
        """Return the answer for a line."""
        return cls(
            rfq_id=value.rfq.id,
            line_id=value.line.id,
            version=value.version,
            history=None if value.history is None else HistoryOut.model_validate(value.history),
            points=[PricePointOut.model_validate(point) for point in value.points],
        )


def _fields(history: PriceHistory) -> dict[str, object]:
    return {name: getattr(history, name) for name in HistoryOut.model_fields}
