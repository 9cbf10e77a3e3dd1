"""Golden awards that count set-up costs and freight: by hand where small, and what is settled without any search."""

from dataclasses import replace
from decimal import Decimal

import pytest

from b2b_market.sourcing.public import (
    Allocation,
    Comparison,
    FreightTooTangled,
    Quote,
    at_most,
    best_per_line,
    compare,
    each_line,
    single_supplier,
)
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.filling import Budget, Filling, Source
from b2b_market.sourcing.rules.freight import FreightSearch
from b2b_market.sourcing.rules.offering import Supply
from tests.sourcing.markets import EUR, EUR_CNY, basis, cny, need, offer, partial, quote, supplier_id

Taken = list[tuple[int, int, str]]


def taken(allocation: Allocation) -> Taken:
    return [(pick.line_id.int, pick.supplier_id.int - 1000, str(pick.quantity.value)) for pick in allocation.picks]


def golden(*freights: str) -> Comparison:
    """Golden case 1 of the award model with freight: 100/200/150 pieces of A, B, C; by price alone it is BCB, 3300."""
    quotes = [
        quote(1, {1: "10", 2: "6", 3: "8"}),
        quote(2, {1: "9.5", 2: "6.5", 3: "7.8"}),
        quote(3, {1: "10.2", 2: "5.9", 3: "8.3"}),
    ]
    charged = [replace(one, freight=cny(freight)) for one, freight in zip(quotes, freights, strict=True)]
    return compare([need(1, 100), need(2, 200), need(3, 150)], charged, basis())


class TestFreight:
    @pytest.mark.parametrize(
        ("freights", "picks", "total"),
        [
            # as golden case 1 has it, switching: A 0, B 150, C 120. AAA 3400 beats BCB 3570
            (("0", "150", "120"), [(1, 1, "100"), (2, 1, "200"), (3, 1, "150")], "3400.00"),
            # BAB saves 80 beside A, and 79 are worth it; at 80 fewer suppliers are better
            (("0", "79", "120"), [(1, 2, "100"), (2, 1, "200"), (3, 2, "150")], "3399.00"),
            (("0", "80", "120"), [(1, 1, "100"), (2, 1, "200"), (3, 1, "150")], "3400.00"),
            (("500", "0", "19"), [(1, 2, "100"), (2, 3, "200"), (3, 2, "150")], "3319.00"),
            # everybody charges: one alone, and of equal sums the one that was there first
            (("100", "80", "200"), [(1, 1, "100"), (2, 1, "200"), (3, 1, "150")], "3500.00"),
        ],
    )
    def test_decides_which_suppliers_are_worth_it(self, freights: tuple[str, ...], picks: Taken, total: str) -> None:
        for allocation in (best_per_line(golden(*freights)), at_most(golden(*freights), 3)):
            assert (taken(allocation), allocation.total) == (picks, cny(total))

    def test_each_line_by_itself_pays_whatever_that_brings_about(self) -> None:
        comparison = golden("0", "150", "120")
        assert each_line(comparison).total == cny("3570.00")
        assert single_supplier(comparison, supplier_id(2)).total == cny("3570.00")

    def test_counts_at_the_frozen_rate(self) -> None:
        # 10 EUR are 78.123: more than the 70 that line 1 saves
        abroad = replace(quote(2, [offer(1, "1", EUR)], EUR), freight=replace(cny("10"), currency=EUR))
        comparison = compare([need(1, 100)], [quote(1, {1: "8.5"}), abroad], basis(EUR_CNY))
        assert taken(best_per_line(comparison)) == taken(at_most(comparison, 2)) == [(1, 1, "100")]
        cheaper = compare([need(1, 100)], [quote(1, {1: "8.6"}), abroad], basis(EUR_CNY))
        assert taken(best_per_line(cheaper)) == taken(at_most(cheaper, 2)) == [(1, 2, "100")]

    def test_never_leaves_a_line_open_that_somebody_fills(self) -> None:
        dear = replace(quote(2, {2: "1"}), freight=cny("1000000"))
        comparison = compare([need(1), need(2)], [quote(1, {1: "5"}), dear], basis())
        assert taken(best_per_line(comparison)) == taken(at_most(comparison, 2)) == [(1, 1, "100"), (2, 2, "100")]

    @pytest.mark.parametrize(("freight", "used"), [("39", [1, 2]), ("41", [1, 3])])
    def test_counts_where_lines_are_split_too(self, freight: str, used: list[int]) -> None:
        # 60 from supplier 1; the other 40 at 2 with freight, or at 3 without
        quotes = [
            quote(1, [partial(1, "1", 60)]),
            replace(quote(2, [partial(1, "2", 50)]), freight=cny(freight)),
            quote(3, [partial(1, "3", 50)]),
        ]
        comparison = compare([need(1)], quotes, basis())
        for allocation in (best_per_line(comparison), at_most(comparison, 3)):
            assert [one.supplier_id.int - 1000 for one in allocation.suppliers] == used

    def test_what_nobody_fills_decides_first(self) -> None:
        quotes = [quote(1, [partial(1, "1", 60)]), replace(quote(2, [partial(1, "9", 10)]), freight=cny("7777"))]
        allocation = best_per_line(compare([need(1)], quotes, basis()))
        assert taken(allocation) == [(1, 1, "60"), (1, 2, "10")]

    def test_a_search_without_an_end_is_refused(self) -> None:
        comparison = crossed(6)
        with exact_arithmetic(), pytest.raises(FreightTooTangled) as refused:
            FreightSearch(Supply(comparison), Budget(), steps=200).best()
        assert refused.value.facts == {"suppliers": "6", "lines": "6"}
        assert len(best_per_line(comparison).suppliers) == 2

    def test_nobody_on_offer_is_an_award_of_nothing(self) -> None:
        nobody = replace(quote(1, {}), freight=cny("5"))
        assert best_per_line(compare([need(1)], [nobody], basis())).picks == ()


def crossed(count: int) -> Comparison:
    """Everybody is cheap on two lines of its own and dear on the others, and freight is worth two of these."""
    quotes: list[Quote] = []
    for number in range(1, count + 1):
        prices = {line: "1" if (line - number) % count < 3 else "4" for line in range(1, count + 1)}
        quotes.append(replace(quote(number, prices), freight=cny("5")))
    return compare([need(line, 1) for line in range(1, count + 1)], quotes, basis())


class TestSetUp:
    def test_a_line_goes_to_whom_is_cheapest_with_it(self) -> None:
        tool = replace(offer(1, "9"), setup=cny("101"))
        comparison = compare([need(1, 100)], [quote(1, [tool]), quote(2, {1: "10"})], basis())
        for allocation in (best_per_line(comparison), each_line(comparison), at_most(comparison, 1)):
            assert (taken(allocation), allocation.total) == ([(1, 2, "100")], cny("1000.00"))
        cheaper = compare([need(1, 100)], [quote(1, [replace(tool, setup=cny("99"))]), quote(2, {1: "10"})], basis())
        assert best_per_line(cheaper).total == at_most(cheaper, 2).total == cny("999.00")

    def test_the_one_supplier_is_chosen_with_all_of_them(self) -> None:
        tools = [replace(offer(number, "9"), setup=cny("60")) for number in (1, 2)]
        comparison = compare([need(1, 100), need(2, 100)], [quote(1, tools), quote(2, {1: "9.5", 2: "9.5"})], basis())
        assert taken(at_most(comparison, 1)) == [(1, 2, "100"), (2, 2, "100")]

    def test_of_a_suppliers_offers_the_one_that_is_cheapest_with_it_stands_for_it(self) -> None:
        first = replace(offer(1, "9"), setup=cny("30"))
        other = replace(first, variant=1, alternative=True, unit_price=cny("8.8"), setup=cny("60"))
        own = replace(quote(1, [first]), alternates=(other,))
        (pick,) = best_per_line(compare([need(1, 100)], [own], basis())).picks
        assert pick.variant == 0
        (pick,) = best_per_line(compare([need(1, 200)], [own], basis())).picks
        assert pick.variant == 1

    def test_what_stays_open_counts_with_the_largest(self) -> None:
        # one of two lines stays open: 100 + (1 + 300) against 1 + 300 + 100, so the first supplier is as good
        tool = replace(offer(2, "0.01"), setup=cny("300"))
        comparison = compare([need(1, 100), need(2, 100)], [quote(1, {1: "1"}), quote(2, [tool])], basis())
        assert taken(at_most(comparison, 1)) == [(1, 1, "100")]


def source(order: int, price: str, minimum: int, maximum: int, setup: str = "0") -> Source:
    return Source(order, Decimal(price), Decimal(minimum), Decimal(maximum), Decimal(setup))


@pytest.mark.parametrize(
    ("sources", "parts", "cost"),
    [
        # the cheapest price covers all, and one set-up is enough
        ([source(0, "1", 0, 100, "5"), source(1, "1", 0, 100, "4")], {1: 100}, 104),
        # 60 at 1 with a tool for 50 and 40 at 2, against all at 2
        ([source(0, "1", 0, 60, "50"), source(1, "2", 0, 100)], {0: 60, 1: 40}, 190),
        ([source(0, "1", 0, 60, "61"), source(1, "2", 0, 100)], {1: 100}, 200),
        # equal either way: one supplier is better than two
        ([source(0, "1", 0, 60, "60"), source(1, "2", 0, 100)], {1: 100}, 200),
        # two tools are one too many
        ([source(0, "1", 0, 60, "9"), source(1, "1.1", 0, 60, "30"), source(2, "1.5", 0, 60)], {0: 60, 2: 40}, 129),
        # the minimum of the first leaves too little for its tool
        ([source(0, "1", 50, 60, "20"), source(1, "1.2", 40, 50), source(2, "1.3", 0, 90)], {1: 50, 2: 50}, 125),
        # a tool that is not worth it is paid where nothing else fills the line
        ([source(0, "1", 0, 70), source(1, "9", 0, 30, "1000")], {0: 70, 1: 30}, 1340),
    ],
)
def test_a_line_is_split_with_its_set_up_costs(sources: list[Source], parts: dict[int, int], cost: int) -> None:
    filling = Filling(1, Decimal(100), sources, Budget())
    with exact_arithmetic():
        split = filling.best()
        assert {order: int(quantity) for order, quantity in split.parts} == parts
        assert (split.filled, split.cost) == filling.outcome() == (Decimal(100), Decimal(cost))
