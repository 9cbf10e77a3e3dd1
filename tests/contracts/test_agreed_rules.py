"""What a framework agreement settles, as a contract keeps it."""

from datetime import date
from decimal import Decimal

from b2b_market.contracts.commands import Agreed
from b2b_market.contracts.rules.drafting import read_agreed, written_agreed
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money


def test_it_is_read_as_it_was_written() -> None:
    agreed = Agreed(
        ceiling=Money(Decimal("1000.50"), Currency("CNY")),
        starts_on=date(2026, 12, 1),
        ends_on=date(2027, 12, 1),
        rank=2,
        members=3,
        by_competition=False,
        answer_hours=48,
    )
    assert read_agreed(written_agreed(agreed)) == agreed
    assert read_agreed(written_agreed(None)) is None
