"""Further rounds: whether one may be opened, who goes on, and that no quotation gets worse from one to the next."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.rounds import Bargaining

MOST_ROUNDS, MOST_COUNTERS = 10, 20
RISEN = N_("It was {before}; it may not rise.")


class RoundsUsedUp(Refusal):
    """The request has had as many rounds as its suppliers were told."""

    code = "rfq-rounds-used-up"
    title = N_("There is no further round")
    advice = N_("The request has had its {most} rounds. Award it, negotiate by counter-offers, or end it.")


class NotGoingOn(Refusal):
    """A quotation of a supplier that is not on the shortlist of the round that is open."""

    code, audited = "quote-not-in-round", True
    title = N_("Your company is not in this round")
    advice = N_("Round {round} is open to the suppliers that the buyer chose. Your quotation of before stands.")


class PriorRoundStands(Refusal):
    """A quotation of a round that is over."""

    code = "quote-of-prior-round"
    title = N_("The round of this quotation is over")
    advice = N_("It was sent in round {round} and stands. In the round that is open now you can only better it.")


class QuoteGotWorse(Refusal):
    """A further round is there to better a quotation."""

    code = "quote-got-worse"
    title = N_("The quotation is worse than the one before")
    advice = N_(
        "In a further round no line may cost more, come later or hold for less than before, and none may be missing. "
        "Correct what is marked; what you leave as it was stands."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """What a supplier has offered on one line, as it is stored: in the need's unit, without recoverable tax.

    ``tiers`` are the prices of all units by the quantity from which they hold, rising; empty is one price.
    """

    unit_price: Decimal
    quantity: Decimal
    lead_days: int | None = None
    min_quantity: Decimal | None = None
    multiple_quantity: Decimal | None = None
    setup_cost: Decimal | None = None
    capacity: Decimal | None = None
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    alternates: Mapping[str, "HeldLine"] = field(default_factory=dict)
    """What is offered besides, by its name without case and blanks."""

    def price_at(self, quantity: Decimal) -> Decimal | None:
        """Return the unit price of a quantity; None below the first tier."""
        if not self.tiers:
            return self.unit_price
        reached = [price for start, price in self.tiers if start <= quantity]
        return reached[-1] if reached else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a supplier is held to: its quotation of a round by line. The order of lines is that of its sender.

    ``delivery`` is the Incoterm with its place, ``instalments`` when the amount is due. ``discounts`` are percents off
    by the lines that must all be taken; ``together`` are lines that are sold together only; no lines are all lines.
    """

    currency: str
    valid_until: date
    lines: Mapping[UUID, HeldLine]
    freight: Decimal | None = None
    capacity: Decimal | None = None
    delivery: tuple[str, str] = ("", "")
    instalments: tuple[tuple[str, str, int], ...] = ()
    early_pay: tuple[Decimal, int] | None = None
    discounts: Mapping[frozenset[UUID], Decimal] = field(default_factory=dict)
    together: frozenset[frozenset[UUID]] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    """What it answered to criteria that the published formula scores, by their key."""


def bargaining_errors(wanted: Bargaining) -> Iterator[FieldError]:
    """Yield what is wrong with how far a request may be negotiated."""
    if not 1 <= wanted.most_rounds <= MOST_ROUNDS:
        detail = N_("Allow 1 to {most} rounds.")
        yield FieldError("/most_rounds", "range", detail, {"most": MOST_ROUNDS})
    if not 0 <= wanted.most_counters <= MOST_COUNTERS:
        detail = N_("Allow 0 to {most} counter-offers of each side.")
        yield FieldError("/most_counters", "range", detail, {"most": MOST_COUNTERS})


def require_round_left(current: int, most: int) -> None:
    """Raise RoundsUsedUp where the request has had ``most`` rounds."""
    if current >= most:
        raise RoundsUsedUp(most=most)


def require_shortlist(chosen: Sequence[UUID], in_play: Collection[UUID]) -> None:
    """Raise Invalid unless at least one supplier is chosen, each once and each with a quotation that stands."""
    if not chosen:
        detail = N_("Choose at least one supplier that goes on.")
        raise Invalid(errors=[FieldError("/supplier_ids", "required", detail)])
    detail = N_("Choose suppliers whose quotation stands, each once.")
    errors = [
        FieldError(f"/supplier_ids/{index}", "unknown", detail)
        for index, supplier_id in enumerate(chosen)
        if supplier_id not in in_play or supplier_id in chosen[:index]
    ]
    if errors:
        raise Invalid(errors=errors)


def require_admitted(last_round: int, current: int) -> None:
    """Raise NotGoingOn where the supplier was not chosen for the round that is open."""
    if last_round < current:
        raise NotGoingOn(round=current)


def require_current(of_round: int, current: int) -> None:
    """Raise PriorRoundStands for a quotation of a round that is over."""
    if of_round != current:
        raise PriorRoundStands(round=of_round)


def require_no_worse(before: Held, after: Held) -> None:
    """Raise QuoteGotWorse naming every field in which ``after`` is worse for the buyer than ``before``.

    Whatever cannot be held against each other stays as it was: currency, delivery term and place, instalments. Of each
    line that was quoted before no price, set-up cost, lead time, least quantity or multiple rises or appears, and
    neither quantity nor capacity shrinks; no discount shrinks, no line is newly tied to others, freight does not rise,
    and the validity ends no sooner. New lines are welcome. So on every scale that prefers less cost, time and risk the
    later quotation is worth at least as much.
    """
    errors = [*_changed(before, after), *_head_errors(before, after)]
    sent = {line_id: index for index, line_id in enumerate(after.lines)}
    for line_id, line in before.lines.items():
        if line_id in sent:
            errors.extend(_line_errors(f"/lines/{sent[line_id]}", line, after.lines[line_id]))
    if errors:
        raise QuoteGotWorse(errors=errors)


def _changed(before: Held, after: Held) -> Iterator[FieldError]:
    """Yield what must stay as it was, because two rounds could not be held against each other otherwise."""
    if after.currency != before.currency:
        detail = N_("Stay with {currency}: prices of two rounds are held against each other.")
        yield FieldError("/currency", "changed", detail, {"currency": before.currency})
    if after.delivery != before.delivery:
        detail = N_("Stay with the delivery term and place of before.")
        yield FieldError("/terms/incoterm", "changed", detail)
    if any(after.answers.get(key) != value for key, value in before.answers.items()):
        yield FieldError("/answers", "changed", N_("Stay with the answers of before that are scored by the formula."))
    if after.instalments != before.instalments:
        yield FieldError("/terms/instalments", "changed", N_("Stay with the instalments of before."))


def _head_errors(before: Held, after: Held) -> Iterator[FieldError]:
    if after.valid_until < before.valid_until:
        detail = N_("It held until {before}; let it hold at least as long.")
        yield FieldError("/valid_until", "worse", detail, {"before": before.valid_until.isoformat()})
    missing = len(before.lines.keys() - after.lines.keys())
    if missing:
        detail = N_("Quote every line that you have quoted before; {count} are missing.")
        yield FieldError("/lines", "missing", detail, {"count": missing})
    if (after.freight or 0) > (before.freight or 0):
        yield FieldError("/terms/freight", "worse", RISEN, {"before": decimal_text(before.freight or Decimal(0))})
    if _shrank(before.capacity, after.capacity):
        yield FieldError("/terms/capacity", "worse", N_("It may not become less than before."))
    if before.early_pay is not None and not _at_least(before.early_pay, after.early_pay):
        yield FieldError("/terms/early_pay_percent", "worse", N_("Give at least the early-pay discount of before."))
    kept = all(after.discounts.get(lines, Decimal(0)) >= percent for lines, percent in before.discounts.items())
    if not kept or not after.together <= before.together:
        detail = N_("Keep the discounts of before, and tie no further lines together.")
        yield FieldError("/terms/bundles", "worse", detail)


def _line_errors(pointer: str, before: HeldLine, after: HeldLine) -> Iterator[FieldError]:
    starts = {before.quantity, *(start for start, _ in (*before.tiers, *after.tiers))}
    if after.unit_price > before.unit_price or any(_dearer(before, after, start) for start in starts):
        yield FieldError(f"{pointer}/unit_price", "worse", RISEN, {"before": decimal_text(before.unit_price)})
    if after.quantity < before.quantity:
        detail = N_("You offered {before}; offer at least as much.")
        yield FieldError(f"{pointer}/quantity", "worse", detail, {"before": decimal_text(before.quantity)})
    if before.lead_days is not None and (after.lead_days is None or after.lead_days > before.lead_days):
        detail = N_("It was {before} days; it may not grow.")
        yield FieldError(f"{pointer}/lead_days", "worse", detail, {"before": before.lead_days})
    if (after.min_quantity or 0) > (before.min_quantity or 0):
        detail = N_("There was no such minimum, or a lower one, before.")
        yield FieldError(f"{pointer}/min_quantity", "worse", detail)
    if after.multiple_quantity is not None and not _divides(after.multiple_quantity, before.multiple_quantity):
        yield FieldError(
            f"{pointer}/terms/multiple_quantity", "worse", N_("Whatever could be ordered before must fit.")
        )
    if (after.setup_cost or 0) > (before.setup_cost or 0):
        before_cost = decimal_text(before.setup_cost or Decimal(0))
        yield FieldError(f"{pointer}/terms/setup_cost", "worse", RISEN, {"before": before_cost})
    if _shrank(before.capacity, after.capacity):
        yield FieldError(f"{pointer}/terms/capacity", "worse", N_("It may not become less than before."))
    for name, alternate in before.alternates.items():
        now = after.alternates.get(name)
        if now is None or any(_line_errors(pointer, alternate, now)):
            detail = N_("Keep the alternate “{name}” of before, at no worse price, time, minimum or set-up cost.")
            yield FieldError(f"{pointer}/alternates", "worse", detail, {"name": name})


def _dearer(before: HeldLine, after: HeldLine, quantity: Decimal) -> bool:
    """Tell whether a quantity that had a price has a higher one now; where it has none, its minimum has risen."""
    then, now = before.price_at(quantity), after.price_at(quantity)
    return then is not None and now is not None and now > then


def _divides(after: Decimal, before: Decimal | None) -> bool:
    return before is not None and before % after == 0


def _shrank(before: Decimal | None, after: Decimal | None) -> bool:
    return after is not None and (before is None or after < before)


def _at_least(before: tuple[Decimal, int], after: tuple[Decimal, int] | None) -> bool:
    return after is not None and after[0] >= before[0] and after[1] >= before[1]
