"""The file that an officer or bidder keeps the private seed in, locked by a passphrase.

PBKDF2 is taken because browsers have it too (Web Cryptography): the same file opens on the opening page. Its weakness
against special hardware is met by many rounds and by asking for a long passphrase.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_forms import KEY_BYTES, expect, fields, octets, read_document, text, whole
from b2b_market.tendering.rules.sealed_keys import OfficerKey

KEY_FILE_FORMAT: Final = "b2b-market-key/1"
ROUNDS: Final = 600_000
"""For PBKDF2-HMAC-SHA256, as OWASP's password storage sheet asks."""
MOST_ROUNDS: Final = 10_000_000
SHORTEST_PASSPHRASE: Final = 12
SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16


class Holder(StrEnum):
    """Whose key it is."""

    OFFICER = "officer"
    BIDDER = "bidder"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A seed of 32 bytes and whose it is; ``name`` stands on an officer's card."""

    holder: Holder
    name: str
    seed: bytes

    def officer(self) -> OfficerKey:
        """Return the officer's key; ValueError for a bidder's."""
        if self.holder is not Holder.OFFICER:
            raise ValueError("this is a bidder's key, not an officer's")
        return OfficerKey(self.seed)

    def signer(self) -> Ed25519PrivateKey:
        """Return the key that a bidder signs envelopes with; ValueError for an officer's."""
        if self.holder is not Holder.BIDDER:
            raise ValueError("this is an officer's key, not a bidder's")
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def new_key(holder: Holder, name: str) -> PrivateKey:
    """Return a fresh random key."""
    return PrivateKey(holder, text(name), secrets.token_bytes(KEY_BYTES))


def lock_key(key: PrivateKey, passphrase: str, rounds: int = ROUNDS) -> bytes:
    """Return the file's content; ValueError for a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ValueError(f"a passphrase has at least {SHORTEST_PASSPHRASE} characters")
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    head = _head(key.holder, key.name, rounds, salt)
    locked = AESGCM(_stretched(passphrase, salt, rounds)).encrypt(nonce, key.seed, canonical(head))
    return canonical({**head, "locked": locked.hex(), "nonce": nonce.hex()})


def unlock_key(data: bytes, passphrase: str) -> PrivateKey:
    """Return the key in a file; ValueError for another file or passphrase."""
    found = fields(read_document(data), "format", "holder", "kdf", "locked", "name", "nonce", "rounds", "salt")
    expect(found["format"], KEY_FILE_FORMAT)
    expect(found["kdf"], "PBKDF2-HMAC-SHA256")
    holder, name = Holder(text(found["holder"])), text(found["name"])
    rounds, salt = whole(found["rounds"], 1, MOST_ROUNDS), octets(found["salt"], SALT_BYTES)
    nonce, locked = octets(found["nonce"], NONCE_BYTES), octets(found["locked"], KEY_BYTES + TAG_BYTES)
    head = canonical(_head(holder, name, rounds, salt))
    try:
        seed = AESGCM(_stretched(passphrase, salt, rounds)).decrypt(nonce, locked, head)
    except InvalidTag as error:
        raise ValueError("the passphrase is wrong, or the file was changed") from error
    return PrivateKey(holder, name, seed)


def _head(holder: Holder, name: str, rounds: int, salt: bytes) -> dict[str, object]:
    return {
        "format": KEY_FILE_FORMAT,
        "holder": holder.value,
        "kdf": "PBKDF2-HMAC-SHA256",
        "name": name,
        "rounds": rounds,
        "salt": salt.hex(),
    }


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, rounds, KEY_BYTES)
