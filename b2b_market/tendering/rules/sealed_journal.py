"""Receipts and the close record: what the platform commits to, so that nothing is dropped, added or backdated later.

Every accepted envelope, withdrawal or confirmation of a tender gets the next sequence number and a signed receipt. The
close record holds Merkle roots (RFC 9162) over the leaves of all receipts, and over those of each way in which a bid
stands: live, the last version of a company and lot for an edition that binds; void, for an earlier edition and not
confirmed; withdrawn. Bidders get it before anything is opened.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey
from b2b_market.kernel.merkle import leaf_hash, root_of
from b2b_market.tendering.rules.sealed_confirming import Confirmation
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, Withdrawal, read_ids
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    mapping,
    moment,
    octets,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_keys import is_signed
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_terms import SignedNotice

RECEIPT_FORMAT: Final = "b2b-market-bid-receipt/1"
EDITION_FORMAT: Final = "b2b-market-bid-receipt/2"
"""Of a receipt that names a later edition of the notice than the first."""
LIVE_FORMAT: Final = "b2b-market-bid-close/1"
"""Of close records that say which bids are live and nothing of the others."""
CLOSE_FORMAT: Final = "b2b-market-bid-close/2"


class Entry(StrEnum):
    """What was received."""

    ENVELOPE = "envelope"
    WITHDRAWAL = "withdrawal"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Receipt:
    """``digest`` is SHA-256 of the document received; ``sequence`` counts from 1 within the tender, without gaps.

    ``edition`` is the one of the notice that an envelope or a confirmation names.
    """

    ids: BidIds
    entry: Entry
    digest: bytes
    sequence: int
    received_at: datetime
    edition: int = 1

    def statement(self) -> dict[str, object]:
        """Return what is signed, and hashed into the leaf; of the first edition nothing is said."""
        later = {"edition": self.edition} if self.edition > 1 else {}
        return {
            **self.ids.document(),
            **later,
            "digest": self.digest.hex(),
            "entry": self.entry.value,
            "format": EDITION_FORMAT if later else RECEIPT_FORMAT,
            "received_at": plain(self.received_at),
            "sequence": self.sequence,
        }

    @property
    def leaf(self) -> bytes:
        """Return the leaf hash; its index among all leaves of the tender is ``sequence - 1``."""
        return leaf_hash(canonical(self.statement()))

    @property
    def whose(self) -> tuple[UUID, UUID]:
        """Return lot and bidder: only the last entry of each counts."""
        return self.ids.lot, self.ids.bidder


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt with the platform's signature."""

    receipt: Receipt
    signature: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical(self.document())

    def document(self) -> dict[str, object]:
        """Return the signed receipt as JSON-ready parts."""
        return {
            "leaf": self.receipt.leaf.hex(),
            "receipt": self.receipt.statement(),
            "signature": self.signature.hex(),
        }


Document: TypeAlias = SignedEnvelope | Withdrawal | Confirmation
"""What bidders send."""


def entry_of(document: Document) -> tuple[Entry, BidIds, bytes]:
    """Return what a document is, of which bid, and the key that signed it."""
    if isinstance(document, Withdrawal):
        return Entry.WITHDRAWAL, document.ids, document.signer
    if isinstance(document, Confirmation):
        return Entry.CONFIRMATION, document.ids, document.signer
    return Entry.ENVELOPE, document.envelope.ids, document.envelope.signer


def issue_receipt(
    received: Document, sequence: int, received_at: datetime, key: SigningKey, *, edition: int = 1
) -> SignedReceipt:
    """Sign the receipt for a document that has been stored under ``sequence``; ``edition`` is the one it names."""
    entry, ids, _ = entry_of(received)
    receipt = Receipt(ids, entry, received.digest(), sequence, received_at, edition)
    return SignedReceipt(receipt, key.sign(receipt.statement()).signature)


def read_receipt(value: object) -> SignedReceipt:
    """Return a receipt from its JSON value; ValueError for another form. The signature is judged by is_from."""
    signed = fields(value, "leaf", "receipt", "signature")
    later = mapping(signed["receipt"]).get("format") == EDITION_FORMAT
    names = ("bidder", "digest", "entry", "format", "lot", "received_at", "sequence", "tender", "version")
    found = fields(signed["receipt"], *names, *(("edition",) if later else ()))
    expect(found["format"], EDITION_FORMAT if later else RECEIPT_FORMAT)
    receipt = Receipt(
        read_ids(found),
        Entry(text(found["entry"])),
        octets(found["digest"], HASH_BYTES),
        whole(found["sequence"], 1),
        moment(found["received_at"]),
        whole(found["edition"], 2) if later else 1,
    )
    expect(signed["leaf"], receipt.leaf.hex())
    return SignedReceipt(receipt, octets(signed["signature"], SIGNATURE_BYTES))


def is_from(signed: "SignedReceipt | SignedClose", key: bytes) -> bool:
    """Tell whether a receipt or close record was signed with the platform's ``key``."""
    statement = signed.receipt.statement() if isinstance(signed, SignedReceipt) else signed.close.statement()
    return is_signed(key, statement, signed.signature)


@dataclass(frozen=True, slots=True)
class Standing:
    """How each bid stands: its envelope's receipt where it is live or void, its withdrawal's; in order of sequence."""

    live: tuple[Receipt, ...]
    void: tuple[Receipt, ...]
    withdrawn: tuple[Receipt, ...]


def standing(receipts: Iterable[Receipt], binding: int = 1) -> Standing:
    """Return how the bids stand where those for an edition before ``binding`` count only if they were confirmed.

    ValueError unless ``receipts`` are all, in order.
    """
    bids: dict[tuple[UUID, UUID], tuple[Receipt, int]] = {}
    for expected, receipt in enumerate(receipts, 1):
        if receipt.sequence != expected:
            raise ValueError(f"the receipt {expected} is missing")
        stood = bids.get(receipt.whose)
        if receipt.entry is not Entry.CONFIRMATION:
            bids[receipt.whose] = (receipt, receipt.edition)
        elif stood is not None and stood[0].entry is Entry.ENVELOPE:
            bids[receipt.whose] = (stood[0], receipt.edition)
    ordered = sorted(bids.values(), key=lambda bid: bid[0].sequence)
    sealed = [(receipt, edition) for receipt, edition in ordered if receipt.entry is Entry.ENVELOPE]
    return Standing(
        tuple(receipt for receipt, edition in sealed if edition >= binding),
        tuple(receipt for receipt, edition in sealed if edition < binding),
        tuple(receipt for receipt, _ in ordered if receipt.entry is Entry.WITHDRAWAL),
    )


def live_receipts(receipts: Iterable[Receipt], binding: int = 1) -> tuple[Receipt, ...]:
    """Return the receipts of live bids, as ``standing`` tells them."""
    return standing(receipts, binding).live


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How many leaves, and their root."""

    size: int
    root: bytes

    @classmethod
    def over(cls, receipts: Sequence[Receipt]) -> "TreeHead":
        """Return the head over the leaves of these receipts."""
        return cls(len(receipts), root_of(receipt.leaf for receipt in receipts))

    def document(self) -> dict[str, object]:
        """Return the head as JSON-ready parts."""
        return {"root": self.root.hex(), "size": self.size}


@dataclass(frozen=True, slots=True)
class CloseRecord:
    """What was there when bidding closed under the notice of this ``edition``; ``journal`` counts every receipt.

    ``void`` and ``withdrawn`` are None in records of before bids could be void.
    """

    tender: UUID
    edition: int
    deadline: datetime
    closed_at: datetime
    journal: TreeHead
    live: TreeHead
    void: TreeHead | None = None
    withdrawn: TreeHead | None = None

    def statement(self) -> dict[str, object]:
        """Return what is signed."""
        others = {"void": self.void, "withdrawn": self.withdrawn}
        told = {name: head.document() for name, head in others.items() if head is not None}
        return {
            **told,
            "closed_at": plain(self.closed_at),
            "deadline": plain(self.deadline),
            "edition": self.edition,
            "format": CLOSE_FORMAT if told else LIVE_FORMAT,
            "journal": self.journal.document(),
            "live": self.live.document(),
            "tender": str(self.tender),
        }

    def digest(self) -> bytes:
        """Return SHA-256 over the canonical statement: what contributions and opening records refer to."""
        return hashlib.sha256(canonical(self.statement())).digest()


@dataclass(frozen=True, slots=True)
class SignedClose:
    """A close record with the platform's signature."""

    close: CloseRecord
    signature: bytes

    def document(self) -> dict[str, object]:
        """Return the signed record as JSON-ready parts."""
        return {"close": self.close.statement(), "signature": self.signature.hex()}


def close_bidding(
    notice: SignedNotice, receipts: Sequence[Receipt], closed_at: datetime, key: SigningKey
) -> SignedClose:
    """Sign the record over all receipts of the tender, in order of sequence; ValueError before the deadline."""
    announced = notice.notice
    if closed_at < announced.deadline:
        raise ValueError("bidding closes at the deadline, not before")
    found = standing(receipts, announced.binding)
    record = CloseRecord(
        announced.terms.tender,
        announced.edition,
        announced.deadline,
        closed_at,
        TreeHead.over(receipts),
        TreeHead.over(found.live),
        TreeHead.over(found.void),
        TreeHead.over(found.withdrawn),
    )
    return SignedClose(record, key.sign(record.statement()).signature)


def read_close(value: object) -> SignedClose:
    """Return a close record from its JSON value; ValueError for another form. The signature is judged by is_from."""
    signed = fields(value, "close", "signature")
    whole_told = mapping(signed["close"]).get("format") == CLOSE_FORMAT
    names = ("closed_at", "deadline", "edition", "format", "journal", "live", "tender")
    found = fields(signed["close"], *names, *(("void", "withdrawn") if whole_told else ()))
    expect(found["format"], CLOSE_FORMAT if whole_told else LIVE_FORMAT)
    record = CloseRecord(
        identifier(found["tender"]),
        whole(found["edition"], 1),
        moment(found["deadline"]),
        moment(found["closed_at"]),
        _read_head(found["journal"]),
        _read_head(found["live"]),
        _read_head(found["void"]) if whole_told else None,
        _read_head(found["withdrawn"]) if whole_told else None,
    )
    if record.closed_at < record.deadline:
        raise ValueError("the record says that bidding was closed before its deadline")
    return SignedClose(record, octets(signed["signature"], SIGNATURE_BYTES))


def _read_head(value: object) -> TreeHead:
    found = fields(value, "root", "size")
    return TreeHead(whole(found["size"]), octets(found["root"], HASH_BYTES))
