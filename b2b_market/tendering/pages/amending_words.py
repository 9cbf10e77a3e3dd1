"""How amendments are said to people: badges and words as message ids."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.amending import Change
from b2b_market.tendering.states.amendments import Need, TenderAmendmentStatus
from b2b_market.ui import fmt
from b2b_market.ui.viewer import Badge

AMENDMENT_BADGES: Final[Mapping[TenderAmendmentStatus, Badge]] = MappingProxyType(
    {
        TenderAmendmentStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        TenderAmendmentStatus.PUBLISHED: Badge(N_("Announced"), "ok"),
        TenderAmendmentStatus.RETURNED: Badge(N_("Returned"), "bad"),
        TenderAmendmentStatus.WITHDRAWN: Badge(N_("Taken back"), "neutral"),
        TenderAmendmentStatus.LAPSED: Badge(N_("Lapsed"), "neutral"),
    }
)
NEEDS: Final[Mapping[Need, str]] = MappingProxyType(
    {
        Need.ESTIMATE: N_("the estimate of a lot changes"),
        Need.LIMIT: N_("the tender is above your limit"),
        Need.DEADLINE: N_("the deadline moves later than it must"),
    }
)
AMOUNTS: Final = frozenset({N_("Estimate"), N_("Quantity")})


def said(change: Change, text: str) -> str:
    """Return one side of a change as a page shows it: figures with their digits in groups, nothing as the dash."""
    if not text:
        return fmt.NONE
    return fmt.number(Decimal(text)) if change.label in AMOUNTS else text
