"""Wire shapes of quotations and awards."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
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
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.commands.requests import Rest
from b2b_market.rfq.models.quotes import Award, QuoteLine, QuoteRevision
from b2b_market.rfq.rules.answers import MAX_FILES
from b2b_market.rfq.schemas.quote_terms import (
    LineTermsIn,
    LineTermsOut,
    QuoteTermsIn,
    QuoteTermsOut,
    Variant,
    stated_shape,
)
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import AWARD_LIFECYCLE, QUOTE_LIFECYCLE, AwardStatus, CancelReason, QuoteStatus
from b2b_market.sourcing.public import ChargeKind


class QuoteLineIn(LineTermsIn):
    """The price of one need, per unit of the need, on the quotation's tax basis; with tiers it may be left out."""

    line_id: WireUuid
    unit_price: WireDecimal | None = None
    quantity: WireDecimal | None = None
    lead_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    min_quantity: WireDecimal | None = None
    alternative: LongText = ""
    note: LongText = ""


class AnswerIn(WireIn):
    """What is answered to a criterion: a number as text, ``yes`` or ``no``, the answer chosen, or words.

    ``file_ids`` are files of the own company that prove an answer in words.
    """

    key: ShortText
    value: LongText
    file_ids: Annotated[tuple[WireUuid, ...], Field(max_length=MAX_FILES, strict=False)] = ()


class QuoteIn(QuoteTermsIn):
    """A whole quotation. To revise, name the version of the live one in If-Match."""

    currency: WireCurrency
    valid_until: WireDate
    lines: Annotated[tuple[QuoteLineIn, ...], Field(min_length=1, max_length=5000, strict=False)]
    payment_terms: LongText = ""
    note: LongText = ""
    rfq_edition: Annotated[int, Field(ge=1)] = 1
    """The version of the request that is answered; an older one than its last material change is refused."""
    answers: Annotated[tuple[AnswerIn, ...], Field(max_length=20, strict=False)] = ()

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> commands.SubmitQuote:
        """Return the operation's input."""
        return commands.SubmitQuote(
            rfq_id=rfq_id,
            currency=self.currency,
            valid_until=self.valid_until,
            lines=tuple(
                commands.QuoteLineInput(
                    line_id=line.line_id,
                    unit_price=line.unit_price,
                    quantity=line.quantity,
                    lead_days=line.lead_days,
                    min_quantity=line.min_quantity,
                    alternative=line.alternative,
                    note=line.note,
                    terms=line.to_terms(),
                )
                for line in self.lines
            ),
            expected_version=expected_version,
            payment_terms=self.payment_terms,
            note=self.note,
            rfq_edition=self.rfq_edition,
            terms=self.to_terms(),
            answers=tuple(CriterionAnswer(one.key, one.value, one.file_ids) for one in self.answers),
        )


class ConfirmIn(WireIn):
    """The version of the request that the quotation shall stand for, unchanged."""

    rfq_edition: Annotated[int, Field(ge=1)]


class ExtendIn(WireIn):
    """The new last day on which the quotation holds, as it is."""

    valid_until: WireDate


class QuoteLineOut(LineTermsOut):
    """One quoted line as stored: the price without tax."""

    line_id: WireUuid
    position: int
    quantity: WireDecimal
    unit_price: WireDecimal
    lead_days: int | None
    min_quantity: WireDecimal | None
    alternative: str
    note: str

    @classmethod
    def of(cls, value: QuoteLine) -> Self:
        """Return the answer for a stored line."""
        alternates = [{"setup_cost": None, **one, "stated": stated_shape(one["stated"])} for one in value.alternates]
        own = {"stated": stated_shape(value.stated), "alternates": alternates}
        return cls.model_validate({**columns(value, cls, frozenset(own)), **own})


class ReceiptOut(WireOut):
    """The receipt of one revision.

    Hash of what was sent, moment of receipt, Ed25519 signature and the key that made it; where the revision was taken
    back, the same of that.
    """

    revision: int
    rfq_edition: int | None
    content_hash: str
    received_at: WireTime
    key_id: str
    signature: str
    withdrawn_at: WireTime | None
    withdrawal_key_id: str | None
    withdrawal_signature: str | None

    @classmethod
    def of(cls, value: QuoteRevision) -> Self:
        """Return the receipt of a revision, hash and signatures in hex."""
        taken_back = value.withdrawal_signature
        own = {
            "content_hash": bytes(value.content_hash).hex(),
            "signature": bytes(value.signature).hex(),
            "withdrawal_signature": None if taken_back is None else bytes(taken_back).hex(),
        }
        return cls.model_validate({**columns(value, cls, frozenset(own)), **own})


class QuoteSummaryOut(WireOut):
    """A quotation in a list."""

    id: WireUuid
    version: int
    number: str
    rfq_id: WireUuid
    supplier_id: WireUuid
    round: int
    status: wire_enum(QuoteStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    revision: int
    currency: str
    total: WireDecimal
    line_count: int
    valid_until: WireDate
    received_at: WireTime
    rfq_edition: int


class EvidenceOut(WireOut):
    """A file that proves an answer; its bytes are at ``/quotes/{id}/evidence/{file id}``."""

    id: WireUuid
    name: str
    size: int
    sha256: str


class AnswerOut(WireOut):
    """What the supplier answered to a criterion; ``words`` are scored by the buyer."""

    key: str
    answered: str
    value: str
    files: list[EvidenceOut]


class QuoteOut(QuoteSummaryOut, QuoteTermsOut):
    """A quotation with its lines and receipts, the newest first."""

    payment_terms: str
    note: str
    answers: list[AnswerOut]
    lines: list[QuoteLineOut]
    receipts: list[ReceiptOut]
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: QuoteContent) -> Self:
        """Return the answer for a quotation's content."""
        own = {
            "lines": [QuoteLineOut.of(line) for line in value.lines],
            "answers": [_answer(one) for one in value.quote.answers],
            "receipts": [ReceiptOut.of(revision) for revision in value.revisions],
            "allowed_steps": QUOTE_LIFECYCLE.allowed(value.quote.status),
        }
        return cls.model_validate({**columns(value.quote, cls, frozenset(own)), **own})


def _answer(one: Mapping[str, Any]) -> AnswerOut:
    files = [EvidenceOut.model_validate({**file, "id": UUID(file["id"])}) for file in _known(one["files"])]
    return AnswerOut(key=one["key"], answered=one["answered"], value=one["value"], files=files)


def _known(files: Sequence[Mapping[str, Any]]) -> Sequence[dict[str, Any]]:
    return [{name: file[name] for name in EvidenceOut.model_fields} for file in files]


class PickIn(WireIn):
    """A quantity of one need (null: all that is offered) for one quotation: its first offer, or an alternate."""

    line_id: WireUuid
    quote_id: WireUuid
    quantity: WireDecimal | None = None
    variant: Variant = 0


class AwardIn(WireIn):
    """An award by line; ``rest`` says what becomes of the needs it leaves open: none, later or leave."""

    picks: Annotated[tuple[PickIn, ...], Field(min_length=1, max_length=10000, strict=False)]
    rest: wire_enum(Rest) = Rest.NONE  # type: ignore[valid-type]  # an Annotated alias made by a function
    comment: LongText = ""

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> commands.ProposeAward:
        """Return the operation's input."""
        return commands.ProposeAward(
            rfq_id=rfq_id,
            expected_version=expected_version,
            picks=tuple(
                commands.AwardPick(
                    line_id=pick.line_id, quote_id=pick.quote_id, quantity=pick.quantity, variant=pick.variant
                )
                for pick in self.picks
            ),
            rest=self.rest,
            comment=self.comment,
        )


class AwardChargeOut(WireOut):
    """What is charged beside prices: set-up of a line, freight, or a discount (negative) for taking all of its lines.

    ``line_ids`` are the lines it is for; ``amount`` is without tax, in the currency of the quotation.
    """

    kind: wire_enum(ChargeKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    line_ids: list[WireUuid]
    percent: WireDecimal | None
    amount: MoneyWire


class SupplierAmountsOut(WireOut):
    """What one supplier gets: ``goods`` adds the rounded lines, ``total`` goods and charges: the contract's amount."""

    supplier_id: WireUuid
    quote_id: WireUuid
    goods: MoneyWire
    charges: list[AwardChargeOut]
    total: MoneyWire


class LineChargeOut(WireOut):
    """A charge that stands with a line; ``amount`` is in the line's currency, negative for a discount."""

    kind: wire_enum(ChargeKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    line_ids: list[WireUuid]
    percent: WireDecimal | None
    amount: str


class AwardLineOut(WireOut):
    """A quantity of one need given to one quotation at its price, and what is charged with it.

    Freight and discounts stand with the first line that they are for. A cancelled line counts nowhere as awarded.
    """

    position: int
    line_id: WireUuid
    quote_id: WireUuid
    supplier_id: WireUuid
    quantity: WireDecimal
    unit_price: WireDecimal
    currency: str
    variant: int
    alternative: str
    charges: list[LineChargeOut]
    cancelled_at: WireTime | None
    cancel_code: wire_enum(CancelReason) | None  # type: ignore[valid-type]  # an Annotated alias made by a function
    cancel_text: str | None


class AwardBase(WireOut):
    """What every answer about an award says; ``total`` and ``saving`` in the request's currency, frozen rates.

    ``total`` holds the charges beside the prices too, ``saving`` the part of them that the aimed lines bear.
    """

    id: WireUuid
    version: int
    rfq_id: WireUuid
    status: wire_enum(AwardStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    currency: str
    total: WireDecimal
    saving: str | None
    final: bool
    comment: str
    reason: str | None
    snapshot_hash: str
    supplier_ids: list[WireUuid]
    decided_at: WireTime | None


class AwardSummaryOut(AwardBase):
    """An award in a list."""

    @classmethod
    def of(cls, value: Award) -> Self:
        """Return the answer for an award."""
        return cls.model_validate(award_fields(value, cls))


class AwardOut(AwardBase):
    """An award with its lines, and what each supplier gets in all."""

    lines: list[AwardLineOut]
    suppliers: list[SupplierAmountsOut]
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: AwardContent) -> Self:
        """Return the answer for an award's content."""
        own = {
            "lines": [columns(line, AwardLineOut) for line in value.lines],
            "suppliers": value.suppliers,
            "allowed_steps": AWARD_LIFECYCLE.allowed(value.award.status),
        }
        return cls.model_validate({**award_fields(value.award, cls, frozenset(own)), **own})


def award_fields(award: Award, schema: type[WireOut], without: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return the fields of an award as ``schema`` shows them: the hash in hex, the saving as signed plain digits."""
    own = {
        "saving": format(award.saving, "f") if award.saving is not None else None,
        "snapshot_hash": bytes(award.snapshot_hash).hex(),
    }
    return {**columns(award, schema, without | frozenset(own)), **own}
