"""Bids as a dishonest bidder could have sealed them."""

import secrets
from dataclasses import replace
from hashlib import sha256

from b2b_market.tendering.rules.sealed_envelope import Envelope, SealedBox, SealedPart, sign_envelope
from b2b_market.tendering.rules.sealed_faults import Stage
from b2b_market.tendering.rules.sealed_payload import Box, commitment, encrypt, frame, join_files
from b2b_market.tendering.rules.sealed_sealing import SealedBid
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_wraps import Bound, layer_hash, wrap_key
from tests.tendering.sealed_tenders import SealedTender


def resealed(tender: SealedTender, bid: SealedBid, **changes: object) -> SealedBid:
    """A bid as a dishonest bidder could have sealed it: changed inside, and soundly signed."""
    part = replace(bid.envelope.envelope.parts[0], **changes)  # type: ignore[arg-type]  # fields of changing types
    key = tender.signer(bid.envelope.envelope.ids.bidder)
    envelope = sign_envelope(replace(bid.envelope.envelope, parts=(part,)), key)
    return replace(bid, envelope=envelope)


def sealed_with(tender: SealedTender, plain: bytes, files: bytes | None = None, payload: bytes = b"") -> SealedBid:
    """A bid whose boxes hold what the bidder likes; the commitment is that of ``payload``."""
    bid = tender.bid()
    tender.receipts.pop()
    tender.received.pop()
    ids, key, r = bid.envelope.envelope.ids, secrets.token_bytes(32), bytes(32)
    bound = Bound(tender.terms, ids, Part.WHOLE, commitment(ids, Part.WHOLE, r, payload))
    boxes = {
        (Part.WHOLE, Box.PAYLOAD): encrypt(key, Box.PAYLOAD, plain, bound.box(Box.PAYLOAD)),
        (Part.WHOLE, Box.FILES): encrypt(key, Box.FILES, files or join_files([]), bound.box(Box.FILES)),
    }
    named = {box: SealedBox(len(data), sha256(data).digest()) for (_, box), data in boxes.items()}
    part = SealedPart(Part.WHOLE, bound.commitment, layer_hash(key), wrap_key(key, bound), named)
    envelope = Envelope(ids, tender.terms.digest, 1, (part,), bid.envelope.envelope.signer)
    return tender.store(SealedBid(sign_envelope(envelope, tender.signer(ids.bidder)), boxes, bid.secrets))


def dishonest(stage: Stage = Stage.REPORTED) -> SealedTender:
    """A tender whose only bid does not open for the first pair, or does not give its commitment."""
    tender = SealedTender()
    if stage is Stage.COMMITMENT:
        sealed_with(tender, frame(bytes(32), b'{"content":{},"files":[]}'), payload=b"other")
        return tender
    bid = tender.bid()
    tender.receipts.clear()
    tender.received.clear()
    wraps = bid.envelope.envelope.parts[0].wraps
    tender.store(resealed(tender, bid, wraps=(replace(wraps[0], sealed=bytes(128)), *wraps[1:])))
    return tender
