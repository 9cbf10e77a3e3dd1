"""What time does to tenders: each task settles what is due, one thing in one transaction, and returns how many.

Any number of workers may run them: the gate and the status under lock let each step happen once.
"""

from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import TICK, Task
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.sweeping import sweep
from b2b_market.tendering.commands.bids import OpenPart
from b2b_market.tendering.commands.complaints import ReadComplaint
from b2b_market.tendering.commands.frameworks import ReadCallOff, ReadFramework
from b2b_market.tendering.commands.publicity import EndPublicity
from b2b_market.tendering.commands.reveals import SettleReveals
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import (
    answering,
    concluding,
    conducting,
    decrypting,
    frameworks,
    publicity,
    revealing,
    reviewing,
    seating,
)

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


def settle_reveals(runtime: Runtime) -> int:
    """Read what was revealed where the window is over."""
    return sweep(
        runtime,
        PART,
        revealing.over_windows,
        lambda work, actor, due: revealing.settle_reveals(work, actor, SettleReveals(due[0], due[2])),
        machine=True,
        parties=lambda due: (due[1],),
    )


def conclude_over(runtime: Runtime) -> int:
    """Let the awards bind whose stand-still is over."""
    return sweep(
        runtime,
        PART,
        concluding.over_standstills,
        lambda work, actor, due: concluding.conclude_tender(work, actor, ReadTender(due[0])),
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
    """End the complaints that were not lodged or paid in time."""
    return sweep(
        runtime,
        PART,
        reviewing.lapsing_complaints,
        lambda work, actor, due: reviewing.lapse_complaint(work, actor, ReadComplaint(due[0])),
    )


def end_publicities(runtime: Runtime) -> int:
    """End the publicities whose time is over."""
    return sweep(
        runtime,
        PART,
        publicity.over_publicities,
        lambda work, actor, due: publicity.end_publicity(work, actor, EndPublicity(due[0], due[1])),
        parties=lambda due: (due[2],),
    )


def pass_call_offs_on(runtime: Runtime) -> int:
    """Let unanswered call-offs lapse, and offer declined ones to the next member."""
    return sweep(
        runtime,
        PART,
        answering.unanswered_call_offs,
        lambda work, actor, due: answering.pass_call_off_on(work, actor, ReadCallOff(due[0])),
    )


def expire_frameworks(runtime: Runtime) -> int:
    """End the framework agreements whose time is over."""
    return sweep(
        runtime,
        PART,
        frameworks.ended_frameworks,
        lambda work, actor, due: frameworks.expire_framework(work, actor, ReadFramework(due[0])),
    )


TASKS = (
    Task("tendering.advance_due", advance_due, TICK),
    Task("tendering.end_publicities", end_publicities, TICK),
    Task("tendering.lapse_complaints", lapse_complaints, TICK),
    Task("tendering.pass_call_offs_on", pass_call_offs_on, TICK),
    Task("tendering.expire_frameworks", expire_frameworks, TICK),
    Task("tendering.advance_committees", advance_committees, TICK),
    Task("tendering.conclude_over", conclude_over, TICK),
    Task("tendering.open_ready", open_ready, TICK),
    Task("tendering.settle_reveals", settle_reveals, TICK),
)
