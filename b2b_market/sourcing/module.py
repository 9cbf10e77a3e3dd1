"""What entrypoints know of sourcing: its catalogue and its refusals; it has no routes, tables or tasks."""

from pathlib import Path

from b2b_market.rbac.manifest import Manifest
from b2b_market.sourcing.public import (
    AnswerUnknown,
    AssumptionsUnusable,
    AwardNotPossible,
    CriteriaUnusable,
    FreightTooTangled,
    LineTooTangled,
    NothingInCommon,
    RateMissing,
    SupplierUnknown,
    TooManyCombinations,
    ValueNegative,
    ValueOutOfRange,
    WeightsIncomplete,
)

MANIFEST = Manifest(
    name="sourcing",
    package=Path(__file__).parent,
    refusals=[
        AnswerUnknown,
        AssumptionsUnusable,
        AwardNotPossible,
        CriteriaUnusable,
        FreightTooTangled,
        LineTooTangled,
        NothingInCommon,
        RateMissing,
        SupplierUnknown,
        TooManyCombinations,
        ValueNegative,
        ValueOutOfRange,
        WeightsIncomplete,
    ],
)
