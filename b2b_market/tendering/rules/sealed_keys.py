"""Keys of officers and bidders: X25519 to open, Ed25519 to sign, both from one 32-byte seed.

An officer's card is what the notice carries. That its holder can open what is sealed to it is proven by an answered
challenge: bytes sealed to the card's key, which only the holder can turn into the answer.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_forms import KEY_BYTES, SIGNATURE_BYTES, fields, octets, text

SUITE: Final = 1
"""X25519, HKDF-SHA256 and AES-256-GCM for HPKE (RFC 9180, base mode), AES-256-GCM, SHA-256, Ed25519."""
OPENING_BYTES: Final = 48
"""What one HPKE layer adds: an encapsulated key of 32 bytes and a tag of 16."""
FINGERPRINT_DIGITS: Final = 40
CARD_FORMAT: Final = "b2b-market-officer/1"
CHALLENGE_BYTES: Final = 32


def hpke() -> Suite:
    """Return the one HPKE suite of suite 1."""
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class OfficerCard:
    """The public half of an officer's key; the signature ties its two keys and the name together."""

    name: str
    opening_key: bytes
    signing_key: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """Return the first 40 hex digits of SHA-256 over both keys: what people compare and print."""
        return hashlib.sha256(b"b2b-market officer\0" + self.opening_key + self.signing_key).hexdigest()[
            :FINGERPRINT_DIGITS
        ]

    def statement(self) -> dict[str, object]:
        """Return what the officer signs."""
        return {
            "format": CARD_FORMAT,
            "name": self.name,
            "opening_key": self.opening_key.hex(),
            "signing_key": self.signing_key.hex(),
        }

    def document(self) -> dict[str, object]:
        """Return the card as JSON-ready parts."""
        return {**self.statement(), "signature": self.signature.hex()}


class OfficerKey:
    """The private half: opens layers and signs contributions. It never leaves the officer's device."""

    def __init__(self, seed: bytes) -> None:
        """Derive both keys from a seed of 32 random bytes; ValueError for another length."""
        if len(seed) != KEY_BYTES:
            raise ValueError("an officer's seed has 32 bytes")
        self.seed = seed
        self.opening = X25519PrivateKey.from_private_bytes(_derived(seed, b"b2b-market officer opening"))
        self.signing = Ed25519PrivateKey.from_private_bytes(_derived(seed, b"b2b-market officer signing"))

    def card(self, name: str) -> OfficerCard:
        """Return the public card under ``name``."""
        opening, signing = self.opening.public_key().public_bytes_raw(), self.signing.public_key().public_bytes_raw()
        unsigned = OfficerCard(text(name), opening, signing, b"")
        return OfficerCard(name, opening, signing, self.signing.sign(canonical(unsigned.statement())))

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Remove one HPKE layer; ValueError where it was not sealed to this key and ``info``."""
        try:
            return hpke().decrypt(sealed, self.opening, info)
        except (InvalidTag, ValueError) as error:
            raise ValueError("the layer does not open with this key") from error

    def answer(self, challenge: bytes) -> bytes:
        """Return the answer to a challenge; ValueError where it was not made for this key.

        The answer is a hash, and ``info`` names the purpose: nobody can have a bid's layer opened as a challenge.
        """
        opening = self.opening.public_key().public_bytes_raw()
        return _answer(self.open(challenge, _challenge_info(opening)), opening)


def _derived(seed: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(seed)


def read_card(value: object) -> OfficerCard:
    """Return a card whose signature holds; ValueError otherwise."""
    found = fields(value, "format", "name", "opening_key", "signing_key", "signature")
    if found["format"] != CARD_FORMAT:
        raise ValueError("this is no officer's card")
    card = OfficerCard(
        text(found["name"]),
        octets(found["opening_key"], KEY_BYTES),
        octets(found["signing_key"], KEY_BYTES),
        octets(found["signature"], SIGNATURE_BYTES),
    )
    if not is_signed(card.signing_key, card.statement(), card.signature):
        raise ValueError("the card was not signed with the key that it names")
    if not _is_point(card.opening_key):
        raise ValueError("the card's opening key is no key that anything can be sealed to")
    return card


def _is_point(opening_key: bytes) -> bool:
    """Tell whether something can be sealed to this key: a point of small order gives no shared secret."""
    try:
        seal_to(opening_key, b"", b"")
    except ValueError:
        return False
    return True


def seal_to(opening_key: bytes, plain: bytes, info: bytes) -> bytes:
    """Add one HPKE layer for the holder of ``opening_key``: the encapsulated key, then the ciphertext."""
    return hpke().encrypt(plain, X25519PublicKey.from_public_bytes(opening_key), info)


def challenge_for(card: OfficerCard, secret: bytes) -> bytes:
    """Seal ``secret`` (32 random bytes, kept by the asker) as a challenge to the holder of the card."""
    return seal_to(card.opening_key, secret, _challenge_info(card.opening_key))


def is_answered(card: OfficerCard, secret: bytes, answer: bytes) -> bool:
    """Tell whether ``answer`` shows that its sender could open the challenge made of ``secret``."""
    return hmac.compare_digest(_answer(secret, card.opening_key), answer)


def _challenge_info(opening_key: bytes) -> bytes:
    return canonical({"format": CARD_FORMAT, "opening_key": opening_key, "purpose": "proof of possession"})


def _answer(secret: bytes, opening_key: bytes) -> bytes:
    return hashlib.sha256(b"b2b-market proof of possession\0" + opening_key + secret).digest()


def is_signed(signing_key: bytes, statement: Mapping[str, object], signature: bytes) -> bool:
    """Tell whether ``signature`` over the canonical statement was made with the key; a malformed key signs nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(signing_key).verify(signature, canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True
