"""What time does to the board."""

from b2b_market.board.commands import ListRequest
from b2b_market.board.service import listing
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor

PERIOD = 60.0
PART = "board.clock"


def index_again(runtime: Runtime) -> int:
    """Index some entries again whose vocabulary is not the present one, each in a transaction of its own."""
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        outdated = listing.outdated_entries(work, clock, None)
    for rfq_id, buyer_id in outdated:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            listing.list_request(work, actor, ListRequest(rfq_id))
    return len(outdated)


TASKS = (Task("board.index_again", index_again, PERIOD),)
