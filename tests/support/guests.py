"""Suppliers invited by mail: inviting them, reading their mail, entering as they do."""

from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.notifications.models import NotificationMail
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.guests import InviteGuest, RequestTakeover
from b2b_market.rfq.commands.requests import ReadRfq, StepRfq
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import inviting, publishing, taking_over
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.inviting import GuestView
from tests.support.delivery import drain_outbox
from tests.support.people import actor_of
from tests.support.rfqs import Market, draft_command, make_draft, read
from tests.support.works import work_for

ADDRESS = "anna@nordguss.example"


def invite(runtime: Runtime, market: Market, content: RfqContent, email: str = ADDRESS, locale: str = "en") -> Rfq:
    """Invite a mail address to a request as it stands."""
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    command = InviteGuest(
        rfq_id=content.rfq.id,
        expected_version=version,
        email=email,
        company_name="Nordguss GmbH",
        contact_name="Anna Nord",
        locale=locale,
    )
    with work_for(runtime, market.purchaser) as work:
        return inviting.invite_guest(work, market.purchaser, command)


def published(runtime: Runtime, market: Market, email: str = ADDRESS, *, sealed: bool = False) -> RfqContent:
    """Publish a request to the market's suppliers and one guest, and let the mails be written."""
    content = make_draft(runtime, market, draft_command(market.suppliers, sealed=sealed))
    rfq = invite(runtime, market, content, email)
    with work_for(runtime, market.purchaser) as work:
        publishing.publish_rfq(work, market.purchaser, StepRfq(rfq.id, rfq.version))
    drain_outbox(runtime)
    return read(runtime, market.purchaser, content.rfq.id)


def guests(runtime: Runtime, market: Market, rfq_id: UUID) -> list[GuestView]:
    """Return the guests of a request as its buyer sees them."""
    with work_for(runtime, market.purchaser) as work:
        return list(inviting.list_guests(work, market.purchaser, ReadRfq(rfq_id)))


def mails_to(runtime: Runtime, address: str, kind: str = "") -> list[NotificationMail]:
    """Return the mails to an address, of one kind where it is named, oldest first."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        wanted = select(NotificationMail).where(NotificationMail.address == address).order_by(NotificationMail.id)
        found = [mail for mail in session.scalars(wanted) if kind in ("", mail.kind)]
        session.expunge_all()
        session.rollback()
    return found


def token_of(runtime: Runtime, address: str = ADDRESS) -> str:
    """Return the token of the latest link to enter that was mailed to an address."""
    found = [mail.secrets["token"] for mail in mails_to(runtime, address) if mail.secrets and "token" in mail.secrets]
    return found[-1]


def code_of(runtime: Runtime, address: str = ADDRESS) -> str:
    """Return the latest code that was mailed to an address."""
    found = [mail.secrets["code"] for mail in mails_to(runtime, address) if mail.secrets and "code" in mail.secrets]
    return found[-1]


def ask_code(client: TestClient, runtime: Runtime, token: str) -> str:
    """Have the code of a link sent, and return it from the mail."""
    answer = client.post("/api/v1/entry-codes", json={"token": token})
    assert answer.status_code == 202, answer.text
    drain_outbox(runtime)
    return code_of(runtime)


def redeem(client: TestClient, token: str, code: str) -> Response:
    """Enter by a link and its code."""
    return client.post("/api/v1/entries", json={"token": token, "code": code})


def entered(client: TestClient, runtime: Runtime, address: str = ADDRESS) -> Actor:
    """Enter by the latest mailed link as its reader does; return who that is. ``client`` keeps the cookie."""
    client.cookies.clear()
    token = token_of(runtime, address)
    answer = client.post("/api/v1/entry-codes", json={"token": token})
    assert answer.status_code == 202, answer.text
    drain_outbox(runtime)
    answer = redeem(client, token, code_of(runtime, address))
    assert answer.status_code == 201, answer.text
    return actor_of(runtime, str(answer.cookies[SESSION_COOKIE]))


def takeover_code(runtime: Runtime, admin: Actor, address: str = ADDRESS) -> str:
    """Let a company ask for the code of a mailbox, and return it from the mail."""
    with work_for(runtime, admin) as work:
        taking_over.request_takeover(work, admin, RequestTakeover(address))
    drain_outbox(runtime)
    return code_of(runtime, address)
