"""Checkpoints: what the log commits to at one size, signed by the installation's key.

The statement is ``{origin, size, root, time, previous}`` in canonical JSON (RFC 8785), signed with Ed25519.
``previous`` is the digest of the checkpoint before, so that the newest one stands for all.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey, verify
from b2b_market.kernel.merkle import HASH_BYTES

SIGNATURE_BYTES = 64
LARGEST = 2**53 - 1
"""The largest integer that JSON carries everywhere (RFC 8785)."""

_ORIGIN = re.compile(r"[\x21-\x7e]{1,200}")
_KEY_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the first ``size`` leaves of the log ``origin`` has ``root``; said at ``time`` (aware, UTC)."""

    origin: str
    size: int
    root: bytes
    time: datetime
    previous: bytes | None
    """Digest of the checkpoint before this one; None for the first of the log."""

    def statement(self) -> dict[str, object]:
        """Return what is signed: hashes in hex, the time in UTC with microseconds."""
        return {
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "time": plain(self.time),
            "previous": None if self.previous is None else self.previous.hex(),
        }

    def digest(self) -> bytes:
        """Return SHA-256 over the canonical statement: what the next checkpoint calls ``previous``."""
        return hashlib.sha256(canonical(self.statement())).digest()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint, the id of the key that signed it, and the signature (64 bytes)."""

    checkpoint: Checkpoint
    key_id: str
    signature: bytes

    @property
    def size(self) -> int:
        """How many leaves it covers."""
        return self.checkpoint.size

    @property
    def root(self) -> bytes:
        """The root it commits to."""
        return self.checkpoint.root

    def is_signed_by(self, keys: Mapping[str, bytes]) -> bool:
        """Tell whether the key it names is among ``keys`` (raw public keys by id) and made the signature."""
        public_key = keys.get(self.key_id)
        return public_key is not None and verify(public_key, self.checkpoint.statement(), self.signature)

    def to_json(self) -> dict[str, object]:
        """Return the form that exports, downloads and the witness file carry."""
        return {
            "checkpoint": self.checkpoint.statement(),
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> SignedCheckpoint:
    """Sign ``checkpoint`` with the installation's key."""
    signed = key.sign(checkpoint.statement())
    return SignedCheckpoint(checkpoint, signed.key_id, signed.signature)


def read_checkpoint(value: Mapping[str, object]) -> SignedCheckpoint:
    """Rebuild a signed checkpoint from its JSON form; ValueError for anything that is not exactly one."""
    statement = value.get("checkpoint")
    if not isinstance(statement, Mapping) or set(statement) != {"origin", "size", "root", "time", "previous"}:
        message = "no checkpoint statement"
        raise ValueError(message)
    origin, key_id = text_of(statement, "origin"), text_of(value, "key_id")
    if not _ORIGIN.fullmatch(origin) or not _KEY_ID.fullmatch(key_id):
        message = "no checkpoint of this log"
        raise ValueError(message)
    checkpoint = Checkpoint(
        origin,
        size_of(statement, "size"),
        hex_of(statement, "root", HASH_BYTES),
        time_of(statement, "time"),
        None if statement["previous"] is None else hex_of(statement, "previous", HASH_BYTES),
    )
    return SignedCheckpoint(checkpoint, key_id, hex_of(value, "signature", SIGNATURE_BYTES))


def text_of(value: Mapping[str, object], name: str) -> str:
    """Return the text field ``name``; ValueError where it is missing or no text."""
    found = value.get(name)
    if not isinstance(found, str):
        message = f"{name} is not a text"
        raise ValueError(message)  # noqa: TRY004 - a malformed file is a wrong value, whatever its type
    return found


def size_of(value: Mapping[str, object], name: str) -> int:
    """Return the number of leaves in the field ``name``; ValueError where it is missing or none."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST:
        message = f"{name} is not a number of leaves"
        raise ValueError(message)
    return found


def hex_of(value: Mapping[str, object], name: str, length: int) -> bytes:
    """Return the bytes written in lower-case hex in ``name``; ValueError where they are not ``length`` bytes."""
    text = text_of(value, name)
    raw = bytes.fromhex(text)
    if len(raw) != length or raw.hex() != text:
        message = f"{name} is not {length} bytes in lower-case hex"
        raise ValueError(message)
    return raw


def time_of(value: Mapping[str, object], name: str) -> datetime:
    """Return the time in the field ``name``, written in UTC with microseconds; ValueError otherwise."""
    text = text_of(value, name)
    if not _TIME.fullmatch(text):
        message = f"{name} is not a time in UTC with microseconds"
        raise ValueError(message)
    return datetime.fromisoformat(text)
