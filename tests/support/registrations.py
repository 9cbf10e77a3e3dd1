"""A registration and an invitation as the API takes them, and looking at what they did."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime

USCC = "91210200MA0Y7K3H28"
PROFILE: dict[str, Any] = {
    "legal_name_zh": "恒力重工集团有限公司",
    "legal_name_en": "Hengli Heavy Industry",
    "country": "CN",
    "street": "1 Works Road",
    "city": "Dalian",
    "identifiers": [{"scheme": "uscc", "value": USCC}],
}
REGISTRATION: dict[str, Any] = {
    "profile": PROFILE,
    "base_currency": "CNY",
    "timezone": "Asia/Shanghai",
    "buyer": True,
    "supplier": False,
    "founder": {"email": "wang@hengli.example", "name": "Wang Min", "locale": "zh-CN"},
}
SETTINGS: dict[str, Any] = {
    "minimum_quoting_hours": 48,
    "minimum_extension_hours": 12,
    "base_currency": "EUR",
    "timezone": "Europe/Berlin",
    "default_delivery_place": "Gate 3",
    "default_unit": "KGM",
}


def invite(client: TestClient, email: str, *roles: str, **more: object) -> Any:
    """Invite a person with roles over the API."""
    orders = [{"role": role, **more} for role in roles]
    body = {"email": email, "name": "Li Wei", "locale": "zh-CN", "roles": orders}
    return client.post("/api/v1/members", json=body)


def count(runtime: Runtime, table: str) -> int:
    """How many rows a table has."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - a name below
        session.rollback()
    return found


def pointers(answer: Any) -> list[str]:
    """The fields an answer names as wrong."""
    return [error["pointer"] for error in answer.json()["errors"]]


def actions(runtime: Runtime, object_id: UUID | str) -> list[str]:
    """What was audited of a thing, oldest first."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        query = select(AuditEvent.action).where(AuditEvent.object_id == UUID(str(object_id))).order_by(AuditEvent.id)
        found = list(session.scalars(query))
        session.rollback()
    return found
