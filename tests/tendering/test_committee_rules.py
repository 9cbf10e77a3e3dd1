"""Who may be named for a committee, and the record by which anybody makes its draw again."""

from typing import Any
from uuid import UUID

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.rules.committee import MOST, check_record, draw_record, require_pool
from b2b_market.tendering.rules.drawing import (
    Announcement,
    Candidate,
    DrawDoesNotMatch,
    Shape,
    commitment,
    draw,
    pool_digest,
)

TENDER, A, B = UUID(int=1), UUID(int=2), UUID(int=3)
SEED, BEACON = bytes(range(32)), b"root of the close record"
POOL = [Candidate(UUID(int=10 + number), number < 4) for number in range(7)]
SHAPE = Shape(3, 2, 3)
BARRED = frozenset({POOL[0].person_id})


def record() -> dict[str, Any]:
    announced = Announcement(TENDER, commitment(TENDER, SEED), pool_digest(POOL), 3, SHAPE, BARRED)
    drawn = draw(SEED, BEACON, POOL, 3, shape=SHAPE, barred=BARRED)
    found = draw_record(announced, drawn, SEED, BEACON, POOL)
    assert isinstance(found, dict)
    return found


class TestPool:
    def test_people_who_are_known_and_named_once_pass(self) -> None:
        require_pool([A, B], 2)
        require_pool([A], MOST)

    def test_everybody_who_may_not_be_in_it_is_named_at_once(self) -> None:
        with pytest.raises(Invalid) as refused:
            require_pool([A, None, A], 3)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [
            ("/people/1/email", "unknown"),
            ("/people/2/email", "twice"),
        ]

    @pytest.mark.parametrize(("known", "listed"), [([], 0), ([A], MOST + 1)])
    def test_a_pool_has_from_one_to_two_hundred_people(self, known: list[UUID | None], listed: int) -> None:
        with pytest.raises(Invalid) as refused:
            require_pool(known, listed)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/people", "length")]


class TestRecord:
    def test_anybody_makes_the_same_draw_of_it_again(self) -> None:
        announced, drawn = check_record(record())
        assert (announced.tender_id, announced.seats, announced.barred) == (TENDER, 3, BARRED)
        assert drawn == draw(SEED, BEACON, POOL, 3, shape=SHAPE, barred=BARRED)
        assert len(drawn.members) == 3
        assert not BARRED & {*drawn.members, *drawn.reserves}

    @pytest.mark.parametrize(
        ("name", "value", "part"),
        [
            ("seed", bytes(32).hex(), "seed"),
            ("pool", [{"person": str(A), "expert": True}], "pool"),
            ("members", [str(A)], "committee"),
        ],
    )
    def test_what_was_changed_is_named(self, name: str, value: object, part: str) -> None:
        with pytest.raises(DrawDoesNotMatch) as refused:
            check_record({**record(), name: value})
        assert refused.value.facts == {"part": part}

    def test_what_is_no_record_cannot_be_read(self) -> None:
        for wrong in ({}, {**record(), "shape": {"size": 3}}, {**record(), "seed": None}):
            with pytest.raises(ValueError, match="lacks"):
                check_record(wrong)
