from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate, line_total, total_of

currencies = st.sampled_from(Currency.CODES).map(Currency)
# As wide as the widest columns: NUMERIC(20,6) prices and quantities, NUMERIC(20,4) totals.
numbers = st.integers(-(10**20), 10**20).map(lambda digits: Decimal(digits).scaleb(-6))
quantities = st.integers(0, 10**20).map(lambda digits: Decimal(digits).scaleb(-6))
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)


@given(numbers, numbers, numbers, currencies)
def test_addition_is_exact_whatever_the_order(one: Decimal, two: Decimal, three: Decimal, currency: Currency) -> None:
    a, b, c = (Money(amount, currency) for amount in (one, two, three))
    assert (a + b) + c == a + (b + c) == total_of([c, b, a], currency)
    assert a + b - b == a
    assert a + (-a) == Money.zero(currency)
    assert Fraction((a + b).amount) == Fraction(one) + Fraction(two)


@given(numbers, quantities, currencies)
def test_multiplication_keeps_every_digit(amount: Decimal, factor: Decimal, currency: Currency) -> None:
    assert Fraction(Money(amount, currency).times(factor).amount) == Fraction(amount) * Fraction(factor)


@given(numbers, currencies)
def test_rounding_moves_at_most_half_a_minor_unit_and_only_once(amount: Decimal, currency: Currency) -> None:
    rounded = Money(amount, currency).rounded()
    minor = Fraction(1, 10**currency.minor_digits)
    assert abs(Fraction(rounded.amount) - Fraction(amount)) <= minor / 2
    assert Fraction(rounded.amount) % minor == 0
    assert rounded.rounded() == rounded
    assert -Money(amount, currency).rounded() == (-Money(amount, currency)).rounded()


@given(numbers, weights, currencies)
def test_allocation_loses_nothing_and_stays_within_one_minor_unit(
    amount: Decimal, shares: list[int], currency: Currency
) -> None:
    whole = Money(amount, currency)
    parts = whole.allocate(shares)
    minor = Fraction(1, 10**currency.minor_digits)
    assert total_of(parts, currency) == whole.rounded()
    for part, weight in zip(parts, shares, strict=True):
        exact = Fraction(whole.rounded().amount) * weight / sum(shares)
        assert abs(Fraction(part.amount) - exact) < minor
        assert part.rounded() == part
        assert weight or part.amount == 0


@given(numbers, quantities, currencies)
def test_a_line_total_is_the_rounded_product(price: Decimal, quantity: Decimal, currency: Currency) -> None:
    total = line_total(Money(price, currency), quantity)
    exact = Fraction(price) * Fraction(quantity)
    assert abs(Fraction(total.amount) - exact) <= Fraction(1, 2 * 10**currency.minor_digits)
    assert -total.amount.as_tuple().exponent == currency.minor_digits  # type: ignore[operator]  # finite, so an int


@given(numbers, currencies)
def test_the_wire_form_reads_back(amount: Decimal, currency: Currency) -> None:
    wire = Money(amount, currency).to_json()
    assert Money.of(wire["amount"], wire["currency"]) == Money(amount, currency)
    assert "E" not in wire["amount"]


@given(quantities, quantities.filter(bool), currencies, currencies)
def test_conversion_is_exact(amount: Decimal, value: Decimal, base: Currency, quote: Currency) -> None:
    converted = Rate(base, quote, value, "test", "2026-11-20").convert(Money(amount, base))
    assert converted.currency == quote
    assert Fraction(converted.amount) == Fraction(amount) * Fraction(value)


@given(st.integers(-(10**12), 10**12))
def test_rounding_agrees_with_the_decimal_library(digits: int) -> None:
    amount = Decimal(digits).scaleb(-6)
    assert Money(amount, Currency("EUR")).rounded().amount == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
