from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.public import compare
from tests.sourcing.markets import CNY, EUR, EUR_CNY, KILOGRAM, basis, cny, need, offer, pieces, quote


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: need(1, 0), "a need has a positive quantity"),
        (lambda: need(1, target=cny("-0.01")), "a target price is not negative"),
        (lambda: offer(1, "-0.01"), "a unit price is not negative"),
        (lambda: replace(offer(1, "1"), lead_days=-1), "a lead time is not negative"),
        (lambda: replace(offer(1, "1"), offered=pieces(0)), "an offer has a positive quantity"),
        (lambda: replace(quote(1, {}), submitted_at=datetime(2026, 11, 20, 8)), "submission times are aware"),  # noqa: DTZ001 - naive on purpose
        (lambda: quote(1, [offer(1, "1", EUR)], CNY), "a quote has one currency"),
        (lambda: quote(1, [offer(1, "1"), offer(1, "2")]), "a quote answers a need once"),
        (lambda: basis(replace(EUR_CNY, value=Decimal(0))), "an exchange rate is positive"),
        (lambda: basis(EUR_CNY, EUR_CNY), "a basis has one rate per pair of currencies"),
    ],
)
def test_broken_values_cannot_be_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("needs", "quotes", "message"),
    [
        ([need(1), need(1)], [], "two needs share a line id"),
        ([need(1)], [quote(1, {1: "1"}), quote(1, {1: "2"})], "a supplier has one live quote"),
        ([need(1)], [quote(1, {2: "1"})], "a quote answers a need that is not compared"),
        (
            [need(1)],
            [quote(1, [replace(offer(1, "1"), offered=Quantity(Decimal(5), KILOGRAM))])],
            "line quantities are in the need's unit C62, not KGM",
        ),
        (
            [need(1)],
            [quote(1, [replace(offer(1, "1"), minimum=Quantity(Decimal(5), KILOGRAM))])],
            "line quantities are in the need's unit C62, not KGM",
        ),
    ],
)
def test_input_that_does_not_belong_together_is_an_error_of_the_caller(
    needs: list[object], quotes: list[object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        compare(needs, quotes, basis())  # type: ignore[arg-type]  # the table holds both kinds
