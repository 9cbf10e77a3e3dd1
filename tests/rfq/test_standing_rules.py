"""What a supplier may see of its rivals' quotations, by what the request shows, and how suppliers rank."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.rfq.rules.standing import NO_PLACE, Offered, Place, Seen, rounded, seen_by_each
from b2b_market.rfq.states import Disclosure

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
BOLTS, NUTS = UUID(int=11), UUID(int=12)
SHOWING = sorted(set(Disclosure) - {Disclosure.NOTHING})


def offer(
    supplier_id: UUID,
    prices: dict[UUID, str],
    total: str | None = None,
    received_at: datetime = NOON,
    quote_id: UUID | None = None,
) -> Offered:
    return Offered(
        supplier_id=supplier_id,
        quote_id=quote_id or UUID(int=100 + supplier_id.int),
        received_at=received_at,
        prices={line_id: Fraction(price) for line_id, price in prices.items()},
        total=None if total is None else Fraction(total),
    )


THREE = (
    offer(A, {BOLTS: "10", NUTS: "20"}, "3000"),
    offer(B, {BOLTS: "11", NUTS: "18"}, "2900"),
    offer(C, {BOLTS: "9"}),
)


def ranks(disclosure: Disclosure, *offers: Offered) -> dict[UUID, tuple[int | None, dict[UUID, int | None]]]:
    found = seen_by_each(disclosure, offers, 2)
    return {
        supplier_id: (seen.total.rank, {line_id: place.rank for line_id, place in seen.lines.items()})
        for supplier_id, seen in found.items()
    }


class TestWhatIsShown:
    def test_nothing_is_nothing_for_anybody(self) -> None:
        assert seen_by_each(Disclosure.NOTHING, THREE, 2) == {}

    @pytest.mark.parametrize("disclosure", SHOWING)
    def test_who_has_not_quoted_is_told_nothing(self, disclosure: Disclosure) -> None:
        assert seen_by_each(disclosure, [], 2) == {}
        assert set(seen_by_each(disclosure, THREE, 2)) == {A, B, C}

    def test_a_rank_is_ones_own_and_comes_without_figures(self) -> None:
        assert seen_by_each(Disclosure.RANK, THREE, 2) == {
            A: Seen(Place(rank=2), {BOLTS: Place(rank=2), NUTS: Place(rank=2)}),
            B: Seen(Place(rank=1), {BOLTS: Place(rank=3), NUTS: Place(rank=1)}),
            C: Seen(NO_PLACE, {BOLTS: Place(rank=1)}),
        }

    def test_the_lead_is_one_figure_for_all_and_comes_without_a_rank(self) -> None:
        lead = Seen(Place(lead=Decimal(2900)), {BOLTS: Place(lead=Decimal(9)), NUTS: Place(lead=Decimal(18))})
        assert seen_by_each(Disclosure.LEAD, THREE, 2) == {A: lead, B: lead, C: lead}

    def test_all_figures_rise_and_come_with_ones_own_rank(self) -> None:
        totals = (Decimal(2900), Decimal(3000))
        bolts, nuts = (Decimal(9), Decimal(10), Decimal(11)), (Decimal(18), Decimal(20))
        assert seen_by_each(Disclosure.ALL, THREE, 2) == {
            A: Seen(
                Place(rank=2, figures=totals), {BOLTS: Place(rank=2, figures=bolts), NUTS: Place(rank=2, figures=nuts)}
            ),
            B: Seen(
                Place(rank=1, figures=totals), {BOLTS: Place(rank=3, figures=bolts), NUTS: Place(rank=1, figures=nuts)}
            ),
            C: Seen(Place(figures=totals), {BOLTS: Place(rank=1, figures=bolts), NUTS: Place(figures=nuts)}),
        }

    @pytest.mark.parametrize("disclosure", SHOWING)
    def test_where_nobody_quotes_in_full_there_is_no_total(self, disclosure: Disclosure) -> None:
        (seen,) = seen_by_each(disclosure, [offer(C, {BOLTS: "9"})], 2).values()
        assert seen.total == NO_PLACE
        assert list(seen.lines) == [BOLTS]

    def test_totals_are_shown_to_the_currency_and_prices_to_six_digits(self) -> None:
        (seen,) = seen_by_each(Disclosure.LEAD, [offer(A, {BOLTS: "1/3"}, "200/3")], 2).values()
        assert (seen.total.lead, seen.lines[BOLTS].lead) == (Decimal("66.67"), Decimal("0.333333"))
        (seen,) = seen_by_each(Disclosure.ALL, [offer(A, {BOLTS: "1/3"}, "200/3")], 0).values()
        assert (seen.total.figures, seen.lines[BOLTS].figures) == ((Decimal(67),), (Decimal("0.333333"),))


class TestWhoIsAhead:
    def test_the_lower_figure_is_even_where_both_are_shown_alike(self) -> None:
        close = (offer(A, {BOLTS: "1/3"}, "100.0049"), offer(B, {BOLTS: "0.333333"}, "100.0048"))
        assert ranks(Disclosure.ALL, *close) == {A: (2, {BOLTS: 2}), B: (1, {BOLTS: 1})}
        (first, second) = seen_by_each(Disclosure.ALL, close, 2).values()
        assert first.total.figures == second.total.figures == (Decimal("100.00"), Decimal("100.00"))

    def test_of_equal_ones_the_earlier_is(self) -> None:
        later = offer(A, {BOLTS: "5"}, "50", NOON + timedelta(microseconds=1))
        assert ranks(Disclosure.RANK, later, offer(B, {BOLTS: "5"}, "50")) == {
            A: (2, {BOLTS: 2}),
            B: (1, {BOLTS: 1}),
        }

    def test_of_two_at_one_moment_the_order_is_the_same_however_they_are_read(self) -> None:
        one = offer(A, {BOLTS: "5"}, "50", quote_id=UUID(int=8))
        other = offer(B, {BOLTS: "5"}, "50", quote_id=UUID(int=7))
        expected = {A: (2, {BOLTS: 2}), B: (1, {BOLTS: 1})}
        assert ranks(Disclosure.RANK, one, other) == ranks(Disclosure.RANK, other, one) == expected


class TestRounding:
    @pytest.mark.parametrize(
        ("exact", "digits", "shown"),
        [
            ("0.005", 2, "0.01"),
            ("0.0049999", 2, "0.00"),
            ("0.015", 2, "0.02"),
            ("2.5", 0, "3"),
            ("2.4999", 0, "2"),
            ("0.0000005", 6, "0.000001"),
            ("2/3", 4, "0.6667"),
        ],
    )
    def test_half_goes_up(self, exact: str, digits: int, shown: str) -> None:
        assert str(rounded(Fraction(exact), digits)) == shown


class TestStoring:
    @pytest.mark.parametrize(
        ("place", "stored"),
        [
            (NO_PLACE, {}),
            (Place(rank=3), {"rank": 3}),
            (Place(lead=Decimal("0.000001")), {"lead": "0.000001"}),
            (Place(lead=Decimal(0)), {"lead": "0"}),
            (Place(lead=Decimal("1E+2")), {"lead": "100"}),
            (
                Place(rank=1, figures=(Decimal("9.50"), Decimal("1E+2"))),
                {"rank": 1, "figures": ["9.50", "100"]},
            ),
        ],
    )
    def test_a_place_says_what_it_says_and_nothing_else(self, place: Place, stored: dict[str, object]) -> None:
        assert place.plain() == stored
        assert Place.read(stored) == place

    def test_what_a_supplier_sees_is_kept_by_line(self) -> None:
        seen = Seen(Place(rank=2), {NUTS: Place(rank=1), BOLTS: Place(rank=4)})
        stored = {"total": {"rank": 2}, "lines": {str(BOLTS): {"rank": 4}, str(NUTS): {"rank": 1}}}
        assert json.dumps(seen.plain()) == json.dumps(stored)  # lines in the order of their ids, however they came
        assert Seen.read(stored) == seen
        assert Seen.read({"total": {}, "lines": {}}) == Seen()
