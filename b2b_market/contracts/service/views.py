"""What operations return: frozen values, the rows stay inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.contracts.commands import (
    Agreed,
    ChargeKind,
    ContractSource,
    FileFormat,
    Identifier,
    Party,
    PartyRole,
    Printing,
    Terms,
)
from b2b_market.contracts.documents.sheet import Sheet, SheetCharge, SheetLine
from b2b_market.contracts.models import Contract, ContractDocument, ContractLine
from b2b_market.contracts.rules.drafting import read_agreed
from b2b_market.contracts.rules.terms import open_points
from b2b_market.contracts.states import LIFECYCLE, ContractStatus
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError
from b2b_market.rbac.actor import Scope


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of goods."""

    id: UUID
    position: int
    rfq_line_id: UUID
    item_name: str
    item_code: str
    specification: str
    alternative: str
    note: str
    quantity: Decimal
    unit: str
    unit_price: Money
    amount: Money
    required_on: date | None
    lead_days: int | None
    delivery_place: str


@dataclass(frozen=True, slots=True)
class ChargeView:
    """What is charged beside the prices of ``lines`` (positions); the amount of a discount is negative."""

    kind: ChargeKind
    lines: tuple[int, ...]
    percent: Decimal | None
    amount: Money


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The fingerprint of one printed file."""

    id: UUID
    edition: int
    printing: Printing
    file_format: FileFormat
    sha256: str
    size: int
    pages: int
    missing_characters: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryView:
    """One contract in a list; ``role`` is the reader's side of it."""

    id: UUID
    number: str
    version: int
    role: PartyRole
    status: ContractStatus
    edition: int
    rfq_id: UUID
    rfq_number: str
    title: str
    total: Money
    line_count: int
    buyer: Party
    supplier: Party
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ContractView:
    """A whole contract as one of its parties sees it; ``allowed_steps`` and ``open_points`` are the buyer's."""

    id: UUID
    number: str
    version: int
    role: PartyRole
    status: ContractStatus
    edition: int
    edition_at: datetime
    award_id: UUID
    rfq_id: UUID
    rfq_number: str
    quote_id: UUID
    quote_number: str
    quote_revision: int
    title: str
    total: Money
    buyer: Party
    supplier: Party
    terms: Terms
    lines: tuple[LineView, ...]
    charges: tuple[ChargeView, ...]
    documents: tuple[DocumentView, ...]
    allowed_steps: tuple[str, ...]
    open_points: tuple[FieldError, ...]
    created_at: datetime
    released_at: datetime | None
    void_reason: str | None
    source: ContractSource
    agreed: Agreed | None


def summary_view(row: Contract, scope: Scope) -> SummaryView:
    """Return a contract as a line of a list."""
    return SummaryView(
        row.id,
        row.number,
        row.version,
        role_of(row, scope),
        row.status,
        row.edition,
        row.rfq_id,
        row.rfq_number,
        row.title,
        total_of(row),
        row.line_count,
        read_party(row.buyer),
        read_party(row.supplier),
        row.created_at,
        row.changed_at,
    )


def contract_view(
    row: Contract, lines: Sequence[ContractLine], documents: Sequence[ContractDocument], scope: Scope
) -> ContractView:
    """Return the whole contract for the reader of ``scope``."""
    role = role_of(row, scope)
    own = role is PartyRole.BUYER
    terms = terms_of(row)
    return ContractView(
        row.id,
        row.number,
        row.version,
        role,
        row.status,
        row.edition,
        row.edition_at,
        row.award_id,
        row.rfq_id,
        row.rfq_number,
        row.quote_id,
        row.quote_number,
        row.quote_revision,
        row.title,
        total_of(row),
        read_party(row.buyer),
        read_party(row.supplier),
        terms,
        tuple(line_view(line, row.currency) for line in lines),
        tuple(ChargeView(*charge) for charge in charges_of(row)),
        tuple(document_view(document) for document in documents),
        LIFECYCLE.allowed(row.status) if own else (),
        open_points(terms, places_of(row, lines)) if own else (),
        row.created_at,
        row.released_at,
        row.void_reason,
        row.source,
        read_agreed(row.agreed),
    )


def places_of(row: Contract, lines: Sequence[ContractLine]) -> list[str]:
    """Return the places of delivery that the lines name; a framework agreement leaves them to its orders."""
    return [] if row.source is ContractSource.FRAMEWORK else [line.delivery_place for line in lines]


def line_view(line: ContractLine, currency: str) -> LineView:
    """Return one line."""
    money = Currency(currency)
    return LineView(
        line.id,
        line.position,
        line.rfq_line_id,
        line.item_name,
        line.item_code,
        line.specification,
        line.alternative,
        line.note,
        line.quantity,
        line.unit,
        Money(line.unit_price, money),
        Money(line.amount, money).rounded(),
        line.required_on,
        line.lead_days,
        line.delivery_place,
    )


def charges_of(row: Contract) -> Sequence[tuple[ChargeKind, tuple[int, ...], Decimal | None, Money]]:
    """Return kind, line positions, percentage and amount of what is charged beside the prices."""
    currency = Currency(row.currency)
    return [
        (
            ChargeKind(one["kind"]),
            tuple(one["lines"]),
            None if one["percent"] is None else Decimal(one["percent"]),
            Money(Decimal(one["amount"]), currency).rounded(),
        )
        for one in row.charges
    ]


def document_view(row: ContractDocument) -> DocumentView:
    """Return one fingerprint; the hash in hexadecimal, as tools print it."""
    return DocumentView(
        row.id,
        row.edition,
        row.printing,
        row.file_format,
        row.sha256.hex(),
        row.size,
        row.pages,
        row.missing_characters,
        row.created_at,
    )


def sheet_of(row: Contract, lines: Sequence[ContractLine], site: str) -> Sheet:
    """Return what the documents of the present edition say."""
    currency = Currency(row.currency)
    return Sheet(
        contract_id=row.id,
        number=row.number,
        edition=row.edition,
        edition_at=row.edition_at,
        rfq_number=row.rfq_number,
        quote_number=row.quote_number,
        quote_revision=row.quote_revision,
        title=row.title,
        total=total_of(row),
        buyer=read_party(row.buyer),
        supplier=read_party(row.supplier),
        terms=terms_of(row),
        source=row.source,
        agreed=read_agreed(row.agreed),
        lines=tuple(_sheet_line(line, currency) for line in lines),
        site=site,
        charges=tuple(
            SheetCharge(kind=kind, lines=places, percent=percent, amount=amount)
            for kind, places, percent, amount in charges_of(row)
        ),
    )


def _sheet_line(line: ContractLine, currency: Currency) -> SheetLine:
    return SheetLine(
        position=line.position,
        item_name=line.item_name,
        item_code=line.item_code,
        specification=line.specification,
        alternative=line.alternative,
        note=line.note,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=Money(line.unit_price, currency),
        amount=Money(line.amount, currency).rounded(),
        required_on=line.required_on,
        lead_days=line.lead_days,
        delivery_place=line.delivery_place,
    )


def role_of(row: Contract, scope: Scope) -> PartyRole:
    """Return the reader's side."""
    return PartyRole.BUYER if row.buyer_id in scope.org_ids else PartyRole.SUPPLIER


def total_of(row: Contract) -> Money:
    """Return the sum of the lines and charges; a column keeps four decimals, money as many as its currency has."""
    return Money(row.total, Currency(row.currency)).rounded()


def terms_of(row: Contract) -> Terms:
    """Return the terms as the row holds them."""
    return Terms(**{name: getattr(row, name) for name in Terms.__dataclass_fields__})


def put_terms(row: Contract, terms: Terms) -> None:
    """Write the terms into the row."""
    for name in Terms.__dataclass_fields__:
        setattr(row, name, getattr(terms, name))


def write_party(party: Party) -> dict[str, Any]:
    """Return a party as the row keeps it."""
    return {
        "org_id": str(party.org_id),
        "name_zh": party.name_zh,
        "name_en": party.name_en,
        "country": party.country,
        "address": party.address,
        "identifiers": [
            {"scheme": item.scheme, "value": item.value, "label": item.label} for item in party.identifiers
        ],
    }


def read_party(stored: Mapping[str, Any]) -> Party:
    """Return the party that :func:`write_party` wrote."""
    return Party(
        org_id=UUID(stored["org_id"]),
        name_zh=stored["name_zh"],
        name_en=stored["name_en"],
        country=stored["country"],
        address=stored["address"],
        identifiers=tuple(Identifier(**item) for item in stored["identifiers"]),
    )
