"""Sourcing's door: comparison, scoring and allocation over plain values.

Nothing is stored here and nothing is asked of the caller's rights: whoever hands in needs and quotes has read them
with permission. Everything returned is frozen and complete in itself. Start with ``compare``; ``bids_of`` and ``score``
weigh quality beside price, ``stretches`` and ``rank_reversals`` tell how firm a lead is; the presets and ``allocate``
say who gets what, ``repick`` answers "what if", and ``require_awardable`` is the gate before an award. ``landed_cost``
makes prices under different delivery and payment terms comparable, each figure with its derivation. The award itself
belongs to the module that asked.
"""

from b2b_market.sourcing.commands.comparing import Basis, Need, Pick, Quote, QuoteLine
from b2b_market.sourcing.commands.landing import (
    CASH,
    CustomsBasis,
    Duty,
    Instalment,
    Insurance,
    Leg,
    LegCost,
    Switching,
    TermedPrice,
    Terms,
    Valuation,
    Way,
)
from b2b_market.sourcing.commands.scoring import LEAD_TIME, PRICE, Bid, Criterion, Formula, Value
from b2b_market.sourcing.rules.allocation import allocate, repick, require_awardable
from b2b_market.sourcing.rules.awards import Allocation, Gap, Saving, Share, SupplierAward
from b2b_market.sourcing.rules.comparing import compare
from b2b_market.sourcing.rules.figures import FORMULAS, Figure, Measure, Operation, shown_value, walk
from b2b_market.sourcing.rules.formulas import Sentence
from b2b_market.sourcing.rules.landing import LandedCost, implied_annual_rate, landed_cost, present_value
from b2b_market.sourcing.rules.legs import LEG_NAMES, SELLER_PAYS, buyer_pays
from b2b_market.sourcing.rules.matrix import (
    FLAG_HINTS,
    FLAG_LABELS,
    Cell,
    Column,
    Comparison,
    Flag,
    Place,
    Row,
)
from b2b_market.sourcing.rules.presets import DECLARED_ORDER, at_most, best_per_line, single_supplier
from b2b_market.sourcing.rules.problems import UNDER_AWARD, Problem
from b2b_market.sourcing.rules.ranking import TIE_BREAK
from b2b_market.sourcing.rules.refusals import (
    AnswerUnknown,
    AwardNotPossible,
    CriteriaUnusable,
    LineTooTangled,
    NothingInCommon,
    RateMissing,
    SupplierUnknown,
    TooManyCombinations,
    ValueNegative,
    ValueOutOfRange,
    WeightsIncomplete,
)
from b2b_market.sourcing.rules.scoring import (
    LEAD_TIME_NAME,
    PRICE_NAME,
    CriterionScore,
    Reversal,
    ScoredBid,
    bids_of,
    published,
    rank_reversals,
    require_criteria,
    score,
    shown,
)
from b2b_market.sourcing.rules.sensitivity import Stretch, TurningPoint, score_if, stretches, turning_points

__all__ = [
    "CASH",
    "DECLARED_ORDER",
    "FLAG_HINTS",
    "FLAG_LABELS",
    "FORMULAS",
    "LEAD_TIME",
    "LEAD_TIME_NAME",
    "LEG_NAMES",
    "PRICE",
    "PRICE_NAME",
    "SELLER_PAYS",
    "TIE_BREAK",
    "UNDER_AWARD",
    "Allocation",
    "AnswerUnknown",
    "AwardNotPossible",
    "Basis",
    "Bid",
    "Cell",
    "Column",
    "Comparison",
    "CriteriaUnusable",
    "Criterion",
    "CriterionScore",
    "CustomsBasis",
    "Duty",
    "Figure",
    "Flag",
    "Formula",
    "Gap",
    "Instalment",
    "Insurance",
    "LandedCost",
    "Leg",
    "LegCost",
    "LineTooTangled",
    "Measure",
    "Need",
    "NothingInCommon",
    "Operation",
    "Pick",
    "Place",
    "Problem",
    "Quote",
    "QuoteLine",
    "RateMissing",
    "Reversal",
    "Row",
    "Saving",
    "ScoredBid",
    "Sentence",
    "Share",
    "Stretch",
    "SupplierAward",
    "SupplierUnknown",
    "Switching",
    "TermedPrice",
    "Terms",
    "TooManyCombinations",
    "TurningPoint",
    "Valuation",
    "Value",
    "ValueNegative",
    "ValueOutOfRange",
    "Way",
    "WeightsIncomplete",
    "allocate",
    "at_most",
    "best_per_line",
    "bids_of",
    "buyer_pays",
    "compare",
    "implied_annual_rate",
    "landed_cost",
    "present_value",
    "published",
    "rank_reversals",
    "repick",
    "require_awardable",
    "require_criteria",
    "score",
    "score_if",
    "shown",
    "shown_value",
    "single_supplier",
    "stretches",
    "turning_points",
    "walk",
]
