"""How complaints are shown to people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintStatus, ComplaintTarget
from b2b_market.ui.viewer import Badge

BADGES: Final[Mapping[ComplaintStatus, Badge]] = MappingProxyType(
    {
        ComplaintStatus.DRAFT: Badge(N_("Draft"), "neutral"),
        ComplaintStatus.AWAITING_FEE: Badge(N_("Waiting for its fee"), "warn"),
        ComplaintStatus.PENDING: Badge(N_("Lodged"), "violet"),
        ComplaintStatus.ACCEPTED: Badge(N_("Being heard"), "brand"),
        ComplaintStatus.INVALID: Badge(N_("Not heard"), "neutral", "tick"),
        ComplaintStatus.MISTAKEN: Badge(N_("Did not count"), "neutral", "tick"),
        ComplaintStatus.DECLINED: Badge(N_("Declined"), "bad"),
        ComplaintStatus.SATISFIED: Badge(N_("Upheld"), "ok"),
        ComplaintStatus.STOPPED: Badge(N_("Stopped"), "neutral", "tick"),
        ComplaintStatus.RESOLVED: Badge(N_("Upheld and acted on"), "ok"),
    }
)
KINDS: Final[Mapping[ComplaintKind, str]] = MappingProxyType(
    {
        ComplaintKind.COMPLAINT: N_("Complaint, decided by the review body"),
        ComplaintKind.OBJECTION: N_("Objection, answered by the buyer"),
    }
)
TARGETS: Final[Mapping[ComplaintTarget, str]] = MappingProxyType(
    {
        ComplaintTarget.TENDER: N_("The whole tender"),
        ComplaintTarget.LOT: N_("A lot"),
        ComplaintTarget.AWARD: N_("An award"),
        ComplaintTarget.DISQUALIFICATION: N_("A disqualification"),
        ComplaintTarget.CANDIDATES: N_("The published candidates"),
        ComplaintTarget.DEPARTURE: N_("Being dropped from the talks"),
    }
)
STEPS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "lodge": (N_("Lodge"), "", N_("Lodged.")),
        "withdraw": (N_("Take the complaint back"), "", N_("Taken back.")),
        "accept": (N_("Hear it"), "", N_("It is being heard.")),
        "refuse": (N_("Do not hear it"), N_("Grounds"), N_("It is not heard.")),
        "decline": (N_("Decline"), N_("Decision"), N_("Decided.")),
        "satisfy": (N_("Uphold"), N_("Decision"), N_("Upheld; what it named is undone.")),
        "stop": (N_("Stop"), N_("Grounds"), N_("Stopped.")),
        "uphold": (N_("Grant the objection"), N_("Answer"), N_("Granted; what it named is undone.")),
        "reject": (N_("Reject the objection"), N_("Answer"), N_("Rejected.")),
        "answer": (N_("Say what you think of it"), N_("Statement"), N_("Your statement stands with the complaint.")),
        "resolve": (N_("Say what was done"), N_("What was done"), N_("Kept and published.")),
    }
)
"""By step: what the button says, what its text is called (empty for none), and what is said afterwards."""
