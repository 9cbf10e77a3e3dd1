from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from b2b_market.kernel.currency import Currency
from b2b_market.reference.rules.rates import MAX_AGE, RateMissing, StoredRate, choose_rate

DAY = date(2026, 11, 20)
codes = st.sampled_from(["CNY", "EUR", "GBP", "JPY", "USD"])
values = st.integers(1, 10**9).map(lambda digits: Decimal(digits).scaleb(-4))
ages = st.integers(-3, 40)


@st.composite
def rates(draw: st.DrawFn) -> StoredRate:
    base, quote = draw(codes), draw(codes)
    assume(base != quote)
    day = DAY - timedelta(days=draw(ages))
    return StoredRate(base, quote, draw(values), day, draw(st.sampled_from(["A", "B"])), draw(st.booleans()))


tables = st.lists(rates(), max_size=8, unique_by=lambda rate: (rate.base, rate.quote, rate.day))


def found(table: list[StoredRate], base: str, quote: str) -> tuple[Decimal, str, str] | None:
    try:
        rate = choose_rate(table, Currency(base), Currency(quote), DAY)
    except RateMissing:
        return None
    assert (rate.base.code, rate.quote.code) == (base, quote)
    return rate.value, rate.source, rate.as_of


@given(tables, codes, codes, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_rows(
    table: list[StoredRate], base: str, quote: str, random: st.DataObject
) -> None:
    shuffled = list(table)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis types its Random loosely
    assert found(table, base, quote) == found(shuffled, base, quote)


@given(tables, codes, codes)
def test_the_way_back_exists_and_is_the_inverse_up_to_rounding(table: list[StoredRate], base: str, quote: str) -> None:
    there, back = found(table, base, quote), found(table, quote, base)
    direct_both_ways = {(rate.base, rate.quote) for rate in table} >= {(base, quote), (quote, base)}
    if there is None or back is None or direct_both_ways:
        return
    product = Fraction(there[0]) * Fraction(back[0])
    # Each side is off by half a unit of the twelfth decimal at most; a crossing may take another way back.
    if there[1] == back[1] and "(" not in there[1]:
        slack = Fraction(1, 2 * 10**12) * (Fraction(there[0]) + Fraction(back[0]) + 1)
        assert abs(product - 1) <= slack


@given(tables, codes, codes)
def test_only_usable_rates_are_used(table: list[StoredRate], base: str, quote: str) -> None:
    usable = [rate for rate in table if rate.day <= DAY and (rate.demo or DAY - rate.day <= MAX_AGE)]
    assert found(table, base, quote) == found(usable, base, quote)
    answer = found(table, base, quote)
    if answer is not None and base != quote:
        assert answer[0] > 0
        assert answer[2] in {rate.day.isoformat() for rate in usable}
