from decimal import Decimal

import pytest

from b2b_market.sourcing.public import LineTooTangled
from b2b_market.sourcing.rules.filling import Budget, Filling, Source


def source(order: int, price: str, minimum: int, maximum: int) -> Source:
    return Source(order, Decimal(price), Decimal(minimum), Decimal(maximum))


def parts(need: int, *sources: Source) -> dict[int, int]:
    filling = Filling(1, Decimal(need), sources, Budget())
    split = filling.best()
    assert filling.outcome() == (split.filled, split.cost)
    return {order: int(quantity) for order, quantity in split.parts}


def test_one_cheapest_offer_that_covers_takes_all() -> None:
    assert parts(100, source(0, "3", 0, 100), source(1, "2", 0, 100), source(2, "2", 0, 60)) == {1: 100}


def test_among_equal_prices_one_supplier_is_better_than_two() -> None:
    assert parts(100, source(0, "2", 0, 60), source(1, "2", 0, 100)) == {1: 100}
    assert parts(100, source(0, "2", 0, 60), source(1, "2", 0, 30), source(2, "2", 0, 70)) == {0: 60, 2: 40}


def test_equal_offers_fall_to_the_declared_order() -> None:
    assert parts(100, source(1, "2", 0, 100), source(0, "2", 0, 100)) == {0: 100}
    assert parts(100, source(2, "2", 0, 50), source(1, "2", 0, 50), source(0, "2", 0, 50)) == {0: 50, 1: 50}


def test_what_the_cheapest_lacks_comes_from_the_next() -> None:
    # without tiers and fixed costs, golden case 2 of the award model: 800 × 9.80 + 200 × 10.00
    split = Filling(1, Decimal(1000), [source(0, "10", 0, 700), source(1, "9.8", 0, 800)], Budget()).best()
    assert split.parts == ((1, Decimal(800)), (0, Decimal(200)))
    assert (split.filled, split.cost) == (Decimal(1000), Decimal(9840))


def test_a_minimum_takes_from_the_cheaper_offer() -> None:
    assert parts(100, source(0, "1", 0, 60), source(1, "1.1", 50, 100)) == {0: 50, 1: 50}


def test_a_minimum_that_costs_too_much_is_gone_around() -> None:
    # 60 + 40 at 3 = 180; 20 + 80 at 1.2 = 116; 100 at 1.2 = 120
    assert parts(100, source(0, "1", 0, 60), source(1, "1.2", 80, 100), source(2, "3", 0, 100)) == {0: 20, 1: 80}
    # the cheap offer is only to be had whole, and does not fit beside the other
    assert parts(100, source(0, "1", 60, 60), source(1, "1.2", 80, 100)) == {1: 100}


def test_more_filled_is_better_than_cheaper() -> None:
    assert parts(100, source(0, "1", 0, 60), source(1, "50", 0, 30)) == {0: 60, 1: 30}
    assert parts(100, source(0, "1", 0, 60), source(1, "50", 50, 90)) == {0: 50, 1: 50}
    assert parts(100, source(0, "1", 55, 60), source(1, "50", 55, 90)) == {1: 90}


def test_a_dear_offer_that_is_not_needed_stays_out() -> None:
    assert parts(100, source(0, "1", 1, 60), source(1, "2", 1, 60), source(2, "3", 1, 60)) == {0: 60, 1: 40}


def test_no_source_fills_nothing() -> None:
    assert parts(100) == {}


def test_a_search_that_takes_too_long_is_refused() -> None:
    sources = [source(at, "1", 51, 60) for at in range(8)]
    with pytest.raises(LineTooTangled) as refused:
        Filling(7, Decimal(100), sources, Budget(3)).best()
    assert refused.value.facts == {"number": "7", "offers": "8"}


def test_many_equal_offers_are_settled_within_the_budget() -> None:
    sources = [source(at, "1", 0, 10) for at in range(20)]
    assert parts(95, *sources) == {at: 10 if at < 9 else 5 for at in range(10)}
