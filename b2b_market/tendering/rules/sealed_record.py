"""The opening record: what came out of every live bid, bound to the close record and the officers' contributions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    items,
    moment,
    octets,
    read_document,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_journal import SignedClose
from b2b_market.tendering.rules.sealed_keys import is_signed
from b2b_market.tendering.rules.sealed_layers import Contribution
from b2b_market.tendering.rules.sealed_reading import OpenedPart
from b2b_market.tendering.rules.sealed_sealing import Secret
from b2b_market.tendering.rules.sealed_terms import MOST_OFFICERS, Part

RECORD_FORMAT: Final = "b2b-market-bid-opening/1"


class Outcome(StrEnum):
    """What came of a live bid's part."""

    OPENED = "opened"
    """The officers opened it."""
    REVEALED = "revealed"
    """The bidder revealed it against its commitment."""
    FAILED = "failed"
    """It could not be read; the fault says why."""
    SEALED = "sealed"
    """It was not opened, as the procedure says, such as the prices of an offer that failed technically."""


@dataclass(frozen=True, slots=True)
class RecordedBid:
    """One bid: its payload with r where it was read, the fault where it failed."""

    sequence: int
    outcome: Outcome
    secret: Secret | None = None
    fault: OpeningFault | None = None

    def document(self) -> dict[str, object]:
        """Return the bid as JSON-ready parts."""
        return {
            "fault": None if self.fault is None else self.fault.document(),
            "outcome": self.outcome.value,
            "payload": None if self.secret is None else read_document(self.secret.payload),
            "r": None if self.secret is None else self.secret.r.hex(),
            "sequence": self.sequence,
        }


@dataclass(frozen=True, slots=True)
class OpeningRecord:
    """The opening of one part. ``bids`` are all live ones in order; ``contributions`` the digests of all of them."""

    tender: UUID
    part: Part
    close: bytes
    opened_at: datetime
    bids: tuple[RecordedBid, ...]
    contributions: tuple[bytes, ...]

    def statement(self) -> dict[str, object]:
        """Return what is signed."""
        return {
            "bids": [bid.document() for bid in self.bids],
            "close": self.close.hex(),
            "contributions": [digest.hex() for digest in self.contributions],
            "format": RECORD_FORMAT,
            "opened_at": plain(self.opened_at),
            "part": self.part.value,
            "tender": str(self.tender),
        }

    def digest(self) -> bytes:
        """Return SHA-256 over the canonical statement."""
        return hashlib.sha256(canonical(self.statement())).digest()


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """An opening record with the platform's signature."""

    record: OpeningRecord
    signature: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical({"record": self.record.statement(), "signature": self.signature.hex()})

    def is_from(self, key: bytes) -> bool:
        """Tell whether it was signed with the platform's ``key``."""
        return is_signed(key, self.record.statement(), self.signature)


def record_opening(  # the bids come from opened, revealed, failed and sealed alike
    close: SignedClose,
    part: Part,
    found: Mapping[int, RecordedBid],
    contributions: Sequence[Contribution],
    signing: tuple[datetime, SigningKey],
) -> SignedRecord:
    """Sign the record of an opening; ``found`` by sequence, ``signing`` the time and the platform's key."""
    opened_at, key = signing
    bids = tuple(found[sequence] for sequence in sorted(found))
    digests = tuple(contribution.digest() for contribution in contributions)
    record = OpeningRecord(close.close.tender, part, close.close.digest(), opened_at, bids, digests)
    return SignedRecord(record, key.sign(record.statement()).signature)


def recorded(sequence: int, found: OpenedPart | OpeningFault | None, *, revealed: bool = False) -> RecordedBid:
    """Return how a bid goes down in the record: None is one that stays sealed."""
    if found is None:
        return RecordedBid(sequence, Outcome.SEALED)
    if isinstance(found, OpeningFault):
        return RecordedBid(sequence, Outcome.FAILED, fault=found)
    return RecordedBid(sequence, Outcome.REVEALED if revealed else Outcome.OPENED, found.secret)


def read_record(data: bytes) -> SignedRecord:
    """Return the record in ``data``; ValueError for another form. The signature is judged by is_from."""
    signed = fields(read_document(data), "record", "signature")
    found = fields(signed["record"], "bids", "close", "contributions", "format", "opened_at", "part", "tender")
    expect(found["format"], RECORD_FORMAT)
    bids = tuple(_read_bid(item) for item in items(found["bids"]))
    if [bid.sequence for bid in bids] != sorted({bid.sequence for bid in bids}):
        raise ValueError("the bids stand in order of sequence, each once")
    record = OpeningRecord(
        identifier(found["tender"]),
        Part(text(found["part"])),
        octets(found["close"], HASH_BYTES),
        moment(found["opened_at"]),
        bids,
        tuple(octets(digest, HASH_BYTES) for digest in items(found["contributions"])),
    )
    return SignedRecord(record, octets(signed["signature"], SIGNATURE_BYTES))


def _read_bid(value: object) -> RecordedBid:
    found = fields(value, "fault", "outcome", "payload", "r", "sequence")
    outcome = Outcome(text(found["outcome"]))
    read = outcome in (Outcome.OPENED, Outcome.REVEALED)
    if (found["r"] is not None) != read or (found["payload"] is not None) != read:
        raise ValueError("a bid that was read has a payload and r, any other none")
    if (found["fault"] is not None) != (outcome is Outcome.FAILED):
        raise ValueError("a bid that failed has a fault, any other none")
    secret = Secret(octets(found["r"], HASH_BYTES), canonical(found["payload"])) if read else None
    fault = _read_fault(found["fault"]) if found["fault"] is not None else None
    return RecordedBid(whole(found["sequence"], 1), outcome, secret, fault)


def _read_fault(value: object) -> OpeningFault:
    found = fields(value, "culprit", "layer", "officer", "stage")
    layer, officer = found["layer"], found["officer"]
    return OpeningFault(
        Stage(text(found["stage"])),
        Culprit(text(found["culprit"])),
        None if layer is None else whole(layer, 1, MOST_OFFICERS),
        None if officer is None else text(officer),
    )
