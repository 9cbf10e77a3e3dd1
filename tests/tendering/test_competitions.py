"""Competitions below a framework: a linked tender of its members, no price above their own, booked with the award."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.contracts.commands import ContractSource
from b2b_market.contracts.models import Contract
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.evaluation import StepAward
from b2b_market.tendering.commands.frameworks import CallOffLine, StartCompetition
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.tenders import DraftTender, EditTender
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.models.frameworks import CallOff, Competition, Framework
from b2b_market.tendering.rules.calling import CompetitionAsked
from b2b_market.tendering.rules.competing import (
    AwardStands,
    CompetitionDiffers,
    CompetitionUnlinked,
    PriceAboveFramework,
    PricesFixed,
)
from b2b_market.tendering.rules.frameworks import CeilingPassed
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import competing, drafting, procedures, revoking
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.frameworks import CallOffMode, CallOffStatus
from b2b_market.tendering.tasks import advance_due, conclude_over
from tests.support import frameworks as agreed
from tests.support import judging
from tests.support import tenders as made
from tests.support.frameworks import Agreed
from tests.support.rows import rows_of
from tests.support.works import work_for


@pytest.fixture
def found(runtime: Runtime) -> Iterator[Agreed]:
    with made.own_clock(runtime):
        yield agreed.concluded(runtime, mode=CallOffMode.COMPETITION)


def start(runtime: Runtime, found: Agreed, quantity: str = "10", framework_id: UUID | None = None) -> TenderContent:
    hall = found.hall
    line = CallOffLine(position=1, quantity=Decimal(quantity), required_on=agreed.NEEDED, delivery_place="Gate 3")
    with work_for(runtime, hall.purchaser) as work:
        command = StartCompetition(
            framework_id=framework_id or found.framework_id,
            title="Pumps for May",
            lines=(line,),
            key_ids=hall.key_ids,
            closes_at=work.now() + timedelta(days=7),
        )
        return competing.start_competition(work, hall.purchaser, command)


def edited(runtime: Runtime, found: Agreed, draft: TenderContent, **changes: Any) -> TenderContent:
    """Confirm the budget of a drafted competition, and change it."""
    hall = found.hall
    content = made.tender_command(
        hall,
        title=draft.tender.title,
        procedure=draft.tender.procedure,
        supplier_ids=tuple(draft.tender.supplier_ids),
        criteria=judging.PRICE_ALONE,
        enquiry_ends_at=None,
        closes_at=draft.tender.closes_at,
    )
    (lot,) = content.lots
    item = replace(lot.items[0], quantity=Quantity(Decimal(draft.lots[0].items[0]["quantity"]), unit("H87")))
    content = replace(content, lots=(replace(lot, items=(item,)),))
    with work_for(runtime, hall.purchaser) as work:
        command = EditTender(
            tender_id=draft.tender.id, expected_version=draft.version, content=replace(content, **changes)
        )
        return drafting.edit_tender(work, hall.purchaser, command)


def opened(
    runtime: Runtime, found: Agreed, prices: tuple[str, ...], quantity: str = "10", **changes: Any
) -> TenderContent:
    """Run a competition to its opening."""
    hall = found.hall
    draft = edited(runtime, found, start(runtime, found, quantity), **changes)
    tender = made.publish(runtime, hall, draft.tender.id)
    for place, price in enumerate(prices):
        judging.bid(runtime, hall, tender, place, {0: judging.content(price)})
    made.move(runtime, timedelta(days=7))
    advance_due(runtime)
    made.open_bids(runtime, hall, tender.tender.id)
    return made.read(runtime, hall.purchaser, tender.tender.id)


def proposed(runtime: Runtime, found: Agreed, tender: TenderContent) -> TenderAward:
    judgement = judging.begin(runtime, found.hall, tender)
    return judging.propose(runtime, found.hall.evaluator, judging.turn(judgement.lots[0]))


def called(runtime: Runtime, found: Agreed) -> Decimal:
    (framework,) = rows_of(runtime, system_actor("test", found.hall.buyer_id), select(Framework))
    return Decimal(framework.called)


def test_its_award_books_against_the_ceiling_and_drafts_a_contract(runtime: Runtime, found: Agreed) -> None:
    hall = found.hall
    with pytest.raises(CompetitionAsked):
        agreed.place(runtime, hall.purchaser, found.framework_id)
    tender = opened(runtime, found, ("59", "58"))
    assert set(tender.tender.supplier_ids) == set(hall.suppliers[:2])
    assert tender.tender.document is not None
    assert tender.tender.document["competition"]["positions"] == [1]
    award = proposed(runtime, found, tender)
    judging.approve(runtime, hall.approver, award)
    assert called(runtime, found) == Decimal(580)
    (order,) = agreed.read(runtime, hall.purchaser, found.framework_id).call_offs
    assert (order.status, order.supplier_id, order.tender_id, order.author_id) == (
        CallOffStatus.ACCEPTED,
        hall.suppliers[1],
        tender.tender.id,
        None,
    )
    with pytest.raises(AwardStands):
        agreed.cancel(runtime, hall.purchaser, order)


def test_an_award_that_is_taken_back_frees_its_amount(runtime: Runtime, found: Agreed) -> None:
    hall, values = found.hall, dict(profile("mini-competition").values)
    values["periods"] = {**values["periods"], "standstill": {"amount": 2, "unit": "calendar_days"}}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name="With a stand-still", base="mini-competition", values=values)
        own = str(procedures.compose_procedure(work, hall.purchaser, command).id)
    award = proposed(runtime, found, opened(runtime, found, ("59", "58"), procedure=own))
    approved = judging.approve(runtime, hall.approver, award)
    assert called(runtime, found) == Decimal(580)
    with work_for(runtime, hall.approver) as work:
        revoking.cancel_award(work, hall.approver, StepAward(approved.id, approved.version, "wrong quantity"))
    assert called(runtime, found) == Decimal(0)
    (order,) = rows_of(runtime, system_actor("test", hall.buyer_id), select(CallOff))
    assert order.status is CallOffStatus.CANCELLED


def test_a_binding_order_is_cancelled_with_its_contract(runtime: Runtime, found: Agreed) -> None:
    hall = found.hall
    judging.approve(runtime, hall.approver, proposed(runtime, found, opened(runtime, found, ("59",))))
    assert conclude_over(runtime) == 1
    judging.deliver(runtime)
    buyer = system_actor("test", hall.buyer_id)
    wanted = select(Contract).where(Contract.source == ContractSource.TENDER)
    (contract,) = rows_of(runtime, buyer, wanted)
    assert (contract.total, contract.supplier_id) == (Decimal(590), hall.suppliers[0])
    (order,) = rows_of(runtime, buyer, select(CallOff))
    agreed.cancel(runtime, hall.purchaser, order)
    judging.deliver(runtime)
    (contract,) = rows_of(runtime, buyer, wanted)
    assert (called(runtime, found), contract.status.value) == (Decimal(0), "voided")


def test_no_member_wins_above_its_own_price(runtime: Runtime, found: Agreed) -> None:
    tender = opened(runtime, found, ("60.01", "64"))
    with pytest.raises(PriceAboveFramework) as refused:
        proposed(runtime, found, tender)
    assert (refused.value.facts["price"], refused.value.facts["most"]) == ("60.01", "60")
    assert called(runtime, found) == Decimal(0)


def test_what_no_longer_fits_is_not_awarded(runtime: Runtime, found: Agreed) -> None:
    hall = found.hall
    first = proposed(runtime, found, opened(runtime, found, ("59",)))
    second = proposed(runtime, found, opened(runtime, found, ("60",), "8"))
    judging.approve(runtime, hall.approver, first)
    with pytest.raises(CeilingPassed):
        judging.approve(runtime, hall.approver, second)
    assert called(runtime, found) == Decimal(590)


def test_the_draft_stays_its_agreements(runtime: Runtime, found: Agreed) -> None:
    hall = found.hall
    draft = start(runtime, found)
    assert [(lot.title, lot.items[0]["name"]) for lot in draft.lots] == [("Pumps for May", "Pump 1")]
    wider: DraftTender = made.tender_command(hall)
    item = replace(wider.lots[0].items[0], quantity=Quantity(Decimal(16), unit("KGM")))
    changed = edited(
        runtime,
        found,
        draft,
        supplier_ids=hall.suppliers,
        lots=(replace(wider.lots[0], items=(item,)),),
    )
    with pytest.raises(CompetitionDiffers) as refused:
        made.publish(runtime, hall, changed.tender.id)
    assert [error.pointer for error in refused.value.errors] == [
        "/supplier_ids",
        "/lots/0/items/0",
        "/lots/0/items/0/quantity",
    ]
    with pytest.raises(CeilingPassed):
        start(runtime, found, "15.1")
    lonely = made.tender_command(hall, procedure="mini-competition", enquiry_ends_at=None)
    with pytest.raises(CompetitionUnlinked):
        made.published(runtime, hall, lonely)
    assert rows_of(runtime, system_actor("test", hall.sales[0].org_id), select(Competition)) == []


def test_fixed_prices_need_no_competition(runtime: Runtime) -> None:
    with made.own_clock(runtime):
        cascade = agreed.concluded(runtime)
        with pytest.raises(PricesFixed):
            start(runtime, cascade)
