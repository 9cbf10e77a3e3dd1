"""Units of work for tests that call operations directly."""

from collections.abc import Iterator
from contextlib import contextmanager

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor


@contextmanager
def work_for(runtime: Runtime, actor: Actor) -> Iterator[Work]:
    """Run a block as one transaction of ``actor``, committed at its end."""
    with runtime.work(actor.who, actor.tenant(), Cause("test", new_correlation())) as work:
        yield work
