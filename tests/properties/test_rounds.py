"""A later round never gets worse: what the rule lets pass costs no more at any quantity and binds no less."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.rfq.rules.rounds import Held, HeldLine, QuoteGotWorse, require_no_worse

DAY = date(2026, 12, 1)
PRICES = st.integers(1, 6).map(lambda n: Decimal(n) / 2)
QUANTITIES = st.integers(1, 8).map(Decimal)
LINES = [UUID(int=number) for number in range(1, 4)]


@st.composite
def lines(draw: st.DrawFn) -> HeldLine:
    quantity = draw(QUANTITIES)
    starts = sorted(set(draw(st.lists(QUANTITIES, max_size=3))) | ({Decimal(1)} if draw(st.booleans()) else set()))
    tiers = tuple((start, draw(PRICES)) for start in starts if start <= quantity)
    least = draw(st.none() | QUANTITIES)
    if tiers:
        least = max(least or Decimal(0), tiers[0][0])
    return HeldLine(
        unit_price=[price for start, price in tiers if start <= quantity][-1] if tiers else draw(PRICES),
        quantity=quantity,
        lead_days=draw(st.none() | st.integers(0, 3)),
        min_quantity=least,
        multiple_quantity=draw(st.none() | st.sampled_from([Decimal(1), Decimal(2), Decimal(4)])),
        setup_cost=draw(st.none() | PRICES),
        capacity=draw(st.none() | QUANTITIES.map(lambda more: quantity + more)),
        tiers=tiers,
    )


QUOTES = st.builds(
    Held,
    currency=st.sampled_from(["CNY", "CNY", "CNY", "EUR"]),
    valid_until=st.integers(0, 2).map(lambda days: DAY + timedelta(days=days)),
    lines=st.dictionaries(st.sampled_from(LINES), lines(), min_size=1),
    freight=st.none() | PRICES,
)


def orders(line: HeldLine) -> dict[Decimal, Decimal]:
    """Return what every quantity costs that can be ordered of a line, worked out apart from the rule."""
    most = min(line.quantity, line.capacity or line.quantity)
    possible = [Decimal(n) for n in range(1, int(most) + 1) if n >= (line.min_quantity or 0)]
    fits = [n for n in possible if line.multiple_quantity is None or n % line.multiple_quantity == 0]
    priced = {n: line.price_at(n) for n in fits}
    return {n: n * price + (line.setup_cost or 0) for n, price in priced.items() if price is not None}


def holds(before: Held, after: Held) -> bool:
    try:
        require_no_worse(before, after)
    except QuoteGotWorse as refusal:
        assert refusal.errors
        return False
    return True


@st.composite
def successive(draw: st.DrawFn) -> tuple[Held, Held]:
    """Draw a quotation and another one that keeps most of it, so that many pairs hold and many do not."""
    before, other = draw(QUOTES), draw(QUOTES)
    kept = {
        line_id: replace(line, **{name: getattr(other.lines.get(line_id, line), name) for name in draw(CHANGED)})
        for line_id, line in before.lines.items()
    }
    names = draw(st.sets(st.sampled_from(["valid_until", "freight"]), max_size=1))
    return before, replace(before, lines=kept, **{name: getattr(other, name) for name in names})


CHANGED = st.sets(
    st.sampled_from(["lead_days", "min_quantity", "multiple_quantity", "setup_cost", "capacity"]), max_size=2
)


@given(successive())
def test_whatever_could_be_ordered_costs_no_more_comes_no_later_and_holds_no_shorter(pair: tuple[Held, Held]) -> None:
    before, after = pair
    if not holds(before, after):
        assert before != after
        return
    assert after.currency == before.currency
    assert after.valid_until >= before.valid_until
    assert (after.freight or 0) <= (before.freight or 0)
    for line_id, then in before.lines.items():
        now = after.lines[line_id]
        ordered, costs = orders(then), orders(now)
        assert ordered.keys() <= costs.keys()
        assert all(costs[quantity] <= cost for quantity, cost in ordered.items())
        assert then.lead_days is None or (now.lead_days is not None and now.lead_days <= then.lead_days)


@given(lines(), lines())
def test_prices_and_tiers_of_a_line_are_held_at_every_quantity(then: HeldLine, now: HeldLine) -> None:
    before, after = (Held(currency="CNY", valid_until=DAY, lines={LINES[0]: one}) for one in (then, now))
    if holds(before, after):
        assert all(orders(now)[quantity] <= cost for quantity, cost in orders(then).items())


@given(QUOTES)
def test_the_same_again_passes(quote: Held) -> None:
    assert holds(quote, quote)


@given(successive(), successive())
def test_what_holds_from_round_to_round_holds_over_all_of_them(
    pair: tuple[Held, Held], more: tuple[Held, Held]
) -> None:
    (first, second), third = pair, replace(pair[1], freight=more[0].freight, valid_until=more[1].valid_until)
    if holds(first, second) and holds(second, third):
        assert holds(first, third)


@pytest.mark.parametrize("field", ["unit_price", "setup_cost", "min_quantity", "multiple_quantity"])
def test_each_term_of_a_line_is_guarded(field: str) -> None:
    low = HeldLine(unit_price=Decimal(1), quantity=Decimal(8), setup_cost=Decimal(1), multiple_quantity=Decimal(1))
    terms = {name: getattr(low, name) for name in low.__slots__}
    high = HeldLine(**(terms | {field: Decimal(2)}))
    before, after = (Held(currency="CNY", valid_until=DAY, lines={LINES[0]: one}) for one in (low, high))
    assert not holds(before, after)
    assert field == "min_quantity" or holds(after, before)
