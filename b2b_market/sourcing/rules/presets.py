"""Ready answers to "who gets what": best per line, everything to one supplier, at most n suppliers.

All of them use awardable offers only and weigh exact figures: prices, the set-up cost of every supplier on a line, and
the freight of every supplier in the award. Discounts do not decide. *Declared order* settles ties everywhere: the
earlier submission first, then the supplier's identifier.
"""

from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.comparing import Pick
from b2b_market.sourcing.rules.allocation import allocate
from b2b_market.sourcing.rules.awards import Allocation
from b2b_market.sourcing.rules.combining import Combiner, largest_possible
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.filling import Budget
from b2b_market.sourcing.rules.freight import FreightSearch
from b2b_market.sourcing.rules.matrix import Comparison
from b2b_market.sourcing.rules.offering import Supply
from b2b_market.sourcing.rules.refusals import SupplierUnknown, TooManyCombinations

DECLARED_ORDER = N_("Equal offers are chosen by the earlier submission, then by the supplier's identifier.")


def best_per_line(comparison: Comparison) -> Allocation:
    """Give every need to the cheapest offers, so that all of them together cost least.

    Where nobody charges freight, that is the best split of each line by itself (:func:`each_line`). Freight is paid
    once for all lines of a supplier: of the suppliers that charge it those take part that are worth it, proven best
    among all combinations of them, of equal ones the fewest. Lines are filled first all the same. Refuses with
    LineTooTangled as :func:`each_line` does, and with FreightTooTangled where that cannot be proven in time.
    """
    with exact_arithmetic():
        supply, budget = Supply(comparison), Budget()
        everybody = range(len(supply.suppliers))
        picks = supply.picks(FreightSearch(supply, budget).best() if any(supply.freights) else everybody, budget)
    return allocate(comparison, picks)


def each_line(comparison: Comparison) -> Allocation:
    """Give every need to its cheapest offers, each line by itself, whatever freight that brings about.

    A single offer where the cheapest one covers the need, else the cheapest split that fills the most, set-up costs
    included (``rules/filling.py``). Refuses with LineTooTangled where the best split of a line cannot be proven in
    time.
    """
    with exact_arithmetic():
        supply = Supply(comparison)
        picks = supply.picks(range(len(supply.suppliers)), Budget())
    return allocate(comparison, picks)


def single_supplier(comparison: Comparison, supplier_id: UUID) -> Allocation:
    """Give one supplier everything it offers that can be awarded; ``gaps`` says what that leaves open.

    Refuses with SupplierUnknown. The single supplier to prefer is ``at_most(comparison, 1)``: one that covers all lines
    where there is one, else the widest coverage.
    """
    column = comparison.column_positions.get(supplier_id)
    if column is None:
        raise SupplierUnknown
    cells = ((row.need.line_id, row.best_of(column)) for row in comparison.rows)
    picks = [
        Pick(line_id=line_id, supplier_id=supplier_id, quantity=cell.quantity, variant=cell.offer.variant)
        for line_id, cell in cells
        if cell is not None
    ]
    return allocate(comparison, picks)


def at_most(comparison: Comparison, most: int) -> Allocation:
    """Give everything to at most ``most`` suppliers (positive, ValueError), proven best among all such combinations.

    The best combination, in this order,

    1. fills the most lines in full,
    2. fills the largest part of the other lines, adding up the parts of each,
    3. costs least in exact figures, freight and set-up costs included, where what stays open counts at the dearest
       price and the largest set-up cost offered for the line, so that leaving out a dear line is never a saving,
    4. has the fewest suppliers,
    5. has the suppliers that come first in declared order.

    Refuses with TooManyCombinations where combinations × lines is above MAX_WORK, and with LineTooTangled as
    ``best_per_line`` does.
    """
    if most < 1:
        raise ValueError("an award has at least one supplier")
    with exact_arithmetic():
        supply = Supply(comparison)
        count, lines = len(supply.suppliers), len(supply.lines)
        possible = largest_possible(count, lines)
        if min(most, count) > possible:
            raise TooManyCombinations(suppliers=str(count), lines=str(lines), wanted=str(most), possible=str(possible))
        budget = Budget()
        picks = supply.picks(Combiner(supply, budget).best(min(most, count)), budget)
    return allocate(comparison, picks)
