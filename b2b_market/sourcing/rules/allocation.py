"""Who gets how much: picks made into awards per supplier, with totals, saving, gaps and everything that is wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.money import Money, total_of
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import FieldError
from b2b_market.sourcing.commands.comparing import Pick
from b2b_market.sourcing.rules.awards import Allocation, Charge, Gap, Saving, Share, SupplierAward
from b2b_market.sourcing.rules.charging import borne_by_lines, charges_of
from b2b_market.sourcing.rules.exact import MinorUnits, exact_arithmetic, percent
from b2b_market.sourcing.rules.matrix import Cell, Column, Comparison, Row
from b2b_market.sourcing.rules.problems import (
    UNDER_AWARD,
    Problem,
    line_problem,
    nothing_awarded,
    pick_problems,
    repeated_pick,
    stray_pick,
)
from b2b_market.sourcing.rules.refusals import AwardNotPossible


def allocate(comparison: Comparison, picks: Sequence[Pick]) -> Allocation:
    """Work out what ``picks`` come to; never refuses, so that a page can show a choice while it is being made.

    A pick for a supplier without an offer counts nothing and is listed among the problems. Quantities must be in the
    need's unit (ValueError).
    """
    with exact_arithmetic():
        return _Clerk(comparison, picks).allocation()


def repick(comparison: Comparison, allocation: Allocation, line_id: UUID, picks: Sequence[Pick]) -> Allocation:
    """Answer "what if": give the line to ``picks`` (all for it, ValueError otherwise) and leave the others alone."""
    if any(pick.line_id != line_id for pick in picks):
        raise ValueError("the new picks are for one line")
    kept = [pick for pick in allocation.picks if pick.line_id != line_id]
    return allocate(comparison, [*kept, *picks])


def require_awardable(allocation: Allocation, under_award: Collection[UUID] = ()) -> None:
    """Refuse with AwardNotPossible while anything is wrong; needs in ``under_award`` may stay short of their quantity.

    Every problem is one error: at ``/picks/{position}`` in ``allocation.picks``, or at ``/lines/{number}``.
    """
    standing = [
        problem for problem in allocation.problems if problem.code != UNDER_AWARD or problem.line_id not in under_award
    ]
    if standing:
        errors = [FieldError(one.pointer, one.code, one.message, one.facts) for one in standing]
        raise AwardNotPossible(errors=errors, count=str(len(errors)))


class _Clerk:
    """Turns picks into an allocation; works in exact arithmetic only."""

    def __init__(self, comparison: Comparison, picks: Sequence[Pick]) -> None:
        self.comparison = comparison
        self.picks = tuple(picks)
        self.units = MinorUnits(comparison.basis.currency)
        self.units_of = {column.currency: MinorUnits(column.currency) for column in comparison.columns}
        self.problems: list[Problem] = []
        self.gaps: list[Gap] = []

    def allocation(self) -> Allocation:
        """Return the picks with everything that follows from them."""
        met = self._offers_met()
        shares = [share for row in self.comparison.rows for share in self._line(row, met.get(row.need.line_id, ()))]
        if not shares:
            self.problems.append(nothing_awarded())
        own = self._by_supplier(shares)
        suppliers = [
            self._supplier(column, own[column.supplier_id])
            for column in self.comparison.columns
            if column.supplier_id in own
        ]
        charges = [charge for supplier in suppliers for charge in supplier.charges]
        leads = [share.offer.lead_days for share in shares if share.offer.lead_days is not None]
        return Allocation(
            picks=self.picks,
            shares=tuple(shares),
            suppliers=tuple(suppliers),
            total=self._converted([*shares, *charges]),
            exact=sum((share.exact for share in shares), Decimal(0)),
            charged=self._converted(charges) if charges else None,
            saving=self._saving(shares, charges),
            filled=len(self.comparison.rows) - len(self.gaps),
            lines=len(self.comparison.rows),
            gaps=tuple(self.gaps),
            longest_lead_days=max(leads, default=None),
            lead_times_missing=len(shares) - len(leads),
            problems=tuple(self.problems),
        )

    def _offers_met(self) -> Mapping[UUID, list[tuple[Pick, Cell]]]:
        """Return the picks that meet an offer, by line, and note what is wrong with each pick."""
        met: dict[UUID, list[tuple[Pick, Cell]]] = {}
        seen: set[tuple[UUID, UUID]] = set()
        for position, pick in enumerate(self.picks):
            row, column = self.comparison.row(pick.line_id), self.comparison.column(pick.supplier_id)
            cell = self.comparison.cell(pick.line_id, pick.supplier_id, pick.variant)
            if row is None or column is None or cell is None:
                self.problems.append(stray_pick(position, pick, row, column))
                continue
            if pick.quantity.unit != row.need.quantity.unit:
                raise ValueError(f"picks are in the need's unit {row.need.quantity.unit}, not {pick.quantity.unit}")
            facts = {"line": str(row.need.number), "supplier": column.supplier}
            if (pick.line_id, pick.supplier_id) in seen:
                self.problems.append(repeated_pick(position, pick, facts))
            seen.add((pick.line_id, pick.supplier_id))
            self.problems.extend(pick_problems(position, pick, cell, self.comparison.basis, facts))
            met.setdefault(pick.line_id, []).append((pick, cell))
        return met

    def _line(self, row: Row, met: Sequence[tuple[Pick, Cell]]) -> Iterable[Share]:
        """Return the shares of one need, with its target split over them in proportion to quantity."""
        given = [(pick, cell) for pick, cell in met if pick.quantity.value]
        awarded = sum((pick.quantity.value for pick, _ in given), Decimal(0))
        problem = line_problem(row, awarded)
        if problem is not None:
            self.problems.append(problem)
        if awarded < row.need.quantity.value:
            missing = Quantity(row.need.quantity.value - awarded, row.need.quantity.unit)
            self.gaps.append(Gap(row.need.line_id, row.need.number, missing))
        targets: Sequence[Money | None] = [None] * len(given)
        if row.target_price is not None and given:
            whole = self.units.rounded(row.target_price.amount * awarded)
            targets = [whole] if len(given) == 1 else whole.allocate([pick.quantity.value for pick, _ in given])
        return [self._share(pick, cell, target) for (pick, cell), target in zip(given, targets, strict=True)]

    def _share(self, pick: Pick, cell: Cell, target: Money | None) -> Share:
        total, converted, exact, offer = cell.total, cell.converted_total, cell.exact, cell.offer
        if pick.quantity.value != cell.quantity.value:
            price = offer.price_at(pick.quantity.value)
            total = self.units_of[price.currency].rounded(price.amount * pick.quantity.value)
            converted, exact = total, price.amount * pick.quantity.value
            if cell.rate is not None:
                converted, exact = self.units.rounded(total.amount * cell.rate.value), exact * cell.rate.value
            if price != offer.unit_price:
                offer = replace(offer, unit_price=price)
        return Share(
            line_id=pick.line_id,
            supplier_id=pick.supplier_id,
            offer=offer,
            quantity=pick.quantity,
            total=total,
            converted_total=converted,
            exact=exact,
            rate=cell.rate,
            target_total=target,
        )

    @staticmethod
    def _by_supplier(shares: Iterable[Share]) -> Mapping[UUID, list[Share]]:
        found: dict[UUID, list[Share]] = {}
        for share in shares:
            found.setdefault(share.supplier_id, []).append(share)
        return found

    def _supplier(self, column: Column, own: Sequence[Share]) -> SupplierAward:
        charges = charges_of(column, own, self.units_of[column.currency], self.units)
        goods = sum((share.total.amount for share in own), Decimal(0))
        charged = sum((charge.total.amount for charge in charges), Decimal(0))
        leads = [share.offer.lead_days for share in own if share.offer.lead_days is not None]
        return SupplierAward(
            supplier_id=column.supplier_id,
            supplier=column.supplier,
            currency=column.currency,
            rate=column.rate,
            shares=tuple(own),
            charges=charges,
            goods=Money(goods, column.currency),
            total=Money(goods + charged, column.currency),
            converted_total=self._converted([*own, *charges]),
            saving=self._saving(own, charges),
            longest_lead_days=max(leads, default=None),
        )

    def _converted(self, parts: Iterable[Share | Charge]) -> Money:
        amounts = (part.converted_total.amount for part in parts)
        return Money(sum(amounts, Decimal(0)), self.comparison.basis.currency)

    def _saving(self, shares: Sequence[Share], charges: Sequence[Charge]) -> Saving | None:
        aimed = [(share.target_total, share) for share in shares if share.target_total is not None]
        if not aimed:
            return None
        target = Money(sum((goal.amount for goal, _ in aimed), Decimal(0)), self.comparison.basis.currency)
        awarded = self._converted(share for _, share in aimed)
        if charges:
            borne = borne_by_lines(shares, charges)
            pairs = {(share.line_id, share.supplier_id) for _, share in aimed}
            awarded = total_of([awarded, *(part for pair, part in borne.items() if pair in pairs)], awarded.currency)
        amount = target - awarded
        return Saving(
            target=target,
            awarded=awarded,
            amount=amount,
            percent=percent(amount.amount, target.amount) if target.amount else None,
            lines=len({share.line_id for _, share in aimed}),
        )
