"""Who may be invited by mail, and what a company that is not registered may not get."""

from collections.abc import Iterable
from typing import Final

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

MOST_GUESTS: Final = 50


class TooManyGuests(Refusal):
    """Invitations by mail are for a few suppliers, not for a mailing list."""

    kind, code = Kind.CONFLICT, "too-many-guests"
    title = N_("No more suppliers by mail")
    advice = N_(
        "At most {most} suppliers are invited by mail to one request. Open it to all approved suppliers instead."
    )


class GuestInvited(Refusal):
    """The mail is sent and cannot be called back."""

    kind, code = Kind.CONFLICT, "guest-invited"
    title = N_("This supplier is invited already")
    advice = N_(
        "The request is published and the mail is sent. The supplier may decline, or you may cancel the request."
    )


class WinnerNotApproved(Refusal):
    """Only approved companies trade."""

    kind, code = Kind.CONFLICT, "winner-not-approved"
    title = N_("A supplier of this award is not approved yet")
    advice = N_(
        "{names}: invited by mail. Somebody there has to register the company, and the operator to approve it, before "
        "it can be awarded anything. Their page of the request says how."
    )


class PlacesTaken(Refusal):
    """One company has one place at a request."""

    kind, code = Kind.CONFLICT, "places-taken"
    title = N_("Your company takes part already")
    advice = N_("Your company has a place of its own at {numbers}: nothing was taken over.")


class NegotiatedAlready(Refusal):
    """What was agreed round by round and word by word belongs to who agreed it."""

    kind, code = Kind.CONFLICT, "negotiated-already"
    title = N_("The invited company is negotiating already")
    advice = N_(
        "{numbers} went into a further round, or was bargained or talked about in the name of the invited company: "
        "nothing was taken over. Go on there: who got the invitation enters by its mail, and registers the company on "
        "the page of the request. It keeps its quotations, and the operator sees whose number it has."
    )


class NothingToTakeOver(Refusal):
    """The mailbox is proved, but no invitation waits there (any more)."""

    kind, code = Kind.CONFLICT, "nothing-to-take-over"
    title = N_("There is nothing to take over")
    advice = N_("No invitation of this mail address waits for a company. It may have been registered meanwhile.")


def require_room(count: int) -> None:
    """Raise TooManyGuests where ``count`` guests are invited already and that is the most."""
    if count >= MOST_GUESTS:
        raise TooManyGuests(most=MOST_GUESTS)


def require_approved(names: Iterable[str]) -> None:
    """Raise WinnerNotApproved where ``names`` of winners that may not trade yet are given."""
    waiting = ", ".join(names)
    if waiting:
        raise WinnerNotApproved(names=waiting)
