"""Sourcing's door: comparison, scoring and allocation over plain values.

Nothing is stored here and nothing is asked of the caller's rights: whoever hands in needs and quotes has read them
with permission. Everything returned is frozen and complete in itself. Start with ``compare``; ``bids_of`` and ``score``
weigh quality beside price; the presets and ``allocate`` say who gets what, ``repick`` answers "what if", and
``require_awardable`` is the gate before an award. The award itself belongs to the module that asked.
"""

from b2b_market.sourcing.commands import (
    LEAD_TIME,
    PRICE,
    Basis,
    Bid,
    Criterion,
    Formula,
    Need,
    Pick,
    Quote,
    QuoteLine,
)
from b2b_market.sourcing.rules.allocation import allocate, repick, require_awardable
from b2b_market.sourcing.rules.awards import Allocation, Gap, Saving, Share, SupplierAward
from b2b_market.sourcing.rules.comparing import compare
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
    Sentence,
    bids_of,
    published,
    rank_reversals,
    require_criteria,
    score,
    shown,
)

__all__ = [
    "DECLARED_ORDER",
    "FLAG_HINTS",
    "FLAG_LABELS",
    "LEAD_TIME",
    "LEAD_TIME_NAME",
    "PRICE",
    "PRICE_NAME",
    "TIE_BREAK",
    "UNDER_AWARD",
    "Allocation",
    "AwardNotPossible",
    "Basis",
    "Bid",
    "Cell",
    "Column",
    "Comparison",
    "CriteriaUnusable",
    "Criterion",
    "CriterionScore",
    "Flag",
    "Formula",
    "Gap",
    "LineTooTangled",
    "Need",
    "NothingInCommon",
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
    "SupplierAward",
    "SupplierUnknown",
    "TooManyCombinations",
    "ValueNegative",
    "ValueOutOfRange",
    "WeightsIncomplete",
    "allocate",
    "at_most",
    "best_per_line",
    "bids_of",
    "compare",
    "published",
    "rank_reversals",
    "repick",
    "require_awardable",
    "require_criteria",
    "score",
    "shown",
    "single_supplier",
]
