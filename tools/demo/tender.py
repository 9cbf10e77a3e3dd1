"""The tender run, step by step: a rehearsal, whose days pass in a second each."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx2

from tools.demo import papers
from tools.demo.changes import BOND, Changes
from tools.demo.desk import Desk, expect
from tools.demo.people import Cast, Person
from tools.demo.report import Report
from tools.demo.sealed import Bidder, Officer, kept_notice, refused_file

FACTOR: Final = 86_400
OPEN_SECONDS: Final = 20
"""The rehearsal asks for five at most (a day of questions, two working days of bids); the rest is for slow machines."""
DEPARTMENTS: Final = ("Legal", "Finance", "Audit")
ESTIMATES: Final = ("11000", "8000")
QUANTITIES: Final = ((10, 40), (6,))
"""Of the items, by lot."""
PRICES: Final = ((("880", "41.5"), ("1290",)), (("910", "40.75"), ("1240",)), (("905", "43"), ("1310",)))
"""Unit prices by bidder, lot and item."""
MERIT: Final = ("85", "80", "90")
QUALITY: Final = "1"
"""The position of the criterion that is scored; the first is the price."""


@dataclass
class TenderStory:
    """One run: three suppliers bid on two lots, a fourth is late."""

    url: str
    cast: Cast
    report: Report
    desks: list[Desk] = field(default_factory=list)

    def run(self) -> None:
        """Run from the draft to the contracts; Surprise wherever the product does something else."""
        self.report.head(f"A tender with sealed bids at {self.url}")
        started, before = time.monotonic(), self.report.steps
        try:
            purchaser, approver, evaluator = self._seats(self.cast.purchaser, self.cast.approver, self.cast.evaluator)
            admin, outsider, *sales = self._seats(self.cast.admin, self.cast.outsider, *self.cast.sales)
            officers = [
                Officer(desk, where) for desk, where in zip((admin, approver, outsider), DEPARTMENTS, strict=True)
            ]
            self._keys(officers)
            body = _draft([officer.row["id"] for officer in officers], [desk.org_id for desk in sales])
            tender = self._published(purchaser, approver, len(sales), body)
            changes = Changes(self.report, purchaser, approver, tender, body)
            self._bids(purchaser, [Bidder(desk) for desk in sales], changes)
            self._opened(purchaser, officers, tender)
            changes.held()
            awards = self._judged(evaluator, approver, tender)
            self._told(sales[: len(PRICES)], awards, tender)
            self._contracts(purchaser, awards, tender)
            changes.returned()
            for officer in officers:
                officer.retire()
            for desk in self.desks:
                desk.sign_out()
        finally:
            for desk in self.desks:
                desk.http.close()
        steps = self.report.steps - before
        self.report.foot(f"Everything as it should be: {steps} steps in {time.monotonic() - started:.0f} s.")

    def _seats(self, *people: Person) -> list[Desk]:
        found = []
        for person in people:
            desk = Desk(person, httpx2.Client(base_url=self.url, timeout=60, trust_env=False))
            self.desks.append(desk)
            desk.sign_in()
            found.append(desk)
        return found

    def _keys(self, officers: Sequence[Officer]) -> None:
        for officer in officers:
            officer.register()
            self.report.step(
                officer.desk.who,
                f"made an opening key for {officer.department}, fingerprint {officer.row['fingerprint'][:12]}…, "
                "and proved the private half",
                officer.desk.page("/officer-keys"),
            )

    def _published(self, purchaser: Desk, approver: Desk, invited: int, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Draft the rehearsal, send it for approval, and have it published under its signed notice."""
        draft = purchaser.post("/tenders", body, status=201)
        link = f"/tenders/{draft['id']}"
        self.report.step(purchaser.who, f"drafted {draft['number']}, a rehearsal of 2 lots", purchaser.page(link))
        sent = purchaser.post(f"{link}/submit", version=draft["version"])
        problem = purchaser.post(f"{link}/publish", version=sent["version"], status=403)
        self.report.step(purchaser.who, f"sent it for approval; may not publish it: {problem['code']}")
        known = approver.post(f"{link}/publish", version=sent["version"])
        expect(known["status"] == "enquiries", f"a published tender is {known['status']}")
        notice = kept_notice(approver, draft["id"])
        self.report.step(
            approver.who,
            f"published it to {invited} suppliers: notice signed, any {notice.terms.threshold} of "
            f"{len(notice.terms.officers)} officers open together",
            approver.page(link),
        )
        found: Mapping[str, Any] = purchaser.get(link)
        return found

    def _bids(self, purchaser: Desk, bidders: Sequence[Bidder], changes: Changes) -> None:
        """Seal and send three bids on each lot; the buyer reads nothing of them; a fourth comes too late.

        The first bidder bids before the tender is amended, confirms, and gives a bond; the others bid afterwards.
        """
        tender, link = changes.tender, changes.link
        papers.wait_for("bidding begins", lambda: purchaser.get(link)["status"] == "tendering")
        self.report.step("the clock", "the time for questions is over: bids are received", purchaser.page(link))
        empty = purchaser.get(link)
        self._send(bidders[0], PRICES[0], tender)
        expect(purchaser.get(link) == empty, "the buyer's tender tells of bids before the opening")
        changes.amend()
        empty = purchaser.get(link)
        changes.confirm(bidders[0])
        changes.give_bond(bidders[0].desk)
        for bidder, prices in zip(bidders[1:], PRICES[1:], strict=False):
            self._send(bidder, prices, tender)
        expect(purchaser.get(link) == empty, "the buyer's tender tells of bids before the opening")
        expect(purchaser.get(f"{link}/opened-bids")["items"] == [], "a bid is open before the opening")
        self.report.step(purchaser.who, "reads exactly what was there before any bid")
        self._closed(purchaser, bidders, empty)

    def _send(self, bidder: Bidder, prices: Sequence[Sequence[str]], tender: Mapping[str, Any]) -> None:
        """Seal and send a bid on each lot under the notice that stands."""
        notice = kept_notice(bidder.desk, tender["id"])
        numbers = [
            bidder.submit(notice, lot["id"], _said(given)) for lot, given in zip(tender["lots"], prices, strict=True)
        ]
        told = ", ".join(str(number) for number in numbers)
        self.report.step(
            bidder.desk.who,
            f"{bidder.desk.company}: sealed and sent 2 bids; signed receipts {told}",
            bidder.desk.page(f"/tenders/{tender['id']}/bid"),
        )

    def _closed(self, purchaser: Desk, bidders: Sequence[Bidder], tender: Mapping[str, Any]) -> None:
        """Wait for the clock to close; a bid after that is refused, and the others are in the closing root."""
        link, late = f"/tenders/{tender['id']}", bidders[len(PRICES)]
        left = datetime.fromisoformat(tender["closes_at"]) - datetime.now(UTC)
        time.sleep(max(0.0, left.total_seconds()))
        papers.wait_for("the tender closes by itself", lambda: purchaser.get(link)["status"] == "closed")
        self.report.step("the clock", f"closed {tender['number']} and signed the closing root", purchaser.page(link))
        _, packed = late.seal(kept_notice(late.desk, tender["id"]), tender["lots"][0]["id"], _said(PRICES[0][0]))
        problem = refused_file(late.desk, f"{link}/bids", packed, "tender-bid-too-late")
        expect(late.desk.get(f"{link}/bids")["received"] == [], "a refused bid was stored")
        self.report.step(
            late.desk.who,
            f"{late.desk.company}: sent late and was refused: {problem['detail']}",
            late.desk.page(problem["type"]),
        )
        for bidder in bidders[: len(PRICES)]:
            own = bidder.desk.get(f"{link}/bids")
            expect(len(own["proofs"]) == len(tender["lots"]), f"{bidder.desk.company} has no proof of its bids")

    def _opened(self, purchaser: Desk, officers: Sequence[Officer], tender: Mapping[str, Any]) -> None:
        """Let two officers remove their layers, one after the other, and the platform decrypt."""
        link = f"/tenders/{tender['id']}"
        for officer in officers[:2]:
            count = officer.open_layer(tender["id"], kept_notice(officer.desk, tender["id"]))
            self.report.step(officer.desk.who, f"removed the own layer from {count} bids", officer.desk.page(link))
        papers.wait_for("the bids are decrypted", lambda: purchaser.get(link)["status"] == "opened")
        opened = purchaser.get(f"{link}/opened-bids")["items"]
        sealed = sorted(json.dumps(_said(given), sort_keys=True) for one in PRICES for given in one)
        read = sorted(json.dumps(one["content"], sort_keys=True) for one in opened)
        expect(read == sealed, "other bids were opened than were sealed")
        self.report.step(
            "the product", f"opened {len(opened)} bids and signed the record", purchaser.page(f"{link}/opening")
        )

    def _judged(self, evaluator: Desk, approver: Desk, tender: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Score, propose each lot to its best bid, and have both approved by another person."""
        link = f"/tenders/{tender['id']}"
        found = evaluator.post(f"{link}/evaluate", version=evaluator.get(link)["version"])
        merit = dict(zip(self._companies(), MERIT, strict=False))
        scores = [
            {"bid_id": bid["bid_id"], "criterion": QUALITY, "score": merit[bid["supplier_id"]]}
            for lot in found["lots"]
            for bid in lot["bids"]
        ]
        found = evaluator.change("PUT", f"{link}/scores", {"scores": scores}, found["version"])
        shown = evaluator.page(f"{link}/evaluation")
        self.report.step(evaluator.who, "did the arithmetic again, scored quality, and read the places", shown)
        for lot in found["lots"]:
            self._check_places(lot)
        awards = []
        for lot in found["lots"]:
            turn = next(one for one in lot["awards"] if one["status"] == "pending")
            path = f"/tender-awards/{turn['id']}"
            said = evaluator.post(f"{path}/propose", {"text": "The best bid of the lot."}, version=turn["version"])
            self.report.step(evaluator.who, f"proposed the award of lot {lot['position']}: {_money(said['amount'])}")
            award = approver.post(f"{path}/approve", version=said["version"])
            expect(award["status"] == "active" and award["signature"], f"an approved award is {award['status']}")
            self.report.step(approver.who, "approved it: the decision is signed", approver.page(f"{link}/evaluation"))
            awards.append(award)
        return awards

    def _companies(self) -> list[str]:
        by_person = {desk.person: desk for desk in self.desks}
        return [by_person[person].org_id for person in self.cast.sales]

    def _check_places(self, lot: Mapping[str, Any]) -> None:
        """Hold totals and places against what was sealed, by a calculation of this program's own."""
        at = lot["position"] - 1
        totals = {org: _total(given[at], QUANTITIES[at]) for org, given in zip(self._companies(), PRICES, strict=False)}
        lowest = min(totals.values())
        merit = dict(zip(totals, MERIT, strict=True))
        score = {org: 70 * lowest / total + 30 * Decimal(merit[org]) / 100 for org, total in totals.items()}
        placed = sorted((bid for bid in lot["bids"]), key=lambda bid: bid["place"])
        said = {bid["supplier_id"]: Decimal(bid["total"]["amount"]) for bid in placed}
        expect(said == totals, f"lot {lot['position']} has totals {said}, sealed were {totals}")
        right = sorted(score, key=lambda org: -score[org])
        expect([bid["supplier_id"] for bid in placed] == right, f"lot {lot['position']} has other places")
        self.report.table(
            [[f"lot {lot['position']}", "total", "score", "place"]]
            + [[self._name(bid), _money(bid["total"]), str(bid["score"]), str(bid["place"])] for bid in placed]
        )

    def _name(self, bid: Mapping[str, Any]) -> str:
        return next(desk.company for desk in self.desks if desk.org_id == bid["supplier_id"])

    def _told(self, sales: Sequence[Desk], awards: Sequence[Mapping[str, Any]], tender: Mapping[str, Any]) -> None:
        """Check that each bidder reads its own results and nobody else's."""
        link = f"/tenders/{tender['id']}/results"
        for desk in sales:
            own = desk.get(link)["items"]
            won = [award["lot_id"] for award in awards if award["supplier_id"] == desk.org_id]
            expect({one["supplier_id"] for one in own} == {desk.org_id}, f"{desk.company} reads others' results")
            told = [one["lot_id"] for one in own if one["outcome"] == "won"]
            expect(sorted(told) == sorted(won), f"{desk.company} was told of other lots than it won")
            places = ", ".join(str(one["place"]) for one in own)
            self.report.step(desk.who, f"{desk.company}: lots won: {len(won)}, places {places}", desk.page(link))

    def _contracts(self, purchaser: Desk, awards: Sequence[Mapping[str, Any]], tender: Mapping[str, Any]) -> None:
        """Wait for the stand-still to pass and the contracts to be drafted; check them and their files."""
        link = f"/tenders/{tender['id']}"
        papers.wait_for(
            "the awards bind and contracts are drafted", lambda: purchaser.get(link)["status"] == "complete"
        )
        lots = {lot["id"]: place for place, lot in enumerate(tender["lots"])}
        sealed = dict(zip(self._companies(), PRICES, strict=False))
        lines = [
            {"supplier_id": award["supplier_id"], "unit_price": price, "quantity": str(quantity)}
            for award in awards
            for price, quantity in zip(
                sealed[award["supplier_id"]][lots[award["lot_id"]]], QUANTITIES[lots[award["lot_id"]]], strict=True
            )
        ]
        suppliers = sorted({award["supplier_id"] for award in awards})
        awarded = {"rfq_id": tender["id"], "supplier_ids": suppliers, "lines": lines}
        digits = {str(one["code"]): int(one["minor_digits"]) for one in purchaser.get("/reference/currencies")["items"]}
        papers.check_contracts(purchaser, self.report, awarded, digits)
        self.report.step("the product", f"{tender['number']} is complete", purchaser.page(link))


def _draft(key_ids: Sequence[str], supplier_ids: Sequence[str]) -> dict[str, Any]:
    now = datetime.now(UTC)
    needed = (now + timedelta(days=120)).date().isoformat()
    names = (("Pump", "Flange"), ("Motor",))
    return {
        "title": "Pumps and motors (rehearsal)",
        "currency": "CNY",
        "procedure": "accelerated",
        "supplier_ids": list(supplier_ids),
        "key_ids": list(key_ids),
        "criteria": [
            {"kind": "award", "name": "Price", "weight": "70"},
            {"kind": "award", "name": "Quality", "weight": "30"},
        ],
        "bond": BOND,
        "budget_approved": True,
        "rehearsal_factor": FACTOR,
        "closes_at": (now + timedelta(seconds=OPEN_SECONDS)).isoformat(),
        "lots": [
            {
                "title": f"Lot {place}",
                "estimate": ESTIMATES[place - 1],
                "items": [
                    {
                        "name": name,
                        "quantity": str(quantity),
                        "unit": "H87",
                        "required_on": needed,
                        "delivery_place": "Dalian",
                    }
                    for name, quantity in zip(items, counts, strict=True)
                ],
            }
            for place, (items, counts) in enumerate(zip(names, QUANTITIES, strict=True), start=1)
        ],
    }


def _said(prices: Sequence[str]) -> dict[str, Any]:
    """Return a bid's content: the unit price of each item, by its position in the lot."""
    lines = [{"line": number, "unit_price": price} for number, price in enumerate(prices, start=1)]
    return {"currency": "CNY", "lines": lines}


def _total(prices: Sequence[str], quantities: Sequence[int]) -> Decimal:
    return sum((Decimal(price) * count for price, count in zip(prices, quantities, strict=True)), Decimal(0))


def _money(amount: Mapping[str, Any]) -> str:
    return f"{amount['currency']} {Decimal(amount['amount']):,.2f}"
