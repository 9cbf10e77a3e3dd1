"""Whatever is called off and cancelled in whatever order, the books are the sum of what counts, never above."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.tendering.rules.frameworks import CeilingPassed, Room, is_exhausted, require_room

AMOUNTS = st.decimals(min_value=0, max_value=500, places=2)
QUANTITIES = st.decimals(min_value=Decimal("0.000001"), max_value=50, places=6)
CEILINGS = st.one_of(st.none(), st.decimals(min_value=1, max_value=100, places=6))
STEPS = st.lists(st.tuples(AMOUNTS, st.dictionaries(st.integers(1, 3), QUANTITIES, min_size=1), st.booleans()))


@given(st.decimals(min_value=1, max_value=1000, places=2), st.tuples(CEILINGS, CEILINGS, CEILINGS), STEPS)
def test_the_books_are_what_counts(
    ceiling: Decimal,
    ceilings: tuple[Decimal | None, Decimal | None, Decimal | None],
    steps: list[tuple[Decimal, dict[int, Decimal], bool]],
) -> None:
    room = Room(ceiling, Decimal(0))
    rooms = {position: Room(most, Decimal(0)) for position, most in enumerate(ceilings, start=1)}
    counting: list[tuple[Decimal, dict[int, Decimal]]] = []
    for amount, asked, cancels in steps:
        if cancels and counting:
            freed, items = counting.pop(0)
            room = Room(ceiling, room.booked - freed)
            rooms |= {n: Room(rooms[n].ceiling, rooms[n].booked - quantity) for n, quantity in items.items()}
        try:
            require_room(amount, room, asked, rooms)
        except CeilingPassed:
            over = sum((one for one, _ in counting), amount) > ceiling
            assert over or any(
                most is not None and sum((items.get(n, 0) for _, items in counting), quantity) > most
                for n, quantity in asked.items()
                for most in [ceilings[n - 1]]
            )
            continue
        counting.append((amount, asked))
        room = Room(ceiling, room.booked + amount)
        rooms |= {n: Room(rooms[n].ceiling, rooms[n].booked + quantity) for n, quantity in asked.items()}
        assert room.booked == sum(one for one, _ in counting) <= ceiling
        assert all(one.left is None or one.left >= 0 for one in rooms.values())
        assert is_exhausted(room, list(rooms.values())) == (
            room.booked == ceiling or all(one.left == 0 for one in rooms.values())
        )
