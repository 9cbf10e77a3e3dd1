"""Several offers of a supplier to a line: scenarios choose the cheapest, totals and ranks count the first."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.sourcing.public import best_per_line, compare
from tests.sourcing.markets import basis, need, offer, quote

PRICES = st.decimals(Decimal("0.01"), Decimal(999), places=2)
LINES = st.lists(st.lists(PRICES, min_size=1, max_size=4), min_size=1, max_size=3)


@given(st.lists(LINES, min_size=1, max_size=3))
def test_the_cheapest_of_all_offers_wins_and_first_offers_make_the_totals(market: list[list[list[Decimal]]]) -> None:
    lines = min(len(own) for own in market)
    quotes, plain = [], []
    for supplier, own in enumerate(market, start=1):
        firsts = {number: format(own[number - 1][0], "f") for number in range(1, lines + 1)}
        more = tuple(
            replace(offer(number, format(price, "f")), offer_id=supplier_id, variant=variant)
            for number in range(1, lines + 1)
            for supplier_id in [quote(supplier, firsts).lines[0].offer_id]
            for variant, price in enumerate(own[number - 1][1:], start=1)
        )
        plain.append(quote(supplier, firsts))
        quotes.append(replace(plain[-1], alternates=more))
    needs = [need(number) for number in range(1, lines + 1)]
    compared, first = compare(needs, quotes, basis()), compare(needs, plain, basis())
    assert compared.columns == first.columns
    cheapest = [min(price for own in market for price in own[line]) for line in range(lines)]
    assert [row.best_price.amount for row in compared.rows if row.best_price is not None] == cheapest
    best = best_per_line(compared)
    assert [share.offer.unit_price.amount for share in best.shares] == cheapest
    assert best.exact == sum(cheapest, Decimal(0)) * 100
