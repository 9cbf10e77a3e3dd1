"""Complaints that an objection comes before: refused without one, and in time after its answer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.service import complaining, reviewing
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintStatus
from tests.support import complaints
from tests.support import tenders as made
from tests.support.tenders import Hall

FREE = {f"fee_{when}_{what}": 0 for when in ("before", "after") for what in ("per_mille", "least", "most")}
DAY = {"amount": 1, "unit": "calendar_days"}


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        complaints.make_body(runtime)
        yield made.make_hall(runtime)


def test_a_complaint_follows_an_objection_about_the_same(runtime: Runtime, hall: Hall) -> None:
    terms = {"objections": "first", "answer": DAY, "decided": {**DAY, "amount": 30}, "escalation": {**DAY, "amount": 2}}
    code = complaints.procedure(runtime, hall.purchaser, **terms, **FREE)
    tender_id = made.published(runtime, hall, made.tender_command(hall, procedure=code)).tender.id
    first, second = hall.sales
    with pytest.raises(rules.ObjectionFirst):
        complaints.draft(runtime, first, tender_id)
    objection = complaints.lodge(runtime, first, tender_id, kind=ComplaintKind.OBJECTION)
    assert objection.due_at is not None
    for person in (first, second):
        with pytest.raises(rules.ObjectionFirst):
            complaints.draft(runtime, person, tender_id)
    complaints.step(runtime, hall.approver, reviewing.reject_objection, objection, "The flange is a standard one")
    drafted = complaints.draft(runtime, first, tender_id)
    assert drafted.window_ends_at == objection.due_at + timedelta(days=2)
    lodged = complaints.step(runtime, first, complaining.lodge_complaint, drafted)
    assert lodged.status is ComplaintStatus.PENDING
    assert lodged.pending_at is not None
    assert lodged.due_at == lodged.pending_at + timedelta(days=30)
    late = complaints.draft(runtime, first, tender_id)
    made.move(runtime, timedelta(days=4))
    with pytest.raises(rules.ComplaintTooLate):
        complaints.step(runtime, first, complaining.lodge_complaint, late)
