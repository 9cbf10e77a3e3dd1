"""Wire shapes of counter-offers and talks."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, WireDate, WireDecimal, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rfq.commands import rounds as commands
from b2b_market.rfq.models.bargaining import TalkMessage
from b2b_market.rfq.rules.quoting import MAX_LEAD_DAYS
from b2b_market.rfq.rules.terms import MAX_INSTALMENTS
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.talking import CounterContent, Negotiation, TalkSummary
from b2b_market.rfq.states import COUNTER_LIFECYCLE, CounterStatus, Side

Days = Annotated[int, Field(ge=0, le=MAX_LEAD_DAYS)]


class CounterLineIn(WireIn):
    """What is wanted of one quoted line; null leaves it.

    Amounts are in the quotation's currency, without tax; quantities in the unit of the need, a least quantity of zero
    is none.
    """

    line_id: WireUuid
    unit_price: WireDecimal | None = None
    lead_days: Days | None = None
    min_quantity: WireDecimal | None = None
    setup_cost: WireDecimal | None = None

    def to_input(self) -> commands.CounterLineInput:
        """Return the operation's input."""
        return commands.CounterLineInput(
            self.line_id, self.unit_price, self.lead_days, self.min_quantity, self.setup_cost
        )


class CounterTermsIn(WireIn):
    """What is wanted of the whole; null leaves it.

    ``pay_days`` are the days of each part of the quotation's payment plan, in their order; where it has none, the days
    after the invoice at which all of it is paid.
    """

    freight: WireDecimal | None = None
    valid_until: WireDate | None = None
    early_pay_percent: WireDecimal | None = None
    early_pay_days: Days | None = None
    pay_days: Annotated[tuple[Days, ...], Field(min_length=1, max_length=MAX_INSTALMENTS, strict=False)] | None = None

    def to_terms(self) -> commands.CounterTerms:
        """Return the operation's input."""
        return commands.CounterTerms(
            freight=self.freight,
            valid_until=self.valid_until,
            early_pay_percent=self.early_pay_percent,
            early_pay_days=self.early_pay_days,
            pay_days=self.pay_days,
        )


class CounterIn(WireIn):
    """A counter-offer; what it does not name stays as it is quoted. If-Match names the quotation's version."""

    lines: Annotated[tuple[CounterLineIn, ...], Field(max_length=5000, strict=False)] = ()
    terms: CounterTermsIn = CounterTermsIn()
    expires_at: WireTime
    note: LongText = ""

    def to_command(self, quote_id: UUID, expected_version: int | None) -> commands.MakeCounter:
        """Return the operation's input."""
        return commands.MakeCounter(
            quote_id=quote_id,
            expected_version=expected_version,
            lines=tuple(line.to_input() for line in self.lines),
            terms=self.terms.to_terms(),
            expires_at=self.expires_at,
            note=self.note,
        )


class DecisionIn(WireIn):
    """Why a counter-offer is declined; it may stay empty."""

    reason: LongText = ""


class MessageIn(WireIn):
    """A message to the other side; ``file_ids`` are files of the sender's company, shown to the other side."""

    text: Annotated[LongText, Field(min_length=4)]
    line_id: WireUuid | None = None
    file_ids: Annotated[tuple[WireUuid, ...], Field(max_length=10, strict=False)] = ()

    def to_command(self, rfq_id: UUID, supplier_id: UUID) -> commands.SendMessage:
        """Return the operation's input."""
        return commands.SendMessage(
            rfq_id=rfq_id, supplier_id=supplier_id, text=self.text, line_id=self.line_id, file_ids=self.file_ids
        )


class CounterLineOut(WireOut):
    """What a counter-offer says of one line; null stays as it is quoted."""

    line_id: WireUuid
    position: int
    unit_price: WireDecimal | None
    lead_days: int | None
    min_quantity: WireDecimal | None
    setup_cost: WireDecimal | None


class CounterTermsOut(WireOut):
    """What a counter-offer says of the whole; null stays as it is quoted."""

    freight: WireDecimal | None
    valid_until: WireDate | None
    early_pay_percent: WireDecimal | None
    early_pay_days: int | None
    pay_days: list[int] | None


class CounterSummaryOut(WireOut):
    """A counter-offer without its lines."""

    id: WireUuid
    version: int
    rfq_id: WireUuid
    supplier_id: WireUuid
    quote_id: WireUuid
    quote_revision: int
    round: int
    side: wire_enum(Side)  # type: ignore[valid-type]  # an Annotated alias made by a function
    status: wire_enum(CounterStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    currency: str
    note: str
    reason: str
    created_at: WireTime
    expires_at: WireTime
    decided_at: WireTime | None


class CounterOut(CounterSummaryOut):
    """A counter-offer."""

    lines: list[CounterLineOut]
    terms: CounterTermsOut
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: CounterContent) -> Self:
        """Return the answer for a counter-offer's content; the clock's own steps are nobody's to take."""
        steps = [
            step
            for step in COUNTER_LIFECYCLE.allowed(value.counter.status)
            if step in ("accept", "decline", "withdraw")
        ]
        terms = columns(value.counter, CounterTermsOut)
        own = {"lines": value.lines, "terms": terms, "allowed_steps": steps}
        return cls.model_validate({**columns(value.counter, cls, frozenset(own)), **own})


class MessageOut(WireOut):
    """Something that was said."""

    id: WireUuid
    rfq_id: WireUuid
    supplier_id: WireUuid
    line_id: WireUuid | None
    side: wire_enum(Side)  # type: ignore[valid-type]  # an Annotated alias made by a function
    author_id: WireUuid
    text: str
    file_ids: list[WireUuid]
    sent_at: WireTime

    @classmethod
    def of(cls, value: TalkMessage) -> Self:
        """Return the answer for a message."""
        own = {"sent_at": value.created_at}
        return cls.model_validate({**columns(value, cls, frozenset(own)), **own})


class TalkOut(WireOut):
    """A talk in a list: what waits for the reader."""

    supplier_id: WireUuid
    unread: int
    waiting_counter_id: WireUuid | None

    @classmethod
    def of(cls, value: TalkSummary) -> Self:
        """Return the answer for a talk."""
        waiting = value.waiting.id if value.waiting is not None else None
        return cls(supplier_id=value.supplier_id, unread=value.unread, waiting_counter_id=waiting)


class NegotiationOut(WireOut):
    """What a buyer and one supplier said to each other, the oldest first; ``open`` while messages may be sent."""

    rfq_id: WireUuid
    supplier_id: WireUuid
    side: wire_enum(Side)  # type: ignore[valid-type]  # an Annotated alias made by a function
    open: bool
    unread: int
    counters: list[CounterOut]
    messages: list[MessageOut]

    @classmethod
    def of(cls, value: Negotiation) -> Self:
        """Return the answer for a talk with all that was said in it."""
        return cls(
            rfq_id=value.rfq.id,
            supplier_id=value.supplier_id,
            side=value.side,
            open=value.open,
            unread=value.unread,
            counters=[CounterOut.of(counter) for counter in value.counters],
            messages=[MessageOut.of(message) for message in value.messages],
        )
