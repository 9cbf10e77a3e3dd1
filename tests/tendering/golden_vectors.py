"""Writes golden/sealed_bid.json once: ``python -m tests.tendering.golden_vectors``. Never rewritten."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_publishing import published
from b2b_market.tendering.rules.sealed_reading import Reveal
from tests.tendering.sealed_tenders import TWO_ENVELOPES, SealedTender

GOLDEN = Path(__file__).with_name("golden") / "sealed_bid.json"
PASSPHRASE = "a golden passphrase"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def vectors() -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    platform = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
    tender = SealedTender(parts=TWO_ENVELOPES, platform=platform, tender=UUID(int=10), lot=UUID(int=11))
    bidder = UUID(int=12)
    sealed = tender.bid("12.50", bidder=bidder, files=[BidFile("报价.pdf", b"the offer")])
    for part in TWO_ENVELOPES:
        tender.open(part)
    keys = [(1, key) for key, _ in sealed.envelope.boxes()]
    return {
        "officers": [key.seed.hex() for key in tender.officers],
        "key_file": b64(lock_key(PrivateKey(Holder.OFFICER, "Officer 1", tender.officers[0].seed), PASSPHRASE, 1000)),
        "work": {part.value: b64(tender.work(part).to_bytes()) for part in TWO_ENVELOPES},
        "reveals": [
            b64(Reveal(sealed.envelope.envelope.ids, part, secret).to_bytes())
            for part, secret in sealed.secrets.items()
        ],
        "files": {name: b64(data) for name, data in published(tender.files(), keys)},
    }


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    with GOLDEN.open("x", encoding="utf-8") as out:  # never over an old one: that would hide a drift
        json.dump(vectors(), out, indent=1, ensure_ascii=False)
        out.write("\n")
