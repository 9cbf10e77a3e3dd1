"""Rows as the machine sees them, for what a test asserts of the database after the fact."""

from typing import Any, TypeVar

from sqlalchemy import Select, inspect

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor

T = TypeVar("T")


def rows_of(runtime: Runtime, actor: Actor, wanted: "Select[tuple[T]] | Any") -> list[Any]:
    """Return what ``wanted`` selects for the actor's companies, with the machine's view of outbox, trail and sealed.

    Whole rows come in the order of their keys, which is that of their making, unless ``wanted`` says another.
    """
    with runtime.database.session() as session:
        set_tenant(session, Tenant(actor.org_ids, machine=True))
        found = list(session.scalars(_in_order(wanted)).all())
        session.expunge_all()
        session.rollback()
    return found


def _in_order(wanted: "Select[tuple[T]] | Any") -> "Select[tuple[T]] | Any":
    """Order by key: without it rows come as they lie in the table, which changes when PostgreSQL tidies up."""
    first = wanted.column_descriptions[0] if isinstance(wanted, Select) else {}
    if not first or first["expr"] is not first["entity"] or wanted._order_by_clauses:
        return wanted
    return wanted.order_by(*inspect(first["entity"]).primary_key)
