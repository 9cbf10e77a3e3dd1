"""The landed basis of the comparison page: which figures it shows, and what is still missing for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from b2b_market.kernel.money import Money
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.rfq.service.landing import LandedComparison, at_door
from b2b_market.sourcing import public as sourcing


@dataclass(frozen=True, slots=True)
class MissingView:
    """What keeps a supplier's landed cost from being complete: its unknown delivery term, or costs not stated."""

    supplier: str
    term: bool
    legs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Basis:
    """What the page compares on: the raw prices, or with ``landed`` the same quotations at the buyer's door."""

    compared: RfqComparison
    landed: LandedComparison | None = None

    @property
    def ranking(self) -> sourcing.Comparison:
        """The comparison that ranks, picks scenarios and fills the cells."""
        return self.compared.comparison if self.landed is None else self.landed.comparison

    @property
    def shown(self) -> RfqComparison:
        """The request with the comparison that is shown."""
        return self.compared if self.landed is None else replace(self.compared, comparison=self.landed.comparison)

    def missing(self) -> Sequence[MissingView]:
        """Return what is missing by supplier, in the order of the columns."""
        if self.landed is None:
            return []
        landing = self.landed.landing
        found = []
        for column in self.compared.comparison.columns:
            legs = landing.unpriced.get(column.supplier_id, ())
            unknown = column.supplier_id in landing.termless
            if unknown or legs:
                found.append(MissingView(column.supplier, unknown, [sourcing.LEG_NAMES[leg] for leg in legs]))
        return found

    def total_of(self, allocation: sourcing.Allocation) -> Money | None:
        """Return what an allocation costs at the buyer's door, rounded; None on the raw basis."""
        return None if self.landed is None else at_door(self.landed, allocation)
