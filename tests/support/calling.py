"""Calls of the API by one person: the session by header, so that many threads may share one client."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from httpx2 import Client, Response

from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.people import start_session

API = "/api/v1"


class Caller:
    """One person with a session of their own, or a stranger."""

    def __init__(self, client: Client, token: str | None = None) -> None:
        self.client = client
        self.headers = {"cookie": f"{SESSION_COOKIE}={token}"} if token else {}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request to ``/api/v1`` + path; a POST gets a fresh Idempotency-Key unless one is given."""
        sent = {**self.headers, **(headers or {})}
        if method == "POST":
            sent["idempotency-key"] = key or uuid4().hex
        if version is not None:
            sent["if-match"] = f'"v{version}"'
        return self.client.request(method, API + path, json=body, headers=sent)

    def get(self, path: str) -> Response:
        """Read."""
        return self.call("GET", path)

    def post(self, path: str, body: object = None, *, key: str | None = None, version: int | None = None) -> Response:
        """Change."""
        return self.call("POST", path, body, key=key, version=version)


def caller_for(client: Client, runtime: Runtime, person: Actor) -> Caller:
    """Return a caller with a fresh session of ``person`` for their company."""
    return Caller(client, start_session(runtime, person.user_id, person.org_ids[0] if person.org_ids else None))


def quote_body(content: RfqContent, price: str = "9.50", currency: str = "CNY", note: str = "") -> dict[str, object]:
    """Return a quotation of every line at ``price``."""
    return {
        "currency": currency,
        "valid_until": "2099-01-31",
        "note": note,
        "lines": [{"line_id": str(line.id), "unit_price": price, "lead_days": 14} for line in content.lines],
    }


def award_body(content: RfqContent, quote_id: UUID | str) -> dict[str, object]:
    """Return the award of every line to one quotation."""
    picks = [{"line_id": str(line.id), "quote_id": str(quote_id)} for line in content.lines]
    return {"picks": picks, "rest": "none", "comment": "the cheapest"}


def draft_body(suppliers: list[UUID], closes_at: str, *, sealed: bool = False) -> dict[str, object]:
    """Return a request of one line that ``suppliers`` are invited to."""
    line = {
        "item_name": "Hex bolt M8",
        "quantity": "100",
        "unit": "H87",
        "required_on": "2098-06-30",
        "delivery_place": "Shanghai",
        "target_price": "10",
    }
    return {
        "title": "Spare parts",
        "currency": "CNY",
        "closes_at": closes_at,
        "sealed": sealed,
        "lines": [line],
        "supplier_ids": [str(supplier) for supplier in suppliers],
    }
