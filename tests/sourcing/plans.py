"""Small award problems for tests: the golden cases of the trade, and builders with short names."""

from decimal import Decimal
from uuid import UUID

from b2b_market.sourcing.public import (
    Limits,
    Package,
    PlanLine,
    PlanOffer,
    PlanOutcome,
    PlanProblem,
    PlanSupplier,
    Rebate,
    Rule,
    SupplierCount,
    Tier,
    TierMode,
    best_plan,
)
from tests.sourcing.markets import line_id, supplier_id

LIMITS = Limits(seconds=60)
A, B, C = supplier_id(1), supplier_id(2), supplier_id(3)
Tiers = tuple[tuple[str | int, str], ...]


def tiers(*steps: tuple[str | int, str]) -> tuple[Tier, ...]:
    return tuple(Tier(Decimal(start), Decimal(price)) for start, price in steps)


def plan_line(number: int, quantity: str | int) -> PlanLine:
    return PlanLine(line_id=line_id(number), quantity=Decimal(quantity))


def plan_offer(number: int, supplier: UUID, *steps: tuple[str | int, str]) -> PlanOffer:
    return PlanOffer(line_id=line_id(number), supplier_id=supplier, tiers=tiers(*steps))


def suppliers(*onboarding: str | int) -> tuple[PlanSupplier, ...]:
    return tuple(
        PlanSupplier(supplier_id=supplier_id(number), onboarding=Decimal(cost))
        for number, cost in enumerate(onboarding, start=1)
    )


def one_line(quantity: str | int, *offers: PlanOffer, rules: tuple[Rule, ...] = ()) -> PlanProblem:
    """One need; suppliers without any cost of their own are made up from the offers."""
    owners = tuple(PlanSupplier(supplier_id=offer.supplier_id) for offer in offers)
    return PlanProblem(lines=(plan_line(1, quantity),), suppliers=owners, offers=offers, rules=rules)


def three_items() -> PlanProblem:
    """Golden 1: each item from one source, onboarding, a package of C and a rebate of B."""
    prices = {A: ("10", "6", "8"), B: ("9.5", "6.5", "7.8"), C: ("10.2", "5.9", "8.3")}
    lines = (plan_line(1, 100), plan_line(2, 200), plan_line(3, 150))
    return PlanProblem(
        lines=lines,
        suppliers=suppliers(0, 150, 120),
        offers=tuple(
            plan_offer(number, supplier, (0, price))
            for supplier, row in prices.items()
            for number, price in enumerate(row, start=1)
        ),
        packages=(
            Package(supplier_id=C, contents={line_id(1): Decimal(100), line_id(2): Decimal(200)}, price=Decimal(2050)),
        ),
        rebates=(Rebate(supplier_id=B, part=Decimal("0.05"), from_spend=Decimal(2500)),),
        rules=tuple(SupplierCount(most=1, line_id=line.line_id) for line in lines),
    )


def thousand_units(mode: TierMode, *rules: Rule) -> PlanProblem:
    """Golden 2: a cheaper tier from 400, a plain offer, and one with set-up cost and a minimum."""
    offers = (
        PlanOffer(
            line_id=line_id(1), supplier_id=A, tiers=tiers((0, "10"), (400, "9.40")), mode=mode, maximum=Decimal(700)
        ),
        PlanOffer(line_id=line_id(1), supplier_id=B, tiers=tiers((0, "9.80")), mode=mode, maximum=Decimal(800)),
        PlanOffer(
            line_id=line_id(1),
            supplier_id=C,
            tiers=tiers((0, "9.20")),
            mode=mode,
            minimum=Decimal(500),
            maximum=Decimal(600),
            setup=Decimal(300),
        ),
    )
    return one_line(1000, *offers, rules=rules)


def solved(problem: PlanProblem) -> PlanOutcome:
    return best_plan(problem, LIMITS)


def given(outcome: PlanOutcome) -> dict[tuple[int, int], str]:
    """Return what offers give, by numbers of line and supplier."""
    assert outcome.plan is not None
    return {
        (share.line_id.int, share.supplier_id.int - 1000): format(share.quantity.normalize(), "f")
        for share in outcome.plan.shares
    }
