"""What of a public tender is told to everybody: the kinds of its steps, and how the board is filtered."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from b2b_market.tendering.states.tenders import TenderStatus


class StepKind(StrEnum):
    """What happened in a public tender; each has a release of its own."""

    PLANNED = "planned"
    """A prior notice, before the tender's own."""
    PLAN_WITHDRAWN = "plan_withdrawn"
    PUBLISHED = "published"
    AMENDED = "amended"
    """A new edition of the notice."""
    ANSWERED = "answered"
    LOT_CANCELLED = "lot_cancelled"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"
    OPENED = "opened"
    PRICES_OPENED = "prices_opened"
    """The second envelopes of the bids that passed."""
    AWARDED = "awarded"
    """A lot is decided; the stand-still runs."""
    AWARD_CANCELLED = "award_cancelled"
    CONCLUDED = "concluded"
    """The stand-still is over and the awards bind."""
    CONTRACTED = "contracted"
    CONTRACT_VOIDED = "contract_voided"


class BoardState(StrEnum):
    """How the board is filtered by where a tender stands."""

    OPEN = "open"
    """Questions or bids are taken."""
    JUDGED = "judged"
    """Bidding is over, nothing is decided."""
    AWARDED = "awarded"
    ENDED = "ended"
    """Called off, unsuccessful, or continued by another tender."""


BOARD_STATES: Final[Mapping[BoardState, frozenset[TenderStatus]]] = MappingProxyType(
    {
        BoardState.OPEN: frozenset({TenderStatus.APPLICATIONS, TenderStatus.ENQUIRIES, TenderStatus.TENDERING}),
        BoardState.JUDGED: frozenset(
            {
                TenderStatus.QUALIFYING,
                TenderStatus.SHORTLISTED,
                TenderStatus.DIALOGUE,
                TenderStatus.CLOSED,
                TenderStatus.OPENED,
                TenderStatus.NEGOTIATING,
                TenderStatus.EVALUATING,
            }
        ),
        BoardState.AWARDED: frozenset({TenderStatus.AWARDED, TenderStatus.COMPLETE}),
        BoardState.ENDED: frozenset({TenderStatus.CONTINUED, TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED}),
    }
)
