"""What contracts look like on the wire, as JSON and as files."""

from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from b2b_market.contracts.commands import (
    ChargeKind,
    ContractSource,
    DisputeForum,
    EditTerms,
    FileFormat,
    PartyRole,
    Printing,
    Terms,
    Tongue,
    VoidContract,
)
from b2b_market.contracts.documents.files import PrintedFile
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.http.downloads import saved, shown
from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
    OptionalText,
    ShortText,
    WireDate,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)

Incoterm = Annotated[str, Field(pattern=r"^([A-Z]{3})?$", description="A rule of Incoterms 2020, or empty")]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$", description="An ISO 3166-1 code, or empty")]


class TermsIn(WireIn):
    """The whole terms of a contract; an empty text means not settled yet."""

    incoterm: Incoterm
    incoterm_place: OptionalText
    delivery_note: LongText
    payment_terms: LongText
    governing_law: Country
    dispute_forum: wire_enum(DisputeForum)  # type: ignore[valid-type]  # an Annotated alias made by a function
    arbitration_body: OptionalText
    prevailing_language: wire_enum(Tongue)  # type: ignore[valid-type]  # an Annotated alias made by a function
    notes: LongText

    def to_command(self, contract_id: UUID, expected_version: int | None) -> EditTerms:
        """Return the operation's input."""
        return EditTerms(contract_id=contract_id, expected_version=expected_version, terms=Terms(**self.model_dump()))


class VoidIn(WireIn):
    """Why a contract is withdrawn; the supplier reads it where it has seen the contract."""

    reason: ShortText

    def to_command(self, contract_id: UUID, expected_version: int | None) -> VoidContract:
        """Return the operation's input."""
        return VoidContract(contract_id, expected_version, self.reason)


class IdentifierOut(WireOut):
    """A registration number."""

    scheme: str
    label: str
    value: str


class PartyOut(WireOut):
    """A company as it stands in the contract."""

    org_id: WireUuid
    name_zh: str
    name_en: str
    country: str
    address: str
    identifiers: tuple[IdentifierOut, ...]


class TermsOut(WireOut):
    """The terms of the present edition."""

    incoterm: str
    incoterm_place: str
    delivery_note: str
    payment_terms: str
    governing_law: str
    dispute_forum: DisputeForum
    arbitration_body: str
    prevailing_language: Tongue
    notes: str


class LineOut(WireOut):
    """One line of goods; prices are per unit and without tax."""

    id: WireUuid
    position: int
    rfq_line_id: WireUuid
    item_name: str
    item_code: str
    specification: str
    alternative: str
    note: str
    quantity: WireDecimal
    unit: str
    unit_price: MoneyWire
    amount: MoneyWire
    required_on: WireDate | None
    lead_days: int | None
    delivery_place: str


class ChargeOut(WireOut):
    """What is charged beside the prices of ``lines`` (positions); the amount of a discount is negative."""

    kind: ChargeKind
    lines: tuple[int, ...]
    percent: WireDecimal | None
    amount: MoneyWire


class DocumentOut(WireOut):
    """The fingerprint of one printed file: SHA-256 in hexadecimal. ``pages`` is 0 for DOCX."""

    id: WireUuid
    edition: int
    printing: Printing
    file_format: FileFormat
    sha256: str
    size: int
    pages: int
    missing_characters: str
    created_at: WireTime


class OpenPointOut(WireOut):
    """A term that is not settled yet."""

    pointer: str
    code: str


class SummaryOut(WireOut):
    """One contract in a list."""

    id: WireUuid
    number: str
    version: int
    role: PartyRole
    status: ContractStatus
    edition: int
    rfq_id: WireUuid
    rfq_number: str
    title: str
    total: MoneyWire
    line_count: int
    buyer: PartyOut
    supplier: PartyOut
    created_at: WireTime
    changed_at: WireTime


class AgreedOut(WireOut):
    """What a framework agreement settles beside its prices; ``rank`` is the supplier's among ``members``."""

    ceiling: MoneyWire
    starts_on: WireDate
    ends_on: WireDate
    rank: int
    members: int
    by_competition: bool
    answer_hours: int


class ContractOut(WireOut):
    """A whole contract as one of its parties sees it."""

    id: WireUuid
    number: str
    version: int
    role: PartyRole
    status: ContractStatus
    edition: int
    edition_at: WireTime
    award_id: WireUuid
    rfq_id: WireUuid
    rfq_number: str
    quote_id: WireUuid
    quote_number: str
    quote_revision: int
    title: str
    total: MoneyWire
    buyer: PartyOut
    supplier: PartyOut
    terms: TermsOut
    lines: tuple[LineOut, ...]
    charges: tuple[ChargeOut, ...]
    documents: tuple[DocumentOut, ...]
    allowed_steps: tuple[str, ...]
    open_points: tuple[OpenPointOut, ...]
    created_at: WireTime
    released_at: WireTime | None
    void_reason: str | None
    source: ContractSource
    agreed: AgreedOut | None


class VerificationOut(WireOut):
    """The fingerprints of one edition, for anybody."""

    contract_id: WireUuid
    edition: int
    documents: tuple[DocumentOut, ...]


def file_response(printed: PrintedFile, *, inline: bool) -> Response:
    """Wrap a printed contract: to be shown by the browser's own PDF reader, or saved under its name."""
    answer = shown(printed) if inline and printed.file_format is FileFormat.PDF else saved(printed)
    answer.headers["ETag"] = f'"{printed.fingerprint().sha256.hex()}"'
    return answer
