"""What a bid's price counts as: features and life-cycle costs, in exact fractions.

A feature's answers are worth shares of the price; the coefficient is 1 + Σ chosen ÷ (1 − Σ best), and the price is
divided by it (the formula of Prozorro's feature auctions). What a bidder declares of a life-cycle cost is multiplied by
the buyer's price and discounted, and the sum is added. Nothing is rounded: two bids that differ by a millionth do not
tie, as they would where the weighted value is cut to two places first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.states.weighing import CostKind

MOST_SHARE: Final = Fraction(3, 10)
"""All features of a lot together are worth at most 30 % of the price (Prozorro)."""
FINEST_SHARE: Final = 4
FEWEST_ANSWERS, MOST_ANSWERS, MOST_FEATURES, MOST_COSTS, MOST_YEARS = 2, 20, 20, 20, 50
MOST_RATE: Final = 50
MOST_PRICE: Final = Decimal(10) ** 9


@dataclass(frozen=True)
class Weighing:
    """What a lot weighs besides the price; nothing where the price counts as itself."""

    features: tuple[Feature, ...] = ()
    costs: tuple[Cost, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether a price counts as anything else than itself."""
        return bool(self.features or self.costs)

    @cached_property
    def most(self) -> Fraction:
        """What the best answers of all features are worth together."""
        return sum((max(Fraction(one.share) for one in feature.answers) for feature in self.features), Fraction(0))


@dataclass(frozen=True, slots=True)
class Declared:
    """What a bid says of a lot's features and costs, in their order; None where it says nothing that is known."""

    answers: tuple[Answer | None, ...] = ()
    amounts: tuple[Decimal | None, ...] = ()


NOTHING: Final = Declared()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A feature as a bid answers it; no answer is worth nothing."""

    name: str
    text: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Later:
    """A life-cycle cost of a bid: what was declared, and what it comes to today, exact."""

    name: str
    unit: str
    declared: Decimal
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Weighed:
    """A price with all that led to what it counts as: price ÷ coefficient + costs, in the tender's currency."""

    price: Decimal
    chosen: tuple[Chosen, ...]
    coefficient: Fraction
    costs: tuple[Later, ...]
    later: Fraction
    effective: Fraction


def read_weighing(features: Sequence[Mapping[str, Any]], costs: Sequence[Mapping[str, Any]]) -> Weighing:
    """Return what a stored or announced lot weighs."""
    return Weighing(
        tuple(
            Feature(one["name"], tuple(Answer(said["text"], Decimal(said["share"])) for said in one["answers"]))
            for one in features
        ),
        tuple(
            Cost(
                name=one["name"],
                unit=one["unit"],
                price=Decimal(one["price"]),
                kind=CostKind(one["kind"]),
                years=one["years"],
                rate_percent=Decimal(one["rate_percent"]),
            )
            for one in costs
        ),
    )


def announced(weighing: Weighing) -> dict[str, list[dict[str, object]]]:
    """Return what a notice says of it: each cost with its formula, in which x stands for what the bidder declares."""
    return {
        "features": [
            {"name": one.name, "answers": [{"text": said.text, "share": said.share} for said in one.answers]}
            for one in weighing.features
        ],
        "costs": [
            {
                "name": one.name,
                "unit": one.unit,
                "price": one.price,
                "kind": one.kind.value,
                "years": one.years,
                "rate_percent": one.rate_percent,
                "formula": formula(one),
            }
            for one in weighing.costs
        ],
    }


def weighing_errors(weighing: Weighing, pointer: str) -> list[FieldError]:
    """Return what is wrong with a lot's features and costs; ``pointer`` is the lot's."""
    errors = []
    if len(weighing.features) > MOST_FEATURES or len(weighing.costs) > MOST_COSTS:
        errors.append(FieldError(pointer, "count", N_("A lot has at most 20 features and 20 life-cycle costs.")))
    for index, feature in enumerate(weighing.features):
        errors += _feature_errors(feature, f"{pointer}/features/{index}")
    if not errors and weighing.features and weighing.most > MOST_SHARE:
        right = N_("Together the best answers of a lot are worth 0.30 at most.")
        errors.append(FieldError(f"{pointer}/features", "too-much", right))
    for index, cost in enumerate(weighing.costs):
        errors += _cost_errors(cost, f"{pointer}/costs/{index}")
    return errors


def coefficient(weighing: Weighing, chosen: Sequence[Decimal]) -> Fraction:
    """Return 1 + Σ chosen ÷ (1 − Σ best): 1 for a bid that offers nothing, more the more it offers.

    ``chosen`` holds the share of the bid's answer to each feature, each within what the feature offers.
    """
    return 1 + sum(map(Fraction, chosen), Fraction(0)) / (1 - weighing.most)


def factor(cost: Cost) -> Fraction:
    """Return what one unit of a cost comes to today: price × Σ 1 ÷ (1 + rate)^t, or price ÷ (1 + rate)^years."""
    growth = 1 + Fraction(cost.rate_percent) / 100
    dues = range(1, cost.years + 1) if cost.kind is CostKind.YEARLY else (cost.years,)
    return Fraction(cost.price) * sum((1 / growth**year for year in dues), Fraction(0))


def formula(cost: Cost) -> str:
    """Return the formula of a cost as a notice prints it; x is what the bidder declares."""
    price, growth = f"x × {cost.price:f}", f"{1 + cost.rate_percent / 100:f}"
    if cost.kind is CostKind.ONCE:
        return f"{price} ÷ {growth}^{cost.years}"
    return f"{price} × Σ(t=1…{cost.years}) 1 ÷ {growth}^t"


def weigh(price: Decimal, weighing: Weighing, declared: Declared) -> Weighed:
    """Return what ``price``, 0 or more in the tender's currency, counts as where the lowest wins.

    A feature that is not answered is worth nothing; a cost that is not declared is the caller's error (ValueError).
    """
    chosen = tuple(
        Chosen(feature.name, "" if said is None else said.text, Decimal(0) if said is None else said.share)
        for feature, said in zip(weighing.features, declared.answers, strict=True)
    )
    better = coefficient(weighing, [one.share for one in chosen])
    costs = []
    for cost, amount in zip(weighing.costs, declared.amounts, strict=True):
        if amount is None:
            raise ValueError("a life-cycle cost that is not declared cannot be weighed")
        costs.append(Later(cost.name, cost.unit, amount, Fraction(amount) * factor(cost)))
    later = sum((one.amount for one in costs), Fraction(0))
    return Weighed(price, chosen, better, tuple(costs), later, Fraction(price) / better + later)


def _feature_errors(feature: Feature, at: str) -> list[FieldError]:
    errors = []
    texts = [one.text.strip() for one in feature.answers]
    if not feature.name.strip():
        errors.append(FieldError(f"{at}/name", "required", N_("Name the feature.")))
    if not FEWEST_ANSWERS <= len(texts) <= MOST_ANSWERS or len(set(texts)) != len(texts) or "" in texts:
        right = N_("A feature has between 2 and 20 answers, each said once.")
        errors.append(FieldError(f"{at}/answers", "answers", right))
    if any(not 0 <= one.share <= MOST_SHARE or one.share != round(one.share, FINEST_SHARE) for one in feature.answers):
        right = N_("Each answer is worth a share of the price from 0 to 0.30, such as 0.05.")
        errors.append(FieldError(f"{at}/answers", "share", right))
    return errors


def _cost_errors(cost: Cost, at: str) -> list[FieldError]:
    errors = []
    if not cost.name.strip():
        errors.append(FieldError(f"{at}/name", "required", N_("Name the cost.")))
    if not 0 < cost.price < MOST_PRICE:
        errors.append(FieldError(f"{at}/price", "positive", N_("Say what each unit of it costs: more than zero.")))
    if not 1 <= cost.years <= MOST_YEARS:
        errors.append(FieldError(f"{at}/years", "range", N_("Between 1 and 50 years.")))
    if not 0 <= cost.rate_percent <= MOST_RATE:
        errors.append(FieldError(f"{at}/rate_percent", "range", N_("Between 0 and 50 percent a year.")))
    return errors
