"""What an award costs beside its prices: who pays set-up and freight, what earns a discount, and alternates."""

from dataclasses import replace
from decimal import Decimal

import pytest

from b2b_market.kernel.money import Money
from b2b_market.sourcing.public import (
    Allocation,
    ChargeKind,
    Comparison,
    Discount,
    Pick,
    Quote,
    allocate,
    best_per_line,
    compare,
)
from tests.sourcing.markets import CNY, EUR, EUR_CNY, basis, cny, line_id, need, offer, pick, quote, supplier_id

SETUP, FREIGHT, DISCOUNT = ChargeKind.SETUP, ChargeKind.FREIGHT, ChargeKind.DISCOUNT
WHOLE = {line_id(1): Decimal(100), line_id(2): Decimal(10)}


def charging(*percents: str, freight: str | None = "33.335") -> Quote:
    """Supplier 1: line 1 at 9 with 80 set-up and an alternate at 8, line 2 at 5; percents off both together."""
    first = replace(offer(1, "9"), setup=cny("80"))
    alternate = replace(first, variant=1, alternative=True, unit_price=cny("8"), note="Zinc")
    return replace(
        quote(1, [first, offer(2, "5")]),
        alternates=(alternate,),
        freight=None if freight is None else cny(freight),
        discounts=tuple(Discount(Decimal(percent), WHOLE) for percent in percents),
    )


def market(own: Quote, target: str | None = None) -> Comparison:
    needs = [need(1, 100, target=None if target is None else cny(target)), need(2, 10)]
    return compare(needs, [own, quote(2, {1: "9.5", 2: "6"})], basis())


def of_variant(one: Pick, variant: int) -> Pick:
    return replace(one, variant=variant)


def charged(allocation: Allocation) -> list[tuple[ChargeKind, tuple[int, ...], Money]]:
    """Return the charges of the first supplier with the numbers of their lines."""
    return [(one.kind, tuple(line.int for line in one.lines), one.total) for one in allocation.suppliers[0].charges]


def test_an_award_of_every_first_offer_has_every_charge() -> None:
    allocation = allocate(market(charging("5")), [pick(1, 1, 100), pick(2, 1, 10)])
    assert charged(allocation) == [
        (SETUP, (1,), cny("80.00")),
        (FREIGHT, (1, 2), cny("33.34")),
        (DISCOUNT, (1, 2), cny("-47.50")),
    ]
    assert (allocation.suppliers[0].goods, allocation.total) == (cny("950.00"), cny("1015.84"))
    assert allocation.charged == cny("65.84")


def test_an_alternate_bears_the_set_up_of_its_line_and_freight_once_but_earns_no_discount() -> None:
    allocation = allocate(market(charging("5")), [of_variant(pick(1, 1, 100), 1), pick(2, 1, 10)])
    assert charged(allocation) == [(SETUP, (1,), cny("80.00")), (FREIGHT, (1, 2), cny("33.34"))]
    assert allocation.total == cny("963.34")
    # so much so that the cheaper price may make the dearer award
    kept = allocate(market(charging("20")), [pick(1, 1, 100), pick(2, 1, 10)])
    swapped = allocate(market(charging("20")), [of_variant(pick(1, 1, 100), 1), pick(2, 1, 10)])
    assert (kept.total, swapped.total) == (cny("873.34"), cny("963.34"))


def test_an_alternate_that_states_a_set_up_of_its_own_is_charged_that() -> None:
    plain = charging(freight=None)
    (alternate,) = plain.alternates
    own = replace(plain, alternates=(replace(alternate, setup=cny("12.5")),))
    allocation = allocate(market(own), [of_variant(pick(1, 1, 100), 1)])
    assert charged(allocation) == [(SETUP, (1,), cny("12.50"))]
    free = replace(plain, alternates=(replace(alternate, setup=None),))
    assert charged(allocate(market(free), [of_variant(pick(1, 1, 100), 1)])) == []


def test_two_offers_of_one_line_are_refused_and_even_so_charged_once() -> None:
    both = [pick(1, 1, 50), of_variant(pick(1, 1, 50), 1), pick(2, 1, 10)]
    allocation = allocate(market(charging("5")), both)
    assert [problem.code for problem in allocation.problems] == ["repeated"]
    assert charged(allocation) == [(SETUP, (1,), cny("80.00")), (FREIGHT, (1, 2), cny("33.34"))]


def test_a_part_of_a_line_pays_all_set_up_and_earns_no_discount() -> None:
    allocation = allocate(market(charging("5")), [pick(1, 1, 99), pick(1, 2, 1), pick(2, 1, 10)])
    assert [kind for kind, _, _ in charged(allocation)] == [SETUP, FREIGHT]
    assert allocation.suppliers[1].charges == ()


def test_discounts_add_up_to_no_more_than_the_goods_and_nothing_is_no_charge() -> None:
    allocation = allocate(market(charging("60", "60", "60", freight=None)), [pick(1, 1, 100), pick(2, 1, 10)])
    assert charged(allocation)[1:] == [(DISCOUNT, (1, 2), cny("-570.00")), (DISCOUNT, (1, 2), cny("-380.00"))]
    assert allocation.total == cny("80.00")


def test_charges_are_rounded_in_their_currency_and_again_at_the_rate() -> None:
    own = replace(quote(1, [offer(1, "1.00", EUR)], EUR), freight=Money(Decimal("3.335"), EUR))
    allocation = allocate(compare([need(1, 100)], [own], basis(EUR_CNY)), [pick(1, 1, 100)])
    (charge,) = allocation.suppliers[0].charges
    # 3.34 at 7.8123 is 26.093082
    assert (charge.total, charge.converted_total) == (Money(Decimal("3.34"), EUR), cny("26.09"))


@pytest.mark.parametrize(
    ("picks", "awarded"),
    [
        # line 1 bears its 80, and of 33.34 freight and 47.50 discount the 900/950
        ([pick(1, 1, 100), pick(2, 1, 10)], "966.59"),
        # an alternate bears the whole set-up, and 800/850 of the freight
        ([of_variant(pick(1, 1, 100), 1), pick(2, 1, 10)], "911.38"),
    ],
)
def test_the_saving_counts_what_an_aimed_line_bears(picks: list[Pick], awarded: str) -> None:
    saving = allocate(market(charging("5"), target="10"), picks).saving
    assert saving is not None
    assert (saving.target, saving.awarded) == (cny("1000.00"), cny(awarded))


def test_what_is_given_for_nothing_bears_its_charges_in_equal_parts() -> None:
    free = replace(quote(1, {1: "0", 2: "0"}), freight=cny("5"))
    needs = [need(1, 100, target=cny("1")), need(2, 10)]
    allocation = allocate(compare(needs, [free], basis()), [pick(1, 1, 100), pick(2, 1, 10)])
    assert allocation.saving is not None
    assert (allocation.total, allocation.saving.awarded) == (cny("5.00"), cny("2.50"))


def test_scenarios_take_the_cheapest_price_and_carry_what_it_costs() -> None:
    found = best_per_line(market(charging("5")))
    assert [(share.supplier_id, share.offer.variant) for share in found.shares] == [
        (supplier_id(1), 1),
        (supplier_id(1), 0),
    ]
    assert found.total == cny("963.34")
    assert found.suppliers[0].currency == CNY
