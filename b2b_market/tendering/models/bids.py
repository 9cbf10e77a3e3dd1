"""Sealed bids: what was received, in the order of the receipts, and what the opening made of it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.bids import BidStatus


class Bid(Salted, Aggregate, Base):
    """One company's bid on one lot. Until ``opened`` row-level security hides it from its buyer."""

    __tablename__ = "tender_bid"
    __table_args__ = (
        UniqueConstraint("lot_id", "supplier_id"),
        Index("ix_tender_bid_tender_id_id", "tender_id", "id"),
        Index("ix_tender_bid_supplier_id_id", "supplier_id", "id"),
    )
    audit_type = "tender_bid"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"signer", "digest"})
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"edition": 1})

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    number: Mapped[int]
    """The bidder's own version of the bid, counted from 1; a withdrawal and a confirmation take one too."""
    status: Mapped[BidStatus] = mapped_column(enum_type(BidStatus))
    opened: Mapped[bool]
    signer: Mapped[bytes] = mapped_column(LargeBinary)
    """The Ed25519 key that the company signs its envelopes of this lot with."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the last envelope or withdrawal received."""
    sequence: Mapped[int]
    received_at: Mapped[datetime]
    edition: Mapped[int]
    """Which edition of the notice it is for, or was confirmed under; before the tender's binding one it is void."""
    submitted_by: Mapped[UUID]
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Why it did not open and whose doing that is, once the opening found it unreadable."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the bidder alone: until the opening nobody else hears of the bid."""
        return (self.buyer_id, self.supplier_id) if self.opened else (self.supplier_id,)

    def veil(self) -> UUID | None:
        """Return the tender: what is done to a sealed bid is held back from the platform's people until the opening."""
        return None if self.opened else self.tender_id


class Counter(Base):
    """How many documents a tender has received; the next receipt takes the next number. Its buyer does not see it."""

    __tablename__ = "tender_counter"

    tender_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    last: Mapped[int]


class Received(Base):
    """A document as it came: envelope, withdrawal or confirmation, with its signed receipt; nothing of it changes."""

    __tablename__ = "tender_received"
    __table_args__ = (
        UniqueConstraint("tender_id", "sequence"),
        Index("ix_tender_received_bid_id", "bid_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    bid_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    sequence: Mapped[int]
    number: Mapped[int]
    entry: Mapped[str]
    document: Mapped[bytes] = mapped_column(LargeBinary)
    receipt: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime]


class SealedBoxRow(Base):
    """A ciphertext of an envelope."""

    __tablename__ = "tender_box"

    received_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    box: Mapped[str] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID]
    tender_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class Contribution(Base):
    """What an officer removed: a layer of every bid at once, signed by the officer."""

    __tablename__ = "tender_contribution"
    __table_args__ = (UniqueConstraint("tender_id", "part", "team", "fingerprint"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    user_id: Mapped[UUID]
    org_id: Mapped[UUID]
    part: Mapped[str]
    fingerprint: Mapped[str]
    team: Mapped[str]
    """The fingerprints of the group that opens together, in the order of the notice, divided by commas."""
    layer: Mapped[int]
    document: Mapped[bytes] = mapped_column(LargeBinary)
    contributed_at: Mapped[datetime]


class OpeningRecord(Base):
    """What the opening found, signed; everybody who may read the tender reads it."""

    __tablename__ = "tender_opening"

    tender_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_at: Mapped[datetime]


class BidContent(Base):
    """What a bid says, once it is opened."""

    __tablename__ = "tender_bid_content"

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class BidFileRow(Base):
    """A file of an opened bid."""

    __tablename__ = "tender_bid_file"

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
