"""Statuses and named steps of companies that take part in another's tender."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ParticipantStatus(StrEnum):
    """Where a company stands that the lead buyer asked to take part."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    """It takes part with its quantities, of the draft as it was then."""
    DECLINED = "declined"


_BEFORE = frozenset({ParticipantStatus.INVITED, ParticipantStatus.CONFIRMED, ParticipantStatus.DECLINED})
PARTICIPANT_LIFECYCLE = Lifecycle(
    ParticipantStatus.INVITED,
    Step("confirm", _BEFORE, ParticipantStatus.CONFIRMED),
    Step("decline", frozenset({ParticipantStatus.INVITED, ParticipantStatus.CONFIRMED}), ParticipantStatus.DECLINED),
)
