"""A bidder's signed word that a sealed bid stands under a later edition of the notice, without opening it."""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_envelope import (
    EnvelopeUnacceptable,
    read_ids,
    read_signature,
    require_signer,
)
from b2b_market.tendering.rules.sealed_forms import HASH_BYTES, KEY_BYTES, expect, fields, octets, read_document
from b2b_market.tendering.rules.sealed_payload import BidIds

CONFIRMATION_FORMAT: Final = "b2b-market-confirmation/1"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Links the digest of an envelope to that of a notice; it takes the next version's number of the bid."""

    ids: BidIds
    envelope: bytes
    notice: bytes
    signer: bytes
    signature: bytes = b""

    def statement(self) -> dict[str, object]:
        """Return what the bidder signs."""
        return {
            **self.ids.document(),
            "envelope": self.envelope.hex(),
            "format": CONFIRMATION_FORMAT,
            "notice": self.notice.hex(),
            "signer": self.signer.hex(),
        }

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical({"confirmation": self.statement(), "signature": self.signature.hex()})

    def digest(self) -> bytes:
        """Return SHA-256 over the document."""
        return hashlib.sha256(self.to_bytes()).digest()


def sign_confirmation(ids: BidIds, envelope: bytes, notice: bytes, key: Ed25519PrivateKey) -> Confirmation:
    """Confirm the bid whose envelope has this digest under the notice of that digest, with the bidder's key."""
    signer = key.public_key().public_bytes_raw()
    unsigned = Confirmation(ids, envelope, notice, signer)
    return Confirmation(ids, envelope, notice, signer, key.sign(canonical(unsigned.statement())))


def check_confirmation(data: bytes, signer: bytes | None = None) -> Confirmation:
    """Return the confirmation in ``data`` if it is signed, by ``signer`` where known; else EnvelopeUnacceptable."""
    try:
        found = read_confirmation(data)
        require_signer(found.signer, signer)
    except ValueError as error:
        raise EnvelopeUnacceptable(reason=str(error)) from error
    return found


def read_confirmation(data: bytes) -> Confirmation:
    """Return the confirmation in ``data``; ValueError where it is none or is not signed."""
    signed = fields(read_document(data), "confirmation", "signature")
    names = ("bidder", "envelope", "format", "lot", "notice", "signer", "tender", "version")
    found = fields(signed["confirmation"], *names)
    expect(found["format"], CONFIRMATION_FORMAT)
    unsigned = Confirmation(
        read_ids(found),
        octets(found["envelope"], HASH_BYTES),
        octets(found["notice"], HASH_BYTES),
        octets(found["signer"], KEY_BYTES),
    )
    signature = read_signature(signed["signature"], unsigned.signer, unsigned.statement(), "the confirmation")
    return Confirmation(unsigned.ids, unsigned.envelope, unsigned.notice, unsigned.signer, signature)
