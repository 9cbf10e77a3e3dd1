"""Parallel call-offs meet at the ceiling, and two people answer one call-off at the same moment."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.frameworks import LotCeiling
from b2b_market.tendering.models.frameworks import CallOff, Framework, FrameworkItem
from b2b_market.tendering.states.frameworks import CallOffStatus, FrameworkStatus
from tests.support import frameworks as agreed
from tests.support import tenders as made
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.together import at_once


@pytest.mark.committed
def test_exactly_what_fits_is_accepted(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        found = agreed.concluded(runtime, ceilings=(LotCeiling(Decimal(200), (Decimal(5),)),))
        hall = found.hall
        people = [make_person(runtime, hall.buyer_id, Role.BUYER_PURCHASER) for _ in range(8)]

        def place(number: int) -> str:
            try:
                return agreed.place(runtime, people[number], found.framework_id, "1").status.value
            except Refusal as refusal:
                return refusal.code

        outcomes = at_once(8, place)
        # three pieces at 60 are below 200, a fourth is not
        assert sorted(outcomes) == ["framework-ceiling-passed"] * 5 + ["offered"] * 3
        buyer = system_actor("test", hall.buyer_id)
        (framework,) = rows_of(runtime, buyer, select(Framework))
        assert (framework.called, framework.status) == (Decimal(180), FrameworkStatus.ACTIVE)
        assert rows_of(runtime, buyer, select(FrameworkItem.called)) == [Decimal(3)]
        placed = rows_of(runtime, buyer, select(CallOff).order_by(CallOff.id))
        assert sum(one.booked for one in placed) == Decimal(180)

        def answer(number: int) -> str:
            try:
                if number:
                    return agreed.cancel(runtime, people[0], placed[0]).status.value
                return agreed.accept(runtime, hall.sales[0], placed[0]).status.value
            except Refusal as refusal:
                return refusal.code

        answers = at_once(2, answer)
        assert set(answers) <= {"accepted", "cancelled", "stale-version", "illegal-step"}
        assert set(answers) & {"accepted", "cancelled"}
        (first, *_) = rows_of(runtime, buyer, select(CallOff).order_by(CallOff.id))
        (framework,) = rows_of(runtime, buyer, select(Framework))
        left = {CallOffStatus.ACCEPTED: Decimal(180), CallOffStatus.CANCELLED: Decimal(120)}
        assert framework.called == left[first.status]
