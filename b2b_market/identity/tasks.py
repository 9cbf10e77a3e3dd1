"""Background work of identity."""

from b2b_market.identity.commands import PruneAccess
from b2b_market.identity.service.keys import prune_access
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor


def prune(runtime: Runtime) -> int:
    """Delete sessions and links that ended long ago; return how many."""
    actor = system_actor("schedule")
    with runtime.work(actor.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        return prune_access(work, actor, PruneAccess())


PRUNE = Task("identity.prune", prune, every=6 * 3600)
