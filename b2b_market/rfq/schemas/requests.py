"""Wire shapes of requests and invitations."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import (
    LongText,
    OptionalText,
    ShortText,
    WireCurrency,
    WireDate,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.requests import RfqOrder
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.queries.requests import InvitedRfq
from b2b_market.rfq.rules.breaks import MAX_BREAKS
from b2b_market.rfq.rules.needs import MAX_ATTRIBUTES, MAX_CURRENCIES, MAX_VALIDITY_DAYS
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RFQ_LIFECYCLE, Disclosure, RfqStatus, Visibility

UnitCode = Annotated[str, Field(min_length=1, max_length=3, pattern=r"^[A-Z0-9]{1,3}$")]
IncotermCode = Annotated[str, Field(pattern=r"^([A-Z]{3})?$", max_length=3)]


class AttributeIn(WireIn):
    """A property that the goods must have."""

    name: ShortText
    value: ShortText


class LineIn(WireIn):
    """One need; ``unit`` is a UN/ECE Rec 20 code, ``target_price`` per unit in the request's currency.

    ``incoterm`` with its place counts for the line instead of the request's; ``substitutes`` is whether anything else
    than what is specified may be offered; ``breaks`` are the rising quantities from which a price each is wanted.
    """

    item_name: ShortText
    quantity: WireDecimal
    unit: UnitCode
    required_on: WireDate
    delivery_place: ShortText
    item_code: OptionalText = ""
    specification: LongText = ""
    note: LongText = ""
    target_price: WireDecimal | None = None
    category: OptionalText = ""
    attributes: Annotated[tuple[AttributeIn, ...], Field(max_length=MAX_ATTRIBUTES, strict=False)] = ()
    incoterm: IncotermCode = ""
    incoterm_place: OptionalText = ""
    substitutes: bool = True
    breaks: Annotated[tuple[WireDecimal, ...], Field(max_length=MAX_BREAKS, strict=False)] = ()

    def to_command(self) -> commands.LineInput:
        """Return the operation's input; UnknownUnit is refused."""
        return commands.LineInput(
            item_name=self.item_name,
            quantity=Quantity(self.quantity, unit(self.unit)),
            required_on=self.required_on,
            delivery_place=self.delivery_place,
            item_code=self.item_code,
            specification=self.specification,
            note=self.note,
            target_price=self.target_price,
            terms=NeedTerms(
                category=self.category,
                attributes=tuple(Attribute(one.name, one.value) for one in self.attributes),
                incoterm=self.incoterm,
                incoterm_place=self.incoterm_place,
                substitutes=self.substitutes,
                breaks=self.breaks,
            ),
        )


class TermsIn(WireIn):
    """The commercial frame; an Incoterm needs its place.

    ``currencies`` are those that quotations may be in, none for any; ``validity_days`` is how many days after the
    deadline they must hold.
    """

    payment_terms: LongText = ""
    incoterm: IncotermCode = ""
    incoterm_place: OptionalText = ""
    currencies: Annotated[tuple[WireCurrency, ...], Field(max_length=MAX_CURRENCIES, strict=False)] = ()
    validity_days: Annotated[int, Field(ge=1, le=MAX_VALIDITY_DAYS)] | None = None

    def to_terms(self) -> commands.Terms:
        """Return the operation's input."""
        return commands.Terms(
            payment_terms=self.payment_terms,
            incoterm=self.incoterm,
            incoterm_place=self.incoterm_place,
            currencies=tuple(currency.code for currency in self.currencies),
            validity_days=self.validity_days,
        )


class RfqIn(WireIn):
    """A whole request: its content replaces a draft's."""

    title: ShortText
    currency: WireCurrency
    closes_at: WireTime | None = None
    enquiry_ends_at: WireTime | None = None
    description: LongText = ""
    sealed: bool = False
    visibility: wire_enum(Visibility) = Visibility.INVITED  # type: ignore[valid-type]  # an Annotated alias made by a function
    most_rounds: Annotated[int, Field(ge=1, le=10)] = 3
    """Rounds in all, and counter-offers of each side to the other: fixed at publication, suppliers read both."""
    most_counters: Annotated[int, Field(ge=0, le=20)] = 3
    disclosure: wire_enum(Disclosure) = Disclosure.NOTHING  # type: ignore[valid-type]  # an Annotated alias made by a function
    """What a supplier that has quoted may see of the others' quotations while quotations are taken."""
    estimate: WireDecimal | None = None
    terms: TermsIn = TermsIn()
    lines: Annotated[tuple[LineIn, ...], Field(max_length=5000, strict=False)] = ()
    supplier_ids: Annotated[tuple[WireUuid, ...], Field(max_length=200, strict=False)] = ()

    def to_command(self) -> commands.DraftRfq:
        """Return the operation's input."""
        return commands.DraftRfq(
            title=self.title,
            currency=self.currency,
            closes_at=self.closes_at,
            enquiry_ends_at=self.enquiry_ends_at,
            description=self.description,
            sealed=self.sealed,
            visibility=self.visibility,
            bargaining=Bargaining(self.most_rounds, self.most_counters),
            disclosure=self.disclosure,
            estimate=self.estimate,
            terms=self.terms.to_terms(),
            lines=tuple(line.to_command() for line in self.lines),
            supplier_ids=self.supplier_ids,
        )


class RfqQuery(BaseModel):
    """How a list of requests is filtered, sorted and paged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: RfqStatus | None = None
    text: Annotated[str, Field(max_length=100)] = ""
    order: RfqOrder = RfqOrder.NEWEST
    limit: Annotated[int | None, Field(ge=1, le=200)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None

    def to_command(self) -> commands.ListRfqs:
        """Return the operation's input; MalformedRequest for a cursor of another list."""
        page = page_request(self.limit, self.cursor)
        return commands.ListRfqs(page=page, status=self.status, text=self.text, order=self.order)


class InvitationQuery(BaseModel):
    """How a list of invitations is filtered and paged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open_only: bool = False
    limit: Annotated[int | None, Field(ge=1, le=200)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None

    def to_command(self) -> commands.ListInvitations:
        """Return the operation's input; MalformedRequest for a cursor of another list."""
        return commands.ListInvitations(page=page_request(self.limit, self.cursor), open_only=self.open_only)


class ReasonIn(WireIn):
    """Why a step is taken; the people concerned read it."""

    reason: Annotated[LongText, Field(min_length=1)]


class InviteIn(WireIn):
    """Which company to invite."""

    supplier_id: WireUuid


class AttributeOut(WireOut):
    """A property that the goods must have."""

    name: str
    value: str


class LineOut(WireOut):
    """One need as stored; ``target_price`` is null for everybody but the buyer."""

    id: WireUuid
    position: int
    item_name: str
    item_code: str
    specification: str
    quantity: WireDecimal
    unit: str
    required_on: WireDate
    delivery_place: str
    note: str
    target_price: WireDecimal | None
    category: str
    attributes: list[AttributeOut]
    incoterm: str
    incoterm_place: str
    substitutes: bool
    breaks: list[str]


class InvitationOut(WireOut):
    """A supplier at a request, how it came there, and what it has done."""

    supplier_id: WireUuid
    origin: str
    status: str
    viewed_at: WireTime | None
    answered_at: WireTime | None
    decline_reason: str | None
    quoted_edition: int | None
    last_round: int


class RfqSummaryOut(WireOut):
    """A request in a list."""

    id: WireUuid
    version: int
    number: str
    title: str
    status: wire_enum(RfqStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    sealed: bool
    visibility: wire_enum(Visibility)  # type: ignore[valid-type]  # an Annotated alias made by a function
    currency: str
    line_count: int
    buyer_id: WireUuid
    closes_at: WireTime | None
    published_at: WireTime | None
    created_at: WireTime
    edition: int
    binding_edition: int
    round: int
    most_rounds: int
    most_counters: int
    disclosure: wire_enum(Disclosure)  # type: ignore[valid-type]  # an Annotated alias made by a function


class InvitedRfqOut(RfqSummaryOut):
    """A request that the company is invited to, with its own invitation's status."""

    invitation_status: str

    @classmethod
    def of(cls, value: InvitedRfq) -> Self:
        """Return the answer for an invitation."""
        own = {"invitation_status": value.invitation.status.value}
        return cls.model_validate({**columns(value.rfq, cls, frozenset(own)), **own})


class RfqOut(RfqSummaryOut):
    """A request as the caller's side sees it."""

    description: str
    payment_terms: str
    incoterm: str
    incoterm_place: str
    currencies: list[str]
    validity_days: int | None
    enquiry_ends_at: WireTime | None
    reason: str | None
    estimate: WireDecimal | None
    lines: list[LineOut]
    invitations: list[InvitationOut]
    onlookers: int
    own_invitation: InvitationOut | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: RfqContent) -> Self:
        """Return the answer for a request's content."""
        own = {
            "estimate": value.estimate,
            "lines": [
                {**columns(line, LineOut, {"target_price"}), "target_price": value.targets.get(line.id)}
                for line in value.lines
            ],
            "invitations": value.invitations,
            "onlookers": value.onlookers,
            "own_invitation": value.own_invitation,
            "allowed_steps": RFQ_LIFECYCLE.allowed(value.rfq.status),
        }
        return cls.model_validate({**columns(value.rfq, cls, frozenset(own)), **own})
