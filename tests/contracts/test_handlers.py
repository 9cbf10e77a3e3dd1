"""Handlers run as the relay runs them, twice each: the second time nothing happens."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from b2b_market.contracts.commands import DisputeForum, ListContracts, Tongue
from b2b_market.contracts.events import ContractDrafted, ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.handlers import drafting as drafted
from b2b_market.contracts.handlers import telling
from b2b_market.contracts.service import reading
from b2b_market.contracts.service.views import ContractView
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.event import Event
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.events import RfqAwarded
from tests.contracts.awards import Awarded, awarded
from tests.contracts.deals import buyer_of, edit, read, release, void
from tests.support.delivery import drain_outbox
from tests.support.works import work_for

BUYER = {"zh": "临港机械", "en": "Lingang Machinery"}
SUPPLIERS = [("Müller GmbH", "Müller GmbH"), ("杭州紧固件", "Hangzhou Fasteners")]


def announced(runtime: Runtime, kind: type[Event]) -> list[tuple[Event, tuple[UUID, ...]]]:
    """Return the events of a topic with their parties, in the order of their announcement."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        query = text("SELECT payload, org_ids FROM outbox WHERE topic = :topic ORDER BY id")
        rows = session.execute(query, {"topic": kind.topic}).all()
    return [(kind.from_payload(payload), tuple(orgs)) for payload, orgs in rows]


def deliver(runtime: Runtime, kind: type[Event], handler: Callable[[Work, Actor, Any], None], times: int = 1) -> None:
    for event, orgs in announced(runtime, kind):
        for _ in range(times):
            relay = system_actor("test", *orgs)
            with work_for(runtime, relay) as work:
                handler(work, relay, event)


def contracts(runtime: Runtime, made: Awarded) -> list[ContractView]:
    actor = buyer_of(made.buyer)
    with work_for(runtime, actor) as work:
        found = reading.list_contracts(work, actor, ListContracts()).items
    return [read(runtime, actor, row.id) for row in reversed(found)]


def told(runtime: Runtime, code: str) -> list[tuple[UUID, dict[str, Any]]]:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        query = text("SELECT org_id, facts FROM notification_mail WHERE kind = :code ORDER BY id")
        return [(org_id, facts) for org_id, facts in session.execute(query, {"code": code}).all()]


@pytest.fixture
def made(runtime: Runtime) -> Awarded:
    return awarded(runtime)


def test_an_award_becomes_a_contract_per_supplier_however_often_it_is_told(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts, times=2)
    near, far = contracts(runtime, made)
    assert {near.supplier.org_id, far.supplier.org_id} == {made.supplier, made.foreign}
    if near.supplier.org_id != made.supplier:
        near, far = far, near
    assert [(line.item_name, line.quantity, line.amount.amount) for line in near.lines] == [
        ("螺钉 M5", Decimal(100), Decimal("33.50")),
        ("板", Decimal(30), Decimal("600.00")),
    ]
    assert [(line.item_name, line.quantity, line.amount.amount) for line in far.lines] == [
        ("Rail", Decimal(7), Decimal("7.04")),
        ("板", Decimal(20), Decimal("50.00")),
    ]
    assert near.total == Money.of("633.50", "CNY")
    assert far.total == Money.of("57.04", "EUR")
    assert near.award_id == far.award_id == made.award_id
    assert near.rfq_id == made.rfq_id


def test_the_first_terms_are_what_was_asked_for_and_quoted(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts)
    by_supplier = {each.supplier.org_id: each for each in contracts(runtime, made)}
    near, far = by_supplier[made.supplier].terms, by_supplier[made.foreign].terms
    assert near.payment_terms == "月结 30 天"
    assert far.payment_terms == "net 45"
    assert (near.incoterm, near.incoterm_place) == ("DAP", "临港 3 号门")
    assert (near.governing_law, near.dispute_forum) == ("CN", DisputeForum.BUYER_COURT)
    assert near.prevailing_language is Tongue.CHINESE
    buyer = by_supplier[made.supplier].buyer
    assert (buyer.name_zh, buyer.name_en, buyer.country) == ("临港机械", "Lingang Machinery", "CN")
    assert "1 Works Road" in buyer.address


def test_the_request_learns_that_it_is_done(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts, times=2)
    with runtime.database.session() as session:
        set_tenant(session, Tenant((made.buyer,)))
        assert session.execute(text("SELECT status FROM rfq")).all() == [("closed_done",)]


def test_the_sum_of_the_contracts_is_the_award(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts)
    given: dict[UUID, Decimal] = {}
    for contract in contracts(runtime, made):
        for line in contract.lines:
            given[line.rfq_line_id] = given.get(line.rfq_line_id, Decimal(0)) + line.quantity
    with runtime.database.session() as session:
        set_tenant(session, Tenant((made.buyer,)))
        query = "SELECT line_id, sum(quantity) FROM rfq_award_line GROUP BY line_id"
        assert given == dict(tuple(row) for row in session.execute(text(query)).all())


def test_the_buyer_is_told_of_the_drafts(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts)
    deliver(runtime, ContractDrafted, telling.when_contract_drafted_tell_buyer)
    messages = told(runtime, "contract.drafted")
    assert [org for org, _ in messages] == [made.buyer, made.buyer]
    named = sorted((facts["supplier"]["zh"], facts["supplier"]["en"]) for _, facts in messages)
    assert named == SUPPLIERS


def test_the_supplier_is_told_of_release_revision_and_end(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts)
    actor = buyer_of(made.buyer)
    (far,) = [each for each in contracts(runtime, made) if each.supplier.org_id == made.foreign]
    void(runtime, actor, edit(runtime, actor, release(runtime, actor, far), notes="12 months warranty"), "too late")
    deliver(runtime, ContractReleased, telling.when_contract_released_tell_supplier)
    deliver(runtime, ContractRevised, telling.when_contract_revised_tell_supplier)
    deliver(runtime, ContractVoided, telling.when_contract_voided_tell_supplier)
    (released,) = told(runtime, "contract.released")
    assert released == (
        made.foreign,
        {
            "number": far.number,
            "buyer": BUYER,
            "title": "Spares Q4",
            "total": {"money": {"amount": "57.04", "currency": "EUR"}},
        },
    )
    assert told(runtime, "contract.revised") == [(made.foreign, {"number": far.number, "buyer": BUYER, "edition": 2})]
    assert told(runtime, "contract.voided") == [
        (made.foreign, {"number": far.number, "buyer": BUYER, "reason": "too late"})
    ]


def test_the_relay_brings_an_award_to_its_contracts_and_their_readers(runtime: Runtime, made: Awarded) -> None:
    while drain_outbox(runtime):
        pass
    assert [each.number[-6:] for each in contracts(runtime, made)] == ["000001", "000002"]
    assert {org for org, _ in told(runtime, "contract.drafted")} == {made.buyer}
    assert drain_outbox(runtime) == 0


def test_nobody_hears_of_a_draft_that_ends(runtime: Runtime, made: Awarded) -> None:
    deliver(runtime, RfqAwarded, drafted.when_rfq_awarded_draft_contracts)
    void(runtime, buyer_of(made.buyer), contracts(runtime, made)[0])
    deliver(runtime, ContractVoided, telling.when_contract_voided_tell_supplier)
    assert told(runtime, "contract.voided") == []
