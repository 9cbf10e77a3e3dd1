"""Framework agreements: concluded by rank from a tender, called off below a ceiling, in cascade, with contracts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from psycopg2.errors import CheckViolation
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from b2b_market.contracts.commands import ContractSource
from b2b_market.contracts.models import Contract
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.reference.commands import AddRate, SeedDemoRates
from b2b_market.reference.service.rates import seed_demo_rates
from b2b_market.tendering.commands.frameworks import LotCeiling, StepCallOff, TerminateFramework
from b2b_market.tendering.models.frameworks import CallOff, FrameworkItem
from b2b_market.tendering.rules.calling import AnswerTooLate, CallOffAboveLimit
from b2b_market.tendering.rules.frameworks import (
    CeilingPassed,
    FrameworkNotForeseen,
    FrameworkNotRunning,
    FrameworkTermsMissing,
)
from b2b_market.tendering.service import calling, frameworks
from b2b_market.tendering.states.frameworks import CallOffStatus, FrameworkStatus, OfferStatus
from b2b_market.tendering.tasks import expire_frameworks, pass_call_offs_on
from tests.support import frameworks as agreed
from tests.support import judging
from tests.support import tenders as made
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.works import work_for


def contracts(runtime: Runtime, buyer: Actor) -> list[Contract]:
    machine = system_actor("test", buyer.org_id)
    return sorted(rows_of(runtime, machine, select(Contract)), key=lambda one: one.number)


def called(runtime: Runtime, found: agreed.Agreed) -> tuple[Decimal, Decimal]:
    """Return what is called off by amount and quantity."""
    view = agreed.read(runtime, found.hall.purchaser, found.framework_id)
    return view.framework.called, view.items[0].called


def test_an_award_concludes_a_framework_with_the_best_members(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall = found.hall
        view = agreed.read(runtime, hall.purchaser, found.framework_id)
        framework = view.framework
        assert framework.number.startswith("FA-")
        assert (framework.status, framework.ceiling, framework.called) == (
            FrameworkStatus.ACTIVE,
            Decimal(1000),
            Decimal(0),
        )
        assert [(one.supplier_id, one.rank, one.prices) for one in view.members] == [
            (hall.suppliers[0], 1, ["60"]),
            (hall.suppliers[1], 2, ["65"]),
        ]
        assert [(item.name, item.quantity, item.ceiling) for item in view.items] == [
            ("Pump 1", Decimal(10), Decimal(15))
        ]
        own = agreed.read(runtime, hall.sales[1], found.framework_id)
        assert [one.supplier_id for one in own.members] == [hall.suppliers[1]]
        with pytest.raises(NotFound):
            agreed.read(runtime, hall.sales[2], found.framework_id)
        judging.deliver(runtime)
        drafted = contracts(runtime, hall.purchaser)
        assert [(one.source, one.supplier_id, one.total) for one in drafted] == [
            (ContractSource.FRAMEWORK, hall.suppliers[0], Decimal(600)),
            (ContractSource.FRAMEWORK, hall.suppliers[1], Decimal(650)),
        ]
        assert drafted[1].agreed is not None
        assert (drafted[1].agreed["rank"], drafted[1].agreed["members"]) == (2, 2)
        assert drafted[1].agreed["ceiling"] == {"amount": "1000.00", "currency": "CNY"}


def test_a_call_off_is_offered_by_rank_and_becomes_a_contract(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall = found.hall
        placed = agreed.place(runtime, hall.purchaser, found.framework_id)
        assert (placed.status, placed.supplier_id, placed.amount) == (
            CallOffStatus.OFFERED,
            hall.suppliers[0],
            Decimal(300),
        )
        assert called(runtime, found) == (Decimal(300), Decimal(5))
        with pytest.raises(NotFound):
            agreed.accept(runtime, hall.sales[1], placed)
        agreed.decline(runtime, hall.sales[0], placed)
        judging.deliver(runtime)
        view = agreed.read_call_off(runtime, hall.purchaser, placed.id)
        assert (view.call_off.status, view.call_off.supplier_id) == (CallOffStatus.OFFERED, hall.suppliers[1])
        assert [(one.status, one.reason) for one in view.offers] == [
            (OfferStatus.DECLINED, "no capacity"),
            (OfferStatus.OPEN, ""),
        ]
        assert called(runtime, found) == (Decimal(325), Decimal(5))
        with pytest.raises(NotFound):
            agreed.read_call_off(runtime, hall.sales[0], placed.id)
        agreed.accept(runtime, hall.sales[1], view.call_off)
        judging.deliver(runtime)
        (order,) = [one for one in contracts(runtime, hall.purchaser) if one.source is ContractSource.CALL_OFF]
        assert (order.supplier_id, order.total, order.quote_number) == (hall.suppliers[1], Decimal(325), placed.number)
        agreed.cancel(runtime, hall.purchaser, placed)
        judging.deliver(runtime)
        assert called(runtime, found) == (Decimal(0), Decimal(0))
        (order,) = [one for one in contracts(runtime, hall.purchaser) if one.source is ContractSource.CALL_OFF]
        assert (order.status.value, order.void_reason) == ("voided", "not needed")


def test_a_silent_member_loses_its_turn_and_after_the_last_nothing_is_booked(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall = found.hall
        placed = agreed.place(runtime, hall.purchaser, found.framework_id)
        assert pass_call_offs_on(runtime) == 0
        made.move(runtime, timedelta(hours=48))
        with pytest.raises(AnswerTooLate):
            agreed.accept(runtime, hall.sales[0], placed)
        assert pass_call_offs_on(runtime) == 1
        second = agreed.read_call_off(runtime, hall.purchaser, placed.id).call_off
        assert second.supplier_id == hall.suppliers[1]
        made.move(runtime, timedelta(hours=48))
        assert pass_call_offs_on(runtime) == 1
        ended = agreed.read_call_off(runtime, hall.purchaser, placed.id)
        assert ended.call_off.status is CallOffStatus.UNPLACED
        assert [one.status for one in ended.offers] == [OfferStatus.LAPSED, OfferStatus.LAPSED]
        assert called(runtime, found) == (Decimal(0), Decimal(0))
        with pytest.raises(IllegalStep):
            agreed.cancel(runtime, hall.purchaser, placed)


def test_the_ceiling_is_kept_by_amount_and_quantity_and_by_the_table_itself(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime, ceilings=(LotCeiling(Decimal(700), (Decimal(11),)),))
        hall = found.hall
        for quantity, what, left in (("12", "amount", "700"), ("11.5", "1", "11")):
            with pytest.raises(CeilingPassed) as refused:
                agreed.place(runtime, hall.purchaser, found.framework_id, quantity)
            assert refused.value.facts["what"] == what
            assert Decimal(str(refused.value.facts["left"])) == Decimal(left)
        first = agreed.place(runtime, hall.purchaser, found.framework_id, "11")
        view = agreed.read(runtime, hall.purchaser, found.framework_id)
        assert (view.framework.status, view.framework.called) == (FrameworkStatus.EXHAUSTED, Decimal(660))
        with pytest.raises(CeilingPassed):
            agreed.place(runtime, hall.purchaser, found.framework_id, "0.001")
        # at the second member's price it does not fit: nobody else is asked
        agreed.decline(runtime, hall.sales[0], first)
        judging.deliver(runtime)
        assert agreed.read_call_off(runtime, hall.purchaser, first.id).call_off.status is CallOffStatus.UNPLACED
        view = agreed.read(runtime, hall.purchaser, found.framework_id)
        assert (view.framework.status, view.framework.called) == (FrameworkStatus.ACTIVE, Decimal(0))


@pytest.mark.parametrize(
    "statement", ["UPDATE framework SET called = ceiling + 0.01", "UPDATE framework SET called = -1"]
)
def test_no_row_says_that_more_was_called_off_than_agreed(runtime: Runtime, statement: str) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        with work_for(runtime, found.hall.purchaser) as work:
            for told in (statement, statement.replace("framework SET", "framework_item SET")):
                savepoint = work.session.begin_nested()
                with pytest.raises(IntegrityError) as refused:
                    work.session.execute(text(told))
                assert isinstance(refused.value.orig, CheckViolation)
                savepoint.rollback()


def test_above_the_own_limit_another_person_approves(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall = found.hall
        limited = make_person(
            runtime,
            hall.buyer_id,
            Role.BUYER_PURCHASER,
            Role.BUYER_APPROVER,
            limit=Money(Decimal(299), Currency("CNY")),
        )
        waiting = agreed.place(runtime, limited, found.framework_id)
        assert (waiting.status, waiting.supplier_id) == (CallOffStatus.PENDING_APPROVAL, None)
        assert called(runtime, found) == (Decimal(0), Decimal(0))
        judging.deliver(runtime)
        with work_for(runtime, limited) as work, pytest.raises(OwnWork):
            calling.approve_call_off(work, limited, StepCallOff(waiting.id, waiting.version))
        low = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, limit=Money(Decimal(299), Currency("CNY")))
        with work_for(runtime, low) as work, pytest.raises(CallOffAboveLimit):
            calling.approve_call_off(work, low, StepCallOff(waiting.id, waiting.version))
        with work_for(runtime, hall.approver) as work:
            approved = calling.approve_call_off(work, hall.approver, StepCallOff(waiting.id, waiting.version))
        assert (approved.status, approved.approver_id) == (CallOffStatus.OFFERED, hall.approver.user_id)
        other = agreed.place(runtime, limited, found.framework_id)
        with work_for(runtime, hall.approver) as work:
            command = StepCallOff(other.id, other.version, "wait for next month")
            returned = calling.return_call_off(work, hall.approver, command)
        assert returned.status is CallOffStatus.RETURNED
        judging.deliver(runtime)
        assert called(runtime, found) == (Decimal(300), Decimal(5))
        small = agreed.place(runtime, limited, found.framework_id, "4")
        assert small.status is CallOffStatus.OFFERED


def test_its_end_ends_what_is_open_and_keeps_what_was_accepted(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall = found.hall
        kept = agreed.accept(runtime, hall.sales[0], agreed.place(runtime, hall.purchaser, found.framework_id))
        still_open = agreed.place(runtime, hall.purchaser, found.framework_id)
        version = agreed.read(runtime, hall.approver, found.framework_id).version
        with work_for(runtime, hall.approver) as work:
            command = TerminateFramework(found.framework_id, version, "quality complaints")
            frameworks.terminate_framework(work, hall.approver, command)
        statuses = {one.id: one.status for one in agreed.read(runtime, hall.purchaser, found.framework_id).call_offs}
        assert statuses == {kept.id: CallOffStatus.ACCEPTED, still_open.id: CallOffStatus.CANCELLED}
        assert called(runtime, found) == (Decimal(300), Decimal(5))
        with pytest.raises(FrameworkNotRunning):
            agreed.place(runtime, hall.purchaser, found.framework_id)
        judging.deliver(runtime)


def test_the_clock_ends_an_agreement(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime, months=1)
        hall = found.hall
        ends_at = agreed.read(runtime, hall.purchaser, found.framework_id).framework.ends_at
        with work_for(runtime, hall.purchaser) as work:
            left = ends_at - work.now()
        made.move(runtime, left - timedelta(hours=1))
        late = agreed.place(runtime, hall.purchaser, found.framework_id)
        assert late.due_at == ends_at
        made.move(runtime, timedelta(hours=1))
        with pytest.raises(FrameworkNotRunning):
            agreed.place(runtime, hall.purchaser, found.framework_id)
        assert (pass_call_offs_on(runtime), expire_frameworks(runtime)) == (1, 1)
        view = agreed.read(runtime, hall.purchaser, found.framework_id)
        assert (view.framework.status, view.framework.called) == (FrameworkStatus.EXPIRED, Decimal(0))
        assert [one.status for one in view.call_offs] == [CallOffStatus.UNPLACED]
        judging.deliver(runtime)
        assert (pass_call_offs_on(runtime), expire_frameworks(runtime)) == (0, 0)


def test_terms_fit_the_procedure_and_the_lots(runtime: Runtime) -> None:
    hall = made.make_hall(runtime, 2)
    plain = made.draft(runtime, hall)
    with pytest.raises(FrameworkNotForeseen):
        agreed.set_terms(runtime, hall, plain)
    with pytest.raises(FrameworkTermsMissing):
        made.published(runtime, hall, agreed.command(runtime, hall))
    draft = made.draft(runtime, hall, agreed.command(runtime, hall))
    for changes, pointer in (
        ({"members": 6}, "/members"),
        ({"months": 49}, "/months"),
        ({"answer_hours": 0}, "/answer_hours"),
        ({"ceilings": ()}, "/ceilings"),
        ({"ceilings": (LotCeiling(Decimal(0)),)}, "/ceilings/0/amount"),
    ):
        with pytest.raises(Invalid) as refused:
            agreed.set_terms(runtime, hall, draft, **changes)
        assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_member_in_another_currency_counts_at_the_frozen_rate(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        relay = system_actor("test")
        with work_for(runtime, relay) as work:
            day = work.now().date()
            rate = AddRate(base=Currency("EUR"), quote=Currency("CNY"), value=Decimal("7.8"), day=day, source="test")
            seed_demo_rates(work, relay, SeedDemoRates(day, [rate]))
        found = agreed.concluded(runtime, prices=("8.123", "70"), currencies=("EUR",))
        placed = agreed.place(runtime, found.hall.purchaser, found.framework_id, "3")
        assert (placed.currency, placed.amount, placed.booked) == ("EUR", Decimal("24.37"), Decimal("190.09"))
        rows = rows_of(runtime, system_actor("test", found.hall.buyer_id), select(FrameworkItem.called))
        assert rows == [Decimal(3)]
        assert len(rows_of(runtime, system_actor("test", found.hall.buyer_id), select(CallOff))) == 1
