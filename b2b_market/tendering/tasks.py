"""What time does to tenders: each task settles what is due, one thing in one transaction, and returns how many.

Any number of workers may run them: the gate and the status under lock let each step happen once.
"""

from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import Task
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.sweeping import sweep
from b2b_market.tendering.commands.bids import OpenPart
from b2b_market.tendering.commands.complaints import ReadComplaint
from b2b_market.tendering.commands.publicity import EndPublicity
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import awarding, conducting, decrypting, publicity, reviewing, seating

PERIOD = 1.0
PART = "tendering.clock"


def advance_due(runtime: Runtime) -> int:
    """Begin and end bidding where it is due."""
    # the machine branch reaches what was received: the close record is signed over all of it
    return sweep(
        runtime,
        PART,
        conducting.due_tenders,
        lambda work, actor, due: conducting.advance_tender(work, actor, ReadTender(due[0])),
        machine=True,
    )


def open_ready(runtime: Runtime) -> int:
    """Decrypt the tenders whose officers have removed every layer."""

    def settle(work: Work, actor: Actor, due: tuple[UUID, UUID, str, str]) -> object:
        tender_id, _, part, team = due
        return decrypting.open_tender(work, actor, OpenPart(tender_id, part, tuple(team.split(","))))

    return sweep(runtime, PART, decrypting.openable_tenders, settle, machine=True, parties=lambda due: (due[1],))


def conclude_over(runtime: Runtime) -> int:
    """Let the awards bind whose stand-still is over."""
    return sweep(
        runtime,
        PART,
        awarding.over_standstills,
        lambda work, actor, due: awarding.conclude_tender(work, actor, ReadTender(due[0])),
    )


def advance_committees(runtime: Runtime) -> int:
    """Draw committees, fill their seats and open their sheets."""
    return sweep(
        runtime,
        PART,
        seating.waiting_committees,
        lambda work, actor, due: seating.advance_committee(work, actor, ReadTender(due[0])),
        machine=True,
    )


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
