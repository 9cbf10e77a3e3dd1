"""The envelope: what a server can check of a bid that it cannot read, signed by the bidder.

The envelope is a small canonical JSON document; the boxes (ciphertexts) lie apart and are named by size and hash. In a
file the boxes follow the document and a line feed, in the envelope's order.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    items,
    mapping,
    octets,
    read_document,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_keys import is_signed
from b2b_market.tendering.rules.sealed_payload import BUCKETS, TAG_BYTES, BidIds, Box
from b2b_market.tendering.rules.sealed_terms import Notice, Part, Terms
from b2b_market.tendering.rules.sealed_wraps import ENVELOPE_FORMAT, Bound, Wrap, read_wraps

NAMING_FORMAT: Final = "b2b-market-sealed-bid/2"
"""Of an envelope that names the notice it was sealed for; one that names none is for the first edition."""
WITHDRAWAL_FORMAT: Final = "b2b-market-withdrawal/1"
MOST_ENVELOPE_BYTES: Final = 32 * 1024
"""Two parts for 3 of 5 officers need about 16 KiB."""
BoxKey: TypeAlias = tuple[Part, Box]


class EnvelopeUnacceptable(Refusal):
    """An envelope, withdrawal or box is not of the form in which a bid can be opened later; nothing was stored."""

    kind, code = Kind.INVALID, "tender-envelope-unacceptable"
    title = N_("This sealed bid cannot be accepted")
    advice = N_("Nothing was stored: {reason}. Seal the bid again for the tender's current notice.")


@dataclass(frozen=True, slots=True)
class SealedBox:
    """A ciphertext by size and SHA-256."""

    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One part: its commitment, the hash of its data key, the wraps of that key and the two boxes."""

    part: Part
    commitment: bytes
    key_hash: bytes
    wraps: tuple[Wrap, ...]
    boxes: Mapping[Box, SealedBox]

    def document(self) -> dict[str, object]:
        """Return the part as JSON-ready parts."""
        return {
            "boxes": {box.value: {"sha256": self.boxes[box].sha256.hex(), "size": self.boxes[box].size} for box in Box},
            "commitment": self.commitment.hex(),
            "key_hash": self.key_hash.hex(),
            "part": self.part.value,
            "wraps": [wrap.document() for wrap in self.wraps],
        }

    def announced(self, subset: tuple[int, ...], layer: int) -> bytes:
        """Return the hash of what ``layer`` of a group's wrap holds, as the bidder announced it."""
        wrap = self.wrap(subset)
        return wrap.layers[layer] if layer < len(wrap.layers) else self.key_hash

    def wrap(self, subset: tuple[int, ...]) -> Wrap:
        """Return the wrap for a group of officers."""
        return next(wrap for wrap in self.wraps if wrap.subset == subset)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed bid without its boxes. ``signer`` is the bidder's Ed25519 key, ``notice`` the digest of the notice."""

    ids: BidIds
    terms: bytes
    suite: int
    parts: tuple[SealedPart, ...]
    signer: bytes
    notice: bytes | None = None

    def statement(self) -> dict[str, object]:
        """Return what the bidder signs."""
        naming = {"notice": self.notice.hex()} if self.notice is not None else {}
        return {
            **self.ids.document(),
            **naming,
            "format": NAMING_FORMAT if naming else ENVELOPE_FORMAT,
            "parts": [part.document() for part in self.parts],
            "signer": self.signer.hex(),
            "suite": self.suite,
            "terms": self.terms.hex(),
        }


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """An envelope and the bidder's signature."""

    envelope: Envelope
    signature: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical document: what is stored, hashed and receipted."""
        return canonical({"envelope": self.envelope.statement(), "signature": self.signature.hex()})

    def digest(self) -> bytes:
        """Return SHA-256 over the document."""
        return hashlib.sha256(self.to_bytes()).digest()

    def boxes(self) -> Iterator[tuple[BoxKey, SealedBox]]:
        """Yield the boxes in the order in which a file holds them."""
        for part in self.envelope.parts:
            for box in Box:
                yield (part.part, box), part.boxes[box]

    def part(self, part: Part) -> SealedPart:
        """Return one part; KeyError where the bid has none such."""
        found = next((sealed for sealed in self.envelope.parts if sealed.part is part), None)
        if found is None:
            raise KeyError(part)
        return found

    def bound(self, terms: Terms, part: Part) -> Bound:
        """Return what the ciphertexts of a part are bound to."""
        return Bound(terms, self.envelope.ids, part, self.part(part).commitment)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The bidder's signed word that the bid is taken back; it takes the next version's number."""

    ids: BidIds
    signer: bytes
    signature: bytes = b""

    def statement(self) -> dict[str, object]:
        """Return what the bidder signs."""
        return {**self.ids.document(), "format": WITHDRAWAL_FORMAT, "signer": self.signer.hex()}

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical({"signature": self.signature.hex(), "withdrawal": self.statement()})

    def digest(self) -> bytes:
        """Return SHA-256 over the document."""
        return hashlib.sha256(self.to_bytes()).digest()


def sign_envelope(envelope: Envelope, key: Ed25519PrivateKey) -> SignedEnvelope:
    """Sign an envelope with the bidder's key."""
    return SignedEnvelope(envelope, key.sign(canonical(envelope.statement())))


def sign_withdrawal(ids: BidIds, key: Ed25519PrivateKey) -> Withdrawal:
    """Sign a withdrawal with the bidder's key."""
    signer = key.public_key().public_bytes_raw()
    return Withdrawal(ids, signer, key.sign(canonical(Withdrawal(ids, signer).statement())))


def check_envelope(data: bytes, notice: Notice, signer: bytes | None = None) -> SignedEnvelope:
    """Return the envelope in ``data`` if it could be opened under this notice; else EnvelopeUnacceptable.

    Checked without reading anything: size, form, suite, terms, lot, parts, a wrap of the right size for every group of
    officers, boxes of a bucket's size, and the signature: by ``signer`` where the bidder's key is known. What only the
    opening can show (that a wrap opens, that the payload is what was committed to) is found there and laid at the
    bidder's door.
    """
    try:
        found = read_envelope(data, notice.terms)
        _require_lot(found.envelope.ids, notice)
        require_signer(found.envelope.signer, signer)
    except ValueError as error:
        raise EnvelopeUnacceptable(reason=str(error)) from error
    return found


def check_withdrawal(data: bytes, signer: bytes | None = None) -> Withdrawal:
    """Return the withdrawal in ``data`` if it is signed, by ``signer`` where known; else EnvelopeUnacceptable."""
    try:
        found = read_withdrawal(data)
        require_signer(found.signer, signer)
    except ValueError as error:
        raise EnvelopeUnacceptable(reason=str(error)) from error
    return found


def _require_lot(ids: BidIds, notice: Notice) -> None:
    if ids.lot not in notice.lots:
        raise ValueError("the notice has no such lot")


def require_signer(found: bytes, known: bytes | None) -> None:
    """Raise ValueError where a document is signed with another key than the company's ``known`` one."""
    if known is not None and found != known:
        raise ValueError("it is signed with another key than the company's earlier ones")


def read_envelope(data: bytes, terms: Terms) -> SignedEnvelope:
    """Return the envelope in ``data``; ValueError for what could not be opened under ``terms``, or is not signed."""
    if len(data) > MOST_ENVELOPE_BYTES:
        raise ValueError(f"an envelope has at most {MOST_ENVELOPE_BYTES} bytes")
    signed = fields(read_document(data), "envelope", "signature")
    naming = mapping(signed["envelope"]).get("format") == NAMING_FORMAT
    names = ("bidder", "format", "lot", "parts", "signer", "suite", "tender", "terms", "version")
    found = fields(signed["envelope"], *names, *(("notice",) if naming else ()))
    expect(found["format"], NAMING_FORMAT if naming else ENVELOPE_FORMAT)
    expect(found["suite"], terms.suite)
    if octets(found["terms"]) != terms.digest:
        raise ValueError("it is sealed under other terms than the notice's")
    if identifier(found["tender"]) != terms.tender:
        raise ValueError("it is for another tender")
    parts = tuple(_read_part(part, terms) for part in items(found["parts"], 1, 2))
    if tuple(part.part for part in parts) != terms.parts:
        raise ValueError("its parts are not those of the notice")
    named = octets(found["notice"], HASH_BYTES) if naming else None
    envelope = Envelope(read_ids(found), terms.digest, terms.suite, parts, octets(found["signer"], KEY_BYTES), named)
    return SignedEnvelope(
        envelope, read_signature(signed["signature"], envelope.signer, envelope.statement(), "the envelope")
    )


def read_withdrawal(data: bytes) -> Withdrawal:
    """Return the withdrawal in ``data``; ValueError where it is none or is not signed."""
    signed = fields(read_document(data), "signature", "withdrawal")
    found = fields(signed["withdrawal"], "bidder", "format", "lot", "signer", "tender", "version")
    expect(found["format"], WITHDRAWAL_FORMAT)
    unsigned = Withdrawal(read_ids(found), octets(found["signer"], KEY_BYTES))
    signature = read_signature(signed["signature"], unsigned.signer, unsigned.statement(), "the withdrawal")
    return Withdrawal(unsigned.ids, unsigned.signer, signature)


def read_ids(found: Mapping[str, object]) -> BidIds:
    """Return a bid's ids from a document's fields; ValueError for others."""
    tender, lot, bidder = (identifier(found[name]) for name in ("tender", "lot", "bidder"))
    return BidIds(tender, lot, bidder, whole(found["version"], 1))


def read_signature(value: object, signer: bytes, statement: Mapping[str, object], what: str) -> bytes:
    """Return the signature of ``what``; ValueError unless ``signer`` made it over ``statement``."""
    signature = octets(value, SIGNATURE_BYTES)
    if not is_signed(signer, statement, signature):
        raise ValueError(f"{what} is not signed with the key that it names")
    return signature


def _read_part(value: object, terms: Terms) -> SealedPart:
    found = fields(value, "boxes", "commitment", "key_hash", "part", "wraps")
    boxes = fields(found["boxes"], *Box)
    return SealedPart(
        Part(text(found["part"])),
        octets(found["commitment"], HASH_BYTES),
        octets(found["key_hash"], HASH_BYTES),
        read_wraps(found["wraps"], terms),
        {box: _read_box(boxes[box]) for box in Box},
    )


def _read_box(value: object) -> SealedBox:
    found = fields(value, "sha256", "size")
    size = whole(found["size"])
    if size - TAG_BYTES not in BUCKETS:
        raise ValueError("a box has the size of a bucket")
    return SealedBox(size, octets(found["sha256"], HASH_BYTES))


def pack(envelope: SignedEnvelope, boxes: Mapping[BoxKey, bytes]) -> Iterator[bytes]:
    """Yield the pieces of the file that holds an envelope and its boxes."""
    yield envelope.to_bytes() + b"\n"
    for key, _ in envelope.boxes():
        yield boxes[key]


def unpack(data: bytes, terms: Terms) -> tuple[SignedEnvelope, dict[BoxKey, bytes]]:
    """Take such a file apart; ValueError where a box is missing, another one, or followed by something."""
    head, _, rest = data.partition(b"\n")
    envelope = read_envelope(head, terms)
    boxes: dict[BoxKey, bytes] = {}
    for key, box in envelope.boxes():
        boxes[key], rest = rest[: box.size], rest[box.size :]
        if hashlib.sha256(boxes[key]).digest() != box.sha256:
            raise ValueError("a box is not the one that the envelope names")
    if rest:
        raise ValueError("something follows the last box")
    return envelope, boxes
