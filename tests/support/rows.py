"""Rows as the machine sees them, for what a test asserts of the database after the fact."""

from typing import Any, TypeVar

from sqlalchemy import Select

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor

T = TypeVar("T")


def rows_of(runtime: Runtime, actor: Actor, wanted: "Select[tuple[T]] | Any") -> list[Any]:
    """Return what ``wanted`` selects for the actor's companies, with the machine's view of outbox, trail and sealed."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(actor.org_ids, machine=True))
        found = list(session.scalars(wanted).all())
        session.expunge_all()
        session.rollback()
    return found
