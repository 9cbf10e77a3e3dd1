"""The same tender with bids and without: before the opening nobody but the bidders is told anything else, byte by byte.

Both twins are the same rows in the same transaction: what the first one leaves is undone before the second is made. So
nothing is masked but what a request makes anew each time: ids and cursors younger than the twins, and traces.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.tendering.service import bonding
from b2b_market.tendering.service.drafting import TenderContent
from tests.support import bonds, complaints, judging
from tests.support import tenders as made
from tests.support.calling import API, Caller, caller_for
from tests.support.database import RollbackDatabase
from tests.support.people import make_company, make_person
from tests.support.routes import Route, routes_of
from tests.support.tenders import Hall

ABOUT: Final = (
    "audit",
    "notifications",
    "delivery",
    "tender",
    "bids",
    "board",
    "ocds",
    "officer",
    "framework",
    "companies",
    "organization",
)
"""Words of the paths that could tell of a tender: its own, and the lists, trails and counts of everything."""
TRAILS: Final = ("/audit", "/delivery")
"""Read first: a refused request leaves an entry, and the second twin is not asked again what is refused unread."""
SNAPSHOTS: Final = ("/export", "/witness")
"""They open transactions of their own; `tests/tendering/test_veiled_bids.py` looks into them."""
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
ANEW: Final = re.compile(
    r"""(cursor=|"next_cursor":"|name="idempotency_key" value="|"trace_id":"|'x-trace-id', ')[\w%.=-]+"""
)
"""What each answer has anew: cursors, which hold ids, keys of forms, and the request's own trace."""
SIGNED: Final = re.compile(r'("closed_at": ?")[^"]+|()[0-9a-f]{64,}')
"""Hashes and signatures, and the moment read under the gate: of two close records none is like the other."""

Told = dict[tuple[str, str], tuple[int, str]]


@dataclass
class Twins:
    """A tender that receives bids, who reads what of it, and the point to which everything comes back."""

    runtime: Runtime
    client: TestClient
    hall: Hall
    content: TenderContent
    callers: Mapping[str, Caller]
    routes: list[Route]
    things: Mapping[str, str]
    since: int
    """When the twins begin, in milliseconds."""
    signed: bool = False
    """Whether hashes and signatures are masked too."""

    def read(self, skip: Told) -> Told:
        """Return what everybody is told, but for what ``skip`` says is refused before anything is read."""
        trails = [route for route in self.routes if any(part in route.path for part in TRAILS)]
        others = [route for route in self.routes if route not in trails]
        found: Told = {}
        for routes, always in ((trails, True), (others, False)):
            for name, caller in self.callers.items():
                for route in routes:
                    before = skip.get((name, route.label))
                    if always or before is None or before[0] not in (401, 403):
                        found[name, route.label] = self._ask(caller, route)
        return found

    def _ask(self, caller: Caller, route: Route) -> tuple[int, str]:
        plain = {"accept": "*/*", "accept-encoding": "identity"}  # packed, even equal texts have other lengths
        answer = self.client.get(route.at(self.things), headers={**caller.headers, **plain})
        binary = "pdf" in answer.headers.get("content-type", "")
        body = f"{len(answer.content)} bytes" if binary else answer.text
        return answer.status_code, self._masked(body + repr(sorted(answer.headers.items())))

    def _masked(self, said: str) -> str:
        said = UUID_TEXT.sub(lambda found: found[0] if self._known(found[0]) else "<new>", said)
        said = ANEW.sub(r"\1…", said)
        return SIGNED.sub(r"\1…", said) if self.signed else said

    def _known(self, text: str) -> bool:
        return int(text.replace("-", "")[:12], 16) < self.since

    def twin(self, act: Callable[["Twins"], None], skip: Told) -> Told:
        """Let ``act`` happen, deliver what it announced, read everything, and undo all of it."""
        database = self.runtime.database
        assert isinstance(database, RollbackDatabase)
        point, shift = database.savepoint(), self.runtime.shift
        try:
            act(self)
            waiting = {(name, "waiting"): self._waiting(caller) for name, caller in self.callers.items()}
            judging.deliver(self.runtime)
            return waiting | self.read(skip)
        finally:
            point.rollback()
            self.runtime.shift = shift
            self.runtime.redis.flushdb()

    def _waiting(self, caller: Caller) -> tuple[int, str]:
        """Return what is told of events while nothing is delivered."""
        answers = [caller.get(f"/delivery/{what}") for what in ("events", "summary")]
        return answers[0].status_code, self._masked("".join(answer.text for answer in answers))


@pytest.fixture
def twins(runtime: Runtime, client: TestClient, shared_app: FastAPI) -> Iterator[Twins]:
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, suppliers=4)
        reviewer, operator = complaints.make_body(runtime)
        content = made.tendering(runtime, hall, bonds.command(hall))
        judging.deliver(runtime)
        people = {
            "auditor": make_person(runtime, operator.org_id, Role.PLATFORM_AUDITOR),
            "operator": operator,
            "reviewer": reviewer,
            "purchaser": hall.purchaser,
            "approver": hall.approver,
            "evaluator": hall.evaluator,
            "admin and officer": hall.officers[0],
            "officer of another company": hall.officers[2],
            "invited supplier": hall.sales[3],
            "its administrator": make_person(runtime, hall.suppliers[3], Role.SUPPLIER_ADMIN),
            "uninvited supplier": make_person(
                runtime, make_company(runtime, "Far Away", ("supplier",)), Role.SUPPLIER_SALES, Role.SUPPLIER_ADMIN
            ),
        }
        callers = {name: caller_for(client, runtime, person) for name, person in people.items()}
        callers |= {"stranger": Caller(client), "service account": service_of(runtime, client, hall)}
        things = {"tender_id": str(content.tender.id), "lot_id": str(content.lots[0].id)}
        routes = [
            route
            for route in routes_of(shared_app)
            if route.method == "GET"
            and set(route.params) <= things.keys()
            and any(word in route.path for word in ABOUT)
            and not route.path.endswith(SNAPSHOTS)
        ]
        since = int(datetime.now(UTC).timestamp() * 1000)
        yield Twins(runtime, client, hall, content, callers, routes, things, since)


def service_of(runtime: Runtime, client: TestClient, hall: Hall) -> Caller:
    """Return the service account of the buyer's own systems."""
    both = make_person(runtime, hall.buyer_id, Role.BUYER_ADMIN, Role.BUYER_PURCHASER)
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    wanted = {"label": "ERP", "permissions": ["rfq:read", "tender:read"], "expires_at": until}
    answer = caller_for(client, runtime, both).post("/api-keys", wanted)
    assert answer.status_code == 201, answer.text
    caller = Caller(client)
    caller.headers = {"authorization": f"Bearer {answer.json()['secret']}"}
    return caller


def nothing(_twins: Twins) -> None:
    """Let no company act."""


def bids(twins: Twins) -> None:
    """Let companies bid, replace, withdraw, bid again, give bonds, take one back, and be refused."""
    runtime, hall, content = twins.runtime, twins.hall, twins.content
    made.bid(runtime, hall, content, 0, price="83517.29")
    made.bid(runtime, hall, content, 0, price="83517.28", version=2)
    made.bid(runtime, hall, content, 1)
    made.withdraw(runtime, hall, content, 1, version=2)
    made.bid(runtime, hall, content, 2)
    made.withdraw(runtime, hall, content, 2, version=2)
    made.bid(runtime, hall, content, 2, version=3)
    bonds.register(runtime, hall.sales[0], content, letter=b"a guarantee\n")
    bond = bonds.register(runtime, hall.sales[1], content)
    bonds.step(runtime, hall.sales[1], bonding.withdraw_bond, bond)
    refused = caller_for(twins.client, runtime, make_person(runtime, hall.suppliers[0], Role.SUPPLIER_SALES))
    own = refused.get(f"/tenders/{content.tender.id}/bids")
    assert len(own.json()["received"]) == 2, own.text


def differing(first: Told, second: Told) -> str:
    """Return who read what differently, with the two parts where the answers begin to differ."""
    found = []
    for key, (status, said) in second.items():
        status_before, before = first[key]
        if (status_before, before) != (status, said):
            at = next((n for n, (a, b) in enumerate(zip(before, said, strict=False)) if a != b), 0)
            parts = (one[max(at - 60, 0) : at + 90] for one in (before, said))
            found.append(f"{key[0]}: {key[1]}\n  " + "\n  ".join(parts))
    return "\n".join(found)


SIDES: Final = {
    "the platform": ("auditor", "operator", "reviewer"),
    "the buyer": ("purchaser", "approver", "evaluator", "admin and officer", "service account"),
    "others": (
        "officer of another company",
        "invited supplier",
        "its administrator",
        "uninvited supplier",
        "stranger",
    ),
}


@pytest.mark.parametrize("side", SIDES)
def test_nobody_is_told_of_a_bid_before_the_deadline(twins: Twins, side: str) -> None:
    assert sorted(name for names in SIDES.values() for name in names) == sorted(twins.callers)
    twins.callers = {name: twins.callers[name] for name in SIDES[side]}
    without = twins.twin(nothing, {})
    readable = {key for key, (status, _) in without.items() if status == 200}
    assert len(readable) > 60
    assert {name for name, _ in readable} == set(twins.callers)
    with_bids = twins.twin(bids, without)
    assert readable <= with_bids.keys()
    assert differing(without, with_bids) == ""


NO_OFFICERS: Final = ("auditor", "operator", "purchaser", "evaluator", "invited supplier", "stranger")


def test_between_the_deadline_and_the_opening_the_close_record_counts_and_names_nobody(twins: Twins) -> None:
    """The twins differ in who bids and at what price; officers are left out: their work files hold the live bids."""
    twins.signed, twins.callers = True, {name: twins.callers[name] for name in NO_OFFICERS}
    first = twins.twin(lambda stage: closed(stage, (0, "950"), (1, "83517.29")), {})
    assert '"live":{"root":"…","size":2}' in first["purchaser", f"GET {API}/tenders/{{tender_id}}"][1]
    second = twins.twin(lambda stage: closed(stage, (2, "7"), (0, "12345678.90")), first)
    assert differing(first, second) == ""


def closed(twins: Twins, *sent: tuple[int, str]) -> None:
    """Let companies bid, one of them in vain at first, and the deadline pass."""
    runtime, hall, content = twins.runtime, twins.hall, twins.content
    for place, price in sent:
        made.bid(runtime, hall, content, place, price=price)
    made.withdraw(runtime, hall, content, sent[0][0], version=2)
    made.bid(runtime, hall, content, sent[0][0], version=3)
    made.close(runtime)
