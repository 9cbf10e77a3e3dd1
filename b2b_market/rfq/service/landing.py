"""Landed cost: what the buyer assumes about a request, and its quotations compared on what they cost at the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, IllegalStep, NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.landing import ExplainLanded, SetCosting
from b2b_market.rfq.commands.quotes import Instalment
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.costing import COST_COLUMNS, Cost, Costing
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import costing as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules.landing import NamedTerm, delivery_of
from b2b_market.rfq.service.comparing import RfqComparison, compare_standing, frozen_rates
from b2b_market.rfq.states import PayEvent, RfqStatus
from b2b_market.sourcing import public as sourcing

HUNDRED: Final = Decimal(100)
FINISHED: Final = frozenset({RfqStatus.CLOSED_DONE, RfqStatus.UNSUCCESSFUL, RfqStatus.CANCELLED, RfqStatus.AWARDED})


@dataclass(frozen=True, slots=True)
class CostingContent:
    """What is assumed about a request; ``row`` is None while nobody has said anything, which is version 0."""

    rfq: Rfq
    row: Costing | None
    costs: tuple[sourcing.CostRule, ...]

    @property
    def version(self) -> int:
        """The version of the assumptions, which their ETag shows."""
        return 0 if self.row is None else self.row.version

    @property
    def assumptions(self) -> sourcing.Assumptions:
        """The assumptions as the calculation takes them."""
        row = self.row
        if row is None:
            return sourcing.Assumptions(rate_source=N_("Nobody has stated a cost of capital"))
        return sourcing.Assumptions(
            annual_rate=row.annual_percent / HUNDRED,
            rate_source=row.rate_source or N_("The buyer"),
            customs_basis=row.customs_basis,
            import_vat=None if row.import_vat_percent is None else row.import_vat_percent / HUNDRED,
            domestic=row.domestic,
            rules=self.costs,
        )


@dataclass(frozen=True, slots=True)
class LandedComparison:
    """A comparison and the same quotations on their landed cost; rows and columns of both stand in the same order."""

    compared: RfqComparison
    comparison: sourcing.Comparison
    landing: sourcing.Landing
    costing: CostingContent
    deliveries: Mapping[UUID, sourcing.Delivery]
    """By supplier: the terms its prices are landed under."""

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.compared.rfq.version


@dataclass(frozen=True, slots=True)
class LandedFigure:
    """One offer with the derivation of its landed cost (None where nobody knows its delivery term)."""

    landed: LandedComparison
    row: sourcing.Row
    column: sourcing.Column
    offer: sourcing.QuoteLine
    cost: sourcing.LandedCost | None

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.landed.version


@operation(RfqPermission.COMPARE)
def read_costing(work: Work, scope: Scope, command: ReadRfq) -> CostingContent:
    """Return what is assumed about the costs of an own request."""
    return _costing(work, scope, request_queries.own_rfq(work.session, scope, command.rfq_id))


@operation(RfqPermission.EVALUATE)
def set_costing(work: Work, scope: Scope, command: SetCosting) -> CostingContent:
    """Replace what is assumed about the costs of an own request that is not awarded or ended yet."""
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    require_undecided(rfq, "cost")
    row = queries.find_costing(work.session, scope, rfq.id)
    work.expect_version_if_any(row, command.expected_version)
    _require_sound(work, scope, rfq, command)
    if row is None:
        row = Costing(id=new_id(), created_at=work.now(), rfq_id=rfq.id, buyer_id=rfq.buyer_id)
        work.session.add(row)
    else:
        queries.drop_costs(work.session, scope, row.id)
    rows = [_cost_row(row, position, rule) for position, rule in enumerate(command.costs, start=1)]
    row.editor_id, row.changed_at = scope.user_id, work.now()
    row.annual_percent, row.rate_source = command.annual_percent, command.rate_source.strip()
    row.customs_basis, row.import_vat_percent = command.customs_basis, command.import_vat_percent
    row.domestic, row.incoterm, row.incoterm_place = command.domestic, command.incoterm, command.incoterm_place.strip()
    row.lines_digest = lines_digest({name: cost[name] for name in COST_COLUMNS} for cost in rows)
    work.record("rfq_costing.set", row)
    insert_rows(work.session, Cost, rows)
    work.session.flush()
    return _costing(work, scope, rfq)


@operation(RfqPermission.COMPARE)
def compare_landed(work: Work, scope: Scope, command: ReadRfq) -> LandedComparison:
    """Compare the visible quotations of an own request on their landed cost.

    Like a look at the raw prices, the first look after the close starts the evaluation. Once a part is awarded, what
    is still open is compared.
    """
    return landed_comparison(work, scope, compare_standing(work, scope.actor, command))


@operation(RfqPermission.COMPARE)
def explain_landed(work: Work, scope: Scope, command: ExplainLanded) -> LandedFigure:
    """Return how the landed cost of one offer comes about, figure by figure."""
    landed = compare_landed(work, scope.actor, ReadRfq(command.rfq_id))
    row = landed.compared.comparison.row(command.line_id)
    suppliers = {quote.id: supplier_id for supplier_id, quote in landed.compared.quotes.items()}
    column = landed.compared.comparison.column(suppliers.get(command.quote_id, command.quote_id))
    if row is None or column is None:
        raise NotFound(line_id=str(command.line_id), quote_id=str(command.quote_id))
    cell = landed.compared.comparison.cell(command.line_id, column.supplier_id, command.variant)
    if cell is None:
        raise NotFound(line_id=str(command.line_id), quote_id=str(command.quote_id))
    cost = landed.landing.cost(command.line_id, column.supplier_id, command.variant)
    return LandedFigure(landed, row, column, cell.offer, cost)


def landed_comparison(work: Work, scope: Scope, compared: RfqComparison) -> LandedComparison:
    """Bring the compared quotations to their landed cost, on the rates that the comparison itself stands on."""
    costing = _costing(work, scope, compared.rfq)
    raw = compared.comparison
    quotes = [_as_quoted(raw, position) for position in range(len(raw.columns))]
    deliveries = {supplier_id: _delivery(costing, quote) for supplier_id, quote in compared.quotes.items()}
    charged = [one.freight.currency.code for one in deliveries.values() if one.freight is not None]
    codes = {rule.currency.code for rule in costing.costs if rule.currency is not None} | set(charged)
    known = {rate.base.code for rate in raw.basis.rates} | {raw.basis.currency.code}
    basis = raw.basis
    if codes - known:
        basis = replace(basis, rates=(*basis.rates, *frozen_rates(work, scope, compared.rfq, codes - known)))
    needs = [row.need for row in raw.rows]
    landing = sourcing.land_quotes(needs, quotes, deliveries, costing.assumptions, basis)
    compared_landed = sourcing.compare(needs, landing.quotes, basis)
    return LandedComparison(compared, compared_landed, landing, costing, deliveries)


def at_door(landed: LandedComparison, allocation: sourcing.Allocation) -> Money:
    """Return what an allocation costs at the buyer's door, rounded: every share at the price of its quantity.

    Set-up costs and discounts count as they are charged; freight of a quotation as its lines bear it, by value.
    """
    amount = Fraction(0)
    lines: dict[tuple[UUID, UUID], sourcing.CostLine] = {}
    worth: dict[tuple[UUID, UUID], Fraction] = {}
    for share in allocation.shares:
        line, pair = landed.landing.line(share.offer, share.supplier_id), (share.line_id, share.supplier_id)
        lines[pair], worth[pair] = line, Fraction(share.total.amount)
        price = Fraction(share.offer.unit_price.amount) * line.rise + line.fixed
        amount += price * Fraction(share.quantity.value)
    for charge in (charge for supplier in allocation.suppliers for charge in supplier.charges):
        if charge.kind is not sourcing.ChargeKind.FREIGHT:
            amount += Fraction(charge.total.amount) * _rise(lines, worth, charge)
    digits = landed.comparison.basis.currency.minor_digits
    return Money(Decimal(round(amount * 10**digits)).scaleb(-digits), landed.comparison.basis.currency)


def _rise(
    lines: Mapping[tuple[UUID, UUID], sourcing.CostLine],
    worth: Mapping[tuple[UUID, UUID], Fraction],
    charge: sourcing.Charge,
) -> Fraction:
    """Return what one unit of a charge becomes at the door: as the prices of its lines do, by their amounts."""
    pairs = [(line_id, charge.supplier_id) for line_id in charge.lines]
    whole = sum((worth[pair] for pair in pairs), Fraction(0))
    if not whole:
        return lines[pairs[0]].rise
    return sum((lines[pair].rise * worth[pair] for pair in pairs), Fraction(0)) / whole


def require_undecided(rfq: Rfq, step: str) -> None:
    """Refuse to change what a request is judged by once it is awarded or ended (IllegalStep)."""
    if rfq.status in FINISHED:
        allowed = ", ".join(sorted(status.value for status in RfqStatus if status not in FINISHED))
        raise IllegalStep(status=rfq.status.value, step=step, allowed_from=allowed)


def _as_quoted(raw: sourcing.Comparison, position: int) -> sourcing.Quote:
    column = raw.columns[position]
    cells = [row.cells[position] for row in raw.rows]
    others = (cell for row in raw.rows if row.others for cell in row.others.get(position, ()))
    return sourcing.Quote(
        supplier_id=column.supplier_id,
        supplier=column.supplier,
        currency=column.currency,
        submitted_at=column.submitted_at,
        lines=tuple(cell.offer for cell in cells if cell is not None),
        alternates=tuple(cell.offer for cell in others),
    )


def _delivery(costing: CostingContent, quote: Quote) -> sourcing.Delivery:
    rfq, row = costing.rfq, costing.row
    assumed = NamedTerm("", "") if row is None else NamedTerm(row.incoterm, row.incoterm_place)
    named = (
        NamedTerm(quote.incoterm, quote.incoterm_place),
        NamedTerm(rfq.incoterm, rfq.incoterm_place),
        assumed,
    )
    freight = Money(quote.freight, Currency(quote.currency)) if quote.freight else None
    parts = [Instalment(Decimal(one["percent"]), PayEvent(one["event"]), one["days"]) for one in quote.instalments]
    return delivery_of(named, freight, parts)


def _costing(work: Work, scope: Scope, rfq: Rfq) -> CostingContent:
    row = queries.find_costing(work.session, scope, rfq.id)
    costs = [] if row is None else queries.costs_of(work.session, scope, row.id)
    return CostingContent(rfq, row, tuple(_rule(cost) for cost in costs))


def _rule(cost: Cost) -> sourcing.CostRule:
    return sourcing.CostRule(
        leg=cost.leg,
        measure=cost.measure,
        value=cost.value,
        currency=None if cost.currency is None else Currency(cost.currency),
        day=cost.day,
        source=cost.source,
        supplier_id=cost.supplier_id,
        line_id=cost.line_id,
    )


def _cost_row(row: Costing, position: int, rule: sourcing.CostRule) -> dict[str, object]:
    return {
        "costing_id": row.id,
        "position": position,
        "buyer_id": row.buyer_id,
        "leg": rule.leg.value,
        "measure": rule.measure.value,
        "value": rule.value,
        "currency": None if rule.currency is None else rule.currency.code,
        "day": rule.day,
        "source": rule.source.strip(),
        "supplier_id": rule.supplier_id,
        "line_id": rule.line_id,
    }


def _require_sound(work: Work, scope: Scope, rfq: Rfq, command: SetCosting) -> None:
    """Refuse what cannot be calculated with, and costs for suppliers or lines that the request does not have."""
    if command.incoterm:
        reference.incoterm(command.incoterm)
    vat = command.import_vat_percent
    given = sourcing.Assumptions(
        annual_rate=command.annual_percent / HUNDRED,
        rate_source=command.rate_source,
        import_vat=None if vat is None else vat / HUNDRED,
        rules=command.costs,
    )
    sourcing.require_assumptions(given)
    strangers = _strangers(work, scope, rfq, command.costs)
    if strangers:
        raise sourcing.AssumptionsUnusable(errors=strangers, count=str(len(strangers)))


def _strangers(work: Work, scope: Scope, rfq: Rfq, costs: Sequence[sourcing.CostRule]) -> list[FieldError]:
    scoped: Mapping[str, set[UUID]] = {
        "supplier_id": {place.supplier_id for place in request_queries.invitations_of(work.session, scope, rfq.id)},
        "line_id": set(request_queries.needs_of(work.session, scope, rfq.id)),
    }
    right = {"supplier_id": N_("This supplier is not at the request."), "line_id": N_("The request has no such line.")}
    return [
        FieldError(f"/costs/{position}/{name}", "unknown", right[name])
        for position, cost in enumerate(costs)
        for name, known in scoped.items()
        if getattr(cost, name) is not None and getattr(cost, name) not in known
    ]
