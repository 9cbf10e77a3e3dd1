"""What time does to tenders."""

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.bids import OpenPart
from b2b_market.tendering.commands.complaints import ReadComplaint
from b2b_market.tendering.commands.publicity import EndPublicity
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import awarding, conducting, decrypting, publicity, reviewing, seating

PERIOD = 1.0
PART = "tendering.clock"


def advance_due(runtime: Runtime) -> int:
    """Begin and end bidding where it is due, each tender in a transaction of its own; return how many moved.

    Any number of workers may run it: the gate and the status under lock let each step happen once.
    """
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        due = conducting.due_tenders(work, clock, None)
    moved = 0
    for tender_id, buyer_id in due:
        actor = system_actor(PART, buyer_id)
        # the machine branch reaches what was received: the close record is signed over all of it
        with runtime.work(actor.who, Tenant((buyer_id,), machine=True), Cause("task", new_correlation())) as work:
            moved += conducting.advance_tender(work, actor, ReadTender(tender_id)) is not None
    return moved


def open_ready(runtime: Runtime) -> int:
    """Decrypt the tenders whose officers have removed every layer, each in a transaction of its own."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        ready = decrypting.openable_tenders(work, clock, None)
    opened = 0
    for tender_id, buyer_id, part, team in ready:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, Tenant((buyer_id,), machine=True), Cause("task", new_correlation())) as work:
            command = OpenPart(tender_id, part, tuple(team.split(",")))
            opened += decrypting.open_tender(work, actor, command) is not None
    return opened


def conclude_over(runtime: Runtime) -> int:
    """Let the awards bind whose stand-still is over, each tender in a transaction of its own; return how many."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        over = awarding.over_standstills(work, clock, None)
    concluded = 0
    for tender_id, buyer_id in over:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            concluded += awarding.conclude_tender(work, actor, ReadTender(tender_id)) is not None
    return concluded


def advance_committees(runtime: Runtime) -> int:
    """Draw committees, fill their seats and open their sheets, each in a transaction of its own; return how many."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        waiting = seating.waiting_committees(work, clock, None)
    moved = 0
    for tender_id, buyer_id in waiting:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, Tenant((buyer_id,), machine=True), Cause("task", new_correlation())) as work:
            moved += seating.advance_committee(work, actor, ReadTender(tender_id)) is not None
    return moved


def lapse_complaints(runtime: Runtime) -> int:
    """End the complaints that were not lodged or paid in time, each in a transaction of its own; return how many."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        late = reviewing.lapsing_complaints(work, clock, None)
    moved = 0
    for complaint_id, supplier_id in late:
        actor = system_actor(PART, supplier_id)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            moved += reviewing.lapse_complaint(work, actor, ReadComplaint(complaint_id)) is not None
    return moved


def end_publicities(runtime: Runtime) -> int:
    """End the publicities whose time is over, each in a transaction of its own; return how many."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        over = publicity.over_publicities(work, clock, None)
    moved = 0
    for publicity_id, tender_id, buyer_id in over:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            command = EndPublicity(publicity_id, tender_id)
            moved += publicity.end_publicity(work, actor, command) is not None
    return moved


TASKS = (
    Task("tendering.end_publicities", end_publicities, PERIOD),
    Task("tendering.lapse_complaints", lapse_complaints, PERIOD),
    Task("tendering.advance_committees", advance_committees, PERIOD),
    Task("tendering.conclude_over", conclude_over, PERIOD),
    Task("tendering.advance_due", advance_due, PERIOD),
    Task("tendering.open_ready", open_ready, PERIOD),
)
