"""What a quotation may say beyond its prices: terms of a line and of the whole, all of them optional."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.rfq.states import BundleKind, PayEvent, TaxBasis


@dataclass(frozen=True, slots=True)
class PriceTier:
    """The unit price of all units once at least ``from_quantity`` (in the need's unit) is taken."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """What a supplier offers to a line besides its first offer: another thing at its own price and time.

    Quantity, minimum, multiple, origin and capacity are those of the line, and so is the set-up cost where
    ``setup_cost`` is None; 0 says that there is none. ``unit_price`` may be None where ``tiers`` say it.
    """

    alternative: str
    unit_price: Decimal | None = None
    specification: str = ""
    tiers: tuple[PriceTier, ...] = ()
    lead_days: int | None = None
    note: str = ""
    setup_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """What one quoted line says besides its price; amounts on the quotation's tax basis and in its currency."""

    tiers: tuple[PriceTier, ...] = ()
    """All-units tiers; the one that applies at the offered quantity is the line's price."""
    multiple_quantity: Decimal | None = None
    """Only whole multiples of this are sold; in ``order_unit``."""
    order_unit: str = ""
    """The unit code that minimum and multiple count in; empty is the need's unit."""
    setup_cost: Decimal | None = None
    """What is charged once if anything of the line is ordered."""
    alternative_specification: str = ""
    """The specification of what is offered instead."""
    origin_country: str = ""
    """ISO 3166-1 alpha-2."""
    capacity: Decimal | None = None
    """The most that can be had of the line, in the need's unit."""
    alternates: tuple[Alternate, ...] = ()
    """What is offered besides, numbered from 1 on in this order."""


PLAIN_LINE = LineTerms()


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the amount that is due ``days`` calendar days after ``event``."""

    percent: Decimal
    event: PayEvent
    days: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """A condition over several lines: sold together only, or ``percent`` off their sum if all of them are taken.

    No lines at all are all quoted lines.
    """

    kind: BundleKind
    line_ids: tuple[UUID, ...] = ()
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteTerms:
    """What a whole quotation says besides its prices."""

    tax_basis: TaxBasis = TaxBasis.WITHOUT_TAX
    tax_percent: Decimal | None = None
    """The recoverable tax: contained in every amount, or added to it later, as ``tax_basis`` says."""
    incoterm: str = ""
    incoterm_place: str = ""
    freight: Decimal | None = None
    """What the supplier charges in all for the way to the named place, on top of the prices."""
    instalments: tuple[Instalment, ...] = ()
    early_pay_percent: Decimal | None = None
    early_pay_days: int | None = None
    """Whoever pays within so many days of the invoice takes ``early_pay_percent`` off."""
    bundles: tuple[Bundle, ...] = ()
    capacity: Decimal | None = None
    """The most that can be had in all, counted in ``capacity_unit`` over the lines that this unit can count."""
    capacity_unit: str = ""


PLAIN_QUOTE = QuoteTerms()


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """What a supplier answers to a criterion: a number, ``yes`` or ``no``, the answer chosen, or words."""

    key: str
    value: str
    file_ids: tuple[UUID, ...] = ()
    """Files of the own company that prove an answer in words."""


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """One file that proves an answer of a quotation."""

    quote_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class ExtendQuote:
    """Let a quotation hold longer, with everything else as it is: its last day is now ``valid_until``."""

    quote_id: UUID
    expected_version: int | None
    valid_until: date
