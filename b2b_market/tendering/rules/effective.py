"""What a bid's price counts as: features and life-cycle costs, in exact fractions.

The formulas are those of Prozorro's feature auctions and life-cycle costing. Nothing is rounded: two bids that differ
by a millionth do not tie, as they would where the weighted value is cut to two places first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from b2b_market.kernel.refusal import FieldError, Kind, Refusal
from b2b_market.kernel.text import N_

MOST_FEATURES = Fraction(3, 10)
"""All features of a lot together are worth at most 30 % of the price (Prozorro)."""


class FeaturesUnusable(Refusal):
    """Features that no formula can weigh."""

    kind, code = Kind.INVALID, "tender-features-unusable"
    title = N_("The features cannot be weighed")
    advice = N_("The best answers of all features of a lot add up to 0.30 at most; each share is from 0 to 0.30.")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: the share of the price that each answer is worth, from 0 (nothing) to its best answer."""

    key: str
    shares: tuple[Decimal, ...]

    @property
    def best(self) -> Fraction:
        """What the best answer is worth."""
        return max(map(Fraction, self.shares))


@dataclass(frozen=True, slots=True)
class Weighed:
    """An effective price with what led to it: price ÷ coefficient + costs, exact, in the tender's currency."""

    price: Decimal
    coefficient: Fraction
    costs: Decimal
    effective: Fraction


def require_features(features: Sequence[Feature]) -> None:
    """Refuse features without answers, shares outside 0..0.30, and a sum of best answers above 0.30."""
    errors = []
    for position, feature in enumerate(features):
        if not feature.shares or any(not 0 <= share <= MOST_FEATURES for share in feature.shares):
            right = N_("Give each answer a share from 0 to 0.30.")
            errors.append(FieldError(f"/features/{position}/shares", "share-range", right))
    if not errors and sum((feature.best for feature in features), Fraction(0)) > MOST_FEATURES:
        errors.append(FieldError("/features", "too-much", N_("Together the best answers may be worth 0.30 at most.")))
    if errors:
        raise FeaturesUnusable(errors=errors)


def coefficient(features: Sequence[Feature], chosen: Sequence[Decimal]) -> Fraction:
    """Return 1 + Σ chosen ÷ (1 − Σ best): 1 for a bid that offers nothing, more the more it offers.

    ``chosen`` holds the share of the bid's answer to each feature; one that a feature does not offer is the caller's
    error (ValueError). Refuses features as ``require_features`` does.
    """
    require_features(features)
    if any(share not in feature.shares for feature, share in zip(features, chosen, strict=True)):
        raise ValueError("an answer is one of the feature's own")
    most = sum((feature.best for feature in features), Fraction(0))
    return 1 + sum(map(Fraction, chosen), Fraction(0)) / (1 - most)


def weigh(price: Decimal, better: Fraction = Fraction(1), costs: Sequence[Decimal] = ()) -> Weighed:
    """Return what ``price`` counts as where the lowest wins: price ÷ coefficient + life-cycle costs.

    ``price`` and ``costs`` are 0 or more, in one currency; ``better`` is the bid's ``coefficient``, 1 or more.
    """
    if price < 0 or better < 1 or any(cost < 0 for cost in costs):
        raise ValueError("prices and costs are 0 or more, a coefficient is 1 or more")
    later = sum(map(Fraction, costs), Fraction(0))
    return Weighed(price, better, sum(costs, Decimal(0)), Fraction(price) / better + later)
