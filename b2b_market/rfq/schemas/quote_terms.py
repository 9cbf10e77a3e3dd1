"""Wire shapes of what a quotation may say beyond its prices; every field may be left out."""

from typing import Annotated

from pydantic import Field

from b2b_market.infra.http.wires import LongText, OptionalText, WireDecimal, WireIn, WireOut, WireUuid, wire_enum
from b2b_market.rfq.commands.quotes import Alternate, Bundle, Instalment, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.rules.alternates import MAX_ALTERNATES, MAX_LEAD_DAYS
from b2b_market.rfq.rules.terms import MAX_BUNDLES, MAX_INSTALMENTS, MAX_PAY_DAYS, MAX_TIERS
from b2b_market.rfq.states import BundleKind, PayEvent, TaxBasis

UnitCode = Annotated[str, Field(pattern=r"^([A-Z0-9]{1,4})?$")]
CountryCode = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
IncotermCode = Annotated[str, Field(pattern=r"^([A-Z]{3})?$")]
Variant = Annotated[int, Field(ge=0, le=MAX_ALTERNATES)]
"""Which offer of a quotation to a line: 0 its first, from 1 on its alternates."""
PayDays = Annotated[int, Field(ge=0, le=MAX_PAY_DAYS)]


class PriceTierIn(WireIn):
    """The price of all units once at least ``from_quantity`` is taken."""

    from_quantity: WireDecimal
    unit_price: WireDecimal


class AlternateIn(WireIn):
    """What is offered to a line besides its first offer; quantity, minimum and multiple are the line's.

    So is the set-up cost where ``setup_cost`` is left out; 0 says that there is none.
    """

    alternative: LongText
    unit_price: WireDecimal | None = None
    specification: LongText = ""
    tiers: Annotated[tuple[PriceTierIn, ...], Field(max_length=MAX_TIERS, strict=False)] = ()
    lead_days: Annotated[int, Field(ge=0, le=MAX_LEAD_DAYS)] | None = None
    note: LongText = ""
    setup_cost: WireDecimal | None = None

    def to_alternate(self) -> Alternate:
        """Return the alternate."""
        return Alternate(
            alternative=self.alternative,
            unit_price=self.unit_price,
            specification=self.specification,
            tiers=tuple(PriceTier(tier.from_quantity, tier.unit_price) for tier in self.tiers),
            lead_days=self.lead_days,
            note=self.note,
            setup_cost=self.setup_cost,
        )


class LineTermsIn(WireIn):
    """What a quoted line may say besides its price."""

    tiers: Annotated[tuple[PriceTierIn, ...], Field(max_length=MAX_TIERS, strict=False)] = ()
    multiple_quantity: WireDecimal | None = None
    order_unit: UnitCode = ""
    setup_cost: WireDecimal | None = None
    alternative_specification: LongText = ""
    origin_country: CountryCode = ""
    capacity: WireDecimal | None = None
    alternates: Annotated[tuple[AlternateIn, ...], Field(max_length=MAX_ALTERNATES, strict=False)] = ()

    def to_terms(self) -> LineTerms:
        """Return the terms of the line."""
        return LineTerms(
            tiers=tuple(PriceTier(tier.from_quantity, tier.unit_price) for tier in self.tiers),
            multiple_quantity=self.multiple_quantity,
            order_unit=self.order_unit,
            setup_cost=self.setup_cost,
            alternative_specification=self.alternative_specification,
            origin_country=self.origin_country,
            capacity=self.capacity,
            alternates=tuple(one.to_alternate() for one in self.alternates),
        )


class InstalmentIn(WireIn):
    """A part of the amount, due so many calendar days after an event."""

    percent: WireDecimal
    event: wire_enum(PayEvent)  # type: ignore[valid-type]  # an Annotated alias made by a function
    days: PayDays = 0


class BundleIn(WireIn):
    """``together``: all these lines or none; ``discount``: ``percent`` off their sum if all are taken.

    No lines are all quoted lines.
    """

    kind: wire_enum(BundleKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    line_ids: Annotated[tuple[WireUuid, ...], Field(max_length=5000, strict=False)] = ()
    percent: WireDecimal | None = None


class QuoteTermsIn(WireIn):
    """What a whole quotation may say besides its prices."""

    tax_basis: wire_enum(TaxBasis) = TaxBasis.WITHOUT_TAX  # type: ignore[valid-type]  # an Annotated alias made by a function
    tax_percent: WireDecimal | None = None
    incoterm: IncotermCode = ""
    incoterm_place: OptionalText = ""
    freight: WireDecimal | None = None
    instalments: Annotated[tuple[InstalmentIn, ...], Field(max_length=MAX_INSTALMENTS, strict=False)] = ()
    early_pay_percent: WireDecimal | None = None
    early_pay_days: PayDays | None = None
    bundles: Annotated[tuple[BundleIn, ...], Field(max_length=MAX_BUNDLES, strict=False)] = ()
    capacity: WireDecimal | None = None
    capacity_unit: UnitCode = ""

    def to_terms(self) -> QuoteTerms:
        """Return the terms of the whole quotation."""
        return QuoteTerms(
            tax_basis=self.tax_basis,
            tax_percent=self.tax_percent,
            incoterm=self.incoterm,
            incoterm_place=self.incoterm_place,
            freight=self.freight,
            instalments=tuple(Instalment(part.percent, part.event, part.days) for part in self.instalments),
            early_pay_percent=self.early_pay_percent,
            early_pay_days=self.early_pay_days,
            bundles=tuple(Bundle(one.kind, one.line_ids, one.percent) for one in self.bundles),
            capacity=self.capacity,
            capacity_unit=self.capacity_unit,
        )


class PriceTierOut(WireOut):
    """A stored tier; its price is without tax."""

    from_quantity: str
    unit_price: str


class StatedOut(WireOut):
    """What the supplier wrote where the stored figures are derived from it; null where they are not."""

    unit_price: str | None
    setup_cost: str | None
    tiers: list[PriceTierOut] | None
    min_quantity: str | None
    multiple_quantity: str | None


class AlternateOut(WireOut):
    """A stored alternate; ``variant`` is the number by which it is picked, no ``setup_cost`` is that of the line."""

    variant: int
    alternative: str
    specification: str
    unit_price: str
    tiers: list[PriceTierOut]
    min_quantity: str | None
    lead_days: int | None
    note: str
    setup_cost: str | None
    stated: StatedOut | None


class LineTermsOut(WireOut):
    """What a stored line says besides its price: amounts without tax, quantities in the need's unit."""

    tiers: list[PriceTierOut]
    multiple_quantity: WireDecimal | None
    order_unit: str
    setup_cost: WireDecimal | None
    alternative_specification: str
    origin_country: str
    capacity: WireDecimal | None
    stated: StatedOut | None
    alternates: list[AlternateOut]


class InstalmentOut(WireOut):
    """A part of the amount, due so many calendar days after an event."""

    percent: str
    event: str
    days: int


class BundleOut(WireOut):
    """A condition over lines; no lines are all quoted lines."""

    kind: str
    line_ids: list[str]
    percent: str | None


class QuoteTermsOut(WireOut):
    """What a stored quotation says besides its prices; the freight is without tax."""

    tax_basis: wire_enum(TaxBasis)  # type: ignore[valid-type]  # an Annotated alias made by a function
    tax_percent: WireDecimal | None
    incoterm: str
    incoterm_place: str
    freight: WireDecimal | None
    stated_freight: WireDecimal | None
    instalments: list[InstalmentOut]
    early_pay_percent: WireDecimal | None
    early_pay_days: int | None
    bundles: list[BundleOut]
    capacity: WireDecimal | None
    capacity_unit: str


def stated_shape(stated: dict[str, object] | None) -> dict[str, object] | None:
    """Return every field of StatedOut, null where nothing else was written."""
    if stated is None:
        return None
    return {name: stated.get(name) for name in StatedOut.model_fields}
