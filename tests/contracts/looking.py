"""Looking at rows past the operations: as a tenant, or as the machine."""

from uuid import UUID

from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime


def seen(runtime: Runtime, query: str, *orgs: UUID, machine: bool = True, **facts: object) -> list[tuple[object, ...]]:
    """Return rows as the tenant of ``orgs`` (or the machine) sees them."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(orgs, machine=machine))
        return [tuple(row) for row in session.execute(text(query), facts).all()]


def topics(runtime: Runtime, contract_id: UUID) -> list[str]:
    query = "SELECT topic FROM outbox WHERE aggregate_id = :id ORDER BY aggregate_version, id"
    return [str(topic) for (topic,) in seen(runtime, query, id=contract_id)]


def actions(runtime: Runtime, contract_id: UUID) -> list[str]:
    query = "SELECT action FROM audit_event WHERE object_id = :id ORDER BY id"
    return [str(action) for (action,) in seen(runtime, query, id=contract_id)]
