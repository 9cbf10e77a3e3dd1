"""Landed cost over the API: what the buyer assumes, the landed matrix, and figures with all that is below them."""

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.http.wires import (
    OptionalText,
    ShortText,
    WireCurrency,
    WireDecimal,
    WireIn,
    WireOut,
    WireUuid,
    wire_enum,
)
from b2b_market.rfq.commands.landing import SetCosting
from b2b_market.rfq.service.landing import CostingContent, LandedComparison, LandedFigure
from b2b_market.sourcing import public as sourcing
from b2b_market.sourcing.public import CostMeasure, CostRule, CustomsBasis, Leg

SHOWN_DIGITS = 12


class CostIn(WireIn):
    """One cost: per unit or per quotation an amount with its currency, else percent (see the landed-cost guide)."""

    leg: wire_enum(Leg)  # type: ignore[valid-type]  # an Annotated alias made by a function
    measure: wire_enum(CostMeasure)  # type: ignore[valid-type]  # an Annotated alias made by a function
    value: WireDecimal
    source: ShortText
    day: Annotated[int, Field(ge=-3650, le=3650)] = 0
    currency: WireCurrency | None = None
    supplier_id: WireUuid | None = None
    line_id: WireUuid | None = None


class CostingIn(WireIn):
    """All that is assumed about the costs of the way; percentages as people write them (8 is 8 %)."""

    annual_percent: WireDecimal = Decimal(0)
    rate_source: OptionalText = ""
    customs_basis: wire_enum(CustomsBasis) = CustomsBasis.CIF  # type: ignore[valid-type]  # see above
    import_vat_percent: WireDecimal | None = None
    domestic: bool = False
    incoterm: OptionalText = ""
    incoterm_place: OptionalText = ""
    costs: Annotated[tuple[CostIn, ...], Field(max_length=500, strict=False)] = ()

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> SetCosting:
        """Return the operation's input."""
        return SetCosting(
            rfq_id=rfq_id,
            expected_version=expected_version,
            annual_percent=self.annual_percent,
            rate_source=self.rate_source,
            customs_basis=self.customs_basis,
            import_vat_percent=self.import_vat_percent,
            domestic=self.domestic,
            incoterm=self.incoterm,
            incoterm_place=self.incoterm_place,
            costs=tuple(CostRule(**{name: getattr(cost, name) for name in CostIn.model_fields}) for cost in self.costs),
        )


class CostOut(WireOut):
    """One cost as stored."""

    leg: wire_enum(Leg)  # type: ignore[valid-type]  # an Annotated alias made by a function
    measure: wire_enum(CostMeasure)  # type: ignore[valid-type]  # an Annotated alias made by a function
    value: WireDecimal
    source: str
    day: int
    currency: WireCurrency | None
    supplier_id: WireUuid | None
    line_id: WireUuid | None


class CostingOut(WireOut):
    """What is assumed; version 0 while nobody has said anything."""

    rfq_id: WireUuid
    version: int
    annual_percent: WireDecimal
    rate_source: str
    customs_basis: wire_enum(CustomsBasis)  # type: ignore[valid-type]  # an Annotated alias made by a function
    import_vat_percent: WireDecimal | None
    domestic: bool
    incoterm: str
    incoterm_place: str
    costs: list[CostOut]

    @classmethod
    def of(cls, value: CostingContent) -> Self:
        """Return the answer for what is assumed."""
        row = value.row
        costs = [CostOut.model_validate(cost) for cost in value.costs]
        if row is None:
            blank = CostingIn().model_dump()
            return cls.model_validate({**blank, "rfq_id": value.rfq.id, "version": 0, "costs": costs})
        own = {name: getattr(row, name) for name in cls.model_fields if name not in ("costs", "version")}
        return cls.model_validate({**own, "version": row.version, "costs": costs})


class LandedOfferOut(WireOut):
    """One offer: ``unit_price`` as quoted; ``landed`` per unit in the comparison currency, present value.

    ``variant`` is 0 for a supplier's first offer and numbers its alternates.

    ``landed_total`` is the offered quantity × ``landed``, rounded. ``complete`` is false where a cost that the buyer
    pays is not stated: the figure is too low then, and not ranked.
    """

    quote_id: WireUuid
    unit_price: str
    landed: str
    landed_total: str
    complete: bool
    best: bool
    delta_percent: str | None
    flags: list[str]
    variant: int


class LandedCellOut(LandedOfferOut):
    """A supplier's first offer with what it offers besides."""

    others: list[LandedOfferOut]


class LandedRowOut(WireOut):
    """One need with its offers, in the order of the columns; null where a supplier made none."""

    line_id: WireUuid
    number: int
    best: str | None
    common: bool
    cells: list[LandedCellOut | None]


class LandedColumnOut(WireOut):
    """One supplier; ``rank`` ranks ``like_for_like``, the landed sum of the lines that all compared suppliers cover.

    ``unpriced`` are the legs without a stated cost; ``term_known`` is false where nobody named a delivery term.
    """

    supplier_id: WireUuid
    supplier: str
    quote_id: WireUuid
    currency: str
    landed_total: str
    covered: int
    like_for_like: str | None
    rank: int | None
    tied: bool
    term_known: bool
    unpriced: list[str]


class LandedOut(WireOut):
    """Needs × quotations on their landed cost."""

    rfq_id: WireUuid
    version: int
    costing_version: int
    currency: str
    lines: int
    common_lines: int
    equal_coverage: bool
    columns: list[LandedColumnOut]
    rows: list[LandedRowOut]

    @classmethod
    def of(cls, value: LandedComparison) -> "LandedOut":
        """Return the answer for a landed comparison; what the service made is trusted, not validated again."""
        landed, raw = value.comparison, value.compared.comparison
        return LandedOut.model_construct(
            rfq_id=value.compared.rfq.id,
            version=value.version,
            costing_version=value.costing.version,
            currency=landed.basis.currency.code,
            lines=len(landed.rows),
            common_lines=landed.common_lines,
            equal_coverage=landed.equal_coverage,
            columns=[
                _column(value, column, quoted) for column, quoted in zip(landed.columns, raw.columns, strict=True)
            ],
            rows=[_row(row, quoted) for row, quoted in zip(landed.rows, raw.rows, strict=True)],
        )


class FigureOut(WireOut):
    """A figure with its explanation: ``formula`` says how it is made of ``inputs``; a given one has a ``source``."""

    key: str
    name: str
    value: str
    measure: str
    formula: str
    source: str
    inputs: "list[FigureOut]"


class ExplainedOut(WireOut):
    """How the landed cost of one offer comes about; the figures are null where nobody named a delivery term.

    ``present`` is compared by; ``nominal`` is the same without discounting, ``cash`` with the recoverable tax.
    """

    rfq_id: WireUuid
    version: int
    line_id: WireUuid
    supplier_id: WireUuid
    currency: str
    complete: bool
    unpriced: list[str]
    present: FigureOut | None
    nominal: FigureOut | None
    cash: FigureOut | None
    customs_value: FigureOut | None

    @classmethod
    def of(cls, value: LandedFigure) -> "ExplainedOut":
        """Return the answer for one offer."""
        cost = value.cost
        return ExplainedOut.model_construct(
            rfq_id=value.landed.compared.rfq.id,
            version=value.version,
            line_id=value.row.need.line_id,
            supplier_id=value.column.supplier_id,
            currency=value.landed.comparison.basis.currency.code,
            complete=cost is not None and cost.complete,
            unpriced=[] if cost is None else [leg.value for leg in cost.unpriced],
            present=None if cost is None else _figure(cost.present),
            nominal=None if cost is None else _figure(cost.nominal),
            cash=None if cost is None else _figure(cost.cash),
            customs_value=None if cost is None or cost.customs_value is None else _figure(cost.customs_value),
        )


def _figure(figure: sourcing.Figure) -> FigureOut:
    return FigureOut.model_construct(
        key=str(figure.key),
        name=figure.name,
        value=decimal_text(sourcing.shown_value(figure, SHOWN_DIGITS)),
        measure=figure.measure.value,
        formula=figure.formula,
        source=figure.source,
        inputs=[_figure(one) for one in figure.inputs],
    )


def _column(value: LandedComparison, column: sourcing.Column, quoted: sourcing.Column) -> LandedColumnOut:
    supplier_id = column.supplier_id
    return LandedColumnOut.model_construct(
        supplier_id=supplier_id,
        supplier=column.supplier,
        quote_id=value.compared.quotes[supplier_id].id,
        currency=quoted.currency.code,
        landed_total=format(column.total.amount, "f"),
        covered=column.covered,
        like_for_like=None if column.like_for_like is None else format(column.like_for_like.amount, "f"),
        rank=column.place.rank if column.place else None,
        tied=column.place.tied if column.place else False,
        term_known=supplier_id not in value.landing.termless,
        unpriced=[leg.value for leg in value.landing.unpriced.get(supplier_id, ())],
    )


def _row(row: sourcing.Row, quoted: sourcing.Row) -> LandedRowOut:
    return LandedRowOut.model_construct(
        line_id=row.need.line_id,
        number=row.need.number,
        best=None if row.best_price is None else decimal_text(row.best_price.amount),
        common=row.common,
        cells=[
            LandedCellOut.model_construct(
                **offers[0], others=[LandedOfferOut.model_construct(**one) for one in offers[1:]]
            )
            if offers
            else None
            for offers in (_offers(row, quoted, place) for place in range(len(row.cells)))
        ],
    )


def _offers(row: sourcing.Row, quoted: sourcing.Row, place: int) -> list[dict[str, Any]]:
    """Return a supplier's offers to a line, the first one first."""
    return [_offer(cell, raw) for cell, raw in zip(row.choices(place), quoted.choices(place), strict=True)]


def _offer(cell: sourcing.Cell, raw: sourcing.Cell) -> dict[str, Any]:
    return {
        "quote_id": raw.offer.offer_id,
        "unit_price": decimal_text(raw.offer.unit_price.amount),
        "landed": decimal_text(cell.price.amount),
        "landed_total": format(cell.total.amount, "f"),
        "complete": not cell.offer.incomplete,
        "best": cell.best,
        "delta_percent": None if cell.delta_percent is None else format(cell.delta_percent, "f"),
        "flags": [flag.value for flag in cell.flags],
        "variant": cell.offer.variant,
    }
