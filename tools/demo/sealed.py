"""What bidders and officers do on their own devices: make keys, seal, check receipts, remove layers."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.tendering.rules.sealed_confirming import sign_confirmation
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, pack
from b2b_market.tendering.rules.sealed_journal import is_from, read_receipt
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, seal
from b2b_market.tendering.rules.sealed_terms import Notice, Part, read_notice
from b2b_market.tendering.rules.sealed_work import read_work
from tools.demo.desk import API, Desk, expect


@dataclass
class Officer:
    """Somebody with a key; the private half never leaves this program."""

    desk: Desk
    department: str
    key: OfficerKey = field(default_factory=lambda: OfficerKey(secrets.token_bytes(32)))
    row: Mapping[str, Any] = field(default_factory=dict)

    def register(self) -> None:
        """Register the public half and answer the platform's challenge."""
        card = self.key.card(self.desk.person.name).document()
        made = self.desk.post("/officer-keys", {"card": card, "department": self.department}, status=201)
        answer = self.key.answer(bytes.fromhex(made["challenge"])).hex()
        proof = self.desk.post(f"/officer-keys/{made['id']}/prove", {"answer": answer}, version=made["version"])
        expect(proof["status"] == "proven", f"an answered key is {proof['status']}")
        self.row = proof

    def retire(self) -> None:
        """Take the key out of use for other tenders."""
        self.desk.post(f"/officer-keys/{self.row['id']}/revoke", version=self.row["version"])

    def open_layer(self, tender_id: str, kept: Notice) -> int:
        """Remove the own layer from every bid, after holding the work file against the notice as it was kept."""
        data = self.desk.call("GET", f"/tenders/{tender_id}/opening-work", 200).content
        made = contribute(read_work(data), self.key, datetime.now(UTC), kept)
        taken = send(self.desk, f"/tenders/{tender_id}/layers", "layer.json", made.to_bytes())
        expect(taken["fingerprint"] == self.row["fingerprint"], "a layer was taken as another officer's")
        return len(made.results)


@dataclass
class Bidder:
    """A supplier with a signing key of its own."""

    desk: Desk
    signer: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sent: dict[str, SignedEnvelope] = field(default_factory=dict)
    """What stands, by lot."""

    def seal(self, notice: Notice, lot_id: str, content: Mapping[str, object]) -> tuple[SignedEnvelope, bytes]:
        """Seal a bid; return its envelope and the file to be sent."""
        ids = BidIds(notice.terms.tender, UUID(lot_id), UUID(self.desk.org_id), 1)
        offer = BidFile("offer.json", json.dumps(content).encode())
        sealed = seal(
            notice.terms, ids, {Part.WHOLE: PartContent(content, [offer])}, self.signer, notice=notice.digest()
        )
        return sealed.envelope, b"".join(pack(sealed.envelope, sealed.boxes))

    def submit(self, notice: Notice, lot_id: str, content: Mapping[str, object]) -> int:
        """Seal and send a bid; return the receipt's number after checking its signature and what it is over."""
        envelope, packed = self.seal(notice, lot_id, content)
        answer = send(self.desk, f"/tenders/{notice.terms.tender}/bids", "bid.sealed", packed)
        self.sent[lot_id] = envelope
        return self._receipt(notice, answer, (envelope.digest(), envelope.envelope.ids))

    def confirm(self, notice: Notice, lot_id: str) -> int:
        """Confirm under an amended notice what was sealed for the one before; return the receipt's number."""
        envelope = self.sent[lot_id]
        ids = replace(envelope.envelope.ids, version=envelope.envelope.ids.version + 1)
        made = sign_confirmation(ids, envelope.digest(), notice.digest(), self.signer)
        path = f"/tenders/{notice.terms.tender}/confirmations"
        answer = send(self.desk, path, "bid.confirmation", made.to_bytes())
        return self._receipt(notice, answer, (made.digest(), ids))

    def _receipt(self, notice: Notice, answer: Mapping[str, Any], of: tuple[bytes, BidIds]) -> int:
        signed = read_receipt(answer["receipt"])
        same = (signed.receipt.digest, signed.receipt.ids) == of
        expect(
            same and is_from(signed, notice.receipts_key),
            "a receipt is of another document, or not signed by the notice",
        )
        return signed.receipt.sequence


def kept_notice(desk: Desk, tender_id: str) -> Notice:
    """Return the signed notice of a tender after checking its signature."""
    return read_notice(desk.get(f"/tenders/{tender_id}/notice")["notice"]).notice


def send(desk: Desk, path: str, name: str, content: bytes) -> Any:  # noqa: ANN401 - an answer's JSON
    """Send a file that must be taken."""
    return desk.call("POST", path, 201, files={"file": (name, content)}).json()


def refused_file(desk: Desk, path: str, content: bytes, code: str) -> Mapping[str, Any]:
    """Send a file that must be refused with this problem code, and return the problem."""
    problem: Mapping[str, Any] = desk.call("POST", path, 409, files={"file": ("bid.sealed", content)}).json()
    expect(problem.get("code") == code, f"{API}{path} was refused as {problem.get('code')}, expected {code}")
    return problem
