"""How bid bonds are shown to people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.states.bonds import BondFinding, BondForm, BondStatus, ForfeitureGround
from b2b_market.ui.viewer import Badge

BADGES: Final[Mapping[BondStatus, Badge]] = MappingProxyType(
    {
        BondStatus.REGISTERED: Badge(N_("Bond registered"), "info"),
        BondStatus.WITHDRAWN: Badge(N_("Taken back"), "neutral"),
        BondStatus.HELD: Badge(N_("Held"), "brand"),
        BondStatus.RETURNED: Badge(N_("Bond returned"), "ok"),
        BondStatus.FORFEITURE_PROPOSED: Badge(N_("Proposed to be kept"), "warn"),
        BondStatus.FORFEITED: Badge(N_("Kept by the buyer"), "bad"),
    }
)
FORMS: Final[Mapping[BondForm, str]] = MappingProxyType(
    {
        BondForm.CASH: N_("Transfer of money"),
        BondForm.BANK_GUARANTEE: N_("Bank guarantee"),
        BondForm.INSURANCE: N_("Insurance"),
        BondForm.E_GUARANTEE: N_("Electronic guarantee"),
    }
)
GROUNDS: Final[Mapping[ForfeitureGround, str]] = MappingProxyType(
    {
        ForfeitureGround.WITHDREW: N_("Bid taken back after the deadline"),
        ForfeitureGround.NO_CONTRACT: N_("The winner does not sign the contract"),
        ForfeitureGround.NO_SECURITY: N_("The winner gives no security for its performance"),
        ForfeitureGround.MISCONDUCT: N_("Deception or collusion"),
    }
)
FINDINGS: Final[Mapping[BondFinding, str]] = MappingProxyType(
    {
        BondFinding.MISSING: N_("No bond"),
        BondFinding.WRONG_CURRENCY: N_("Another currency"),
        BondFinding.TOO_SMALL: N_("Too small"),
        BondFinding.ENDS_EARLY: N_("Ends too early"),
    }
)
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "withdraw": N_("Taken back."),
        "claim": N_("Asked back. The buyer knows of the bond now."),
        "return": N_("Recorded. The bidder is told."),
        "propose_forfeiture": N_("Proposed. Another person decides."),
        "confirm_forfeiture": N_("Kept. The bidder reads why."),
        "dismiss_forfeiture": N_("Dismissed. The bond is held on."),
    }
)
"""What is said after each step."""
