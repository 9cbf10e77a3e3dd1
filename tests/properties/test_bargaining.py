"""Bargaining at random: what is between the sides only gets narrower, and nobody pays more than was quoted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands.rounds import CounterLineInput
from b2b_market.rfq.rules.bargaining import Position, require_move
from b2b_market.rfq.states import Side

LINES = [UUID(int=number) for number in range(1, 4)]
PRICES = st.integers(0, 12).map(lambda n: Decimal(n) / 2)
NAMED = st.dictionaries(st.sampled_from(LINES), PRICES, max_size=3)
QUOTED = st.fixed_dictionaries(dict.fromkeys(LINES, st.integers(1, 12).map(lambda n: Decimal(n) / 2)))


def stands(side: Side, named: Mapping[UUID, Decimal], at: Position) -> bool:
    try:
        require_move([CounterLineInput(line_id, price) for line_id, price in named.items()], at)
    except Refusal:
        return False
    return side is Side.BUYER or bool(at.asked)


def after(side: Side, named: Mapping[UUID, Decimal], at: Position) -> Position:
    return Position(at.quoted, named, at.given) if side is Side.BUYER else Position(at.quoted, at.asked, named)


def between(at: Position) -> Decimal:
    """Return what lies between the two sides over all lines."""
    return sum((at.ceiling(line_id) - at.floor(line_id) for line_id in at.quoted), Decimal(0))


@given(QUOTED, st.lists(NAMED, max_size=8))
def test_every_counter_offer_narrows_what_is_between_the_sides(
    quoted: dict[UUID, Decimal], offers: Sequence[dict[UUID, Decimal]]
) -> None:
    at, side = Position(quoted), Side.BUYER
    for named in offers:
        if not stands(side, named, at):
            continue
        then = after(side, named, at)
        assert between(then) < between(at)
        for line_id, price in named.items():
            assert at.floor(line_id) <= price <= at.ceiling(line_id) <= quoted[line_id]
        for line_id in quoted:
            assert at.floor(line_id) <= then.floor(line_id) <= then.ceiling(line_id)
        assert any(price < quoted[line_id] for line_id, price in named.items()), "an agreement would be no gain"
        at, side = then, Side.SUPPLIER if side is Side.BUYER else Side.BUYER


@given(QUOTED, NAMED)
def test_the_buyer_begins_with_anything_below_the_quotation_and_nothing_else(
    quoted: dict[UUID, Decimal], named: dict[UUID, Decimal]
) -> None:
    lawful = bool(named) and all(0 < price <= quoted[line_id] for line_id, price in named.items())
    gains = any(price < quoted[line_id] for line_id, price in named.items())
    assert stands(Side.BUYER, named, Position(quoted)) is (lawful and gains)
