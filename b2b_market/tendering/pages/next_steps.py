"""What comes next in a tender, said to whoever reads its page: by status, for the buyer and for a supplier."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.admission import has_negotiation
from b2b_market.tendering.rules.procedures import Procedure
from b2b_market.tendering.states.tenders import TenderStatus

_TALKS: Final = N_(
    "Keep the minutes of a meeting with each company in every round under Talks, then end the talks: the tender with "
    "the final bids is drafted from this one."
)
_FOR_BUYER: Final[Mapping[TenderStatus, str]] = MappingProxyType(
    {
        TenderStatus.DRAFT: N_("Finish the draft and submit it. Another person publishes it."),
        TenderStatus.PENDING_APPROVAL: N_(
            "An approver who did not write it publishes it, or returns it with a reason."
        ),
        TenderStatus.APPLICATIONS: N_(
            "Companies apply until the time is over; nobody of your company sees who before that. An approver may give "
            "more time under Applications."
        ),
        TenderStatus.QUALIFYING: N_(
            "Judge every application under Applications. A second person confirms those that fail, then an approver "
            "decides on all of them at once."
        ),
        TenderStatus.SHORTLISTED: N_(
            "The letters are out. Those who qualified are invited when the stand-still is over."
        ),
        TenderStatus.DIALOGUE: _TALKS,
        TenderStatus.NEGOTIATING: _TALKS,
        TenderStatus.CONTINUED: N_("Finish the tender with the final bids, and submit it for approval."),
        TenderStatus.ENQUIRIES: N_("Answer every question: bidding begins after the last answer."),
        TenderStatus.CLOSED: N_("The key officers open the bids together. Nothing can be read before."),
        TenderStatus.OPENED: N_("Begin the evaluation. Not who published the tender may judge it."),
        TenderStatus.EVALUATING: N_(
            "Judge the bids of every lot, then propose the awards. Another person approves them."
        ),
        TenderStatus.AWARDED: N_(
            "The awards bind when the stand-still is over; what follows from them is drafted then."
        ),
        TenderStatus.UNSUCCESSFUL: N_("Nothing is awarded. Begin another tender if you still need it."),
    }
)
_NEGOTIATED: Final = N_(
    "Begin the negotiation. Under this procedure initial bids are not evaluated; final ones follow."
)
_FOR_ALL: Final[Mapping[TenderStatus, str]] = MappingProxyType(
    {
        TenderStatus.APPLICATIONS: N_("Apply before the time is over. Those who qualify are invited to go on."),
        TenderStatus.QUALIFYING: N_("The buyer judges the applications. Every company reads the decision on its own."),
        TenderStatus.SHORTLISTED: N_(
            "The decision on your application stands under Your application. Those who qualified are invited when the "
            "stand-still is over."
        ),
        TenderStatus.CLOSED: N_("Nobody can read the bids before the key officers open them."),
        TenderStatus.OPENED: N_("The buyer judges the bids and tells every bidder the result."),
        TenderStatus.EVALUATING: N_("The buyer judges the bids and tells every bidder the result."),
    }
)
_FOR_PARTICIPANTS: Final[Mapping[TenderStatus, str]] = MappingProxyType(
    {
        TenderStatus.DIALOGUE: N_(
            "Answer the buyer's questions and confirm the minutes under Talks. Name no price yet."
        ),
        TenderStatus.NEGOTIATING: N_("Answer the buyer's questions and confirm the minutes under Talks."),
        TenderStatus.CONTINUED: N_("You are invited to the final bid as soon as the buyer has published its terms."),
        TenderStatus.ENQUIRIES: N_("Ask what is unclear. Sealed bids are received when questions are over."),
        TenderStatus.TENDERING: N_("Seal your bid and send it before the deadline. It can be replaced until then."),
    }
)


def next_step(tender: Any, procedure: Procedure, *, buys: bool, takes_part: bool) -> str:  # noqa: ANN401 - a tender, whose model pages may not import
    """Return a message id; empty where nothing needs to be said."""
    status: TenderStatus = tender.status
    if buys:
        negotiated = status is TenderStatus.OPENED and has_negotiation(procedure)
        return _NEGOTIATED if negotiated else _FOR_BUYER.get(status, "")
    known = {**_FOR_ALL, **_FOR_PARTICIPANTS} if takes_part else _FOR_ALL
    return known.get(status, "")
