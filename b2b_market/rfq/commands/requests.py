"""What operations are asked for, already parsed: quantities with units, money with currency, aware times."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.quantity import Quantity
from b2b_market.rfq.commands.needs import PLAIN_NEED, NeedTerms
from b2b_market.rfq.commands.quotes import PLAIN_LINE, PLAIN_QUOTE, CriterionAnswer, LineTerms, QuoteTerms
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.states import Disclosure, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """One need. ``target_price`` is per unit in the request's currency and never shown to suppliers."""

    item_name: str
    quantity: Quantity
    required_on: date
    delivery_place: str
    item_code: str = ""
    specification: str = ""
    note: str = ""
    target_price: Decimal | None = None
    terms: NeedTerms = PLAIN_NEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The commercial frame that the request asks for; free text where the buyer leaves it open.

    ``currencies`` are the codes that quotations may be in, none for any. ``validity_days`` is how many days after the
    deadline their prices must hold.
    """

    payment_terms: str = ""
    incoterm: str = ""
    incoterm_place: str = ""
    currencies: tuple[str, ...] = ()
    validity_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRfq:
    """A new request. ``estimate`` is the hidden estimate in ``currency`` that approval limits are held against."""

    title: str
    currency: Currency
    closes_at: datetime | None = None
    enquiry_ends_at: datetime | None = None
    """Until when suppliers may ask; None is half of the time they have to quote."""
    description: str = ""
    sealed: bool = False
    visibility: Visibility = Visibility.INVITED
    bargaining: Bargaining = field(default_factory=Bargaining)
    disclosure: Disclosure = Disclosure.NOTHING
    """What a supplier may see of the others' quotations while quotations are taken; of sealed ones nothing."""
    estimate: Decimal | None = None
    terms: Terms = field(default_factory=Terms)
    lines: tuple[LineInput, ...] = ()
    supplier_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRfq:
    """The whole new content of a draft; lines and invitations are replaced."""

    rfq_id: UUID
    expected_version: int | None
    content: DraftRfq


@dataclass(frozen=True, slots=True)
class StepRfq:
    """A step of one request that needs nothing but its version."""

    rfq_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ReasonedStep:
    """A step of one request that must say why."""

    rfq_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReadEdition:
    """One version of a published request by its number."""

    rfq_id: UUID
    edition: int


@dataclass(frozen=True, slots=True)
class CompareEditions:
    """What changed from one version of a published request to another."""

    rfq_id: UUID
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ReadRfq:
    """One request by its id."""

    rfq_id: UUID


class ExportFormat(StrEnum):
    """What kind of file a comparison is taken out as."""

    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ExportComparison:
    """A request's comparison as a file."""

    rfq_id: UUID
    file_format: ExportFormat


class RfqOrder(StrEnum):
    """How a list of requests is sorted."""

    NEWEST = "newest"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRfqs:
    """A page of the company's own requests."""

    page: PageRequest = field(default_factory=PageRequest)
    status: StrEnum | None = None
    text: str = ""
    order: RfqOrder = RfqOrder.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvitations:
    """A page of the requests that the company is invited to quote on, newest first."""

    page: PageRequest = field(default_factory=PageRequest)
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class InviteSupplier:
    """One more supplier for a draft or published request."""

    rfq_id: UUID
    supplier_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class DeclineInvitation:
    """A supplier's answer that it will not quote."""

    rfq_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class IntendToQuote:
    """A supplier's answer that it is going to quote."""

    rfq_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLineInput:
    """The price of one need: per unit of the need, in the quotation's currency, on its tax basis.

    ``unit_price`` may be None where ``terms`` have tiers: then it is the one that applies at the offered quantity.
    """

    line_id: UUID
    unit_price: Decimal | None
    quantity: Decimal | None = None
    """Offered quantity in the need's unit; None means the whole need."""
    lead_days: int | None = None
    min_quantity: Decimal | None = None
    alternative: str = ""
    """What is offered instead, where it is not what was asked for."""
    note: str = ""
    terms: LineTerms = PLAIN_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitQuote:
    """A supplier's whole quotation, or its next revision: every line it quotes, each once."""

    rfq_id: UUID
    currency: Currency
    valid_until: date
    lines: tuple[QuoteLineInput, ...]
    expected_version: int | None = None
    """The version of the live quotation that this one replaces; None for the first."""
    payment_terms: str = ""
    note: str = ""
    rfq_edition: int = 1
    """The version of the request that the supplier had before it; who names none knows of no amendment."""
    terms: QuoteTerms = PLAIN_QUOTE
    answers: tuple[CriterionAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmQuote:
    """Let a quotation stand unchanged for the version ``rfq_edition`` of the request."""

    quote_id: UUID
    expected_version: int | None
    rfq_edition: int


@dataclass(frozen=True, slots=True)
class WithdrawQuote:
    """Take a quotation back before the deadline."""

    quote_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ReadQuote:
    """One quotation by its id."""

    quote_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion:
    """A supplier's question about a whole request, or about one of its lines."""

    rfq_id: UUID
    text: str
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReplyToQuestion:
    """What the buyer says to a question: the answer that every supplier reads, or why there is none."""

    question_id: UUID
    expected_version: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """One question by its id."""

    question_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardPick:
    """Give ``quantity`` of one need (None: all of it) to one quotation: its first offer, or an alternate."""

    line_id: UUID
    quote_id: UUID
    quantity: Decimal | None = None
    variant: int = 0


class Rest(StrEnum):
    """What becomes of the needs that an award leaves open."""

    NONE = "none"
    """Nothing may be left open."""
    LATER = "later"
    """Another award follows."""
    LEAVE = "leave"
    """They stay unawarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAward:
    """An award by line, and what becomes of what it leaves open."""

    rfq_id: UUID
    expected_version: int | None
    picks: tuple[AwardPick, ...]
    rest: Rest = Rest.NONE
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DecideAward:
    """An approver's decision on a proposed award; ``reason`` is needed to return it."""

    award_id: UUID
    expected_version: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadAward:
    """One award by its id."""

    award_id: UUID
