"""What operations of rounds, counter-offers and talks are asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Bargaining:
    """How far a request may be negotiated, as its suppliers read it: rounds in all, counter-offers of each side.

    Counter-offers are counted for each supplier over all rounds.
    """

    most_rounds: int = 3
    most_counters: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRound:
    """A further round for ``supplier_ids``, who go on for ``reason``, which the buyer's company alone reads.

    ``show_targets`` lets them read the target prices; ``note`` is for them.
    """

    rfq_id: UUID
    expected_version: int | None
    supplier_ids: tuple[UUID, ...]
    closes_at: datetime
    reason: str
    show_targets: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class CounterLineInput:
    """What is wanted of one quoted line; None leaves it. Amounts are in the quotation's currency, without tax.

    Prices are per unit and quantities in the unit of the need; a least quantity of zero is none.
    """

    line_id: UUID
    unit_price: Decimal | None = None
    lead_days: int | None = None
    min_quantity: Decimal | None = None
    setup_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterTerms:
    """What is wanted of the whole quotation; None leaves it.

    ``pay_days`` are the days of each part of its payment plan, in their order; of a quotation without a plan, the days
    after the invoice at which all of it is paid.
    """

    freight: Decimal | None = None
    valid_until: date | None = None
    early_pay_percent: Decimal | None = None
    early_pay_days: int | None = None
    pay_days: tuple[int, ...] | None = None


NO_TERMS = CounterTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCounter:
    """A counter-offer on a quotation; what it does not name stays as it is quoted.

    ``expected_version`` is the quotation's: whoever saw an older one looks again first.
    """

    quote_id: UUID
    expected_version: int | None
    expires_at: datetime
    lines: tuple[CounterLineInput, ...] = ()
    terms: CounterTerms = NO_TERMS
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecideCounter:
    """An answer to a counter-offer, or its maker's word that it does not hold any more; a no may say why."""

    counter_id: UUID
    expected_version: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadCounter:
    """One counter-offer by its id."""

    counter_id: UUID


@dataclass(frozen=True, slots=True)
class ReadNegotiation:
    """What a buyer and one supplier said to each other about a request."""

    rfq_id: UUID
    supplier_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """A message between the buyer and one supplier about a request or one of its lines, with files of the sender's."""

    rfq_id: UUID
    supplier_id: UUID
    text: str
    line_id: UUID | None = None
    file_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """One message by its id."""

    message_id: UUID
