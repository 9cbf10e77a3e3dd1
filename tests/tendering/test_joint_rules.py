"""Joint tenders in plain values."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.rules import joint
from b2b_market.tendering.states.joint import PARTICIPANT_LIFECYCLE, ParticipantStatus

CNY = Currency("CNY")
ITEMS = [[Decimal(10), Decimal(5)], [Decimal(1)]]


def quantities(*lots: Sequence[str]) -> list[list[Decimal]]:
    return [[Decimal(quantity) for quantity in lot] for lot in lots]


class TestQuantities:
    def test_any_part_of_what_is_asked_for_is_accepted(self) -> None:
        joint.require_quantities(quantities(["10", "0"], ["0"]), ITEMS)
        joint.require_quantities(ITEMS, ITEMS)

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            (quantities(["1"], ["1"]), "/quantities"),
            (quantities(["1", "1"]), "/quantities"),
            (quantities(["10.1", "0"], ["0"]), "/quantities/0/0"),
            (quantities(["1", "0"], ["-1"]), "/quantities/1/0"),
            (quantities(["0", "0"], ["0"]), "/quantities"),
        ],
    )
    def test_anything_else_is_named(self, given: list[list[Decimal]], wrong: str) -> None:
        with pytest.raises(Invalid) as refused:
            joint.require_quantities(given, ITEMS)
        assert [error.pointer for error in refused.value.errors] == [wrong]

    def test_shares_fit_into_what_is_asked_for(self) -> None:
        halves = quantities(["5", "2.5"], ["0.5"])
        joint.require_room([halves, halves], ITEMS)
        joint.require_room([], ITEMS)
        with pytest.raises(joint.SharesTooLarge) as refused:
            joint.require_room([halves, quantities(["5", "2.6"], ["0"])], ITEMS)
        assert refused.value.facts == {"lot": 1, "item": 2, "shares": "5.1", "quantity": "5"}


def test_only_other_buyers_take_part() -> None:
    first, second = UUID(int=1), UUID(int=2)
    joint.require_fit({first: "A"}, {first}, {second})
    for buyers, barred in (({second}, set[UUID]()), ({first}, {first})):
        with pytest.raises(joint.ParticipantsUnfit) as refused:
            joint.require_fit({first: "A"}, buyers, barred)
        assert refused.value.facts == {"names": "A"}


def test_the_lead_takes_what_the_others_leave() -> None:
    assert joint.divided(Decimal(10), [Decimal(3), Decimal("3.5")]) == (Decimal("3.5"), Decimal(3), Decimal("3.5"))
    assert joint.divided(Decimal(10), []) == (Decimal(10),)


@pytest.mark.parametrize(
    ("price", "parts", "left"),
    [("0.115", ("3.4", "3.3", "3.3"), "0.00"), ("1", ("0.005", "0.005"), "-0.01"), ("1", ("0.004", "0.006"), "0.00")],
)
def test_what_rounding_leaves_of_the_award(price: str, parts: tuple[str, ...], left: str) -> None:
    lines = [(Decimal(price), [Decimal(part) for part in parts])]
    assert joint.remainder(lines, CNY) == Decimal(left)


def test_a_company_may_change_its_mind() -> None:
    assert PARTICIPANT_LIFECYCLE.terminal() == frozenset()
    assert PARTICIPANT_LIFECYCLE.allowed(ParticipantStatus.DECLINED) == ("confirm",)
