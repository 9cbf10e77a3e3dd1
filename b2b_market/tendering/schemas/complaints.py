"""Wire shapes of complaints."""

from typing import Annotated, Any, Self

from pydantic import Field

from b2b_market.infra.http.wires import (
    MoneyWire,
    OptionalText,
    ShortText,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.tendering.commands.complaints import ComplaintInput, RecordFee, StepComplaint
from b2b_market.tendering.models.complaints import Complaint, ComplaintNotice
from b2b_market.tendering.rules.complaining import MOST_FILES, MOST_TEXT
from b2b_market.tendering.service.reviewing import Case
from b2b_market.tendering.states.complaints import (
    COMPLAINT_LIFECYCLE,
    ComplaintKind,
    ComplaintStatus,
    ComplaintTarget,
)

Said = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


class ComplaintIn(WireIn):
    """What is wrong and what is asked for; ``target_id`` names the lot or the decision."""

    kind: wire_enum(ComplaintKind) = ComplaintKind.COMPLAINT  # type: ignore[valid-type]  # an Annotated alias
    target: wire_enum(ComplaintTarget)  # type: ignore[valid-type]  # an Annotated alias made by a function
    target_id: WireUuid | None = None
    grounds: Said
    demand: Said
    file_ids: Annotated[tuple[WireUuid, ...], Field(max_length=MOST_FILES, strict=False)] = ()

    def to_command(self) -> ComplaintInput:
        """Return the operation's input."""
        return ComplaintInput(
            kind=self.kind,
            target=self.target,
            target_id=self.target_id,
            grounds=self.grounds,
            demand=self.demand,
            file_ids=self.file_ids,
        )


class ComplaintTextIn(WireIn):
    """A reason, a decision, a statement or a remedy; whoever reads the complaint reads it."""

    text: Said

    def to_command(self, complaint_id: WireUuid, expected_version: int | None) -> StepComplaint:
        """Return the operation's input."""
        return StepComplaint(complaint_id, expected_version, self.text)


class FeeIn(WireIn):
    """That the fee has arrived; ``reference`` is the bank's or the payment service's."""

    reference: ShortText

    def to_command(self, complaint_id: WireUuid, expected_version: int | None) -> RecordFee:
        """Return the operation's input."""
        return RecordFee(complaint_id, expected_version, self.reference)


class EvidenceOut(WireOut):
    """A file of a complaint."""

    id: WireUuid
    name: str
    size: int
    sha256: str


class FeeFormulaOut(WireOut):
    """What a fee was worked out from; no estimate where it is hidden and the least fee counts."""

    per_mille: int
    least: WireDecimal
    most: WireDecimal
    estimate: WireDecimal | None


class ComplaintOut(WireOut):
    """A complaint as its parties see it; ``allowed_steps`` are those its status has."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    buyer_id: WireUuid
    supplier_id: WireUuid
    number: str
    kind: wire_enum(ComplaintKind)  # type: ignore[valid-type]  # as above
    target: wire_enum(ComplaintTarget)  # type: ignore[valid-type]  # as above
    target_id: WireUuid | None
    lot_id: WireUuid | None
    status: wire_enum(ComplaintStatus)  # type: ignore[valid-type]  # as above
    tender_number: str
    tender_title: str
    buyer_name: str
    supplier_name: str
    lot_title: str
    grounds: str
    demand: str
    files: list[EvidenceOut]
    fee: MoneyWire | None
    fee_formula: FeeFormulaOut | None
    fee_reference: OptionalText | None
    window_ends_at: WireTime
    lodged_at: WireTime | None
    pending_at: WireTime | None
    due_at: WireTime | None
    statement: str | None
    decision: str | None
    decided_at: WireTime | None
    remedy: str | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: Complaint) -> Self:
        """Return the wire shape of a complaint."""
        made = {"fee", "allowed_steps"}
        found = {name: getattr(value, name) for name in cls.model_fields if name not in made}
        fee = None if value.fee is None else Money(value.fee, Currency(value.currency)).to_json()
        steps = list(COMPLAINT_LIFECYCLE.allowed(value.status))
        return cls.model_validate({**found, "fee": fee, "allowed_steps": steps})


class CaseOut(WireOut):
    """What a review body decides on."""

    document: dict[str, Any]
    """The notice's document of the edition that stands."""
    decision: dict[str, Any] | None
    """The signed record of the award that is complained about; null for another aim."""

    @classmethod
    def of(cls, value: Case) -> Self:
        """Return the wire shape of a case."""
        return cls(document=value.document, decision=value.decision)


class ComplaintNoticeOut(WireOut):
    """What is published of a complaint; ``complainant`` is empty where the procedure withholds the name."""

    complaint_id: WireUuid
    number: str
    kind: wire_enum(ComplaintKind)  # type: ignore[valid-type]  # as above
    target: wire_enum(ComplaintTarget)  # type: ignore[valid-type]  # as above
    lot_title: str
    status: wire_enum(ComplaintStatus)  # type: ignore[valid-type]  # as above
    complainant: str
    grounds: str
    demand: str
    lodged_at: WireTime
    decision: str | None
    decided_at: WireTime | None
    remedy: str | None

    @classmethod
    def of(cls, value: ComplaintNotice) -> Self:
        """Return the wire shape of a published complaint."""
        return cls.model_validate({name: getattr(value, name) for name in cls.model_fields})
