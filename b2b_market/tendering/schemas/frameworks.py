"""Wire shapes of framework agreements and call-offs."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import (
    LongText,
    ShortText,
    WireDate,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.tendering.commands import frameworks as commands
from b2b_market.tendering.models.frameworks import CallOff, CallOffOffer, Framework, FrameworkItem, FrameworkMember
from b2b_market.tendering.service.frameworks import CallOffView, FrameworkView
from b2b_market.tendering.service.framing import TermsView
from b2b_market.tendering.states.frameworks import (
    CALL_OFF_LIFECYCLE,
    FRAMEWORK_LIFECYCLE,
    CallOffMode,
    CallOffStatus,
    FrameworkStatus,
    OfferStatus,
)


class CeilingIn(WireIn):
    """A lot's ceiling: an amount in the tender's currency; of each item a quantity or null, or no quantities at all."""

    amount: WireDecimal
    quantities: Annotated[tuple[WireDecimal | None, ...], Field(max_length=500, strict=False)] = ()


class FrameworkTermsIn(WireIn):
    """What a draft's awards conclude: at most ``members`` by lot, for ``months``; a ceiling for each lot in order."""

    members: Annotated[int, Field(ge=1, le=20)]
    months: Annotated[int, Field(ge=1, le=96)]
    mode: wire_enum(CallOffMode)  # type: ignore[valid-type]  # an Annotated alias made by a function
    ceilings: Annotated[tuple[CeilingIn, ...], Field(max_length=200, strict=False)]
    answer_hours: Annotated[int, Field(ge=1, le=240)] = 48

    def to_command(self, tender_id: UUID, expected_version: int | None) -> commands.SetFrameworkTerms:
        """Return the operation's input."""
        return commands.SetFrameworkTerms(
            tender_id=tender_id,
            expected_version=expected_version,
            members=self.members,
            months=self.months,
            mode=self.mode,
            answer_hours=self.answer_hours,
            ceilings=tuple(commands.LotCeiling(one.amount, one.quantities) for one in self.ceilings),
        )


class LineIn(WireIn):
    """How much of the item at ``position`` is needed, when and where."""

    position: Annotated[int, Field(ge=1, le=500)]
    quantity: WireDecimal
    required_on: WireDate
    delivery_place: ShortText

    def to_command(self) -> commands.CallOffLine:
        """Return the operation's input."""
        names = ("position", "quantity", "required_on", "delivery_place")
        return commands.CallOffLine(**{name: getattr(self, name) for name in names})


class CallOffIn(WireIn):
    """An order at the framework's prices."""

    lines: Annotated[tuple[LineIn, ...], Field(min_length=1, max_length=500, strict=False)]
    note: LongText = ""

    def to_command(self, framework_id: UUID) -> commands.PlaceCallOff:
        """Return the operation's input."""
        lines = tuple(line.to_command() for line in self.lines)
        return commands.PlaceCallOff(framework_id=framework_id, lines=lines, note=self.note)


class CompetitionIn(WireIn):
    """An order that all members bid for."""

    title: ShortText
    lines: Annotated[tuple[LineIn, ...], Field(min_length=1, max_length=500, strict=False)]
    key_ids: Annotated[tuple[WireUuid, ...], Field(max_length=5, strict=False)] = ()
    closes_at: WireTime | None = None

    def to_command(self, framework_id: UUID) -> commands.StartCompetition:
        """Return the operation's input."""
        return commands.StartCompetition(
            framework_id=framework_id,
            title=self.title,
            lines=tuple(line.to_command() for line in self.lines),
            key_ids=self.key_ids,
            closes_at=self.closes_at,
        )


class FrameworkQuery(WireIn):
    """Filters and paging of the agreements that the company is a party of."""

    limit: Annotated[int, Field(ge=1, le=200, strict=False)] | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None
    status: wire_enum(FrameworkStatus) | None = None  # type: ignore[valid-type]  # an Annotated alias

    def to_command(self) -> commands.ListFrameworks:
        """Return the operation's input."""
        return commands.ListFrameworks(page=page_request(self.limit, self.cursor), status=self.status)


class FrameworkTermsOut(WireOut):
    """The terms of a tender's agreements; null while they are not set. ``most_…`` are the procedure's."""

    tender_id: WireUuid
    version: int
    most_members: int
    most_months: int
    members: int | None
    months: int | None
    mode: CallOffMode | None
    answer_hours: int | None
    ceilings: list[dict[str, Any]] | None
    framework_ids: list[WireUuid]

    @classmethod
    def of(cls, value: TermsView) -> Self:
        """Return the wire shape of the terms."""
        terms = value.terms
        names = ("members", "months", "mode", "answer_hours")
        return cls(
            tender_id=value.tender.id,
            version=value.version,
            most_members=value.shape.members,
            most_months=value.shape.months,
            ceilings=None if terms is None else terms.lots,
            framework_ids=[one.id for one in value.concluded],
            **{name: getattr(terms, name, None) for name in names},
        )


class FrameworkSummaryOut(WireOut):
    """An agreement in a list, and after a step."""

    id: WireUuid
    version: int
    number: str
    title: str
    buyer_id: WireUuid
    tender_id: WireUuid
    tender_number: str
    lot_id: WireUuid
    status: FrameworkStatus
    mode: CallOffMode
    answer_hours: int
    rehearsal_factor: int
    currency: str
    ceiling: WireDecimal
    starts_at: WireTime
    ends_at: WireTime
    reason: str | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: Framework) -> Self:
        """Return the wire shape of an agreement; ``allowed_steps`` are those its status has."""
        names = [name for name in FrameworkSummaryOut.model_fields if name != "allowed_steps"]
        steps = list(FRAMEWORK_LIFECYCLE.allowed(value.status))
        return cls(**{name: getattr(value, name) for name in names}, allowed_steps=steps)


class FrameworkItemOut(WireOut):
    """An item; ``called`` is null for members."""

    position: int
    name: str
    specification: str
    classification: str
    unit: str
    quantity: WireDecimal
    ceiling: WireDecimal | None
    called: WireDecimal | None

    @classmethod
    def shown(cls, item: FrameworkItem, *, buys: bool) -> Self:
        """Return the wire shape of an item for one of the sides."""
        names = [name for name in cls.model_fields if name != "called"]
        return cls(**{name: getattr(item, name) for name in names}, called=item.called if buys else None)


class FrameworkMemberOut(WireOut):
    """A member by rank with its unit prices by position; ``rate`` converts them to the agreement's currency."""

    supplier_id: WireUuid
    rank: int
    bid_id: WireUuid
    bid_number: str
    currency: str
    rate: str
    prices: list[str]
    payment_terms: str
    note: str

    @classmethod
    def of(cls, value: FrameworkMember) -> Self:
        """Return the wire shape of a member."""
        names = [name for name in cls.model_fields if name != "rate"]
        return cls(**{name: getattr(value, name) for name in names}, rate=format(value.rate.normalize(), "f"))


class CallOffSummaryOut(WireOut):
    """A call-off in a list, and after a step; ``booked`` counts against the ceiling and is null for members."""

    id: WireUuid
    version: int
    number: str
    framework_id: WireUuid
    supplier_id: WireUuid | None
    status: CallOffStatus
    lines: list[dict[str, Any]]
    note: str
    currency: str
    amount: WireDecimal
    booked: WireDecimal | None
    due_at: WireTime | None
    reason: str | None
    tender_id: WireUuid | None
    created_at: WireTime
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: CallOff) -> Self:
        """Return the wire shape of a call-off as its buyer sees it."""
        return cls.shown(value, buys=True)

    @classmethod
    def shown(cls, value: CallOff, *, buys: bool) -> Self:
        """Return the wire shape of a call-off for one of the sides."""
        found = {name: getattr(value, name) for name in CallOffSummaryOut.model_fields if name != "allowed_steps"}
        found["booked"] = value.booked if buys else None
        return cls(**found, allowed_steps=list(CALL_OFF_LIFECYCLE.allowed(value.status)))


class FrameworkOut(FrameworkSummaryOut):
    """A whole agreement: to the buyer with everything, to a member with its own prices and orders alone."""

    called: WireDecimal | None
    items: list[FrameworkItemOut]
    members: list[FrameworkMemberOut]
    call_offs: list[CallOffSummaryOut]
    competition_ids: list[WireUuid]

    @classmethod
    def of(cls, value: FrameworkView) -> Self:  # type: ignore[override]  # made of the agreement with its parts
        """Return the wire shape of an agreement with its parts."""
        buys = value.buys
        return cls(
            **FrameworkSummaryOut.of(value.framework).model_dump(),
            called=value.framework.called if buys else None,
            items=[FrameworkItemOut.shown(item, buys=buys) for item in value.items],
            members=[FrameworkMemberOut.of(member) for member in value.members],
            call_offs=[CallOffSummaryOut.shown(one, buys=buys) for one in value.call_offs],
            competition_ids=[one.id for one in value.competitions],
        )


class OfferOut(WireOut):
    """What a member was offered and what it answered."""

    supplier_id: WireUuid
    status: OfferStatus
    amount: WireDecimal
    currency: str
    offered_at: WireTime
    due_at: WireTime
    answered_at: WireTime | None
    reason: str

    @classmethod
    def of(cls, value: CallOffOffer) -> Self:
        """Return the wire shape of an offer."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class CallOffOut(CallOffSummaryOut):
    """A whole call-off with its offers: to the buyer all, to a member its own."""

    offers: list[OfferOut]

    @classmethod
    def of(cls, value: CallOffView) -> Self:  # type: ignore[override]  # made of the call-off with its parts
        """Return the wire shape of a call-off with its offers."""
        shown = CallOffSummaryOut.shown(value.call_off, buys=value.buys).model_dump()
        return cls(**shown, offers=[OfferOut.of(one) for one in value.offers])
