"""Acting for a company that the caller does not work for, within what an operation has allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope, system_actor


@contextmanager
def on_behalf(work: Work, org_id: UUID, part: str) -> Iterator[Scope]:
    """Reach a buyer's rows for who may not; the own fence comes back afterwards.

    ``part`` names the part of the product that acts. What was changed before and in the block is written each as who
    changed it.
    """
    work.session.flush()
    actor = system_actor(part, org_id)
    with work.reaching(actor.tenant()):
        yield Scope(actor, None)
        work.session.flush()
