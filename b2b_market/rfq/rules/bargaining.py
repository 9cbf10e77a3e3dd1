"""When a counter-offer may be made and answered, and when a buyer and a supplier may talk to each other."""

from datetime import date, datetime, timedelta

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.states import TAKES_QUOTES, QuoteStatus, RfqStatus

NEGOTIATED = frozenset({RfqStatus.CLOSED, RfqStatus.EVALUATING})
TALK_OVER = frozenset({RfqStatus.CANCELLED, RfqStatus.UNSUCCESSFUL, RfqStatus.CLOSED_DONE})
NOT_YET = frozenset({RfqStatus.DRAFT, RfqStatus.PENDING_APPROVAL})
LEAST_TIME = timedelta(hours=1)
MOST_FILES = 10


class NotNegotiable(Refusal):
    """Counter-offers belong between the close of a round and the award."""

    code = "counter-not-possible"
    title = N_("This quotation is not negotiated now")
    advice = N_(
        "Counter-offers are made and answered while the request is closed and not awarded, on a quotation that stands."
    )


class CounterWaits(Refusal):
    """One counter-offer at a time."""

    code = "counter-waits"
    title = N_("A counter-offer waits for its answer")
    advice = N_("Wait for the answer, or withdraw it and make another one.")


class NothingToAnswer(Refusal):
    """A supplier answers; its own move is to better the quotation in a round."""

    code = "counter-nothing-to-answer"
    title = N_("No counter-offer of the buyer waits for an answer")
    advice = N_("A supplier makes a counter-offer in answer to one of the buyer's.")


class CountersUsedUp(Refusal):
    """The side has made as many counter-offers as the request allows."""

    code = "counters-used-up"
    title = N_("No further counter-offer")
    advice = N_("Each side may make {most}. Accept, decline, or go on in another round.")


class NoImprovement(Refusal):
    """A counter-offer has to move."""

    code = "counter-does-not-improve"
    title = N_("The counter-offer does not move")
    advice = N_(
        "It must be better for you than what the other side offers, or you could accept that; and it must come towards "
        "the other side from what you said before."
    )


class CounterRanOut(Refusal):
    """The time to answer is over."""

    code = "counter-ran-out"
    title = N_("The counter-offer does not hold any more")
    advice = N_("It held until {expires_at}. Another one can be made.")


class NotYourTurn(Refusal):
    """Its maker cannot answer it, and nobody else can take it back."""

    kind, code = Kind.FORBIDDEN, "counter-not-your-turn"
    title = N_("This is for the other side")
    advice = N_("Whoever received a counter-offer accepts or declines it; whoever made it may withdraw it.")


class TalkSealed(Refusal):
    """While prices are sealed nobody talks past the seal."""

    code, audited = "talk-sealed", True
    title = N_("Nothing is said while the quotations are sealed")
    advice = N_("Ask a question to all instead. Talks with single suppliers open at the deadline, {closes_at}.")


class TalkOver(Refusal):
    """There is nothing to talk about: the request is not out yet, or it has ended."""

    code = "talk-over"
    title = N_("Nothing can be said about this request now")
    advice = N_("Messages are sent from its publication to its end; what was said stays readable.")


def require_negotiable(status: RfqStatus, quote: QuoteStatus) -> None:
    """Raise NotNegotiable unless the request is closed, not awarded, and the quotation stands."""
    if status not in NEGOTIATED or quote is not QuoteStatus.SUBMITTED:
        raise NotNegotiable


def require_counters_left(made: int, most: int) -> None:
    """Raise CountersUsedUp where a side has ``made`` as many as it may."""
    if made >= most:
        raise CountersUsedUp(most=most)


def require_expiry(expires_at: datetime, moment: datetime, valid_until: date) -> None:
    """Raise Invalid unless LEAST_TIME is left to answer and the quotation is still valid on the day of the expiry."""
    if expires_at < moment + LEAST_TIME:
        detail = N_("Leave at least {hours} hour to answer.")
        raise Invalid(errors=[FieldError("/expires_at", "soon", detail, {"hours": LEAST_TIME // timedelta(hours=1)})])
    if expires_at.date() > valid_until:
        detail = N_("The quotation is valid until {day} only.")
        raise Invalid(errors=[FieldError("/expires_at", "late", detail, {"day": valid_until.isoformat()})])


def require_turn(*, own: bool, answers: bool) -> None:
    """Raise NotYourTurn where a maker would answer (``answers``) its own, or another would withdraw it."""
    if own is answers:
        raise NotYourTurn


def require_unexpired(expires_at: datetime, moment: datetime) -> None:
    """Raise CounterRanOut from ``expires_at`` on; at that moment is too late."""
    if moment >= expires_at:
        raise CounterRanOut(expires_at=expires_at.isoformat(timespec="minutes"))


def talks(status: RfqStatus, *, sealed: bool) -> bool:
    """Tell whether a buyer and a supplier may write to each other now."""
    return status not in TALK_OVER | NOT_YET and not (sealed and status in TAKES_QUOTES)


def require_talk(status: RfqStatus, *, sealed: bool, closes_at: datetime | None) -> None:
    """Raise TalkSealed while quotations are sealed, TalkOver before the publication and after the end."""
    if sealed and status in TAKES_QUOTES:
        raise TalkSealed(closes_at=closes_at.isoformat(timespec="minutes") if closes_at else "")
    if not talks(status, sealed=sealed):
        raise TalkOver


def require_few_files(count: int) -> None:
    """Raise Invalid for more files than one message holds."""
    if count > MOST_FILES:
        raise Invalid(errors=[FieldError("/file_ids", "many", N_("Send at most {most} files."), {"most": MOST_FILES})])
