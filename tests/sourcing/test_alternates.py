"""Several offers of one supplier to one need, by examples: compared, chosen, landed, and what is refused."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.public import (
    Assumptions,
    Comparison,
    Delivery,
    Flag,
    Need,
    Quote,
    QuoteLine,
    best_per_line,
    compare,
    land_quotes,
    single_supplier,
)
from tests.sourcing.markets import KILOGRAM, TODAY, basis, cny, line_id, need, offer, quote, supplier_id

EXPIRED = TODAY.replace(year=TODAY.year - 1)


def alternate(price: str, variant: int = 1, number: int = 1) -> QuoteLine:
    return replace(offer(number, price), variant=variant, alternative=True, note=f"alternate {variant}")


def beside(*alternates: QuoteLine, number: int = 1, price: str = "9") -> Quote:
    """A quote of line 1 at ``price``, with alternates."""
    return replace(quote(number, {1: price}), alternates=alternates)


def compared(*quotes: Quote) -> Comparison:
    return compare([need(1, 100)], quotes, basis())


def test_every_offer_is_found_by_its_number() -> None:
    found = compared(beside(alternate("8.5"), alternate("12", 2)), quote(2, {1: "8.8"}))
    row = found.rows[0]
    assert [cell.offer.variant for cell in row.choices(0)] == [0, 1, 2]
    assert [cell.offer.variant for cell in row.choices(1)] == [0]
    assert row.best_price == cny("8.5")
    assert [cell.best for cell in (*row.choices(0), *row.choices(1))] == [False, True, False, False]
    for variant, price in ((0, "9"), (1, "8.5"), (2, "12")):
        cell = found.cell(line_id(1), supplier_id(1), variant)
        assert cell is not None
        assert cell.price == cny(price)
    assert found.cell(line_id(1), supplier_id(1), 3) is None
    assert found.cell(line_id(1), supplier_id(2), 1) is None


def test_offers_to_a_need_come_supplier_by_supplier() -> None:
    found = compared(beside(alternate("8.5")), quote(2, {}), quote(3, {1: "8.8"}))
    offers = [(column.supplier_id, cell.offer.variant) for column, cell in found.offers_to(line_id(1))]
    assert offers == [(supplier_id(1), 0), (supplier_id(1), 1), (supplier_id(3), 0)]
    assert list(found.offers_to(line_id(2))) == []


def test_the_cheapest_that_can_be_awarded_is_chosen_and_of_equals_the_first() -> None:
    gone = replace(alternate("8"), valid_until=EXPIRED)
    row = compared(
        beside(gone, alternate("9", 2)),
        beside(alternate("8.5"), alternate("8.5", 2), number=2),
        quote(3, {1: "9"}),
        replace(beside(gone, number=4), lines=(replace(offer(1, "9"), valid_until=EXPIRED),)),
        quote(5, [replace(offer(1, "9"), valid_until=EXPIRED)]),
        quote(6, {}),
    ).rows[0]
    best = [row.best_of(position) for position in range(6)]
    assert [None if cell is None else cell.offer.variant for cell in best] == [0, 1, 0, None, None, None]


def test_presets_pick_by_number() -> None:
    found = compared(beside(alternate("8.5")), quote(2, {1: "8.8"}))
    assert [(pick.supplier_id, pick.variant) for pick in best_per_line(found).picks] == [(supplier_id(1), 1)]
    assert [pick.variant for pick in single_supplier(found, supplier_id(1)).picks] == [1]
    assert [pick.variant for pick in single_supplier(found, supplier_id(2)).picks] == [0]


def test_what_was_asked_for_and_not_priced_is_flagged() -> None:
    open_at = replace(offer(1, "9"), unanswered=(Decimal(500),))
    (cell,) = (one for one in compared(quote(1, [open_at])).rows[0].cells if one is not None)
    assert cell.flags == (Flag.TIERS_MISSING,)


def test_quantities_of_alternates_are_in_the_units_of_their_needs() -> None:
    whole = replace(alternate("8"), offered=need(1).quantity)
    assert compared(beside(whole)).rows[0].others[0][0].offer.variant == 1
    with pytest.raises(ValueError, match="in the need's unit"):
        compared(beside(replace(whole, minimum=Quantity(Decimal(1), KILOGRAM))))


@pytest.mark.parametrize(
    ("alternates", "said"),
    [
        ((alternate("8", number=2),), "beside a first offer"),
        ((alternate("8", variant=0),), "beside a first offer"),
        ((alternate("8"), alternate("7")), "share a variant"),
    ],
)
def test_alternates_without_a_place_are_a_mistake(alternates: tuple[QuoteLine, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        beside(*alternates)


class TestLanded:
    def needs(self) -> list[Need]:
        return [need(1, 100)]

    @pytest.mark.parametrize("incoterm", ["DAP", ""])
    def test_each_offer_is_landed_for_itself(self, incoterm: str) -> None:
        own = beside(replace(alternate("8"), setup=cny("50")))
        delivery = Delivery(incoterm=incoterm, place="Suzhou" if incoterm else "", source="quotation")
        terms: dict[UUID, Delivery] = {supplier_id(1): delivery}
        landing = land_quotes(self.needs(), [own], terms, Assumptions(rate_source="treasury"), basis())
        (landed,) = landing.quotes
        # 50 of set-up over 100 pieces
        assert [one.unit_price for one in (*landed.lines, *landed.alternates)] == [cny("9"), cny("8.5")]
        assert [one.setup for one in landed.alternates] == [None]
        assert landing.line(own.lines[0], supplier_id(1)) == landing.lines[line_id(1), supplier_id(1)]
        assert landing.line(own.alternates[0], supplier_id(1)) == landing.other_lines[line_id(1), supplier_id(1), 1]
        known = [landing.cost(line_id(1), supplier_id(1), variant) for variant in (0, 1, 2)]
        assert [one is not None for one in known] == [bool(incoterm), bool(incoterm), False]

    def test_freight_and_discounts_stay_with_what_was_quoted(self) -> None:
        own = replace(beside(alternate("8")), freight=cny("10"))
        terms = {supplier_id(1): Delivery(incoterm="DAP", place="Suzhou", source="quotation")}
        (landed,) = land_quotes(self.needs(), [own], terms, Assumptions(rate_source="treasury"), basis()).quotes
        assert (landed.freight, landed.discounts) == (None, ())
