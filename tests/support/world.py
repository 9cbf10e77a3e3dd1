"""A whole little world in a database of its own: companies, people of every role, and a thing of every kind.

Names of people: the ``buyer`` and the suppliers ``winner`` and ``rival`` deal with each other; ``stranger`` is another
company, buyer and supplier at once, whose one person holds every role there is; ``clerk`` works for the buyer and may
only read requests, ``nobody`` has no role at all; ``newcomer`` waits for approval; ``juror`` was drawn into a tender's
committee.
Prices, notes and estimates are planted as numbers and words that occur nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.calling import API, Caller, caller_for
from tests.support.clients import Here, client_of
from tests.support.people import PASSWORD
from tests.support.routes import Bodies

OWN_ROLE = "buyer.own:Reader"
OTHER_THINGS = {
    "/quotes/{quote_id}/evidence/": {"quote_id": "judged_quote_id", "file_id": "evidence_id"},
    "/rfqs/{rfq_id}/quote/evidence/": {"rfq_id": "judged_id"},
    "/delivery": {"event_id": "outbox_id"},
    "/counters": {"step": "counter_step"},
    "/rfq-amendments": {"step": "amendment_step"},
    "/tender-amendments": {"step": "amendment_step"},
    "/waiting-roles": {"grant_id": "lonely_grant_id", "organization_id": "sister_id"},
    "/notifications/mail": {"mail_id": "dead_mail_id"},
    "/sessions/current/organization": {"organization_id": "sister_id"},
    "/tenders/{tender_id}/committee": {"tender_id": "committee_tender_id", "bid_id": "committee_bid_id"},
    "/tenders/{tender_id}/technical-result": {"tender_id": "staged_tender_id"},
    "/tenders/{tender_id}/price-comparison": {"tender_id": "staged_tender_id"},
    "/tenders/{tender_id}/framework": {"tender_id": "framed_tender_id"},
    "/tenders/{tender_id}/participa": {"tender_id": "joint_tender_id"},
    "/call-offs": {"step": "call_off_step"},
    "/tender-complaints/{complaint_id}/steps/": {"step": "complaint_step"},
    "/tender-bonds/{bond_id}/steps/": {"step": "bond_step"},
    "/tender-complaints/{complaint_id}/files/": {"file_id": "complaint_file_id"},
    "/tenders/{tender_id}/application": {"tender_id": "stage_tender_id"},
    "/tenders/{tender_id}/qualification": {"tender_id": "stage_tender_id"},
    "/tenders/{tender_id}/talks": {"tender_id": "talks_tender_id"},
    "/tender-inquiries/{inquiry_id}/files/": {"inquiry_id": "correction_id"},
    "/prior-notices": {"tender_id": "planned_tender_id"},
    "/tenders/{tender_id}/prior-notice": {"tender_id": "planned_tender_id"},
    "/tender-board": {"tender_id": "public_tender_id", "tender_document_id": "public_document_id"},
}
"""By the beginning of the path (without the API's prefix): what finds another thing there than elsewhere."""


@dataclass(frozen=True)
class Planted:
    """What one party knows and another must not: values that occur nowhere else, in the seconds of no time either."""

    winner: tuple[str, ...] = ("73.1937", "7319.37", "quite-secret-note-of-winner")
    rival: tuple[str, ...] = ("89.4853", "8948.53", "quite-secret-note-of-rival")
    buyer: tuple[str, ...] = ("71.5519", "98765432", "quite-secret-comment-of-buyer")


PLANTED = Planted()


@dataclass(frozen=True)
class World:
    """The people by name, the things by the name of the path parameter that finds them, and the application.

    ``connection`` is kept open for changes that vanish, ``here`` answers the clients.
    """

    runtime: Runtime
    app: FastAPI
    people: Mapping[str, Actor]
    things: Mapping[str, str]
    rfqs: Mapping[str, RfqContent]
    api_key: str
    here: Here
    connection: Engine

    @property
    def database(self) -> str:
        """The name of its database."""
        return self.connection.url.database or ""

    def client(self) -> TestClient:
        """Return a client of the application whose changes stay; see ``undone`` for one whose changes vanish."""
        return client_of(self.app, self.here)

    def things_at(self, path: str, rfq: str = "awarded") -> Mapping[str, str]:
        """Return what a path's parameters find: things of the buyer; ``rfq`` says which request and line."""
        content = self.rfqs[rfq]
        found = {**self.things, "rfq_id": str(content.rfq.id), "line_id": str(content.lines[0].id)}
        for prefix, names in OTHER_THINGS.items():
            if path.removeprefix(API).startswith(prefix):
                found |= {name: self.things[other] for name, other in names.items()}
        return found

    @property
    def words(self) -> Mapping[str, Any]:
        """What to say in bodies, queries and forms, by field, where any word of the right kind would find nothing."""
        side, _, label = OWN_ROLE.partition(".own:")
        size, chosen = int(self.things["size"]), "a quiet river bends once more"
        password = {"current": PASSWORD, "new": chosen, "repeated": chosen}
        own_role = {"name": OWN_ROLE, "side": side, "label": label}
        found = {"organization_id": self.things["sister_id"], "rfq_id": str(self.rfqs["draft"].rfq.id)}
        return {**password, **own_role, **found, "first": size, "second": size}

    @cached_property
    def bodies(self) -> Bodies:
        """The smallest bodies and queries that the API accepts."""
        return Bodies(self.app.openapi(), self.words)

    def caller(self, client: TestClient, name: str) -> Caller:
        """Return a caller for one of the people, the service account, or ``anonymous``."""
        if name == "service":
            caller = Caller(client)
            caller.headers = {"authorization": f"Bearer {self.api_key}"}
            return caller
        return Caller(client) if name == "anonymous" else caller_for(client, self.runtime, self.people[name])
