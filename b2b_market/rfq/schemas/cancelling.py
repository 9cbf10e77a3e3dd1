"""Cancelling awarded lines over the API, and who could step in for them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, MoneyWire, WireDecimal, WireIn, WireOut, WireUuid, wire_enum
from b2b_market.rfq.commands.cancelling import CancelLines
from b2b_market.rfq.commands.requests import AwardPick, Rest
from b2b_market.rfq.schemas.quotes import AwardOut, PickIn
from b2b_market.rfq.service.cancelling import Cancellation, Standby
from b2b_market.rfq.states import CancelReason


class CancellationIn(WireIn):
    """Which lines of a supplier (none named: all), why, and the next award in the same step, if any."""

    supplier_id: WireUuid
    line_ids: Annotated[tuple[WireUuid, ...], Field(max_length=10000, strict=False)] = ()
    code: wire_enum(CancelReason)  # type: ignore[valid-type]  # an Annotated alias made by a function
    reason: LongText
    picks: Annotated[tuple[PickIn, ...], Field(max_length=10000, strict=False)] = ()
    rest: wire_enum(Rest) = Rest.NONE  # type: ignore[valid-type]  # an Annotated alias made by a function
    comment: LongText = ""

    def to_command(self, award_id: UUID, expected_version: int | None) -> CancelLines:
        """Return the operation's input."""
        return CancelLines(
            award_id=award_id,
            expected_version=expected_version,
            supplier_id=self.supplier_id,
            line_ids=self.line_ids,
            code=self.code,
            text=self.reason,
            picks=tuple(
                AwardPick(line_id=pick.line_id, quote_id=pick.quote_id, quantity=pick.quantity, variant=pick.variant)
                for pick in self.picks
            ),
            rest=self.rest,
            comment=self.comment,
        )


class CancellationOut(WireOut):
    """The award without the cancelled lines, and the award proposed instead (null: the lines are open)."""

    cancelled: AwardOut
    replacement: AwardOut | None

    @classmethod
    def of(cls, value: Cancellation) -> Self:
        """Return the answer for a cancellation."""
        replacement = None if value.replacement is None else AwardOut.of(value.replacement)
        return cls(cancelled=AwardOut.of(value.cancelled), replacement=replacement)


class StandbyLineOut(WireOut):
    """A line that could be cancelled, and who would step in (null: nobody else offers all of it).

    ``variant`` is which of its offers, and ``alternative`` what it delivers instead (empty: what was specified).
    """

    line_id: WireUuid
    quantity: WireDecimal
    quote_id: WireUuid | None
    supplier_id: WireUuid | None
    unit_price: MoneyWire | None
    variant: int
    alternative: str
    recorded: bool


class AwardStandbyOut(WireOut):
    """What one supplier got of an award, and who could step in for it."""

    award_id: WireUuid
    version: int
    supplier_id: WireUuid
    lines: list[StandbyLineOut]

    @classmethod
    def of(cls, value: Standby) -> Self:
        """Return the answer for an award and a supplier."""
        lines = [
            {
                "line_id": one.line.line_id,
                "quantity": one.line.quantity,
                "quote_id": one.quote_id,
                "supplier_id": one.supplier_id,
                "unit_price": one.unit_price,
                "variant": one.variant,
                "alternative": one.alternative,
                "recorded": one.recorded,
            }
            for one in value.lines
        ]
        return cls.model_validate(
            {"award_id": value.award.id, "version": value.version, "supplier_id": value.supplier_id, "lines": lines}
        )
