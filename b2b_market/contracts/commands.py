"""What operations are asked for, already parsed, and what the choices in it are called."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest


class DisputeForum(StrEnum):
    """Who decides a dispute that the parties cannot settle."""

    BUYER_COURT = "buyer_court"
    SUPPLIER_COURT = "supplier_court"
    ARBITRATION = "arbitration"


class Tongue(StrEnum):
    """A language of the contract's text, and which one prevails where two are printed."""

    CHINESE = "zh"
    ENGLISH = "en"


class Printing(StrEnum):
    """In which languages a document is printed."""

    CHINESE = "zh"
    ENGLISH = "en"
    BOTH = "both"


class FileFormat(StrEnum):
    """What kind of file a document is."""

    PDF = "pdf"
    DOCX = "docx"


class ContractSource(StrEnum):
    """What a contract follows from."""

    RFQ = "rfq"
    TENDER = "tender"
    FRAMEWORK = "framework"
    """The agreement with one member of a tender's framework; its orders follow."""
    CALL_OFF = "call_off"
    """An order below a framework agreement."""


class PartyRole(StrEnum):
    """Which side of a contract a company is on."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A registration number with the scheme it belongs to (``uscc``, ``vat``, ``lei`` …); ``label`` names any other."""

    scheme: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company as it stands in the contract: copied at drafting, so that a later move does not change the text."""

    org_id: UUID
    name_zh: str = ""
    name_en: str = ""
    country: str = ""
    address: str = ""
    identifiers: tuple[Identifier, ...] = ()

    def name_in(self, language: str) -> str:
        """Return the name for readers of ``language``; a company with one name has it in every language."""
        chinese = language.lower().startswith("zh")
        return (self.name_zh or self.name_en) if chinese else (self.name_en or self.name_zh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the buyer may edit. ``governing_law`` is an ISO 3166-1 code; an empty text means not settled yet."""

    incoterm: str = ""
    incoterm_place: str = ""
    delivery_note: str = ""
    payment_terms: str = ""
    governing_law: str = ""
    dispute_forum: DisputeForum = DisputeForum.BUYER_COURT
    arbitration_body: str = ""
    prevailing_language: Tongue = Tongue.CHINESE
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealLine:
    """One awarded line: the need, how much of it, at the quoted price per unit without tax."""

    rfq_line_id: UUID
    item_name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    required_on: date | None = None
    delivery_place: str = ""
    item_code: str = ""
    specification: str = ""
    alternative: str = ""
    note: str = ""
    lead_days: int | None = None
    """The lead time quoted, in days."""


class ChargeKind(StrEnum):
    """What a contract charges beside its prices, in the order in which it is shown."""

    SETUP = "setup"
    FREIGHT = "freight"
    DISCOUNT = "discount"
    ROUNDING = "rounding"
    """What the rounded lines of the other buyers of a joint award leave of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealCharge:
    """What the award charges beside the prices; ``amount`` is rounded already, that of a discount is negative.

    ``rfq_line_ids`` are the awarded lines it is for, ``percent`` is that of a discount.
    """

    kind: ChargeKind
    rfq_line_ids: tuple[UUID, ...]
    amount: Decimal
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a framework agreement settles beside its prices: the ceiling of all its orders, its time, its members.

    ``rank`` is the supplier's among ``members``; orders are offered by rank unless they are decided ``by_competition``.
    """

    ceiling: Money
    starts_on: date
    ends_on: date
    rank: int
    members: int
    by_competition: bool
    answer_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What one supplier won in an award, by one revision of its quotation."""

    supplier: Party
    quote_id: UUID
    quote_number: str
    quote_revision: int
    currency: Currency
    terms: Terms
    lines: tuple[DealLine, ...]
    charges: tuple[DealCharge, ...] = ()
    agreed: Agreed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContracts:
    """An approved award, as the contracts that follow from it: one per supplier.

    ``rfq_id`` and ``rfq_number`` are those of the request, the tender or the framework agreement, as ``source`` says; a
    deal's quotation is then the bid or the call-off, and a line's ``rfq_line_id`` its lot.
    """

    award_id: UUID
    rfq_id: UUID
    rfq_number: str
    title: str
    buyer: Party
    deals: tuple[Deal, ...]
    source: ContractSource = ContractSource.RFQ


@dataclass(frozen=True, slots=True, kw_only=True)
class ReduceContract:
    """What the buyer cancelled of an award: ``deal`` is what its supplier keeps, None for nothing."""

    award_id: UUID
    supplier_id: UUID
    reason: str
    deal: Deal | None


@dataclass(frozen=True, slots=True)
class ReadContract:
    """One contract by its id."""

    contract_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContracts:
    """A page of the company's contracts, newest first: as buyer, as supplier, or both."""

    page: PageRequest = field(default_factory=PageRequest)
    status: StrEnum | None = None
    role: PartyRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTerms:
    """The whole new terms of a contract; they make a new edition."""

    contract_id: UUID
    expected_version: int | None
    terms: Terms


@dataclass(frozen=True, slots=True)
class ReleaseContract:
    """Show a draft to its supplier."""

    contract_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class VoidContract:
    """Withdraw a contract for good."""

    contract_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintContract:
    """The present edition as a file. ``site`` is the product's public address, printed for verification."""

    contract_id: UUID
    printing: Printing
    file_format: FileFormat
    site: str


@dataclass(frozen=True, slots=True)
class OrderFingerprint:
    """The fingerprints of the present edition, because a file was printed that has none."""

    contract_id: UUID


@dataclass(frozen=True, slots=True)
class VerifyEdition:
    """The fingerprints of one edition, by what the QR code of its documents says."""

    contract_id: UUID
    edition: int


@dataclass(frozen=True, slots=True)
class ClaimPrintJobs:
    """Up to ``batch`` editions whose fingerprints are due, leased to the caller."""

    batch: int


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One edition whose fingerprints are to be taken."""

    contract_id: UUID
    edition: int


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """The text of a leased job, to be printed outside any transaction."""

    job: PrintJob
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is kept of one printed file."""

    printing: Printing
    file_format: FileFormat
    sha256: bytes
    size: int
    pages: int
    missing_characters: str


@dataclass(frozen=True, slots=True)
class KeepFingerprints:
    """The fingerprints of a finished job."""

    job: PrintJob
    fingerprints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True)
class PrintFailed:
    """A job that could not be printed."""

    job: PrintJob
    error: str
