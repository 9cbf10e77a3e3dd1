"""The comparison over the API: figures as strings, a missing offer as null, never as zero."""

from decimal import Decimal
from typing import Any

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid
from b2b_market.kernel.money import Money
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.sourcing.public import Cell, Column, Row


class RateOut(WireOut):
    """One unit of ``base`` is ``value`` of the comparison currency, by whom and of which day."""

    base: str
    quote: str
    value: str
    source: str
    as_of: str


class OfferOut(WireOut):
    """One offer: ``unit_price`` and ``total`` as quoted, the other two figures in the comparison currency.

    ``variant`` is 0 for a supplier's first offer and numbers its alternates; ``note`` says what is offered instead, or
    what the supplier notes. ``unanswered`` are the quantities at which a price was asked for and none is named.
    ``setup`` is charged once if anything of it is taken, as quoted; no figure here holds it.
    """

    quote_id: WireUuid
    quantity: str
    unit_price: str
    total: str
    price: str
    converted_total: str
    best: bool
    awardable: bool
    delta_percent: str | None
    lead_days: int | None
    flags: list[str]
    variant: int
    note: str
    setup: str | None
    unanswered: list[str]


class CellOut(OfferOut):
    """A supplier's first offer, which totals and ranks count, with what it offers besides."""

    others: list[OfferOut]


class RowOut(WireOut):
    """One need with its offers, in the order of the columns; null where a supplier made none."""

    line_id: WireUuid
    number: int
    item: str
    quantity: str
    unit: str
    target_price: str | None
    best_price: str | None
    common: bool
    cells: list[CellOut | None]


class ColumnOut(WireOut):
    """One supplier; ``rank`` ranks ``like_for_like``, the sum of the lines that every compared supplier covers.

    ``freight`` is charged once if anything is taken, as quoted; no figure here holds it.
    """

    supplier_id: WireUuid
    supplier: str
    quote_id: WireUuid
    currency: str
    submitted_at: WireTime
    total: str
    converted_total: str
    quoted: int
    covered: int
    like_for_like: str | None
    rank: int | None
    tied: bool
    longest_lead_days: int | None
    freight: str | None


class ComparisonOut(WireOut):
    """Needs × quotations in one currency."""

    rfq_id: WireUuid
    version: int
    status: str
    currency: str
    rates: list[RateOut]
    lines: int
    common_lines: int
    equal_coverage: bool
    target_total: str | None
    columns: list[ColumnOut]
    rows: list[RowOut]

    @classmethod
    def of(cls, value: RfqComparison) -> "ComparisonOut":
        """Return the answer for a comparison; what the service made is trusted, not validated again."""
        compared = value.comparison
        return ComparisonOut.model_construct(
            rfq_id=value.rfq.id,
            version=value.rfq.version,
            status=value.rfq.status.value,
            currency=compared.basis.currency.code,
            rates=[
                RateOut(
                    base=rate.base.code,
                    quote=rate.quote.code,
                    value=decimal_text(rate.value),
                    source=rate.source,
                    as_of=rate.as_of,
                )
                for rate in compared.basis.rates
            ],
            lines=len(compared.rows),
            common_lines=compared.common_lines,
            equal_coverage=compared.equal_coverage,
            target_total=_amount(compared.target_total),
            columns=[_column(value, column) for column in compared.columns],
            rows=[_row(row) for row in compared.rows],
        )


def _column(value: RfqComparison, column: Column) -> ColumnOut:
    return ColumnOut.model_construct(
        supplier_id=column.supplier_id,
        supplier=column.supplier,
        quote_id=value.quotes[column.supplier_id].id,
        currency=column.currency.code,
        submitted_at=column.submitted_at,
        total=format(column.total.amount, "f"),
        converted_total=format(column.converted_total.amount, "f"),
        quoted=column.quoted,
        covered=column.covered,
        like_for_like=_amount(column.like_for_like),
        rank=column.place.rank if column.place else None,
        tied=column.place.tied if column.place else False,
        longest_lead_days=column.longest_lead_days,
        freight=_exact(column.freight),
    )


def _row(row: Row) -> RowOut:
    return RowOut.model_construct(
        line_id=row.need.line_id,
        number=row.need.number,
        item=row.need.item,
        quantity=decimal_text(row.need.quantity.value),
        unit=row.need.quantity.unit.code,
        target_price=_exact(row.target_price),
        best_price=_exact(row.best_price),
        common=row.common,
        cells=[
            None if cell is None else CellOut.model_construct(**_offer(cell), others=_others(row, place))
            for place, cell in enumerate(row.cells)
        ],
    )


def _others(row: Row, place: int) -> list[OfferOut]:
    return [OfferOut.model_construct(**_offer(cell)) for cell in row.others.get(place, ())]


def _offer(cell: Cell) -> dict[str, Any]:
    return {
        "quote_id": cell.offer.offer_id,
        "quantity": decimal_text(cell.quantity.value),
        "unit_price": decimal_text(cell.offer.unit_price.amount),
        "total": format(cell.total.amount, "f"),
        "price": decimal_text(cell.price.amount),
        "converted_total": format(cell.converted_total.amount, "f"),
        "best": cell.best,
        "awardable": cell.awardable,
        "delta_percent": _percent(cell.delta_percent),
        "lead_days": cell.offer.lead_days,
        "flags": [flag.value for flag in cell.flags],
        "variant": cell.offer.variant,
        "note": cell.offer.note,
        "setup": _exact(cell.offer.setup),
        "unanswered": [decimal_text(quantity) for quantity in cell.offer.unanswered],
    }


def _amount(money: Money | None) -> str | None:
    return None if money is None else format(money.amount, "f")


def _exact(money: Money | None) -> str | None:
    return None if money is None else decimal_text(money.amount)


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
