"""Judging the bids of a lot: who takes part, where each stands, and what still bars an award."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.abnormal import Offered, Suspicion, Threshold, abnormally_low
from b2b_market.tendering.rules.effective import Weighed
from b2b_market.tendering.rules.procedures import Procedure
from b2b_market.tendering.rules.standing import Contender, place
from b2b_market.tendering.states.procedures import CriterionKind, TieBreak

FULL: Final = 100


class EvaluatorUnfit(Refusal):
    """S2: whoever published a tender, or decides on its award, does not evaluate it."""

    kind, code, audited = Kind.FORBIDDEN, "tender-evaluator-unfit", True
    title = N_("Somebody else has to do this")
    advice = N_("Rule S2: who evaluates a tender has not published it and does not decide on its award.")


class ScoresMissing(Refusal):
    """Quality counts, and nobody has scored it yet."""

    code = "tender-scores-missing"
    title = N_("The bids are not scored yet")
    advice = N_("Quality counts in this tender. Score every bid on every criterion first; then the places are known.")


class PriceUnexplained(Refusal):
    """An abnormally low price bars the award until it is explained and accepted."""

    code = "tender-price-unexplained"
    title = N_("The low price must be explained first")
    advice = N_(
        "This bid is {others} below the mean of the others and {next} below the next. Ask the bidder, and decide on "
        "the answer or once its time is over."
    )


class NotTheBest(Refusal):
    """Awards go to the best remaining bid of a lot."""

    code = "tender-not-the-best"
    title = N_("Another bid stands before this one")
    advice = N_("The lot goes to the best bid that is not disqualified. This one has place {place}.")


class RulingOpen(Refusal):
    """A second person has not decided yet."""

    code = "tender-ruling-open"
    title = N_("A disqualification waits for a decision")
    advice = N_("Somebody proposed to disqualify this bid. Another person confirms or dismisses that first.")


class AwardsUnderway(Refusal):
    """What the places rest on does not change while an award is proposed or stands."""

    code = "tender-award-underway"
    title = N_("An award is under way")
    advice = N_("An award of this lot is proposed or stands. Return or cancel it first.")


class StillTime(Refusal):
    """The bidder may still answer."""

    code = "tender-still-time"
    title = N_("The bidder still has time")
    advice = N_("The answer is due by {due_at}. Decide once it is there, or when the time is over.")


class ExplanationNotDue(Refusal):
    """A price that is not abnormally low, or is asked about already."""

    code = "tender-explanation-not-due"
    title = N_("There is nothing to explain")
    advice = N_("The price is not abnormally low by the procedure's thresholds, or the bidder was asked already.")


@dataclass(frozen=True, slots=True)
class Judged:
    """One opened bid that takes part: its total in the tender's currency, exact after conversion."""

    bid_id: UUID
    sequence: int
    total: Decimal
    scores: Mapping[str, Fraction]
    """The technical scores by criterion; empty where the price alone counts."""
    weighed: Weighed | None = None
    """What the total counts as; none where it counts as itself."""

    @property
    def price(self) -> Fraction:
        """What is compared as the price."""
        return Fraction(self.total) if self.weighed is None else self.weighed.effective


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a bid stands and why: the total score and its technical part, 0..100; none by price alone."""

    bid_id: UUID
    place: int
    tied: bool
    total: Decimal
    score: Fraction | None
    quality: Fraction | None
    suspicion: Suspicion | None
    weighed: Weighed | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """The award criteria as published: the first is the price, the others are scored from 0 to 100."""

    price: Fraction
    quality: Mapping[str, Fraction]

    @property
    def by_price(self) -> bool:
        """Tell whether the price alone decides."""
        return not self.quality


def weights_of(criteria: Sequence[Mapping[str, Any]]) -> Weights:
    """Return the weights of a tender's award criteria; keys are their positions among all criteria, as text.

    The first award criterion is the price. Without any the price decides alone.
    """
    found = {
        str(position): Fraction(Decimal(str(one["weight"])))
        for position, one in enumerate(criteria)
        if one["kind"] == CriterionKind.AWARD.value
    }
    first = next(iter(found), None)
    price = found.pop(first) if first is not None else Fraction(FULL)
    return Weights(price, found)


def threshold_of(procedure: Procedure) -> Threshold:
    """Return the procedure's thresholds as shares of 1."""
    return Threshold(Fraction(procedure.below_mean_percent, 100), Fraction(procedure.below_next_percent, 100))


def tie_seed(close_record: object) -> bytes:
    """Return what ties are drawn with: SHA-256 over the close record, which nobody knew before bidding ended."""
    return sha256(b"tender-tie-seed/1" + canonical(close_record)).digest()


def placed(
    bids: Sequence[Judged], weights: Weights, threshold: Threshold, tie_break: TieBreak, seed: bytes
) -> tuple[Placed, ...]:
    """Place the admitted bids of a lot, best first, with the prices that must be explained. Nothing is rounded.

    Price alone: the lowest total, or what it counts as where the lot weighs features or life-cycle costs. Weighted:
    weight × 100 × lowest ÷ that price, plus weight × technical score, over 100; a price of 0 scores 100. Abnormally low
    prices are judged by the raw totals in the order of the places. Refuses with ScoresMissing where quality counts and
    a bid has no score.
    """
    if any(set(bid.scores) < set(weights.quality) for bid in bids):
        raise ScoresMissing
    figures = {bid.bid_id: _figures(bid, bids, weights) for bid in bids}
    contenders = [
        Contender(
            bid.bid_id,
            bid.sequence,
            score=None if weights.by_price else figures[bid.bid_id][0],
            price=bid.price if weights.by_price else None,
            quality=figures[bid.bid_id][1],
        )
        for bid in bids
    ]
    standing = place(contenders, tie_break, seed)
    by_id = {bid.bid_id: bid for bid in bids}
    ranked = [Offered(one.bid_id, by_id[one.bid_id].total, by_id[one.bid_id].total) for one in standing]
    low = {one.bid_id: one for one in abnormally_low(ranked, threshold)}
    return tuple(
        Placed(
            one.bid_id,
            one.place,
            one.tied,
            by_id[one.bid_id].total,
            None if weights.by_price else figures[one.bid_id][0],
            None if weights.by_price else figures[one.bid_id][1],
            low.get(one.bid_id),
            by_id[one.bid_id].weighed,
        )
        for one in standing
    )


def scores_by_bid(sheet: Mapping[tuple[UUID, str], Fraction]) -> dict[UUID, dict[str, Fraction]]:
    """Return the scores of a sheet by bid and criterion; a bid that nobody scored is not in it."""
    found: dict[UUID, dict[str, Fraction]] = {}
    for (bid_id, criterion), score in sheet.items():
        found.setdefault(bid_id, {})[criterion] = score
    return found


def require_best(bid_id: UUID, standing: Sequence[Placed]) -> Placed:
    """Return the bid's place; raise NotTheBest where another one stands before it."""
    found = next(one for one in standing if one.bid_id == bid_id)
    if found.place != 1:
        raise NotTheBest(place=found.place)
    return found


def require_explained(found: Placed, *, accepted: bool) -> None:
    """Raise PriceUnexplained where the price is abnormally low and no explanation was accepted."""
    if found.suspicion is not None and not accepted:
        raise PriceUnexplained(others=_percent(found.suspicion.from_others), next=_percent(found.suspicion.from_next))


def _percent(share: Fraction | None) -> str:
    return "—" if share is None else f"{Decimal(share.numerator) * 100 / Decimal(share.denominator):.1f} %"


def _figures(bid: Judged, bids: Sequence[Judged], weights: Weights) -> tuple[Fraction, Fraction]:
    """Return the total score and the technical score, both 0..100."""
    lowest = min(one.price for one in bids)
    by_price = FULL * lowest / bid.price if bid.price else Fraction(FULL)
    quality = sum((weight * bid.scores[key] for key, weight in weights.quality.items()), Fraction(0))
    share = sum(weights.quality.values(), Fraction(0))
    return (weights.price * by_price + quality) / FULL, quality / share if share else Fraction(0)


REFUSALS: Final = (
    EvaluatorUnfit,
    ScoresMissing,
    PriceUnexplained,
    NotTheBest,
    RulingOpen,
    AwardsUnderway,
    StillTime,
    ExplanationNotDue,
)
"""What the module refuses of these."""
