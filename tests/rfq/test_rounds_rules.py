"""What a quotation of a further round is held to, field by field, and that what is better or equal passes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from b2b_market.rfq.rules.rounds import Held, HeldLine, QuoteGotWorse, require_no_worse

LINE, OTHER = UUID(int=1), UUID(int=2)
BOTH = frozenset({LINE, OTHER})
FIRST = HeldLine(
    unit_price=Decimal(10),
    quantity=Decimal(100),
    lead_days=14,
    min_quantity=Decimal(20),
    multiple_quantity=Decimal(10),
    setup_cost=Decimal(50),
    capacity=Decimal(500),
    tiers=((Decimal(50), Decimal(10)), (Decimal(400), Decimal(9))),
)
BEFORE = Held(
    currency="EUR",
    valid_until=date(2027, 1, 31),
    lines={LINE: FIRST, OTHER: HeldLine(unit_price=Decimal(4), quantity=Decimal(8))},
    freight=Decimal(120),
    capacity=Decimal(900),
    delivery=("FCA", "Ningbo"),
    instalments=(("30", "order", 0), ("70", "delivery", 60)),
    early_pay=(Decimal(2), 10),
    discounts={BOTH: Decimal(3)},
)


def worse(after: Held) -> set[tuple[str, str]]:
    with pytest.raises(QuoteGotWorse) as refused:
        require_no_worse(BEFORE, after)
    return {(error.pointer, error.code) for error in refused.value.errors}


def line(**changes: Any) -> Held:
    return replace(BEFORE, lines={**BEFORE.lines, LINE: replace(FIRST, **changes)})


def test_the_same_and_the_better_pass() -> None:
    require_no_worse(BEFORE, BEFORE)
    cheaper = line(
        unit_price=Decimal(9),
        lead_days=7,
        min_quantity=None,
        multiple_quantity=Decimal(5),
        setup_cost=None,
        capacity=None,
        tiers=((Decimal(50), Decimal(9)), (Decimal(400), Decimal(8))),
    )
    require_no_worse(
        BEFORE, replace(cheaper, freight=None, capacity=None, early_pay=(Decimal(3), 12), discounts={BOTH: Decimal(4)})
    )


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"currency": "CNY"}, "/currency", "changed"),
        ({"delivery": ("EXW", "Ningbo")}, "/terms/incoterm", "changed"),
        ({"instalments": ()}, "/terms/instalments", "changed"),
        ({"valid_until": date(2027, 1, 30)}, "/valid_until", "worse"),
        ({"lines": {LINE: FIRST}}, "/lines", "missing"),
        ({"freight": Decimal(121)}, "/terms/freight", "worse"),
        ({"capacity": Decimal(899)}, "/terms/capacity", "worse"),
        ({"early_pay": None}, "/terms/early_pay_percent", "worse"),
        ({"early_pay": (Decimal(2), 9)}, "/terms/early_pay_percent", "worse"),
        ({"discounts": {}}, "/terms/bundles", "worse"),
        ({"together": frozenset({BOTH})}, "/terms/bundles", "worse"),
    ],
)
def test_a_worse_head_is_refused_at_its_field(changes: dict[str, Any], pointer: str, code: str) -> None:
    assert worse(replace(BEFORE, **changes)) == {(pointer, code)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_price": Decimal("10.01")}, "unit_price"),
        ({"tiers": ((Decimal(50), Decimal(10)), (Decimal(400), Decimal("9.5")))}, "unit_price"),
        ({"quantity": Decimal(99)}, "quantity"),
        ({"lead_days": 15}, "lead_days"),
        ({"lead_days": None}, "lead_days"),
        ({"min_quantity": Decimal(21)}, "min_quantity"),
        ({"multiple_quantity": Decimal(3)}, "terms/multiple_quantity"),
        ({"setup_cost": Decimal(51)}, "terms/setup_cost"),
        ({"capacity": Decimal(499)}, "terms/capacity"),
    ],
)
def test_a_worse_line_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert worse(line(**changes)) == {(f"/lines/0/{field}", "worse")}


def test_below_the_first_tier_there_is_no_price_to_hold_to() -> None:
    assert FIRST.price_at(Decimal(49)) is None
    require_no_worse(BEFORE, line(tiers=((Decimal(10), Decimal(10)), (Decimal(400), Decimal(9)))))


def test_a_multiple_that_was_not_there_is_worse() -> None:
    plain = replace(BEFORE, lines={OTHER: BEFORE.lines[OTHER]})
    tied = replace(BEFORE.lines[OTHER], multiple_quantity=Decimal(2))
    with pytest.raises(QuoteGotWorse):
        require_no_worse(plain, replace(plain, lines={OTHER: tied}))
