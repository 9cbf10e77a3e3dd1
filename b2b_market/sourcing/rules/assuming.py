"""Which of the buyer's assumptions counts for an offer, and what is wrong with assumptions as they were typed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.assuming import Assumptions, CostMeasure, CostRule
from b2b_market.sourcing.commands.landing import Duty, Insurance, Leg, LegCost, PartOfPrice, SpreadCost, Way
from b2b_market.sourcing.rules.refusals import AssumptionsUnusable

HUNDRED: Final = Decimal(100)
_INSURED: Final = Decimal("1.1")
_AT_BORDER: Final = (
    Leg.EXPORT_CLEARANCE,
    Leg.ORIGIN_CARRIAGE,
    Leg.BOARDING,
    Leg.ARRIVAL_HANDLING,
    Leg.IMPORT_CLEARANCE,
)
"""What arises where goods leave and enter a country."""
_NO_BORDER: Final = N_("No border is crossed")
MOST_PERCENT: Final = Decimal(1000)
MOST_DAYS: Final = 3650


def require_assumptions(assumptions: Assumptions) -> None:
    """Refuse assumptions that cannot be calculated with, or that say two things about the same (AssumptionsUnusable).

    Errors point to ``/costs/{position}/{field}``, ``/annual_rate`` and ``/import_vat``.
    """
    errors = []
    for name, rate in (("annual_rate", assumptions.annual_rate), ("import_vat", assumptions.import_vat)):
        if rate is not None and not 0 <= rate <= 1:
            errors.append(FieldError(f"/{name}", "out-of-range", N_("Between 0 and 100 percent.")))
    seen: set[tuple[Leg, UUID | None, UUID | None]] = set()
    for position, rule in enumerate(assumptions.rules):
        errors += [FieldError(f"/costs/{position}/{field}", code, right) for field, code, right in _faults(rule)]
        scope = (rule.leg, rule.supplier_id, rule.line_id)
        if scope in seen:
            said = N_("Another row says what this costs for the same suppliers and lines.")
            errors.append(FieldError(f"/costs/{position}/leg", "repeated", said))
        seen.add(scope)
    if errors:
        raise AssumptionsUnusable(errors=errors, count=str(len(errors)))


def way_of(assumptions: Assumptions, supplier_id: UUID, line_id: UUID, over: Money, freight: Money | None) -> Way:
    """Return the costs that count for one offer of a quotation that comes to ``over`` in all.

    Of several rules for a leg the closest counts: for this supplier and line, for the supplier, for the line, for all.
    What the quotation itself charges for ``freight`` stands before all of them. Costs of a whole quotation cannot be
    spread over one that comes to nothing: the leg stays without an amount.
    """
    chosen = chosen_rules(assumptions.rules, supplier_id, line_id)
    legs: dict[Leg, LegCost | PartOfPrice | SpreadCost] = {}
    insurance: Insurance | None = None
    duty: Duty | None = None
    if assumptions.domestic:
        duty = Duty(Decimal(0), 0, _NO_BORDER, assumptions.customs_basis)
        legs = {leg: LegCost(Money(Decimal(0), over.currency), 0, _NO_BORDER) for leg in _AT_BORDER}
    for leg, rule in chosen.items():
        if leg is Leg.DUTY:
            duty = Duty(rule.value / HUNDRED, rule.day, rule.source, assumptions.customs_basis)
        elif leg is Leg.INSURANCE and rule.measure is CostMeasure.PERCENT:
            insurance = Insurance(rule.value / HUNDRED, rule.day, rule.source)
        elif (cost := _cost(rule, over)) is not None:
            legs[leg] = cost
    if freight is not None and over.amount > 0:
        legs[Leg.FREIGHT] = SpreadCost(freight, over, 0, N_("The quotation"))
    return Way(legs=legs, insurance=insurance, duty=duty, import_vat=assumptions.import_vat)


def chosen_rules(rules: Sequence[CostRule], supplier_id: UUID, line_id: UUID) -> Mapping[Leg, CostRule]:
    """Return by leg the closest rule for one offer, in the order of the legs."""
    found: dict[Leg, CostRule] = {}
    for rule in sorted(rules, key=lambda one: (one.supplier_id is not None, one.line_id is not None)):
        if rule.supplier_id in (None, supplier_id) and rule.line_id in (None, line_id):
            found[rule.leg] = rule
    return {leg: found[leg] for leg in Leg if leg in found}


def _cost(rule: CostRule, over: Money) -> LegCost | PartOfPrice | SpreadCost | None:
    if rule.measure is CostMeasure.PERCENT:
        return PartOfPrice(rule.value / HUNDRED, rule.day, rule.source)
    if rule.currency is None:
        raise ValueError("an amount has a currency")
    amount = Money(rule.value, rule.currency)
    if rule.measure is CostMeasure.PER_UNIT:
        return LegCost(amount, rule.day, rule.source)
    return SpreadCost(amount, over, rule.day, rule.source) if over.amount > 0 else None


def _faults(rule: CostRule) -> Sequence[tuple[str, str, str]]:
    found = []
    if rule.value < 0:
        found.append(("value", "negative", N_("A cost is not below 0.")))
    if rule.measure is CostMeasure.PERCENT:
        most = HUNDRED / _INSURED if rule.leg is Leg.INSURANCE else MOST_PERCENT
        if rule.value >= most:
            found.append(("value", "too-large", N_("This percentage is too large.")))
        if rule.currency is not None:
            found.append(("currency", "not-an-amount", N_("A percentage has no currency.")))
    elif rule.currency is None:
        found.append(("currency", "missing", N_("An amount needs its currency.")))
    if rule.leg is Leg.DUTY and rule.measure is not CostMeasure.PERCENT:
        found.append(("measure", "not-for-duty", N_("Duty is a percentage of the customs value.")))
    if not -MOST_DAYS <= rule.day <= MOST_DAYS:
        found.append(("day", "out-of-range", N_("At most ten years before or after the delivery.")))
    if not rule.source.strip():
        found.append(("source", "missing", N_("Say where the figure comes from.")))
    return found
