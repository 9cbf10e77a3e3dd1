"""Comparison, scoring and allocation hold for every small market, and presets are as good as trying everything."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.sourcing.public import (
    PRICE,
    Allocation,
    Bid,
    ChargeKind,
    Comparison,
    Criterion,
    Discount,
    Formula,
    Need,
    Quote,
    QuoteLine,
    allocate,
    at_most,
    best_per_line,
    compare,
    score,
    single_supplier,
)
from b2b_market.sourcing.rules.exact import exact_arithmetic, percent
from tests.sourcing.markets import (
    CNY,
    EUR,
    EUR_CNY,
    FIRST_SUBMISSION,
    TODAY,
    basis,
    cny,
    need,
    offer,
    pick,
    pieces,
    quote,
    supplier_id,
)

Market = tuple[list[Need], list[Quote]]

# few prices and small quantities, so that ties, gaps and minimums that matter are common
small_prices = st.sampled_from(["1", "1.5", "2", "2.000001", "3"])
any_prices = st.decimals(0, 1000, places=6, allow_nan=False).map(str)


@st.composite
def answers(draw: st.DrawFn, number: int, quantity: int, prices: st.SearchStrategy[str]) -> QuoteLine | None:
    if draw(st.integers(0, 4)) == 0:
        return None
    offered = draw(st.none() | st.integers(1, quantity + 1))
    minimum = draw(st.none() | st.integers(0, quantity + 1))
    return replace(
        offer(number, draw(prices)),
        offered=None if offered is None else pieces(offered),
        minimum=None if minimum is None else pieces(minimum),
        valid_until=draw(st.sampled_from([None, None, None, TODAY, TODAY - timedelta(days=1)])),
        lead_days=draw(st.none() | st.integers(0, 60)),
    )


@st.composite
def markets(
    draw: st.DrawFn, lines: int = 4, suppliers: int = 4, most: int = 4, prices: st.SearchStrategy[str] = small_prices
) -> Market:
    needs = []
    for number in range(1, draw(st.integers(1, lines)) + 1):
        target = draw(st.none() | prices.map(cny))
        needs.append(need(number, draw(st.integers(1, most)), target=target))
    quotes = []
    for number in range(1, draw(st.integers(1, suppliers)) + 1):
        made = [draw(answers(one.number, int(one.quantity.value), prices)) for one in needs]
        hours = draw(st.integers(0, 2))
        quotes.append(quote(number, [line for line in made if line is not None], hours=hours))
    return needs, quotes


def by_supplier(comparison: Comparison) -> dict[UUID, object]:
    return {column.supplier_id: column for column in comparison.columns}


def cells(comparison: Comparison) -> dict[tuple[UUID, UUID], object]:
    return {
        (row.need.line_id, column.supplier_id): cell
        for row in comparison.rows
        for column, cell in zip(comparison.columns, row.cells, strict=True)
    }


def chosen(allocation: Allocation) -> list[tuple[int, int, Decimal]]:
    return sorted((one.line_id.int, one.supplier_id.int, one.quantity.value) for one in allocation.picks)


@given(markets(prices=any_prices), st.randoms(use_true_random=False))
def test_the_order_of_needs_and_quotes_changes_nothing(market: Market, random: Random) -> None:
    needs, quotes = market
    mixed_needs, mixed_quotes = list(needs), list(quotes)
    random.shuffle(mixed_needs)
    random.shuffle(mixed_quotes)
    straight, mixed = compare(needs, quotes, basis()), compare(mixed_needs, mixed_quotes, basis())
    assert by_supplier(straight) == by_supplier(mixed)
    assert cells(straight) == cells(mixed)
    assert chosen(best_per_line(straight)) == chosen(best_per_line(mixed))
    assert chosen(at_most(straight, 2)) == chosen(at_most(mixed, 2))


@given(markets(prices=any_prices), st.decimals("0.000001", 100000, places=8))
def test_another_rate_changes_no_rank_no_best_and_no_distance(market: Market, value: Decimal) -> None:
    needs, quotes = market
    needs = [replace(one, target_price=None) for one in needs]
    at_home = compare(needs, quotes, basis())
    rate = replace(EUR_CNY, base=CNY, quote=EUR, value=value)
    abroad = compare(needs, quotes, basis(rate, currency=EUR))
    for here, there in zip(at_home.columns, abroad.columns, strict=True):
        assert (here.place, here.group, here.place_in_group) == (there.place, there.group, there.place_in_group)
        assert (here.total, here.covered) == (there.total, there.covered)
    for row, other in zip(at_home.rows, abroad.rows, strict=True):
        assert [cell and (cell.best, cell.delta_percent, cell.flags) for cell in row.cells] == [
            cell and (cell.best, cell.delta_percent, cell.flags) for cell in other.cells
        ]
    assert chosen(best_per_line(at_home)) == chosen(best_per_line(abroad))


@given(markets(), st.data())
def test_a_line_that_only_some_cover_moves_nobody(market: Market, data: st.DataObject) -> None:
    needs, quotes = market
    before = compare(needs, quotes, basis())
    compared = [column.supplier_id for column in before.columns if column.covered]
    some = data.draw(st.sets(st.sampled_from(compared), max_size=len(compared) - 1)) if compared else set()
    price = data.draw(any_prices)
    more = [replace(one, lines=(*one.lines, offer(99, price))) if one.supplier_id in some else one for one in quotes]
    after = compare([*needs, need(99)], more, basis())
    assert [column.place for column in after.columns] == [column.place for column in before.columns]
    assert [column.like_for_like for column in after.columns] == [column.like_for_like for column in before.columns]


@given(markets(prices=any_prices))
def test_ranks_follow_exact_totals_over_lines_everybody_covers(market: Market) -> None:
    comparison = compare(*market, basis())
    compared = [column for column in comparison.columns if column.covered]
    placed = [column for column in compared if column.place is not None]
    assert len(placed) == (len(compared) if comparison.common_lines else 0)
    for row in comparison.rows:
        covering = {
            column.supplier_id
            for column, cell in zip(comparison.columns, row.cells, strict=True)
            if cell is not None and cell.covers
        }
        assert row.common == (bool(compared) and covering == {column.supplier_id for column in compared})
    ordered = sorted(placed, key=lambda column: column.place.rank if column.place else 0)
    totals = [column.effective.amount for column in ordered if column.effective]
    assert totals == sorted(totals)
    assert [column.place.rank for column in ordered if column.place] == list(range(1, len(placed) + 1))
    if comparison.equal_coverage:
        assert all(column.place == column.place_in_group for column in placed)


@given(markets(prices=any_prices))
def test_totals_are_the_sums_of_rounded_lines(market: Market) -> None:
    comparison = compare(*market, basis())
    for position, column in enumerate(comparison.columns):
        made = [row.cells[position] for row in comparison.rows]
        expected = [line_total(cell.offer.unit_price, cell.quantity.value) for cell in made if cell is not None]
        assert [cell.total for cell in made if cell is not None] == expected
        assert column.total == total_of(expected, CNY)
        assert column.quoted == len(expected)


@given(st.decimals(-1000, 1000, places=9), st.decimals("0.000001", 1000, places=6))
def test_percentages_equal_those_of_fractions(part: Decimal, whole: Decimal) -> None:
    tenths = abs(Fraction(part) / Fraction(whole)) * 1000
    rounded = int(tenths + Fraction(1, 2))
    with exact_arithmetic():
        shown = percent(part, whole)
    assert shown * 10 == (-rounded if part < 0 else rounded)
    assert shown.as_tuple().exponent == -1


def splits(row_need: Need, offers: Sequence[tuple[int, Decimal, int, int]]) -> Iterator[tuple[int, ...]]:
    """Yield every split of a need into whole pieces that the offers allow."""
    ranges = [[0, *range(max(least, 1), most + 1)] for _, _, least, most in offers]
    for quantities in product(*ranges):
        if sum(quantities) <= row_need.quantity.value:
            yield quantities


def declared(comparison: Comparison) -> dict[UUID, int]:
    ordered = sorted((column.submitted_at, column.supplier_id) for column in comparison.columns)
    return {supplier: place for place, (_, supplier) in enumerate(ordered)}


def offers_of(comparison: Comparison, position: int) -> list[tuple[int, Decimal, int, int]]:
    """Return declared order, price, minimum and maximum of the awardable offers of a line, the cheapest first."""
    order = declared(comparison)
    return sorted(
        (
            (
                order[column.supplier_id],
                cell.price.amount,
                int(cell.offer.minimum.value) if cell.offer.minimum else 0,
                int(cell.quantity.value),
            )
            for column, cell in zip(comparison.columns, comparison.rows[position].cells, strict=True)
            if cell is not None and cell.awardable
        ),
        key=lambda one: (one[1], one[0]),
    )


def best_split(
    row_need: Need, offers: Sequence[tuple[int, Decimal, int, int]]
) -> tuple[int, Decimal, int, tuple[int, ...]]:
    """Return filled, cost, number of suppliers and who (places by price) of the best split, by trying all."""
    keys = []
    for quantities in splits(row_need, offers):
        cost = sum((one[1] * quantity for one, quantity in zip(offers, quantities, strict=True)), Decimal(0))
        used = tuple(at for at, quantity in enumerate(quantities) if quantity)
        keys.append((-sum(quantities), cost, len(used), used))
    filled, cost, count, used = min(keys)
    return -filled, cost, count, tuple(offers[at][0] for at in used)


@given(markets(lines=2, suppliers=4, most=5))
def test_best_per_line_is_as_good_as_trying_every_split(market: Market) -> None:
    comparison = compare(*market, basis())
    allocation = best_per_line(comparison)
    order = declared(comparison)
    for position, row in enumerate(comparison.rows):
        shares = [share for share in allocation.shares if share.line_id == row.need.line_id]
        offers = offers_of(comparison, position)
        filled, cost, _, used = best_split(row.need, offers)
        assert sum(share.quantity.value for share in shares) == filled
        assert sum((share.exact for share in shares), Decimal(0)) == cost
        assert {order[share.supplier_id] for share in shares} == set(used)


def combination_key(
    comparison: Comparison, suppliers: tuple[int, ...]
) -> tuple[int, Fraction, Decimal, int, tuple[int, ...]]:
    unfilled, open_parts, total = 0, Fraction(0), Decimal(0)
    for position, row in enumerate(comparison.rows):
        offers = offers_of(comparison, position)
        if not offers:
            continue
        filled, cost, _, _ = best_split(row.need, [one for one in offers if one[0] in suppliers])
        missing = int(row.need.quantity.value) - filled
        unfilled += missing > 0
        open_parts += Fraction(missing, int(row.need.quantity.value))
        total += cost + missing * max(price for _, price, _, _ in offers)
    return unfilled, open_parts, total, len(suppliers), suppliers


@given(markets(lines=3, suppliers=4, most=3), st.integers(1, 4))
def test_at_most_n_is_as_good_as_trying_every_combination(market: Market, most: int) -> None:
    comparison = compare(*market, basis())
    allocation = at_most(comparison, most)
    everybody = range(len(comparison.columns))
    tries = chain.from_iterable(combinations(everybody, size) for size in range(most + 1))
    best = min(combination_key(comparison, suppliers) for suppliers in tries)
    order = declared(comparison)
    used = tuple(sorted(order[award.supplier_id] for award in allocation.suppliers))
    assert used == best[4]
    assert combination_key(comparison, used) == best


@given(markets(prices=any_prices), st.integers(1, 3))
def test_presets_offer_awards_that_only_need_their_gaps_confirmed(market: Market, most: int) -> None:
    comparison = compare(*market, basis())
    alone = [single_supplier(comparison, column.supplier_id) for column in comparison.columns]
    for allocation in [best_per_line(comparison), at_most(comparison, most), *alone]:
        codes = {problem.code for problem in allocation.problems}
        assert codes <= ({"under-award"} if allocation.picks else {"under-award", "nothing-awarded"})
        gaps = {gap.line_id: gap.missing.value for gap in allocation.gaps}
        for row in comparison.rows:
            awarded = sum(share.quantity.value for share in allocation.shares if share.line_id == row.need.line_id)
            assert awarded + gaps.get(row.need.line_id, 0) == row.need.quantity.value
        assert allocation.filled == allocation.lines - len(gaps)


@given(markets(prices=any_prices), st.data())
def test_every_sum_of_an_award_is_exact(market: Market, data: st.DataObject) -> None:
    needs, quotes = market
    dear = replace(
        quotes[0],
        supplier_id=supplier_id(9),
        currency=EUR,
        lines=tuple(replace(line, unit_price=Money(line.unit_price.amount, EUR)) for line in quotes[0].lines),
    )
    comparison = compare(needs, [*quotes, dear], basis(EUR_CNY))
    picks = [
        pick(line.line_id.int, one.supplier_id.int - 1000, data.draw(st.decimals(0, 5, places=3)).to_eng_string())
        for one in [*quotes, dear]
        for line in one.lines
        if data.draw(st.booleans())
    ]
    allocation = allocate(comparison, picks)
    assert total_of((award.converted_total for award in allocation.suppliers), CNY) == allocation.total
    assert total_of((share.converted_total for share in allocation.shares), CNY) == allocation.total
    for award in allocation.suppliers:
        lines = [line_total(share.offer.unit_price, share.quantity.value) for share in award.shares]
        assert award.total == total_of(lines, award.currency)
        if award.rate is not None:
            converted = [award.rate.convert(line).rounded() for line in lines]
            assert award.converted_total == total_of(converted, CNY)
    savings = [award.saving for award in allocation.suppliers if award.saving is not None]
    if allocation.saving is None:
        assert savings == []
    else:
        assert total_of((one.amount for one in savings), CNY) == allocation.saving.amount
        assert total_of((one.target for one in savings), CNY) == allocation.saving.target


bids = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=5).map(
    lambda rows: [
        Bid(
            supplier_id=supplier_id(at),
            supplier=f"Supplier {at}",
            price=cny(str(price)),
            submitted_at=FIRST_SUBMISSION + timedelta(hours=hours),
            values={"quality": Decimal(quality)},
        )
        for at, (price, quality, hours) in enumerate(rows)
    ]
)


def criteria(formula: Formula, price_weight: int) -> list[Criterion]:
    return [
        Criterion(key=PRICE, name="Price", weight=Decimal(price_weight), formula=formula),
        Criterion(
            key="quality",
            name="Quality",
            weight=Decimal(100 - price_weight),
            formula=Formula.SHARE_OF_MAXIMUM,
            maximum=Decimal(5),
        ),
    ]


@given(
    bids,
    st.sampled_from([Formula.LOWEST_RATIO, Formula.LOWEST_RANGE]),
    st.integers(1, 99),
    st.randoms(use_true_random=False),
)
def test_scores_do_not_depend_on_order_or_currency(
    made: list[Bid], formula: Formula, weight: int, random: Random
) -> None:
    straight = score(criteria(formula, weight), made)
    mixed = list(made)
    random.shuffle(mixed)
    assert score(criteria(formula, weight), mixed) == straight
    abroad = score(
        criteria(formula, weight), [replace(one, price=EUR_CNY.convert(Money(one.price.amount, EUR))) for one in made]
    )
    assert [(one.bid.supplier_id, one.total) for one in abroad] == [
        (one.bid.supplier_id, one.total) for one in straight
    ]


@given(bids, st.sampled_from([Formula.LOWEST_RATIO, Formula.LOWEST_RANGE]), st.integers(1, 99))
def test_scores_stay_between_0_and_100_and_a_lower_price_never_scores_less(
    made: list[Bid], formula: Formula, weight: int
) -> None:
    ranked = score(criteria(formula, weight), made)
    assert [one.place.rank for one in ranked] == list(range(1, len(made) + 1))
    for one in ranked:
        assert 0 <= one.total <= 100
        assert one.total == sum(part.weighted for part in one.scores)
        for other in ranked:
            if one.bid.price < other.bid.price:
                assert one.scores[0].score >= other.scores[0].score


@st.composite
def charging_markets(draw: st.DrawFn) -> Market:
    """Markets whose suppliers charge set-up and freight, and take something off for lines taken together."""
    needs, quotes = draw(markets(prices=any_prices))
    amounts = st.none() | st.decimals(0, 500, places=4, allow_nan=False).map(lambda amount: Money(amount, CNY))
    charging = []
    for one in quotes:
        lines = tuple(replace(line, setup=draw(amounts)) for line in one.lines)
        named = draw(st.lists(st.sampled_from(one.lines), unique_by=lambda line: line.line_id)) if one.lines else []
        whole = {need.line_id: need.quantity.value for need in needs}
        asked = {line.line_id: line.offered.value if line.offered else whole[line.line_id] for line in named}
        percents = draw(st.lists(st.decimals(0, 100, places=4, allow_nan=False), max_size=3 if asked else 0))
        discounts = tuple(Discount(percent, asked) for percent in percents)
        charging.append(replace(one, lines=lines, freight=draw(amounts), discounts=discounts))
    return needs, charging


@given(charging_markets(), st.data())
def test_contracts_add_up_to_the_award_and_every_charge_is_earned(market: Market, data: st.DataObject) -> None:
    comparison = compare(*market, basis())
    allocation = data.draw(
        st.sampled_from(
            [best_per_line(comparison), *(single_supplier(comparison, one.supplier_id) for one in comparison.columns)]
        )
    )
    assert allocation.total == total_of((one.total for one in allocation.suppliers), CNY)
    assert allocation.total == total_of((one.converted_total for one in allocation.suppliers), CNY)
    for one in allocation.suppliers:
        given = {share.line_id: share for share in one.shares}
        charges = {kind: [charge for charge in one.charges if charge.kind is kind] for kind in ChargeKind}
        assert one.total == total_of((one.goods, *(charge.total for charge in one.charges)), CNY)
        setups = {charge.lines: charge.total for charge in charges[ChargeKind.SETUP]}
        asked = {line_id: share.offer.setup for line_id, share in given.items()}
        assert setups == {
            (line_id,): cost.rounded() for line_id, cost in asked.items() if cost is not None and cost.rounded().amount
        }
        assert len(charges[ChargeKind.FREIGHT]) <= 1
        off = total_of((charge.total for charge in charges[ChargeKind.DISCOUNT]), CNY)
        assert -one.goods.amount <= off.amount <= 0
        for charge in charges[ChargeKind.DISCOUNT]:
            assert set(charge.lines) <= given.keys()
    if allocation.saving is not None and allocation.saving.lines == len({one.line_id for one in allocation.shares}):
        assert allocation.saving.awarded == allocation.total
