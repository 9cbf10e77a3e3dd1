"""Standings at random: ranks are an order, the lowest is the lowest, and nothing is shown beyond what was said."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.rfq.rules.standing import Offered, Place, Seen, rounded, seen_by_each
from b2b_market.rfq.states import Disclosure

LINES = [UUID(int=number) for number in range(1, 4)]
START = datetime(2026, 3, 1, tzinfo=UTC)
FIGURES = st.fractions(Fraction(1, 7), 3, max_denominator=7)
OFFERS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(LINES), FIGURES, max_size=3), st.none() | FIGURES, st.integers(0, 3)),
    max_size=5,
).map(
    lambda rows: [
        Offered(
            supplier_id=UUID(int=100 + number),
            quote_id=UUID(int=200 + number),
            received_at=START + timedelta(minutes=minute),
            prices=prices,
            total=total,
        )
        for number, (prices, total, minute) in enumerate(rows)
    ]
)


def ahead(one: Offered, figure: Fraction | None) -> tuple[Fraction, datetime, UUID]:
    assert figure is not None
    return (figure, one.received_at, one.quote_id)


@given(OFFERS, st.sampled_from(Disclosure))
def test_everybody_sees_exactly_what_the_request_says(offers: list[Offered], disclosure: Disclosure) -> None:
    found = seen_by_each(disclosure, offers, 2)
    assert set(found) == (set() if disclosure is Disclosure.NOTHING else {one.supplier_id for one in offers})
    for seen in found.values():
        assert Seen.read(seen.plain()) == seen
        for place in (seen.total, *seen.lines.values()):
            assert (place.rank is None) or disclosure in (Disclosure.RANK, Disclosure.ALL)
            assert (place.lead is None) or disclosure is Disclosure.LEAD
            assert (not place.figures) or disclosure is Disclosure.ALL
    for line_id in (None, *LINES):
        figures = {
            one.supplier_id: figure
            for one in offers
            if (figure := one.total if line_id is None else one.prices.get(line_id)) is not None
        }
        for one in offers:
            if one.supplier_id in found:
                digits = 2 if line_id is None else 6
                seen = found[one.supplier_id]
                place = seen.total if line_id is None else seen.lines.get(line_id, Place())
                assert place == expected(disclosure, offers, figures, one, digits)


def expected(
    disclosure: Disclosure, offers: list[Offered], figures: dict[UUID, Fraction], one: Offered, digits: int
) -> Place:
    """Say the same the long way: count who is ahead, sort what is shown."""
    shown = tuple(sorted(rounded(figure, digits) for figure in figures.values()))
    if disclosure is Disclosure.LEAD:
        return Place(lead=shown[0] if shown else None)
    rank = None
    if one.supplier_id in figures:
        own = ahead(one, figures[one.supplier_id])
        others = [o for o in offers if o.supplier_id in figures]
        rank = 1 + sum(ahead(other, figures[other.supplier_id]) < own for other in others)
    return Place(rank=rank, figures=shown if disclosure is Disclosure.ALL else ())


@given(FIGURES, st.integers(0, 6))
def test_a_shown_figure_is_within_half_of_its_last_digit(figure: Fraction, digits: int) -> None:
    assert abs(Fraction(rounded(figure, digits)) - figure) <= Fraction(1, 2) / 10**digits
    assert rounded(Fraction(1, 2), 0) == Decimal(1)
