"""Sealing 500 bids of 50 lines for 2 of 3 officers, and opening them, beside the bare operations that this takes."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, check_envelope
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, close_bidding, issue_receipt
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import accept_contribution, contribute
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Notice, Part, Terms, sign_notice
from b2b_market.tendering.rules.sealed_work import first_work, next_work, read_work
from bench.results import BenchResult, cost_of
from bench.stage import Stage

BIDS, LINES, PAIRS, LAYERS = 500, 50, 3, 2
TENDER, LOT = UUID(int=1), UUID(int=2)
DEADLINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
ENVELOPE_BYTES = 4096


class Ceremony:
    """A tender with three officers and its platform's key."""

    def __init__(self) -> None:
        """Make the keys and the notice."""
        self.officers = [OfficerKey(bytes([number]) * 32) for number in range(3)]
        self.platform = SigningKey(Ed25519PrivateKey.generate())
        self.terms = Terms(TENDER, tuple(key.card("Officer") for key in self.officers))
        notice = Notice(self.terms, 1, DEADLINE, (LOT,), 24, bytes(32), self.platform.public_key)
        self.notice = sign_notice(notice, self.platform)
        self.signer = Ed25519PrivateKey.generate()
        self.contents = [_content(number) for number in range(BIDS)]

    def seal(self) -> list[SealedBid]:
        """Seal all bids, as their bidders do on their own machines."""
        return [
            seal(self.terms, BidIds(TENDER, LOT, UUID(int=10 + number), 1), {Part.WHOLE: content}, self.signer)
            for number, content in enumerate(self.contents)
        ]

    def check(self, bids: Sequence[SealedBid]) -> list[SignedEnvelope]:
        """Check all envelopes, as the server does at their receipt."""
        return [check_envelope(bid.envelope.to_bytes(), self.notice.notice) for bid in bids]

    def open(self, bids: Sequence[SealedBid], received: Sequence[tuple[SignedReceipt, SignedEnvelope]]) -> None:
        """Hold the whole opening: close, two officers on their own machines, and the server's decryption."""
        close = close_bidding(self.notice, [receipt.receipt for receipt, _ in received], DEADLINE, self.platform)
        group = self.terms.fingerprints((0, 1))
        work = first_work([self.notice], close, Part.WHOLE, group, received)
        contribution = contribute(read_work(work.to_bytes()), self.officers[0], DEADLINE)
        _, results = accept_contribution(contribution.to_bytes(), work)
        work = next_work(work, {number: inside for number, inside in results.items() if isinstance(inside, bytes)})
        contribution = contribute(read_work(work.to_bytes()), self.officers[1], DEADLINE)
        _, keys = accept_contribution(contribution.to_bytes(), work)
        for number, bid in enumerate(bids, 1):
            key = keys[number]
            assert isinstance(key, bytes)  # noqa: S101 - a figure of a failed opening would be worth nothing
            assert isinstance(open_part(bid.envelope, self.terms, Part.WHOLE, key, bid.boxes), OpenedPart)  # noqa: S101


def run(_place: Stage) -> list[BenchResult]:
    """Measure sealing, checking and opening, and the operations under them."""
    ceremony = Ceremony()
    bids = ceremony.seal()
    received = [
        (issue_receipt(bid.envelope, number, DEADLINE, ceremony.platform), bid.envelope)
        for number, bid in enumerate(bids, 1)
    ]
    sizes = [len(data) for data in bids[0].boxes.values()]
    size = f"{BIDS} bids of {LINES} lines"
    sealing = cost_of(ceremony.seal, rounds=3, warm=1)
    bare_sealing = cost_of(partial(_bare_sealing, sizes), rounds=3, warm=1)
    checking = cost_of(lambda: ceremony.check(bids), rounds=3, warm=1)
    bare_checking = cost_of(partial(_bare_checking, ceremony.signer), rounds=3, warm=1)
    opening = cost_of(lambda: ceremony.open(bids, received), rounds=3, warm=1)
    bare_opening = cost_of(partial(_bare_opening, sizes, ceremony.signer), rounds=3, warm=1)
    operations = "bare X25519, AES-GCM, Ed25519"
    return [
        BenchResult(f"seal {size}, CPU", sealing.cpu_ms, "ms", bare_sealing.cpu_ms, operations, "≤ 5"),
        BenchResult(
            f"check {size} at receipt, CPU", checking.cpu_ms, "ms", bare_checking.cpu_ms, "bare Ed25519", "≤ 6"
        ),
        BenchResult(f"open {size}, both officers, CPU", opening.cpu_ms, "ms", bare_opening.cpu_ms, operations, "≤ 8"),
    ]


def _bare_sealing(sizes: Sequence[int]) -> None:
    """A fresh X25519 key and an agreement for each of the six layers, two encryptions, one signature; for every bid."""
    officer, signer = X25519PrivateKey.generate().public_key(), Ed25519PrivateKey.generate()
    for _ in range(BIDS):
        for _ in range(PAIRS * LAYERS):
            X25519PrivateKey.generate().exchange(officer)
        for size in sizes:
            AESGCM(secrets.token_bytes(32)).encrypt(bytes(12), bytes(size), b"")
        signer.sign(bytes(ENVELOPE_BYTES))


def _bare_checking(signer: Ed25519PrivateKey) -> None:
    signature, key = signer.sign(bytes(ENVELOPE_BYTES)), signer.public_key()
    for _ in range(BIDS):
        key.verify(signature, bytes(ENVELOPE_BYTES))


def _bare_opening(sizes: Sequence[int], signer: Ed25519PrivateKey) -> None:
    """For every bid an agreement in each layer, two decryptions, and each officer's two checks of signatures."""
    officer, other = X25519PrivateKey.generate(), X25519PrivateKey.generate().public_key()
    aead, signature, key = AESGCM(bytes(32)), signer.sign(bytes(ENVELOPE_BYTES)), signer.public_key()
    sealed = [aead.encrypt(bytes(12), bytes(size), b"") for size in sizes]
    for _ in range(BIDS):
        for _ in range(LAYERS):
            officer.exchange(other)
            key.verify(signature, bytes(ENVELOPE_BYTES))
            key.verify(signature, bytes(ENVELOPE_BYTES))
        for data in sealed:
            aead.decrypt(bytes(12), data, b"")


def _content(number: int) -> PartContent:
    lines = [
        {
            "delivery_days": 14 + line,
            "line": line,
            "note": f"Item {line}, 按图纸",
            "quantity": {"unit": "H87", "value": str(100 + line)},
            "unit_price": {"amount": f"{number + line}.25", "currency": "EUR"},
        }
        for line in range(1, LINES + 1)
    ]
    return PartContent({"lines": lines, "valid_until": "2027-01-31"})
