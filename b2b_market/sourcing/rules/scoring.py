"""Best value: weighted scores in exact fractions, a formula that can be published, and who wins if one bid goes away.

Scores relative to other bids (LOWEST_RATIO, LOWEST_RANGE) can turn a ranking over when a bid is removed, although
nobody else changed anything; ``rank_reversals`` shows where that would happen. SHARE_OF_MAXIMUM is free of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.comparing import LEAD_TIME, PRICE, Bid, Criterion, Formula
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.matrix import Comparison, Place
from b2b_market.sourcing.rules.ranking import TIE_BREAK, Contender, place
from b2b_market.sourcing.rules.refusals import (
    CriteriaUnusable,
    NothingInCommon,
    ValueNegative,
    ValueOutOfRange,
    WeightsIncomplete,
)

FULL = 100
PRICE_NAME, LEAD_TIME_NAME = N_("Price"), N_("Lead time")

FORMULAS: Mapping[Formula, str] = {
    Formula.LOWEST_RATIO: N_(
        "{criterion} counts {weight} of 100. Its score is 100 × the lowest value ÷ the own value."
    ),
    Formula.LOWEST_RANGE: N_(
        "{criterion} counts {weight} of 100. Its score is 100 × (1 − (own value − lowest) ÷ (highest − lowest)); "
        "where all values are equal it is 100."
    ),
    Formula.SHARE_OF_MAXIMUM: N_("{criterion} counts {weight} of 100. Its score is 100 × the own value ÷ {maximum}."),
}
MISSING_RULE = N_("A value that is missing scores 0.")
TOTAL_RULE = N_(
    "The total is the sum of weight × score ÷ 100. Nothing is rounded before ranking; the highest total wins."
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message id and its facts; the fact ``criterion`` is a name that is translated as well where it is known."""

    message: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """One criterion of one bid: the raw value (None: missing), its score 0..100 and score × weight ÷ 100, exact."""

    key: str
    raw: Decimal | None
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
    keys = [criterion.key for criterion in criteria]
    errors = [
        FieldError(f"/criteria/{position}/{field}", code, detail)
        for position, criterion in enumerate(criteria)
        for broken, field, code, detail in (
            (criterion.key in keys[:position], "key", "repeated", N_("Another criterion has this key already.")),
            (criterion.weight <= 0, "weight", "not-positive", N_("A weight is above 0.")),
            (criterion.maximum <= 0, "maximum", "not-positive", N_("The best possible value is above 0.")),
        )
        if broken
    ]
    if errors or not criteria:
        raise CriteriaUnusable(errors=errors)
    with exact_arithmetic():
        total = sum([criterion.weight for criterion in criteria], Decimal(0))
        if total != FULL:
            raise WeightsIncomplete(total=format(total, "f"), difference=format(FULL - total, "+f"))


def published(criteria: Sequence[Criterion]) -> tuple[Sentence, ...]:
    """Return the scoring rule in plain language, complete enough to check by hand; refuses as require_criteria does."""
    require_criteria(criteria)
    each = [
        Sentence(
            FORMULAS[criterion.formula],
            {
                "criterion": criterion.name,
                "weight": format(criterion.weight, "f"),
                "maximum": format(criterion.maximum, "f"),
            },
        )
        for criterion in criteria
    ]
    return (*each, *(Sentence(rule, {}) for rule in (MISSING_RULE, TOTAL_RULE, TIE_BREAK)))


def score(criteria: Sequence[Criterion], bids: Sequence[Bid]) -> tuple[ScoredBid, ...]:
    """Score and rank ``bids``, the best first, in exact fractions.

    Equal totals are placed as TIE_BREAK says. Refuses unusable criteria, negative values and values above a maximum.
    All prices must be in one currency and every supplier bids once (ValueError).
    """
    require_criteria(criteria)
    if len({bid.price.currency for bid in bids}) > 1:
        raise ValueError("prices are scored in one currency")
    if len({bid.supplier_id for bid in bids}) != len(bids):
        raise ValueError("a supplier bids once")
    by_criterion = [_scores(criterion, bids) for criterion in criteria]
    scored = [(bid, tuple(scores)) for bid, scores in zip(bids, zip(*by_criterion, strict=True), strict=False)]
    totals = [sum((one.weighted for one in scores), Fraction(0)) for _, scores in scored]
    places = place(
        [
            Contender(bid.supplier_id, -total, bid.price.amount, bid.submitted_at)
            for bid, total in zip(bids, totals, strict=True)
        ]
    )
    ranked = [
        ScoredBid(bid, scores, total, places[bid.supplier_id])
        for (bid, scores), total in zip(scored, totals, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda one: one.place.rank))


def rank_reversals(criteria: Sequence[Criterion], bids: Sequence[Bid]) -> tuple[Reversal, ...]:
    """Return, in ranked order, the bids whose removal would change who leads the others."""
    ranked = score(criteria, bids)
    reversals = []
    for gone in ranked:
        rest = [one.bid for one in ranked if one is not gone]
        if not rest:
            continue
        leader = score(criteria, rest)[0].bid.supplier_id
        if leader != rest[0].supplier_id:
            reversals.append(Reversal(gone.bid.supplier_id, rest[0].supplier_id, leader))
    return tuple(reversals)


def bids_of(comparison: Comparison, values: Mapping[UUID, Mapping[str, Decimal]] | None = None) -> tuple[Bid, ...]:
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


def _scores(criterion: Criterion, bids: Sequence[Bid]) -> list[CriterionScore]:
    raws = [bid.price.amount if criterion.key == PRICE else bid.values.get(criterion.key) for bid in bids]
    for bid, raw in zip(bids, raws, strict=True):
        if raw is not None:
            _require_scorable(criterion, bid, raw)
    known = [Fraction(raw) for raw in raws if raw is not None]
    low, high = min(known, default=Fraction(0)), max(known, default=Fraction(0))
    weight = Fraction(criterion.weight) / FULL
    scores = [Fraction(0) if raw is None else _normalised(criterion, Fraction(raw), low, high) for raw in raws]
    return [CriterionScore(criterion.key, raw, one, one * weight) for raw, one in zip(raws, scores, strict=True)]


def _require_scorable(criterion: Criterion, bid: Bid, raw: Decimal) -> None:
    value = format(raw, "f")
    if criterion.formula is Formula.SHARE_OF_MAXIMUM:
        if not 0 <= raw <= criterion.maximum:
            maximum = format(criterion.maximum, "f")
            raise ValueOutOfRange(criterion=criterion.name, supplier=bid.supplier, value=value, maximum=maximum)
    elif raw < 0:
        raise ValueNegative(criterion=criterion.name, supplier=bid.supplier, value=value)


def _normalised(criterion: Criterion, value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """Apply the formula; the best value of a set scores 100 also where it is zero or all are equal."""
    if criterion.formula is Formula.SHARE_OF_MAXIMUM:
        return FULL * value / Fraction(criterion.maximum)
    if value == low:
        return Fraction(FULL)
    if criterion.formula is Formula.LOWEST_RATIO:
        return FULL * low / value
    return FULL * (1 - (value - low) / (high - low))


def _lead_times(comparison: Comparison) -> Mapping[UUID, Mapping[str, Decimal]]:
    common = [row.cells for row in comparison.rows if row.common]
    found: dict[UUID, Mapping[str, Decimal]] = {}
    for position, column in enumerate(comparison.columns):
        cells = [cells[position] for cells in common]
        leads = [cell.offer.lead_days for cell in cells if cell is not None and cell.offer.lead_days is not None]
        complete = bool(leads) and len(leads) == len(cells)
        found[column.supplier_id] = {LEAD_TIME: Decimal(max(leads))} if complete else {}
    return found
