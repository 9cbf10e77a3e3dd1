"""Who stands where: strict places by exact figures with one published tie-break."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.sourcing.rules.matrix import Place

TIE_BREAK = N_(
    "Equal figures are placed by the lower effective price, the earlier submission, then the supplier's identifier."
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A supplier to be placed: ``merit`` (lower is better, exact), then the published tie-break."""

    supplier_id: UUID
    merit: Decimal | Fraction
    price: Decimal
    submitted_at: datetime


def place(contenders: Sequence[Contender]) -> Mapping[UUID, Place]:
    """Rank by merit, effective price, submission time and identifier, whatever order the contenders come in."""
    ordered = sorted(contenders, key=lambda one: (one.merit, one.price, one.submitted_at, one.supplier_id))
    tied = {one.supplier_id for pair in pairwise(ordered) if pair[0].merit == pair[1].merit for one in pair}
    return {one.supplier_id: Place(rank, one.supplier_id in tied) for rank, one in enumerate(ordered, start=1)}
