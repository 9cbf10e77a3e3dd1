"""What comes next is said in every status in which somebody has to do something."""

from types import SimpleNamespace

import pytest

from b2b_market.tendering.pages.next_steps import next_step
from b2b_market.tendering.rules.procedures import profile, read_procedure
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, TenderStatus

PLAIN = read_procedure(profile("private-open").values)
NEGOTIATED = read_procedure(profile("private-negotiated").values)
ENDED = TENDER_LIFECYCLE.terminal()


@pytest.mark.parametrize("status", list(TenderStatus))
def test_the_buyer_is_told_wherever_it_has_to_act(status: TenderStatus) -> None:
    said = next_step(SimpleNamespace(status=status), PLAIN, buys=True, takes_part=False)
    assert bool(said) == (status not in (ENDED - {TenderStatus.CONTINUED}) and status is not TenderStatus.TENDERING)


def test_a_negotiated_tender_is_not_evaluated_first() -> None:
    opened = SimpleNamespace(status=TenderStatus.OPENED)
    assert "negotiation" in next_step(opened, NEGOTIATED, buys=True, takes_part=False)
    assert "evaluation" in next_step(opened, PLAIN, buys=True, takes_part=False)


def test_who_takes_part_is_told_more_than_who_does_not() -> None:
    for status in (TenderStatus.DIALOGUE, TenderStatus.NEGOTIATING, TenderStatus.CONTINUED, TenderStatus.TENDERING):
        tender = SimpleNamespace(status=status)
        assert next_step(tender, PLAIN, buys=False, takes_part=True)
        assert next_step(tender, PLAIN, buys=False, takes_part=False) == ""
    for status in (TenderStatus.APPLICATIONS, TenderStatus.CLOSED):
        tender = SimpleNamespace(status=status)
        assert next_step(tender, PLAIN, buys=False, takes_part=False)
