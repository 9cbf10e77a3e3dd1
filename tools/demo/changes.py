"""What happens to a tender while it is open: a bond is given, the notice is amended, a sealed bid is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tools.demo.desk import Desk, expect
from tools.demo.report import Report
from tools.demo.sealed import Bidder, kept_notice

BOND: Final = {"percent": "2", "form": "Bank guarantee", "held_at": "The buyer's bank"}
LEAST: Final = {"amount": "220", "currency": "CNY"}
"""Two percent of the first lot's estimate."""
LEFT_SECONDS: Final = 15
"""What the amendment leaves for a confirmation, a bond and the other bids: many times what they take."""
SPECIFICATION: Final = "DN 100, PN 16"


@dataclass(frozen=True)
class Changes:
    """A tender with what was drafted of it; every step is reported."""

    report: Report
    purchaser: Desk
    approver: Desk
    tender: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def link(self) -> str:
        """The tender's path."""
        return f"/tenders/{self.tender['id']}"

    def give_bond(self, desk: Desk) -> None:
        """Let a bidder register a bond for the first lot, of which the buyer learns nothing."""
        given = {
            "lot_id": self.tender["lots"][0]["id"],
            "form": "bank_guarantee",
            "amount": LEAST,
            "issuer": "Bank of Harbours",
            "reference": "LG-77",
            "held_where": BOND["held_at"],
            "valid_until": (datetime.now(UTC) + timedelta(days=90)).date().isoformat(),
        }
        made = desk.post(f"{self.link}/bonds", given, status=201)
        expect(made["status"] == "registered", f"a bond that was given is {made['status']}")
        expect(self.purchaser.get(f"{self.link}/bonds")["bonds"] == [], "the buyer reads a bond before the opening")
        told = f"{desk.company}: gave a bond of CNY {LEAST['amount']}; the buyer does not learn of it"
        self.report.step(desk.who, told, desk.page(f"{self.link}/bonds"))

    def amend(self) -> None:
        """Let the purchaser specify an item otherwise, and the approver announce it."""
        said = {name: self.body[name] for name in ("title", "criteria", "bond")}
        first, *others = self.body["lots"]
        item = {**first["items"][0], "specification": SPECIFICATION}
        lots = [{**first, "items": [item, *first["items"][1:]]}, *others]
        left = (datetime.now(UTC) + timedelta(seconds=LEFT_SECONDS)).isoformat()
        closes_at = max(str(self.tender["closes_at"]), left.replace("+00:00", "Z"))
        wanted = {**said, "lots": lots, "closes_at": closes_at, "reason": "The engineers asked for it."}
        sent = self.purchaser.post(f"{self.link}/amendments", wanted, version=self.purchaser.get(self.link)["version"])
        expect(sent["material"] and "limit" in sent["needs"], f"an amendment above the limit needs {sent['needs']}")
        path = f"/tender-amendments/{sent['id']}"
        self.report.step(
            self.purchaser.who, "amended the specification; above the own limit", self.purchaser.page(path)
        )
        done = self.approver.post(f"{path}/approve", version=sent["version"])
        expect(done["status"] == "published", f"an approved amendment is {done['status']}")
        told = "approved it: edition 2 of the notice is signed; sealed bids have to be confirmed"
        self.report.step(self.approver.who, told, self.approver.page(f"{self.link}/editions"))

    def confirm(self, bidder: Bidder) -> None:
        """Let a bidder confirm every bid that it sealed for the first notice."""
        notice = kept_notice(bidder.desk, self.tender["id"])
        numbers = [str(bidder.confirm(notice, lot["id"])) for lot in self.tender["lots"]]
        told = f"{bidder.desk.company}: confirmed 2 sealed bids unopened; signed receipts {', '.join(numbers)}"
        self.report.step(bidder.desk.who, told, bidder.desk.page(f"{self.link}/bid"))

    def held(self) -> None:
        """Check that the opening showed the buyer the one bond, and who gave none."""
        found = self.purchaser.get(f"{self.link}/bonds")
        held = [one["bond"]["status"] for one in found["bonds"]]
        expect(held == ["held"] and found["bonds"][0]["findings"] == [], f"after the opening bonds are {held}")
        told = f"reads 1 bond that is as asked for, and {len(found['missing'])} bids without one"
        self.report.step(self.purchaser.who, told, self.purchaser.page(f"{self.link}/bonds"))

    def returned(self) -> None:
        """Let the purchaser record that the bond went back."""
        bond = self.purchaser.get(f"{self.link}/bonds")["bonds"][0]["bond"]
        path = f"/tender-bonds/{bond['id']}/return"
        back = self.purchaser.post(path, {"text": "BANK-2026-1"}, version=bond["version"])
        expect(back["status"] == "returned", f"a bond that went back is {back['status']}")
        self.report.step(self.purchaser.who, "recorded that the bond went back to its bidder")
