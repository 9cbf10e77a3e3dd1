"""The arithmetic of quotations' terms: tiers, multiples, tax and bundles, for any figures."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rfq.commands.quotes import Bundle, PriceTier
from b2b_market.rfq.rules.bundling import broken, discount, read_bundles
from b2b_market.rfq.rules.pricing import is_multiple, largest_multiple, read_tiers, without_tax
from b2b_market.rfq.states import BundleKind
from b2b_market.sourcing.public import QuoteLine

prices = st.decimals("0.000001", "9999999", places=6)
amounts = st.decimals("0", "9999999", places=4)
quantities = st.decimals("0.000001", "999999", places=6)
percents = st.decimals("0", "99.9999", places=4)
LINES = tuple(UUID(int=number) for number in range(1, 6))


@st.composite
def price_lists(draw: st.DrawFn) -> tuple[PriceTier, ...]:
    starts = sorted(draw(st.sets(quantities, min_size=1, max_size=6)))
    return tuple(PriceTier(start, draw(prices)) for start in starts)


@given(price_lists(), quantities)
def test_the_price_of_a_quantity_is_the_last_tier_that_has_begun(
    tiers: tuple[PriceTier, ...], quantity: Decimal
) -> None:
    begun = [tier for tier in tiers if tier.from_quantity <= quantity]
    wanted = max(begun, key=lambda tier: tier.from_quantity) if begun else tiers[0]
    plain = QuoteLine(offer_id=LINES[0], line_id=LINES[1], unit_price=Money(Decimal(7), Currency("EUR")))
    tiered = replace(plain, tiers=tuple((tier.from_quantity, tier.unit_price) for tier in tiers))
    assert tiered.price_at(quantity) == Money(wanted.unit_price, Currency("EUR"))
    assert plain.price_at(quantity) == plain.unit_price


@given(price_lists())
def test_tiers_are_read_as_they_are_stored(tiers: tuple[PriceTier, ...]) -> None:
    kept = [
        {"from_quantity": decimal_text(tier.from_quantity), "unit_price": decimal_text(tier.unit_price)}
        for tier in tiers
    ]
    assert read_tiers(kept) == tiers


@given(quantities, quantities)
def test_the_largest_multiple_fits_and_the_next_one_does_not(of: Decimal, most: Decimal) -> None:
    assume(most / of < 10**9)
    found = largest_multiple(of, most)
    assert is_multiple(found, of)
    assert found <= most < found + of
    assert is_multiple(most, of) == (found == most)


@given(prices, percents)
def test_tax_is_taken_out_to_the_nearest_digit(price: Decimal, percent: Decimal) -> None:
    net = without_tax(price, percent, 6)
    exact = Fraction(price) / (1 + Fraction(percent) / 100)
    assert abs(Fraction(net) - exact) <= Fraction(1, 2 * 10**6)
    assert net.as_tuple().exponent == -6
    assert without_tax(price, None, 6) == price
    gross = price * (1 + percent / 100)
    assert without_tax(gross, percent, 6) == price


@st.composite
def choices(draw: st.DrawFn) -> tuple[list[Bundle], dict[UUID, Decimal], dict[UUID, Decimal], dict[UUID, Decimal]]:
    offered = {line: draw(quantities) for line in LINES}
    share = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])
    taken = {line: quantity * draw(share) for line, quantity in offered.items()}
    spent = {line: draw(amounts) for line, quantity in taken.items() if quantity}
    some = st.lists(st.sampled_from(LINES), unique=True, max_size=5).map(tuple)
    together = st.builds(Bundle, st.just(BundleKind.TOGETHER), some)
    off = st.builds(Bundle, st.just(BundleKind.DISCOUNT), some, st.decimals("0.0001", "99", places=4))
    return draw(st.lists(st.one_of(together, off), max_size=5)), offered, taken, spent


@given(choices())
def test_bundles_are_kept_or_broken_whole_and_discounts_never_exceed_what_is_spent(
    choice: tuple[list[Bundle], dict[UUID, Decimal], dict[UUID, Decimal], dict[UUID, Decimal]],
) -> None:
    bundles, offered, taken, spent = choice
    for bundle in bundles:
        lines = bundle.line_ids or LINES
        whole, none = all(taken[line] == offered[line] for line in lines), not any(taken[line] for line in lines)
        kept = bundle not in broken(bundles, offered, taken)
        assert kept == (bundle.kind is BundleKind.DISCOUNT or whole or none)
    off = discount(bundles, offered, taken, spent)
    assert 0 <= off <= sum(map(Fraction, spent.values()))
    assert broken(bundles, offered, offered) == () == broken(bundles, offered, {})
    assert discount(bundles, offered, {}, {}) == 0


@given(choices())
def test_stored_bundles_are_read_back(
    choice: tuple[list[Bundle], dict[UUID, Decimal], dict[UUID, Decimal], dict[UUID, Decimal]],
) -> None:
    bundles = choice[0]
    kept = [
        {
            "kind": bundle.kind.value,
            "line_ids": [str(line) for line in bundle.line_ids],
            "percent": None if bundle.percent is None else decimal_text(bundle.percent),
        }
        for bundle in bundles
    ]
    assert read_bundles(kept) == tuple(bundles)
