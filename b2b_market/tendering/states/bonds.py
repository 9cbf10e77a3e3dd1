"""Statuses and named steps of bid bonds, their forms, and why one is kept."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step
from b2b_market.tendering.states.tenders import TenderStatus


class BondForm(StrEnum):
    """How a bond is given."""

    CASH = "cash"
    """A transfer of money; it does not run out."""
    BANK_GUARANTEE = "bank_guarantee"
    INSURANCE = "insurance"
    E_GUARANTEE = "e_guarantee"


class BondStatus(StrEnum):
    """Where a bond stands."""

    REGISTERED = "registered"
    """Its bidder has registered it; nobody else knows."""
    WITHDRAWN = "withdrawn"
    HELD = "held"
    """The buyer knows of it: its bid was opened, or its bidder asks for it back."""
    RETURNED = "returned"
    FORFEITURE_PROPOSED = "forfeiture_proposed"
    FORFEITED = "forfeited"


class ReleaseCause(StrEnum):
    """Why a bond secures nothing any more."""

    CLAIMED = "claimed"
    """Its bid was not opened, and its bidder asks for it back."""
    DEPARTED = "departed"
    """Its bidder takes no part in the talks any more."""
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    ENDED = "ended"
    """The tender has ended."""


BOND_LIFECYCLE = Lifecycle(
    BondStatus.REGISTERED,
    Step("replace", frozenset({BondStatus.REGISTERED}), BondStatus.REGISTERED),
    Step("withdraw", frozenset({BondStatus.REGISTERED}), BondStatus.WITHDRAWN),
    Step("renew", frozenset({BondStatus.WITHDRAWN}), BondStatus.REGISTERED),
    Step("hold", frozenset({BondStatus.REGISTERED}), BondStatus.HELD),
    Step("claim", frozenset({BondStatus.REGISTERED}), BondStatus.HELD),
    Step("return", frozenset({BondStatus.HELD}), BondStatus.RETURNED),
    Step("propose_forfeiture", frozenset({BondStatus.HELD}), BondStatus.FORFEITURE_PROPOSED),
    Step("confirm_forfeiture", frozenset({BondStatus.FORFEITURE_PROPOSED}), BondStatus.FORFEITED),
    Step("dismiss_forfeiture", frozenset({BondStatus.FORFEITURE_PROPOSED}), BondStatus.HELD),
)
"""``hold`` is the opening's; with ``claim`` a bidder whose bid was not opened asks for its bond back."""


class ForfeitureGround(StrEnum):
    """Why a bond is kept; the text beside it says more."""

    WITHDREW = "withdrew"
    """The bidder took its bid back after the deadline."""
    NO_CONTRACT = "no_contract"
    """The winner does not sign, or only with other terms."""
    NO_SECURITY = "no_security"
    """The winner does not give the security for its performance."""
    MISCONDUCT = "misconduct"


class BondFinding(StrEnum):
    """What is wrong with a bond as measured by what was asked for; it never excludes anybody by itself."""

    MISSING = "missing"
    WRONG_CURRENCY = "wrong_currency"
    TOO_SMALL = "too_small"
    ENDS_EARLY = "ends_early"


ENDED = frozenset({TenderStatus.COMPLETE, TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED, TenderStatus.CONTINUED})
"""Once a tender stands here every bond goes back."""
CLAIMABLE = ENDED | {TenderStatus.OPENED, TenderStatus.NEGOTIATING, TenderStatus.EVALUATING, TenderStatus.AWARDED}
"""Where nothing is received or opened any more that a bond could give away."""
