"""Best value: weighted scores in exact fractions, a formula that can be published, and who wins if one bid goes away.

Scores relative to other bids (LOWEST_RATIO, LOWEST_RANGE) can turn a ranking over when a bid is removed, although
nobody else changed anything; ``rank_reversals`` shows where that would happen. The other formulas are free of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.scoring import LEAD_TIME, PRICE, Bid, Criterion, Value
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.formulas import FULL, Sentence, faults, normalised, require_scorable, sentence
from b2b_market.sourcing.rules.matrix import Comparison, Place
from b2b_market.sourcing.rules.ranking import TIE_BREAK, Contender, place
from b2b_market.sourcing.rules.refusals import CriteriaUnusable, NothingInCommon, WeightsIncomplete

PRICE_NAME, LEAD_TIME_NAME = N_("Price"), N_("Lead time")

MISSING_RULE = N_("A value that is missing scores 0.")
TOTAL_RULE = N_(
    "The total is the sum of weight × score ÷ 100. Nothing is rounded before ranking; the highest total wins."
)


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """One criterion of one bid: the raw value (None: missing), its score 0..100 and score × weight ÷ 100, exact."""

    key: str
    raw: Value | None
    score: Fraction
    weighted: Fraction


@dataclass(frozen=True, slots=True)
class ScoredBid:
    """A bid with its scores in the order of the criteria, the exact total 0..100 and its place."""

    bid: Bid
    scores: tuple[CriterionScore, ...]
    total: Fraction
    place: Place


@dataclass(frozen=True, slots=True)
class Reversal:
    """Without ``removed`` the remaining suppliers would be led by ``leader`` instead of ``leader_before``."""

    removed: UUID
    leader_before: UUID
    leader: UUID


def require_criteria(criteria: Sequence[Criterion]) -> None:
    """Refuse missing, repeated or weightless criteria (CriteriaUnusable) and weights off 100 (WeightsIncomplete)."""
    errors = []
    for position, criterion in enumerate(criteria):
        if any(other.key == criterion.key for other in criteria[:position]):
            repeated = N_("Another criterion has this key already.")
            errors.append(FieldError(f"/criteria/{position}/key", "repeated", repeated))
        errors += [FieldError(f"/criteria/{position}/{field}", code, right) for field, code, right in faults(criterion)]
    if errors or not criteria:
        raise CriteriaUnusable(errors=errors)
    with exact_arithmetic():
        total = sum([criterion.weight for criterion in criteria], Decimal(0))
        if total != FULL:
            raise WeightsIncomplete(total=format(total, "f"), difference=format(FULL - total, "+f"))


def published(criteria: Sequence[Criterion]) -> tuple[Sentence, ...]:
    """Return the scoring rule in plain language, complete enough to check by hand; refuses as require_criteria does."""
    require_criteria(criteria)
    each = [sentence(criterion) for criterion in criteria]
    return (*each, *(Sentence(rule, {}) for rule in (MISSING_RULE, TOTAL_RULE, TIE_BREAK)))


def score(criteria: Sequence[Criterion], bids: Sequence[Bid]) -> tuple[ScoredBid, ...]:
    """Score and rank ``bids``, the best first, in exact fractions.

    Equal totals are placed as TIE_BREAK says. Refuses unusable criteria, negative values and values above a maximum.
    All prices must be in one currency and every supplier bids once (ValueError).
    """
    require_criteria(criteria)
    return ranked(criteria, [Fraction(criterion.weight) for criterion in criteria], bids)


def ranked(criteria: Sequence[Criterion], weights: Sequence[Fraction], bids: Sequence[Bid]) -> tuple[ScoredBid, ...]:
    """Score and rank with ``weights`` in place of the criteria's own; they add up to 100."""
    if len({bid.price.currency for bid in bids}) > 1:
        raise ValueError("prices are scored in one currency")
    if len({bid.supplier_id for bid in bids}) != len(bids):
        raise ValueError("a supplier bids once")
    by_criterion = [_scores(criterion, weight, bids) for criterion, weight in zip(criteria, weights, strict=True)]
    scored = [(bid, tuple(scores)) for bid, scores in zip(bids, zip(*by_criterion, strict=True), strict=False)]
    totals = [sum((one.weighted for one in scores), Fraction(0)) for _, scores in scored]
    places = place(
        [
            Contender(bid.supplier_id, -total, bid.price.amount, bid.submitted_at)
            for bid, total in zip(bids, totals, strict=True)
        ]
    )
    found = [
        ScoredBid(bid, scores, total, places[bid.supplier_id])
        for (bid, scores), total in zip(scored, totals, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: one.place.rank))


def rank_reversals(criteria: Sequence[Criterion], bids: Sequence[Bid]) -> tuple[Reversal, ...]:
    """Return, in ranked order, the bids whose removal would change who leads the others."""
    standing = score(criteria, bids)
    reversals = []
    for gone in standing:
        rest = [one.bid for one in standing if one is not gone]
        if not rest:
            continue
        leader = score(criteria, rest)[0].bid.supplier_id
        if leader != rest[0].supplier_id:
            reversals.append(Reversal(gone.bid.supplier_id, rest[0].supplier_id, leader))
    return tuple(reversals)


def bids_of(comparison: Comparison, values: Mapping[UUID, Mapping[str, Value]] | None = None) -> tuple[Bid, ...]:
    """Return what the compared suppliers bring to the scoring, on the lines that all of them cover.

    The price is the exact total of the common lines; LEAD_TIME is the longest lead time on them, missing where one of
    them has none. ``values`` adds further values by supplier. Refuses with NothingInCommon where no line is common.
    """
    compared = [column for column in comparison.columns if column.covered]
    if compared and not comparison.common_lines:
        fewest = min(compared, key=lambda column: (column.covered, column.supplier_id))
        raise NothingInCommon(supplier=fewest.supplier, covered=str(fewest.covered), lines=str(len(comparison.rows)))
    leads = _lead_times(comparison)
    return tuple(
        Bid(
            supplier_id=column.supplier_id,
            supplier=column.supplier,
            price=column.effective,
            submitted_at=column.submitted_at,
            values={**leads[column.supplier_id], **(values or {}).get(column.supplier_id, {})},
        )
        for column in compared
        if column.effective is not None
    )


def shown(value: Fraction) -> Decimal:
    """Return a score with two decimals, half up, for reading only: ranks come from the exact value."""
    hundredths = (value * 200 + 1) // 2
    return Decimal(hundredths).scaleb(-2)


def _scores(criterion: Criterion, weight: Fraction, bids: Sequence[Bid]) -> list[CriterionScore]:
    raws: list[Value | None] = [
        bid.price.amount if criterion.key == PRICE else bid.values.get(criterion.key) for bid in bids
    ]
    for bid, raw in zip(bids, raws, strict=True):
        if raw is not None:
            require_scorable(criterion, bid, raw)
    numbers = [Fraction(raw) for raw in raws if isinstance(raw, Decimal)]
    low, high = min(numbers, default=Fraction(0)), max(numbers, default=Fraction(0))
    scores = [Fraction(0) if raw is None else normalised(criterion, raw, low, high) for raw in raws]
    return [CriterionScore(criterion.key, raw, one, one * weight / FULL) for raw, one in zip(raws, scores, strict=True)]


def _lead_times(comparison: Comparison) -> Mapping[UUID, Mapping[str, Decimal]]:
    common = [row.cells for row in comparison.rows if row.common]
    found: dict[UUID, Mapping[str, Decimal]] = {}
    for position, column in enumerate(comparison.columns):
        cells = [cells[position] for cells in common]
        leads = [cell.offer.lead_days for cell in cells if cell is not None and cell.offer.lead_days is not None]
        complete = bool(leads) and len(leads) == len(cells)
        found[column.supplier_id] = {LEAD_TIME: Decimal(max(leads))} if complete else {}
    return found
