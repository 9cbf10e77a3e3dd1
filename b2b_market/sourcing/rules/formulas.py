"""The formulas of scoring: in words to publish, what each needs, and the exact score it gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.scoring import PRICE, Bid, Criterion, Formula, Value
from b2b_market.sourcing.rules.refusals import AnswerUnknown, ValueNegative, ValueOutOfRange

FULL: Final = 100

FORMULAS: Mapping[Formula, str] = {
    Formula.LOWEST_RATIO: N_(
        "{criterion} counts {weight} of 100. Its score is 100 × the lowest value ÷ the own value."
    ),
    Formula.LOWEST_RANGE: N_(
        "{criterion} counts {weight} of 100. Its score is 100 × (1 − (own value − lowest) ÷ (highest − lowest)); "
        "where all values are equal it is 100."
    ),
    Formula.SHARE_OF_MAXIMUM: N_("{criterion} counts {weight} of 100. Its score is 100 × the own value ÷ {maximum}."),
    Formula.BETWEEN: N_(
        "{criterion} counts {weight} of 100. Its score runs evenly from 0 at {worst} to 100 at {best} and stays there "
        "beyond them."
    ),
    Formula.YES_NO: N_("{criterion} counts {weight} of 100. Yes scores 100, no scores 0."),
    Formula.POINTS: N_("{criterion} counts {weight} of 100. Its score is that of the answer chosen: {points}."),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message id and its facts; the fact ``criterion`` is a name that is translated as well where it is known."""

    message: str
    facts: Mapping[str, str]


def sentence(criterion: Criterion) -> Sentence:
    """Return the criterion's formula in words that name every figure."""
    return Sentence(
        FORMULAS[criterion.formula],
        {
            "criterion": criterion.name,
            "weight": format(criterion.weight, "f"),
            "maximum": format(criterion.maximum, "f"),
            "worst": format(criterion.worst, "f"),
            "best": format(criterion.best, "f"),
            "points": "; ".join(f"{answer} = {format(points, 'f')}" for answer, points in criterion.points.items()),
        },
    )


def faults(criterion: Criterion) -> Iterator[tuple[str, str, str]]:
    """Yield field, code and what would be right for everything that makes a criterion unusable by itself."""
    if criterion.weight <= 0:
        yield "weight", "not-positive", N_("A weight is above 0.")
    if criterion.maximum <= 0:
        yield "maximum", "not-positive", N_("The best possible value is above 0.")
    if criterion.formula is Formula.BETWEEN and criterion.worst == criterion.best:
        yield "best", "no-range", N_("The best value differs from the worst.")
    if criterion.formula is Formula.POINTS and not criterion.points:
        yield "points", "no-answers", N_("Give at least one answer with its points.")
    if any(not 0 <= points <= FULL for points in criterion.points.values()):
        yield "points", "points-range", N_("Points are from 0 to 100.")
    if criterion.key == PRICE and criterion.formula in (Formula.YES_NO, Formula.POINTS):
        yield "formula", "not-for-prices", N_("A price is scored by a formula for numbers.")


def require_scorable(criterion: Criterion, bid: Bid, raw: Value) -> None:
    """Refuse a value that its formula has no score for; a value of the wrong kind is the caller's error (TypeError)."""
    expected = {Formula.YES_NO: bool, Formula.POINTS: str}.get(criterion.formula, Decimal)
    if not isinstance(raw, expected):
        raise TypeError(f"{criterion.key} takes {expected.__name__}, not {type(raw).__name__}")
    if isinstance(raw, str):
        if raw not in criterion.points:
            known = "; ".join(criterion.points)
            raise AnswerUnknown(criterion=criterion.name, supplier=bid.supplier, answer=raw, answers=known)
    elif isinstance(raw, Decimal):
        _require_number(criterion, bid, raw)


def _require_number(criterion: Criterion, bid: Bid, raw: Decimal) -> None:
    value = format(raw, "f")
    if criterion.formula is Formula.SHARE_OF_MAXIMUM:
        if not 0 <= raw <= criterion.maximum:
            maximum = format(criterion.maximum, "f")
            raise ValueOutOfRange(criterion=criterion.name, supplier=bid.supplier, value=value, maximum=maximum)
    elif raw < 0 and criterion.formula is not Formula.BETWEEN:
        raise ValueNegative(criterion=criterion.name, supplier=bid.supplier, value=value)


def normalised(criterion: Criterion, raw: Value, low: Fraction, high: Fraction) -> Fraction:
    """Apply the formula to a scorable value; ``low`` and ``high`` are the lowest and highest numbers of all bids.

    The best value of a set scores 100 also where it is zero or all are equal.
    """
    if isinstance(raw, bool):
        return Fraction(FULL) if raw else Fraction(0)
    if isinstance(raw, str):
        return Fraction(criterion.points[raw])
    return _of_number(criterion, Fraction(raw), low, high)


def _of_number(criterion: Criterion, value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    if criterion.formula is Formula.SHARE_OF_MAXIMUM:
        return FULL * value / Fraction(criterion.maximum)
    if criterion.formula is Formula.BETWEEN:
        worst, best = Fraction(criterion.worst), Fraction(criterion.best)
        return FULL * min(max((value - worst) / (best - worst), Fraction(0)), Fraction(1))
    if value == low:
        return Fraction(FULL)
    if criterion.formula is Formula.LOWEST_RATIO:
        return FULL * low / value
    return FULL * (1 - (value - low) / (high - low))
