"""Buyers and suppliers who go on with their business whatever breaks, and a ledger of what was acknowledged to them."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from threading import Event, Lock
from typing import Any

from httpx2 import Response, TransportError

from tests.support.calling import Caller, draft_body

PATIENCE = 120.0
"""How long one request is repeated, in seconds; no trouble lasts that long."""
AGAIN = frozenset({"unavailable", "request-in-progress", "contention"})
"""Answers after which the same request is sent again with the same key."""


@dataclass
class Ledger:
    """What was acknowledged: how often which action on which thing; and by which codes the rest was refused."""

    acknowledged: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def acknowledge(self, action: str, thing: str) -> None:
        """Note an action that the site said it has stored."""
        with self.lock:
            self.acknowledged[action, thing] += 1

    def note(self, where: Counter[str], code: str) -> None:
        """Count a refusal or a repetition."""
        with self.lock:
            where[code] += 1

    def of(self, action: str) -> Counter[str]:
        """Return how often ``action`` was acknowledged for each thing."""
        return Counter({thing: times for (one, thing), times in self.acknowledged.items() if one == action})


@dataclass(frozen=True)
class Deal:
    """An open request as everybody at the market knows it."""

    rfq_id: str
    line_ids: tuple[str, ...]


@dataclass
class Board:
    """The open requests of one market."""

    deals: dict[str, Deal] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def pick(self, rng: Random) -> Deal | None:
        """Return one of the open requests."""
        with self.lock:
            return rng.choice(list(self.deals.values())) if self.deals else None

    def put(self, deal: Deal) -> None:
        """Show a request."""
        with self.lock:
            self.deals[deal.rfq_id] = deal

    def take(self, deal: Deal) -> None:
        """Remove a request."""
        with self.lock:
            self.deals.pop(deal.rfq_id)


@dataclass
class Trader(ABC):
    """One person with random numbers of their own."""

    caller: Caller
    rng: Random
    ledger: Ledger
    board: Board
    over: Event

    def run(self) -> int:
        """Do one deal after the other until the market is over; return how many."""
        done = 0
        while not self.over.is_set():
            self.deal()
            done += 1
        return done

    @abstractmethod
    def deal(self) -> None:
        """Do what this trader does, once."""

    def send(self, method: str, path: str, body: object = None, version: int | None = None) -> Response:
        """Send a request and return its answer; now and then a stored one is sent twice and must be answered alike."""
        key = f"{self.rng.getrandbits(128):032x}"
        call = partial(self.caller.call, method, path, body, key=key, version=version)
        answer = self.insist(call, path)
        if method == "POST" and answer.is_success and self.rng.random() < 0.1:
            again = self.insist(call, path)
            assert (again.status_code, again.content) == (answer.status_code, answer.content), path
            assert again.headers["idempotent-replay"] == "true"
        return answer

    def insist(self, call: Callable[[], Response], path: str) -> Response:
        """Repeat a request, with the same key, as long as it is not answered for good; return that answer."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                answer = call()
            except TransportError as error:
                code = type(error).__name__
            else:
                code = answer.json()["code"] if answer.is_error else ""
                if code not in AGAIN:
                    assert not answer.is_server_error, answer.text
                    return answer
                assert code == "contention" or "retry-after" in answer.headers, answer.text
            self.ledger.note(self.ledger.repeated, code)
            time.sleep(self.rng.uniform(0.05, 0.3))
        raise AssertionError(f"{path} was not answered within {PATIENCE} s")

    def done(self, action: str, answer: Response) -> dict[str, Any] | None:
        """Note the answer to ``action`` in the ledger; return what it holds, None where it is a refusal."""
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            self.ledger.acknowledge(action, found["id"])
            return found
        self.ledger.note(self.ledger.refused, answer.json()["code"])
        return None


@dataclass
class Buyer(Trader):
    """Drafts, publishes, closes or cancels, and awards."""

    suppliers: list[Any] = field(default_factory=list)

    def deal(self) -> None:
        """Take one request through its life."""
        body = draft_body(self.suppliers, "2098-01-31T08:00:00Z", sealed=self.rng.random() < 0.3)
        drafted = self.done("rfq.drafted", self.send("POST", "/rfqs", body))
        assert drafted is not None
        deal = Deal(drafted["id"], tuple(line["id"] for line in drafted["lines"]))
        assert self.done("rfq.published", self.send("POST", f"/rfqs/{deal.rfq_id}/publish", None, drafted["version"]))
        self.board.put(deal)
        self.over.wait(self.rng.uniform(0.3, 2.5))
        self.board.take(deal)
        if self.rng.random() < 0.15:
            self.step("rfq.cancelled", deal, "cancel", {"reason": "not needed any more"})
        elif self.step("rfq.closed", deal, "close", {"reason": "everybody answered"}):
            self.award(deal)

    def step(self, action: str, deal: Deal, step: str, body: object) -> bool:
        """Take a step from the version of this moment; tell whether it was taken."""
        version = self.send("GET", f"/rfqs/{deal.rfq_id}").json()["version"]
        return self.done(action, self.send("POST", f"/rfqs/{deal.rfq_id}/{step}", body, version)) is not None

    def award(self, deal: Deal) -> None:
        """Award every need to one of the quotations, or end without award where there is none."""
        quotes = self.send("GET", f"/rfqs/{deal.rfq_id}/quotes").json()["items"]
        live = [quote["id"] for quote in quotes if quote["status"] == "submitted"]
        if not live:
            self.step("rfq.unsuccessful", deal, "end-without-award", {"reason": "nobody quoted"})
            return
        picks = [{"line_id": line_id, "quote_id": self.rng.choice(live)} for line_id in deal.line_ids]
        self.step("rfq.awarded", deal, "awards", {"picks": picks, "rest": "none", "comment": "the cheapest"})


@dataclass
class Supplier(Trader):
    """Quotes, revises and withdraws."""

    quotes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def deal(self) -> None:
        """Do something about one of the open requests."""
        deal = self.board.pick(self.rng)
        if deal is None:
            self.over.wait(0.1)
            return
        known = self.quotes.get(deal.rfq_id)
        version = known["version"] if known else None
        if known is not None and known["status"] == "submitted" and self.rng.random() < 0.25:
            stored = self.done("quote.withdrawn", self.send("POST", f"/quotes/{known['id']}/withdraw", None, version))
        else:
            sent = self.send("POST", f"/rfqs/{deal.rfq_id}/quotes", self.body(deal), version)
            stored = self.done("quote.submitted", sent)
        if stored is not None:
            self.quotes[deal.rfq_id] = stored
        self.over.wait(self.rng.uniform(0, 0.2))

    def body(self, deal: Deal) -> dict[str, object]:
        """Return a quotation of every need."""
        price = f"{self.rng.randrange(100, 5000) / 100:.2f}"
        lines = [{"line_id": line_id, "unit_price": price, "lead_days": 14} for line_id in deal.line_ids]
        return {"currency": "CNY", "valid_until": "2099-01-31", "note": "", "lines": lines}
