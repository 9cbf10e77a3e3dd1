"""What awarded lines are cancelled with, and what is asked before."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.rfq.commands.requests import AwardPick, Rest
from b2b_market.rfq.states import CancelReason


@dataclass(frozen=True, slots=True)
class ReadStandby:
    """Who could step in for what one supplier got of an award."""

    award_id: UUID
    supplier_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLines:
    """Take awarded lines from their supplier: those of ``line_ids``, none named is all; ``text`` is read by it.

    With ``picks`` the next award is proposed in the same step; ``rest`` says what becomes of what that leaves open.
    Without, the lines stay open until somebody proposes another award.
    """

    award_id: UUID
    expected_version: int | None
    supplier_id: UUID
    code: CancelReason
    text: str
    line_ids: tuple[UUID, ...] = ()
    picks: tuple[AwardPick, ...] = ()
    rest: Rest = Rest.NONE
    comment: str = ""
