"""Looking at what identity did: its trail, its events, live sessions; and making links."""

from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from b2b_market.identity.models import UserSession
from b2b_market.identity.public import LinkPurpose, issue_link
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from tests.support.people import PASSWORD
from tests.support.works import work_for

LI = "li@hengli.example"


def enter(client: TestClient, email: str = LI, password: str = PASSWORD) -> Response:
    """Sign in over the API."""
    return client.post("/api/v1/sessions", json={"email": email, "password": password})


def cookie(answer: Response) -> SimpleCookie:
    """The cookies an answer sets."""
    return SimpleCookie(answer.headers["set-cookie"])


def trail(runtime: Runtime, action: str) -> list[AuditEvent]:
    """The audit entries of an action, oldest first."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found = list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))
        session.expunge_all()
        session.rollback()
    return found


def announced(runtime: Runtime, topic: str) -> list[dict[str, Any]]:
    """The payloads announced under a topic, oldest first."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found = list(session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == topic).order_by(OutboxRow.id)))
        session.expunge_all()
        session.rollback()
    return found


def sessions_of(runtime: Runtime, user_id: UUID) -> list[UserSession]:
    """The live sessions of a person."""
    with runtime.database.session() as session:
        query = select(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        found = list(session.scalars(query))
        session.expunge_all()
        session.rollback()
    return found


def link_for(runtime: Runtime, user_id: UUID, purpose: LinkPurpose) -> str:
    """A fresh link of a person."""
    machine = system_actor("test")
    with work_for(runtime, machine) as work:
        return issue_link(work, machine, user_id, purpose)
