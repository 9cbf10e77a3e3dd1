"""Routes that take a file: it is read before a transaction begins."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.edge import Edge, check_origin


@contextmanager
def opened(request: Request) -> Iterator[tuple[Work, Actor]]:
    """Open the transaction only after a file was read: an upload must not hold the deadline gate."""
    edge: Edge = request.app.state.edge
    with edge.open(request, "api") as (work, actor):
        check_origin(request)
        yield work, actor
