"""Decrypting a bid with its data key, or taking it from the bidder's reveal: either must give the commitment."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_envelope import BoxKey, SignedEnvelope, read_envelope, read_ids
from b2b_market.tendering.rules.sealed_faults import OpeningFault, Stage, bidder_at, server_at
from b2b_market.tendering.rules.sealed_forms import HASH_BYTES, expect, fields, octets, read_document, text
from b2b_market.tendering.rules.sealed_journal import Receipt
from b2b_market.tendering.rules.sealed_payload import (
    TAG_BYTES,
    BidFile,
    BidIds,
    Box,
    Payload,
    commitment,
    decrypt,
    payload_bucket,
    read_payload,
    split_files,
    take_files,
    unframe,
)
from b2b_market.tendering.rules.sealed_sealing import Secret
from b2b_market.tendering.rules.sealed_terms import Part, Terms
from b2b_market.tendering.rules.sealed_work import BidsStillSealed

REVEAL_FORMAT: Final = "b2b-market-bid-reveal/1"


class RevealClosed(Refusal):
    """Bids are revealed within the announced window only."""

    code = "tender-reveal-closed"
    title = N_("Bids cannot be revealed now")
    advice = N_("Reveals are taken from {opens_at} to {closes_at}; one that is missing then counts as withdrawn.")


class RevealUnacceptable(Refusal):
    """A reveal that is not of the bid that was committed to; nothing was stored."""

    kind, code = Kind.INVALID, "tender-reveal-unacceptable"
    title = N_("This is not the bid that was sealed")
    advice = N_("Nothing was stored: {reason}. Reveal from the file that was kept when the bid was sealed.")


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """A part as it was sealed; ``files`` is None where only the payload is at hand."""

    secret: Secret
    payload: Payload
    files: tuple[BidFile, ...] | None


def stored_envelope(data: bytes, terms: Terms, receipt: Receipt) -> SignedEnvelope | OpeningFault:
    """Return the envelope that was stored, or the server's fault where it is not the one that was receipted."""
    try:
        found = read_envelope(data, terms)
    except ValueError:
        return server_at(Stage.ENVELOPE)
    if found.digest() == receipt.digest and found.envelope.ids == receipt.ids:
        return found
    return server_at(Stage.ENVELOPE)


def open_part(
    envelope: SignedEnvelope, terms: Terms, part: Part, key: bytes, boxes: Mapping[BoxKey, bytes]
) -> OpenedPart | OpeningFault:
    """Decrypt one part with the data key that the last layer gave, and recompute its commitment.

    ``key`` must have passed accept_contribution. A box that is missing or not the announced one is the server's fault;
    everything else that fails here can only have been sealed so by the bidder. ``boxes`` without the files' box gives
    the payload alone.
    """
    sealed = envelope.part(part)
    for box in Box:
        data = boxes.get((part, box), b"")
        wanted = (part, box) in boxes or box is Box.PAYLOAD
        if wanted and hashlib.sha256(data).digest() != sealed.boxes[box].sha256:
            return server_at(Stage.BOX)
    bound = envelope.bound(terms, part)
    try:
        plain = decrypt(key, Box.PAYLOAD, boxes[part, Box.PAYLOAD], bound.box(Box.PAYLOAD))
    except ValueError:
        return bidder_at(Stage.DATA_KEY)
    try:
        r, payload = unframe(plain)
    except ValueError:
        return bidder_at(Stage.PADDING)
    found = _committed(envelope, part, Secret(r, payload))
    if isinstance(found, OpeningFault) or (part, Box.FILES) not in boxes:
        return found
    try:
        joined = decrypt(key, Box.FILES, boxes[part, Box.FILES], bound.box(Box.FILES))
        return OpenedPart(found.secret, found.payload, split_files(joined, found.payload.files))
    except ValueError:
        return bidder_at(Stage.FILES)


def _committed(envelope: SignedEnvelope, part: Part, secret: Secret) -> OpenedPart | OpeningFault:
    if commitment(envelope.envelope.ids, part, secret.r, secret.payload) != envelope.part(part).commitment:
        return bidder_at(Stage.COMMITMENT)
    try:
        return OpenedPart(secret, read_payload(secret.payload), None)
    except ValueError:
        return bidder_at(Stage.PAYLOAD)


@dataclass(frozen=True, slots=True)
class Reveal:
    """A bidder's payload and r, sent when the officers cannot open; files go with it by their listed hashes."""

    ids: BidIds
    part: Part
    secret: Secret

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical(
            {
                **self.ids.document(),
                "format": REVEAL_FORMAT,
                "part": self.part.value,
                "payload": read_document(self.secret.payload),
                "r": self.secret.r.hex(),
            }
        )


def pack_reveal(reveal: Reveal, files: Sequence[BidFile]) -> bytes:
    """Return what the bidder sends: the document, a line feed, and the files end to end in the payload's order."""
    return b"".join((reveal.to_bytes(), b"\n", *(file.content for file in files)))


def read_reveal(data: bytes) -> Reveal:
    """Return the reveal that ``data`` begins with; ValueError for another form."""
    head, _, _ = data.partition(b"\n")
    found = fields(read_document(head), "bidder", "format", "lot", "part", "payload", "r", "tender", "version")
    expect(found["format"], REVEAL_FORMAT)
    secret = Secret(octets(found["r"], HASH_BYTES), canonical(found["payload"]))
    return Reveal(read_ids(found), Part(text(found["part"])), secret)


def accept_reveal(data: bytes, envelope: SignedEnvelope) -> OpenedPart:
    """Return the part that a reveal shows if it is what the envelope commits to; else RevealUnacceptable.

    The payload's length must be that of the bucket it was stored in, and its files must follow, all and no more.
    """
    try:
        return _revealed(read_reveal(data), envelope, data.partition(b"\n")[2])
    except (KeyError, ValueError) as error:
        raise RevealUnacceptable(reason=str(error)) from error


def _revealed(reveal: Reveal, envelope: SignedEnvelope, rest: bytes) -> OpenedPart:
    if reveal.ids != envelope.envelope.ids:
        raise ValueError("it is of another bid or version")
    found = _committed(envelope, reveal.part, reveal.secret)
    if isinstance(found, OpeningFault):
        raise ValueError("it does not hash to the commitment")  # noqa: TRY004 - a fault is an answer here, no type error
    if payload_bucket(reveal.secret.payload) + TAG_BYTES != envelope.part(reveal.part).boxes[Box.PAYLOAD].size:
        raise ValueError("its length is not that of the stored ciphertext")
    files, rest = take_files(rest, found.payload.files)
    if rest:
        raise ValueError("something follows the last file")
    return OpenedPart(found.secret, found.payload, files)


@dataclass(frozen=True, slots=True)
class RevealWindow:
    """When bidders reveal: for the hours that the notice announced, or the half hour after a bid did not open."""

    opens_at: datetime
    length: timedelta

    @property
    def closes_at(self) -> datetime:
        """Return the end; at this moment it is too late."""
        return self.opens_at + self.length

    def require_open(self, now: datetime) -> None:
        """Refuse (RevealClosed) a reveal outside the window."""
        if not self.opens_at <= now < self.closes_at:
            raise RevealClosed(opens_at=self.opens_at.isoformat(), closes_at=self.closes_at.isoformat())

    def require_over(self, now: datetime) -> None:
        """Refuse (BidsStillSealed) to show anybody anything that was revealed before the window has ended."""
        if now < self.closes_at:
            raise BidsStillSealed
