"""Wire shapes of further rounds."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.rfq.commands.rounds import OpenRound
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.rounds import RoundView


class RoundIn(WireIn):
    """A further round: who goes on, until when, and why; the reason stays with the buyer, the note is for suppliers."""

    supplier_ids: Annotated[tuple[WireUuid, ...], Field(min_length=1, max_length=200, strict=False)]
    closes_at: WireTime
    reason: Annotated[LongText, Field(min_length=1)]
    show_targets: bool = False
    note: LongText = ""

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> OpenRound:
        """Return the operation's input."""
        return OpenRound(
            rfq_id=rfq_id,
            expected_version=expected_version,
            supplier_ids=self.supplier_ids,
            closes_at=self.closes_at,
            reason=self.reason,
            show_targets=self.show_targets,
            note=self.note,
        )


class ShortlistOut(WireOut):
    """Whether a supplier goes on, why, and the quotation it was decided on: for the buyer alone."""

    supplier_id: WireUuid
    goes_on: bool
    reason: str
    quote_id: WireUuid
    quote_revision: int


class RoundTargetOut(WireOut):
    """A target price that the round shows to its suppliers, per unit in the request's currency."""

    line_id: WireUuid
    target_price: WireDecimal


class RoundOut(WireOut):
    """A further round; ``shortlist`` is empty for suppliers."""

    rfq_id: WireUuid
    round: int
    opened_at: WireTime
    closes_at: WireTime
    closed_at: WireTime | None
    targets_shown: bool
    note: str
    targets: list[RoundTargetOut]
    shortlist: list[ShortlistOut]

    @classmethod
    def of(cls, value: RoundView) -> Self:
        """Return the answer for a round."""
        shown = sorted(value.targets.items())
        own = {
            "targets": [RoundTargetOut(line_id=line_id, target_price=price) for line_id, price in shown],
            "shortlist": value.shortlist,
        }
        return cls.model_validate({**columns(value.row, cls, frozenset(own)), **own})
