"""Wire shapes of tenders, their notices and questions."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

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
from b2b_market.infra.signing import fingerprint
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.tendering.commands import tenders as commands
from b2b_market.tendering.rules.procedures import CODES
from b2b_market.tendering.schemas.weighing import CostIn, FeatureIn, UnitCode
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, EnquiryStatus, LotStatus, TenderStatus


class ItemIn(WireIn):
    """One item of a lot; ``unit`` is a UN/ECE Rec 20 code, ``classification`` any scheme's code such as CPV."""

    name: ShortText
    quantity: WireDecimal
    unit: UnitCode
    required_on: WireDate
    delivery_place: ShortText
    specification: LongText = ""
    classification: OptionalText = ""

    def to_command(self) -> commands.ItemInput:
        """Return the operation's input; UnknownUnit is refused."""
        return commands.ItemInput(
            name=self.name,
            quantity=Quantity(self.quantity, unit(self.unit)),
            required_on=self.required_on,
            delivery_place=self.delivery_place,
            specification=self.specification,
            classification=self.classification,
        )


class LotIn(WireIn):
    """What is awarded as a whole; ``estimate`` is in the tender's currency."""

    title: ShortText
    items: Annotated[tuple[ItemIn, ...], Field(max_length=500, min_length=1, strict=False)]
    classification: OptionalText = ""
    estimate: WireDecimal | None = None
    features: Annotated[tuple[FeatureIn, ...], Field(max_length=20, strict=False)] = ()
    costs: Annotated[tuple[CostIn, ...], Field(max_length=20, strict=False)] = ()

    def to_command(self) -> commands.LotInput:
        """Return the operation's input."""
        return commands.LotInput(
            title=self.title,
            items=tuple(item.to_command() for item in self.items),
            classification=self.classification,
            estimate=self.estimate,
            features=tuple(one.to_command() for one in self.features),
            costs=tuple(one.to_command() for one in self.costs),
        )


class CriterionIn(WireIn):
    """Something a bidder must fulfil, or a bid is judged by; award criteria have a weight in percent."""

    kind: wire_enum(CriterionKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    name: ShortText
    evidence: LongText = ""
    weight: WireDecimal | None = None

    def to_command(self) -> commands.CriterionInput:
        """Return the operation's input."""
        return commands.CriterionInput(kind=self.kind, name=self.name, evidence=self.evidence, weight=self.weight)


class BondIn(WireIn):
    """The bid bond: ``percent`` of a lot's estimate, none for no bond."""

    percent: WireDecimal | None = None
    form: OptionalText = ""
    held_at: OptionalText = ""
    valid_until: WireDate | None = None

    def to_command(self) -> commands.BondInput:
        """Return the operation's input."""
        return commands.BondInput(
            percent=self.percent, form=self.form, held_at=self.held_at, valid_until=self.valid_until
        )


class TenderIn(WireIn):
    """A whole tender: its content replaces a draft's.

    ``procedure`` is a profile's code or the id of an own procedure, ``key_ids`` are the officers' keys in the order in
    which they open. ``rehearsal_factor`` above 1 makes it a rehearsal whose times pass so many times faster.
    """

    title: ShortText
    currency: WireCurrency
    lots: Annotated[tuple[LotIn, ...], Field(max_length=200, min_length=1, strict=False)]
    description: LongText = ""
    procedure: Annotated[str, Field(min_length=1, max_length=40)] = CODES[0]
    entry: wire_enum(Entry) = Entry.INVITED  # type: ignore[valid-type]  # an Annotated alias made by a function
    supplier_ids: Annotated[tuple[WireUuid, ...], Field(max_length=500, strict=False)] = ()
    criteria: Annotated[tuple[CriterionIn, ...], Field(max_length=100, strict=False)] = ()
    bond: BondIn = BondIn()
    estimate_shown: bool = False
    budget_approved: bool = False
    minimum_bidders: Annotated[int, Field(ge=1, le=9)] | None = None
    key_ids: Annotated[tuple[WireUuid, ...], Field(max_length=5, strict=False)] = ()
    enquiry_ends_at: WireTime | None = None
    closes_at: WireTime | None = None
    rehearsal_factor: Annotated[int, Field(ge=1, le=86_400)] = 1
    applications_end_at: WireTime | None = None
    most_invited: Annotated[int, Field(ge=1, le=99)] | None = None
    ground: LongText = ""

    def to_command(self) -> commands.DraftTender:
        """Return the operation's input."""
        plain = ("title", "currency", "description", "procedure", "entry", "supplier_ids", "estimate_shown")
        rest = ("budget_approved", "minimum_bidders", "key_ids", "enquiry_ends_at", "closes_at", "rehearsal_factor")
        stages = ("applications_end_at", "most_invited", "ground")
        return commands.DraftTender(
            **{name: getattr(self, name) for name in (*plain, *rest, *stages)},
            lots=tuple(lot.to_command() for lot in self.lots),
            criteria=tuple(one.to_command() for one in self.criteria),
            bond=self.bond.to_command(),
        )


class TenderQuery(WireIn):
    """Filters and paging of the company's own tenders."""

    limit: Annotated[int, Field(ge=1, le=200, strict=False)] | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None
    status: wire_enum(TenderStatus) | None = None  # type: ignore[valid-type]  # an Annotated alias

    def to_command(self) -> commands.ListTenders:
        """Return the operation's input."""
        return commands.ListTenders(page=page_request(self.limit, self.cursor), status=self.status)


class OpenTenderQuery(WireIn):
    """Paging of the tenders that the company may bid on."""

    limit: Annotated[int, Field(ge=1, le=200, strict=False)] | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None

    def to_command(self) -> commands.ListOpenTenders:
        """Return the operation's input."""
        return commands.ListOpenTenders(page=page_request(self.limit, self.cursor))


class ReasonIn(WireIn):
    """Why."""

    reason: LongText


class ExtensionIn(WireIn):
    """A later deadline, and why."""

    closes_at: WireTime
    reason: LongText


class TextIn(WireIn):
    """A question or an answer."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class TenderSummaryOut(WireOut):
    """A tender in a list, and after a step."""

    id: UUID
    version: int
    number: str
    title: str
    buyer_id: UUID
    status: TenderStatus
    entry: Entry
    currency: str
    lot_count: int
    edition: int
    rehearsal_factor: int
    published_at: WireTime | None
    enquiry_ends_at: WireTime | None
    closes_at: WireTime | None
    closed_at: WireTime | None
    opened_at: WireTime | None
    applications_end_at: WireTime | None
    parent_id: UUID | None
    reason: str | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ANN401 - a tender, or what holds one
        """Return the wire shape of a tender; ``allowed_steps`` are those its status has."""
        tender = value.tender if isinstance(value, TenderContent) else value
        names = [name for name in TenderSummaryOut.model_fields if name != "allowed_steps"]
        steps = list(TENDER_LIFECYCLE.allowed(tender.status))
        return cls(**{name: getattr(tender, name) for name in names}, **cls._more(value), allowed_steps=steps)

    @classmethod
    def _more(cls, _value: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        return {}


class LotOut(WireOut):
    """A lot; ``estimate`` is null for suppliers unless the tender shows it.

    ``features`` have their answers with shares; ``costs`` their price for each unit and the formula, in which x stands
    for what the bidder declares.
    """

    id: UUID
    position: int
    title: str
    classification: str
    status: LotStatus
    items: list[dict[str, Any]]
    estimate: WireDecimal | None
    features: list[dict[str, Any]]
    costs: list[dict[str, Any]]


class TenderOut(TenderSummaryOut):
    """A whole tender as the caller's side sees it."""

    description: str
    procedure: str
    values: dict[str, Any]
    criteria: list[dict[str, Any]]
    bond: dict[str, Any]
    estimate_shown: bool
    budget_approved: bool
    minimum_bidders: int
    most_invited: int | None
    ground: str
    talk_round: int
    key_ids: list[UUID]
    lots: list[LotOut]
    close_record: dict[str, Any] | None

    @classmethod
    def _more(cls, value: TenderContent) -> dict[str, Any]:
        tender = value.tender
        own = set(TenderOut.model_fields) - set(TenderSummaryOut.model_fields) - {"lots"}
        return {**{name: getattr(tender, name) for name in own}, "lots": [_lot(value, lot) for lot in value.lots]}


def _lot(content: TenderContent, lot: Any) -> LotOut:  # noqa: ANN401 - a row of the lots' table
    names = [name for name in LotOut.model_fields if name != "estimate"]
    estimate = lot.estimate if lot.estimate is not None else content.estimates.get(lot.id)
    return LotOut(**{name: getattr(lot, name) for name in names}, estimate=estimate)


class NoticeOut(WireOut):
    """The signed notice and the document whose hash it names."""

    document: dict[str, Any]
    notice: dict[str, Any]
    key_id: str

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ANN401 - a tender, or its row on the board
        """Return the wire shape of a tender's notice."""
        key = bytes.fromhex(value.notice["notice"]["receipts_key"])
        return cls(document=value.document, notice=value.notice, key_id=fingerprint(key))


class EnquiryOut(WireOut):
    """A question about a tender, never with its asker."""

    id: UUID
    tender_id: UUID
    version: int | None
    text: str
    asked_at: WireTime
    status: EnquiryStatus
    answer: str | None
    answered_at: WireTime | None
    own: bool
