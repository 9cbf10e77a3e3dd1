"""A tender with its officers, bidders and the platform, sealed, closed and opened in memory."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.infra.ids import new_id
from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_confirming import Confirmation, sign_confirmation
from b2b_market.tendering.rules.sealed_envelope import BoxKey, SignedEnvelope, Withdrawal, sign_withdrawal
from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_journal import (
    Document,
    SignedClose,
    SignedReceipt,
    close_bidding,
    issue_receipt,
    live_receipts,
)
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import Contribution, Result, accept_contribution, contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_reading import open_part
from b2b_market.tendering.rules.sealed_record import RecordedBid, SignedRecord, record_opening, recorded
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Notice, Part, SignedNotice, Terms, sign_notice
from b2b_market.tendering.rules.sealed_work import Work, first_work, next_work, read_work

DEADLINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
BEFORE = DEADLINE - timedelta(minutes=5)
AFTER = DEADLINE + timedelta(minutes=5)
TWO_ENVELOPES = (Part.TECHNICAL, Part.PRICE)


def content(price: str = "12.50") -> dict[str, object]:
    return {"lines": [{"line": 1, "unit_price": {"amount": price, "currency": "EUR"}}], "note": "含税, Ω"}


def officer_key(number: int) -> OfficerKey:
    return OfficerKey(bytes([number]) * 32)


def platform_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


@dataclass
class SealedTender:
    """Everything about one tender; bids are sealed by ``bid``, ``withdraw`` takes one back."""

    officers: list[OfficerKey] = field(default_factory=lambda: [officer_key(number) for number in (1, 2, 3)])
    threshold: int = 2
    parts: tuple[Part, ...] = (Part.WHOLE,)
    platform: SigningKey = field(default_factory=platform_key)
    tender: UUID = field(default_factory=new_id)
    lot: UUID = field(default_factory=new_id)
    sealed: dict[int, SealedBid] = field(default_factory=dict)
    received: list[Document] = field(default_factory=list)
    receipts: list[SignedReceipt] = field(default_factory=list)
    signers: dict[UUID, Ed25519PrivateKey] = field(default_factory=dict)
    contributions: list[Contribution] = field(default_factory=list)
    records: list[SignedRecord] = field(default_factory=list)
    earlier: list[SignedNotice] = field(default_factory=list)

    @cached_property
    def terms(self) -> Terms:
        cards = tuple(key.card(f"Officer {number}") for number, key in enumerate(self.officers, 1))
        return Terms(self.tender, cards, self.threshold, self.parts)

    @cached_property
    def notice(self) -> SignedNotice:
        return self.make_notice()

    def make_notice(self, **changes: object) -> SignedNotice:
        plain: dict[str, object] = {
            "terms": self.terms,
            "edition": 1,
            "deadline": DEADLINE,
            "lots": (self.lot,),
            "reveal_hours": 24,
            "document": bytes(32),
            "receipts_key": self.platform.public_key,
        }
        return sign_notice(Notice(**{**plain, **changes}), self.platform)  # type: ignore[arg-type]  # of changing types

    def ids(self, bidder: UUID | None = None, version: int = 1) -> BidIds:
        return BidIds(self.tender, self.lot, bidder or new_id(), version)

    def contents(self, price: str = "12.50", files: Sequence[BidFile] = ()) -> Mapping[Part, PartContent]:
        return {part: PartContent({**content(price), "part": part.value}, files) for part in self.parts}

    def signer(self, bidder: UUID) -> Ed25519PrivateKey:
        return self.signers.setdefault(bidder, Ed25519PrivateKey.generate())

    def bid(
        self, price: str = "12.50", *, bidder: UUID | None = None, version: int = 1, files: Sequence[BidFile] = ()
    ) -> SealedBid:
        """Seal a bid and store it; once the tender was amended it names the notice that stands."""
        ids = self.ids(bidder, version)
        named = self.notice.notice.digest() if self.earlier else None
        return self.store(seal(self.terms, ids, self.contents(price, files), self.signer(ids.bidder), notice=named))

    def amend(self, *, binds: bool = True, **changes: object) -> SignedNotice:
        """Announce the next edition, which voids earlier bids unless it does not bind."""
        before = self.notice
        edition = before.notice.edition + 1
        self.earlier.append(before)
        self.notice = self.make_notice(
            edition=edition,
            binding=edition if binds else before.notice.binding,
            document=bytes([edition]) * 32,
            **changes,
        )
        return self.notice

    def confirm(self, bidder: UUID, version: int, envelope: bytes, notice: SignedNotice | None = None) -> Confirmation:
        """Confirm a bid under the notice that stands, or under another one."""
        named = (notice or self.notice).notice.digest()
        found = sign_confirmation(self.ids(bidder, version), envelope, named, self.signer(bidder))
        self.receive(found)
        return found

    def store(self, sealed: SealedBid) -> SealedBid:
        self.receive(sealed.envelope)
        self.sealed[len(self.receipts)] = sealed
        return sealed

    def withdraw(self, bidder: UUID, version: int) -> Withdrawal:
        found = sign_withdrawal(self.ids(bidder, version), self.signer(bidder))
        self.receive(found)
        return found

    def receive(self, received: Document) -> SignedReceipt:
        sequence = len(self.receipts) + 1
        named = received.envelope.notice if isinstance(received, SignedEnvelope) else getattr(received, "notice", None)
        editions: dict[bytes | None, int] = {
            one.notice.digest(): one.notice.edition for one in (*self.earlier, self.notice)
        }
        moment = BEFORE + timedelta(milliseconds=sequence)
        receipt = issue_receipt(received, sequence, moment, self.platform, edition=editions.get(named, 1))
        self.received.append(received)
        self.receipts.append(receipt)
        return receipt

    @cached_property
    def close(self) -> SignedClose:
        return close_bidding(self.notice, [signed.receipt for signed in self.receipts], AFTER, self.platform)

    def live(self) -> list[tuple[SignedReceipt, SignedEnvelope]]:
        receipts = [signed.receipt for signed in self.receipts]
        found = [one.sequence for one in live_receipts(receipts, self.notice.notice.binding)]
        pairs = [(self.receipts[sequence - 1], self.received[sequence - 1]) for sequence in found]
        return [(signed, entry) for signed, entry in pairs if isinstance(entry, SignedEnvelope)]

    def group(self, *places: int) -> list[str]:
        return [self.terms.officers[place].fingerprint for place in places]

    def work(self, part: Part | None = None, places: Sequence[int] = (0, 1)) -> Work:
        return first_work([self.notice], self.close, part or self.parts[0], self.group(*places), self.live())

    def remove_layers(self, part: Part | None = None, places: Sequence[int] = (0, 1)) -> Mapping[int, Result]:
        """Let the officers at these places remove their layers; return what the last one gave."""
        work, found = self.work(part, places), dict[int, Result]()
        for layer, place in enumerate(places):
            contribution = contribute(read_work(work.to_bytes()), self.officers[place], AFTER)
            contribution, results = accept_contribution(contribution.to_bytes(), work)
            self.contributions.append(contribution)
            found.update(results)
            if layer + 1 < len(places):
                opened = {sequence: inside for sequence, inside in results.items() if isinstance(inside, bytes)}
                work = next_work(work, opened)
        return found

    def open(self, part: Part | None = None, places: Sequence[int] = (0, 1)) -> SignedRecord:
        """Hold the whole ceremony for one part and sign its record."""
        part = part or self.parts[0]
        results = self.remove_layers(part, places)
        found = {sequence: self.read(part, sequence, inside) for sequence, inside in results.items()}
        self.records.append(self.record(part, found))
        return self.records[-1]

    def read(self, part: Part, sequence: int, inside: Result) -> RecordedBid:
        if not isinstance(inside, bytes):
            return recorded(sequence, inside)
        sealed = self.sealed[sequence]
        return recorded(sequence, open_part(sealed.envelope, self.terms, part, inside, sealed.boxes))

    def record(self, part: Part, found: Mapping[int, RecordedBid]) -> SignedRecord:
        of_part = [one for one in self.contributions if one.part is part]
        return record_opening(self.close, part, found, of_part, (AFTER, self.platform))

    def box(self, sequence: int, key: BoxKey) -> bytes | None:
        return self.sealed[sequence].boxes.get(key)

    def files(self) -> PublicFiles:
        return PublicFiles(
            notices=[canonical(one.document()) for one in (*self.earlier, self.notice)],
            close=canonical(self.close.document()),
            journal=[signed.to_bytes() for signed in self.receipts],
            entries={number: entry.to_bytes() for number, entry in enumerate(self.received, 1)},
            box=self.box,
            contributions=[one.to_bytes() for one in self.contributions],
            records=[one.to_bytes() for one in self.records],
        )


def opened_tender(bids: int = 3, parts: tuple[Part, ...] = (Part.WHOLE,), threshold: int = 2) -> SealedTender:
    """A tender whose bids were all opened by the first officers, with a replaced and a withdrawn one besides."""
    tender = SealedTender(parts=parts, threshold=threshold)
    for number in range(bids):
        tender.bid(f"{number + 1}.25", files=[BidFile(f"offer {number}.pdf", secrets.token_bytes(900))])
    first = tender.sealed[1].envelope.envelope.ids.bidder
    gone = tender.bid("99.00").envelope.envelope.ids.bidder
    tender.bid("0.99", bidder=first, version=2)
    tender.withdraw(gone, 2)
    for part in parts:
        tender.open(part, range(threshold))
    return tender


def amended_tender() -> SealedTender:
    """Seven entries: bids 1 to 4 before the amendment; 1 confirmed by 5, 2 replaced by 6, 3 void, 4 withdrawn by 7."""
    tender = SealedTender()
    sealed = [tender.bid(f"{number}.50").envelope for number in range(1, 5)]
    whose = [one.envelope.ids.bidder for one in sealed]
    tender.amend()
    tender.confirm(whose[0], 2, sealed[0].digest())
    tender.bid("2.10", bidder=whose[1], version=2)
    tender.withdraw(whose[3], 2)
    tender.open()
    return tender
