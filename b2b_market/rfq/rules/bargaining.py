"""Counter-offers that narrow what is between two sides, and when a buyer and a supplier may talk to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.rounds import CounterLineInput
from b2b_market.rfq.states import TAKES_QUOTES, QuoteStatus, RfqStatus

NEGOTIATED = frozenset({RfqStatus.CLOSED, RfqStatus.EVALUATING})
TALK_OVER = frozenset({RfqStatus.CANCELLED, RfqStatus.UNSUCCESSFUL, RfqStatus.CLOSED_DONE})
NOT_YET = frozenset({RfqStatus.DRAFT, RfqStatus.PENDING_APPROVAL})
LEAST_TIME = timedelta(hours=1)
MOST_FILES = 10
MAX_PRICE = Decimal(10) ** 13


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


@dataclass(frozen=True, slots=True)
class Position:
    """Where the two sides stand on a quotation, by line.

    ``quoted`` is the quotation; ``asked`` what the buyer asked for last, ``given`` what the supplier last offered in
    answer, each only where it was named. On every line a counter-offer lies from ``floor`` to ``ceiling``.
    """

    quoted: Mapping[UUID, Decimal]
    asked: Mapping[UUID, Decimal] = field(default_factory=dict)
    given: Mapping[UUID, Decimal] = field(default_factory=dict)

    def floor(self, line_id: UUID) -> Decimal:
        """Return the lowest price that can still be named: what the buyer has asked for, if anything."""
        if not self.asked:
            return Decimal(0)
        return self.asked.get(line_id, self.ceiling(line_id))

    def ceiling(self, line_id: UUID) -> Decimal:
        """Return the highest price that can still be named: what the supplier has offered last, else its quotation."""
        return self.given.get(line_id, self.quoted[line_id])


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


def require_move(lines: Sequence[CounterLineInput], at: Position) -> None:
    """Refuse a counter-offer that is not sound, that leaves what is between the sides, or that does not move.

    Each price lies between what the buyer asked for last and what the supplier offered last; a line that the buyer left
    as it is offered stays so. One price at least lies below the supplier's word and, once the buyer has said something,
    one above the buyer's. For its maker that is better than the other side's word, or it could be accepted; and it
    comes towards the other side from the maker's own, or it would say the same again. So what is between the sides only
    gets narrower.
    """
    errors = [*_unsound(lines, at)]
    if errors:
        raise Invalid(errors=errors)
    named = {line.line_id: line.unit_price for line in lines}
    below = any(price < at.ceiling(line_id) for line_id, price in named.items())
    above = any(named.get(line_id, at.ceiling(line_id)) > price for line_id, price in at.asked.items())
    if not below or (at.asked and not above):
        raise NoImprovement


def _unsound(lines: Sequence[CounterLineInput], at: Position) -> list[FieldError]:
    if not lines:
        return [FieldError("/lines", "required", N_("Name a price for at least one line."))]
    errors: list[FieldError] = []
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}"
        if line.line_id not in at.quoted:
            errors.append(FieldError(f"{pointer}/line_id", "unknown", N_("This line is not quoted.")))
        elif line.line_id in {one.line_id for one in lines[:index]}:
            errors.append(FieldError(f"{pointer}/line_id", "twice", N_("Name each line once.")))
        elif not max(at.floor(line.line_id), Decimal("0.000001")) <= line.unit_price <= at.ceiling(line.line_id):
            detail = N_("Between the two sides lies {low} to {high}.")
            facts = {"low": decimal_text(at.floor(line.line_id)), "high": decimal_text(at.ceiling(line.line_id))}
            errors.append(FieldError(f"{pointer}/unit_price", "range", detail, facts))
    return errors


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
