"""Wire shapes of the letters after an award."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.rfq.commands.letters import IssueLetters, LetterFormat, LetterPrinting, PrintLetter, WhyNot
from b2b_market.rfq.documents.letter_sheet import LetterSheet
from b2b_market.rfq.models.letters import Letter
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.letters import AwardLetters
from b2b_market.rfq.states import LetterKind, LetterReason


class ReasonIn(WireIn):
    """Why a supplier got nothing: one word, and free text that it reads."""

    supplier_id: WireUuid
    code: wire_enum(LetterReason)  # type: ignore[valid-type]  # an Annotated alias made by a function
    text: LongText = ""


class LettersIn(WireIn):
    """One reason for every supplier that quoted and got nothing."""

    reasons: Annotated[tuple[ReasonIn, ...], Field(max_length=1000, strict=False)] = ()

    def to_command(self, award_id: WireUuid, expected_version: int | None) -> IssueLetters:
        """Return the operation's input."""
        return IssueLetters(
            award_id=award_id,
            expected_version=expected_version,
            reasons=tuple(WhyNot(one.supplier_id, one.code, one.text) for one in self.reasons),
        )


class PrintingQuery(BaseModel):
    """In which languages a letter is printed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    printing: LetterPrinting = LetterPrinting.BOTH

    def to_command(self, letter_id: WireUuid, file_format: LetterFormat) -> PrintLetter:
        """Return the operation's input."""
        return PrintLetter(letter_id, self.printing, file_format)


class LetterLineOut(WireOut):
    """A line of a letter; prices are without recoverable tax."""

    position: int
    item_name: str
    item_code: str
    specification: str
    quantity: WireDecimal
    unit: str
    unit_price: WireDecimal


class LetterCriterionOut(WireOut):
    """A criterion as it was published with the request."""

    name: str
    weight: WireDecimal


class LetterOut(WireOut):
    """One letter, frozen since ``issued_at``; ``content_hash`` is SHA-256 over what it says."""

    id: WireUuid
    award_id: WireUuid
    rfq_id: WireUuid
    supplier_id: WireUuid
    kind: wire_enum(LetterKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    issued_at: WireTime
    content_hash: str
    quote_number: str
    revision: int
    total: MoneyWire
    lines: list[LetterLineOut]
    received: int | None
    landed: bool
    criteria: list[LetterCriterionOut]
    reason_code: wire_enum(LetterReason) | None  # type: ignore[valid-type]  # as above
    reason: str

    @classmethod
    def of(cls, value: Letter) -> Self:
        """Return the answer for a letter."""
        sheet = LetterSheet.read(value.content)
        said = ("quote_number", "revision", "total", "lines", "received", "landed", "criteria", "reason_code", "reason")
        own = {name: getattr(sheet, name) for name in said}
        own["content_hash"] = bytes(value.content_hash).hex()
        return cls.model_validate({**columns(value, cls, frozenset(own)), **own})


class AwardLettersOut(WireOut):
    """The letters of an award, none before the issue; ``regret_supplier_ids`` are those that need a reason."""

    award_id: WireUuid
    version: Annotated[int, Field(description="of the award")]
    winner_ids: list[WireUuid]
    regret_supplier_ids: list[WireUuid]
    items: list[LetterOut]

    @classmethod
    def of(cls, value: AwardLetters) -> Self:
        """Return the answer for an award's letters."""
        return cls(
            award_id=value.award.id,
            version=value.version,
            winner_ids=list(value.winner_ids),
            regret_supplier_ids=list(value.regret_supplier_ids),
            items=[LetterOut.of(one) for one in value.letters],
        )
