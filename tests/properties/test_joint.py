"""However an award is divided between buyers, their contracts and the remainder add up to it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.tendering.rules.joint import divided, remainder

CURRENCIES = st.sampled_from(["CNY", "JPY", "KWD"]).map(Currency)
PRICES = st.decimals(min_value=0, max_value=10_000, places=6)
PARTS = st.lists(st.decimals(min_value=0, max_value=1000, places=6), min_size=1, max_size=6)


@given(CURRENCIES, st.lists(st.tuples(PRICES, PARTS), min_size=1, max_size=5))
def test_the_contracts_and_the_remainder_are_the_award(
    currency: Currency, drawn: list[tuple[Decimal, list[Decimal]]]
) -> None:
    lines = [(price, divided(sum(parts, Decimal(0)), parts[1:])) for price, parts in drawn]
    assert [list(parts) for _, parts in lines] == [parts for _, parts in drawn]
    award = total_of((line_total(Money(price, currency), sum(parts, Decimal(0))) for price, parts in lines), currency)
    contracts = total_of(
        (line_total(Money(price, currency), part) for price, parts in lines for part in parts), currency
    )
    left = remainder(lines, currency)
    assert contracts.amount + left == award.amount
    # each rounded line is at most half a minor unit away
    most = sum(len(parts) + 1 for _, parts in lines) * Decimal(1).scaleb(-currency.minor_digits) / 2
    assert abs(left) <= most
