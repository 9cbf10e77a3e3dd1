"""Sealing a bid: the bidder's side, on the bidder's own device."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.tendering.rules.sealed_envelope import BoxKey, Envelope, SealedBox, SealedPart, SignedEnvelope
from b2b_market.tendering.rules.sealed_envelope import sign_envelope as _signed
from b2b_market.tendering.rules.sealed_forms import HASH_BYTES, KEY_BYTES
from b2b_market.tendering.rules.sealed_payload import (
    BidFile,
    BidIds,
    Box,
    commitment,
    encrypt,
    frame,
    join_files,
    write_payload,
)
from b2b_market.tendering.rules.sealed_terms import Part, Terms
from b2b_market.tendering.rules.sealed_wraps import Bound, layer_hash, wrap_key


@dataclass(frozen=True, slots=True)
class PartContent:
    """What goes into one part: JSON content (money and quantities as strings) and files."""

    content: Mapping[str, object]
    files: Sequence[BidFile] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """What the bidder keeps to reveal a part against its commitment, should the officers be unable to open it."""

    r: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class SealedBid:
    """The envelope and boxes to be sent, and the secrets to be kept."""

    envelope: SignedEnvelope
    boxes: Mapping[BoxKey, bytes]
    secrets: Mapping[Part, Secret]


def seal(
    terms: Terms,
    ids: BidIds,
    contents: Mapping[Part, PartContent],
    signer: Ed25519PrivateKey,
    *,
    notice: bytes | None = None,
) -> SealedBid:
    """Seal a bid for the ``notice`` of this digest; one that names none is for the first edition.

    ValueError where parts are missing, content has no canonical form, or a size is beyond a bucket.
    """
    if ids.tender != terms.tender or set(contents) != set(terms.parts):
        raise ValueError(f"this tender takes bids of the parts: {', '.join(terms.parts)}")
    parts, boxes, kept = [], {}, {}
    for part in terms.parts:
        payload = write_payload(contents[part].content, contents[part].files)
        kept[part] = Secret(secrets.token_bytes(HASH_BYTES), payload)
        bound = Bound(terms, ids, part, commitment(ids, part, kept[part].r, payload))
        key = secrets.token_bytes(KEY_BYTES)
        plain = {Box.PAYLOAD: frame(kept[part].r, payload), Box.FILES: join_files(contents[part].files)}
        sealed = {box: encrypt(key, box, plain[box], bound.box(box)) for box in Box}
        boxes.update({(part, box): sealed[box] for box in Box})
        named = {box: SealedBox(len(data), hashlib.sha256(data).digest()) for box, data in sealed.items()}
        parts.append(SealedPart(part, bound.commitment, layer_hash(key), wrap_key(key, bound), named))
    public = signer.public_key().public_bytes_raw()
    envelope = Envelope(ids, terms.digest, terms.suite, tuple(parts), public, notice)
    return SealedBid(_signed(envelope, signer), boxes, kept)
