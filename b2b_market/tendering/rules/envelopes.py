"""What holds where technical offers are judged before prices: which part is opened when, who passes, what is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import plain
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.judging import Weights
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import require_releasable
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.stages import Envelopes, StageStatus, TechnicalOutcome
from b2b_market.tendering.states.tenders import TenderStatus

RESULT_FORMAT: Final = "b2b-market-technical-result/1"
PRICED: Final = frozenset({"amount", "currency", "discount", "price", "prices", "subtotal", "total", "unit_price"})
"""The names under which a bid says prices, at any depth."""


class NoTechnicalStage(Refusal):
    """A procedure of one envelope has no technical result of its own."""

    code, title = "tender-no-technical-stage", N_("This procedure has one envelope")
    advice = N_("Technical offers and prices are opened together; there is no technical result to sign off.")


class TechnicalResultFinal(Refusal):
    """Nothing technical changes any more once the result is signed off."""

    code, title = "tender-technical-result-final", N_("The technical result is signed off")
    advice = N_("Scores and technical disqualifications no longer change. The price envelopes come next.")


class PricesStillSealed(Refusal):
    """Prices are compared once their envelopes are open."""

    code, title = "tender-prices-still-sealed", N_("The price envelopes are not open yet")
    advice = N_("The technical result is signed off first; then the key officers open the prices of those that passed.")


def parts_of(envelopes: Envelopes) -> tuple[Part, ...]:
    """Return the parts that the bids of a procedure are sealed in, in the order in which they are opened."""
    return (Part.TECHNICAL, Part.PRICE) if envelopes is Envelopes.TWO else (Part.WHOLE,)


def part_to_open(parts: Sequence[Part], status: TenderStatus, stage: StageStatus | None) -> Part:
    """Return the part that officers open now; refuse (BidsStillSealed) where none is to be opened.

    The first part after the close, the prices while the signed technical result waits for them.
    """
    if status is TenderStatus.CLOSED:
        return parts[0]
    part = parts[-1]
    closed = status is TenderStatus.EVALUATING and part is Part.PRICE
    require_releasable(part, closed=closed, technical_locked=stage is StageStatus.LOCKED)
    return part


def whole_content(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what a bid says as it was written: whole, or by part where it has two; none where nothing was read."""
    if not parts:
        return None
    whole = parts.get(Part.WHOLE.value)
    return dict(whole) if whole is not None else {name: dict(said) for name, said in parts.items()}


def price_content(parts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the part of a bid that says prices; none where it was not read."""
    return parts.get(Part.WHOLE.value, parts.get(Part.PRICE.value))


def without_prices(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return what a bid says besides its prices, at any depth."""
    if isinstance(value, Mapping):
        return {name: without_prices(one) for name, one in value.items() if name not in PRICED}
    return [without_prices(one) for one in value] if isinstance(value, list) else value


def technical_score(scores: Mapping[str, Fraction], weights: Weights) -> Fraction | None:
    """Return the weighted technical score, 0..100 exact; none where nothing is scored or a score is missing."""
    if not weights.quality or not weights.quality.keys() <= scores.keys():
        return None
    gained = sum((weight * scores[key] for key, weight in weights.quality.items()), Fraction(0))
    return gained / sum(weights.quality.values(), Fraction(0))


def outcome_of(status: BidStatus, score: Fraction | None, least: int | None, *, disqualified: bool) -> TechnicalOutcome:
    """Return what the technical evaluation makes of an opened bid; reaching ``least`` is enough."""
    if status is BidStatus.UNREADABLE:
        return TechnicalOutcome.UNREADABLE
    if disqualified:
        return TechnicalOutcome.DISQUALIFIED
    below = least is not None and score is not None and score < least
    return TechnicalOutcome.BELOW_LEAST if below else TechnicalOutcome.PASSED


@dataclass(frozen=True, slots=True)
class Judged:
    """What one bid came to."""

    bid_id: UUID
    lot_id: UUID
    supplier_id: UUID
    outcome: TechnicalOutcome
    score: Fraction | None


def result_record(
    tender_id: UUID, close: str, found: Collection[Judged], signing: tuple[UUID, datetime, int | None]
) -> dict[str, Any]:
    """Return the technical result as it is signed; ``signing`` is who signs it off, when, and the least score."""
    approver, locked_at, least = signing
    record = plain(
        {
            "format": RESULT_FORMAT,
            "tender": tender_id,
            "close": close,
            "least_score": least,
            "approver": approver,
            "locked_at": locked_at,
            "bids": [
                {
                    "bid": one.bid_id,
                    "lot": one.lot_id,
                    "supplier": one.supplier_id,
                    "outcome": one.outcome.value,
                    "score": None if one.score is None else str(one.score),
                }
                for one in sorted(found, key=lambda one: one.bid_id)
            ],
        }
    )
    assert isinstance(record, dict)  # noqa: S101 - made of a mapping; tells mypy so
    return record


REFUSALS: Final = (NoTechnicalStage, TechnicalResultFinal, PricesStillSealed)
"""What the module refuses of these."""
