"""What lies in an envelope: the payload and its commitment, the frame that hides sizes, the two boxes.

A payload is canonical JSON ``{"content": …, "files": [{name, sha256, size}]}``; money and quantities in it are strings.
Its box holds r, length, payload and zeros up to a bucket; the second box holds the files end to end and zeros. Both are
always there, so that a stored bid shows nothing but two buckets.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.text import is_clean
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    fields,
    items,
    mapping,
    octets,
    read_document,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_terms import Part

SMALLEST, LARGEST = 4096, 64 * 1024 * 1024
BUCKETS: Final = tuple(SMALLEST << step for step in range((LARGEST // SMALLEST).bit_length()))
"""Padded sizes: the powers of two from 4 KiB to 64 MiB."""
TAG_BYTES: Final = 16
MOST_FILES: Final = 200
MOST_NAME: Final = 255

_HEAD: Final = HASH_BYTES + 4
_TAG: Final = b"b2b-market sealed bid 1\0"
_NUMBERS: Final = {part: number for number, part in enumerate(Part)}


class Box(StrEnum):
    """The two ciphertexts of a part."""

    PAYLOAD = "payload"
    FILES = "files"


_NONCES: Final = {Box.PAYLOAD: bytes(12), Box.FILES: bytes(11) + b"\x01"}
"""Fixed, because a data key is drawn for one part of one version and encrypts these two boxes only."""


@dataclass(frozen=True, slots=True)
class BidIds:
    """Which bid: the tender, the lot, the bidder's company, and its version, counted from 1 by the bidder."""

    tender: UUID
    lot: UUID
    bidder: UUID
    version: int

    def document(self) -> dict[str, object]:
        """Return the ids as JSON-ready parts."""
        return {
            "bidder": str(self.bidder),
            "lot": str(self.lot),
            "tender": str(self.tender),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class BidFile:
    """A file of a bid: its name and content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What the payload says about a file."""

    name: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload taken apart: the JSON content and the list of files."""

    content: Mapping[str, object]
    files: tuple[FileEntry, ...]


def write_payload(content: Mapping[str, object], files: Sequence[BidFile]) -> bytes:
    """Return the canonical payload; ValueError or TypeError for content that JCS has no one text for, or bad names."""
    entries = [
        {"name": file.name, "sha256": hashlib.sha256(file.content).hexdigest(), "size": len(file.content)}
        for file in files
    ]
    data = canonical({"content": content, "files": entries})
    read_payload(data)
    return data


def read_payload(data: bytes) -> Payload:
    """Take a payload apart; ValueError where it is not canonical, or lists a file twice or under a bad name."""
    found = fields(read_document(data), "content", "files")
    listed = tuple(_entry(item) for item in items(found["files"], 0, MOST_FILES))
    if len({entry.name for entry in listed}) != len(listed):
        raise ValueError("two files bear one name")
    return Payload(mapping(found["content"]), listed)


def _entry(value: object) -> FileEntry:
    found = fields(value, "name", "sha256", "size")
    name = text(found["name"], MOST_NAME)
    if not is_clean(name) or set(name) & set("/\\\t\n\r") or name in (".", ".."):
        raise ValueError("a file's name holds characters that a name cannot have")
    return FileEntry(name, whole(found["size"], 0, LARGEST), octets(found["sha256"], HASH_BYTES))


def commitment(ids: BidIds, part: Part, r: bytes, payload: bytes) -> bytes:
    """Return SHA-256 over tag, tender, lot, bidder, version, part, r and payload; all but the last of fixed length."""
    head = ids.tender.bytes + ids.lot.bytes + ids.bidder.bytes + ids.version.to_bytes(8) + bytes((_NUMBERS[part],))
    return hashlib.sha256(_TAG + head + _of_hash_length(r) + payload).digest()


def _of_hash_length(r: bytes) -> bytes:
    if len(r) != HASH_BYTES:
        raise ValueError("r has 32 bytes")
    return r


def bucket(size: int) -> int:
    """Return the smallest bucket that holds ``size`` bytes; ValueError beyond the largest."""
    found = next((length for length in BUCKETS if size <= length), None)
    if found is None:
        raise ValueError(f"{size} bytes are more than an envelope holds ({LARGEST})")
    return found


def payload_bucket(payload: bytes) -> int:
    """Return the size of the padded payload box, before encryption."""
    return bucket(_HEAD + len(payload))


def frame(r: bytes, payload: bytes) -> bytes:
    """Return r, length and payload, padded with zeros to a bucket."""
    return (_of_hash_length(r) + len(payload).to_bytes(4) + payload).ljust(payload_bucket(payload), b"\0")


def unframe(data: bytes) -> tuple[bytes, bytes]:
    """Return r and payload; ValueError where the padding is not zeros up to the smallest bucket."""
    size = int.from_bytes(data[HASH_BYTES:_HEAD])
    payload = data[_HEAD : _HEAD + size]
    if len(data) < _HEAD or len(payload) != size or frame(data[:HASH_BYTES], payload) != data:
        raise ValueError("the padding is not what the format says")
    return data[:HASH_BYTES], payload


def join_files(files: Sequence[BidFile]) -> bytes:
    """Return the files end to end, padded with zeros to a bucket."""
    joined = b"".join(file.content for file in files)
    return joined.ljust(bucket(len(joined)), b"\0")


def split_files(data: bytes, entries: Sequence[FileEntry]) -> tuple[BidFile, ...]:
    """Return the files in a box; ValueError where a hash or the padding is another than the payload says."""
    found, rest = take_files(data, entries)
    if rest.strip(b"\0") or bucket(len(data) - len(rest)) != len(data):
        raise ValueError("the padding of the files is not what the format says")
    return found


def take_files(data: bytes, entries: Sequence[FileEntry]) -> tuple[tuple[BidFile, ...], bytes]:
    """Return the files that the payload lists, and what follows them; ValueError where a hash is another."""
    found, place = [], 0
    for entry in entries:
        content = data[place : place + entry.size]
        if hashlib.sha256(content).digest() != entry.sha256:
            raise ValueError(f"the file {entry.name} is not the one that the bid lists")
        found.append(BidFile(entry.name, content))
        place += entry.size
    return tuple(found), data[place:]


def encrypt(key: bytes, box: Box, data: bytes, bound: bytes) -> bytes:
    """Return the box's ciphertext under AES-256-GCM with ``bound`` as associated data."""
    return AESGCM(key).encrypt(_NONCES[box], data, bound)


def decrypt(key: bytes, box: Box, data: bytes, bound: bytes) -> bytes:
    """Return the box's content; ValueError where key, place or content are others than at sealing."""
    try:
        return AESGCM(key).decrypt(_NONCES[box], data, bound)
    except InvalidTag as error:
        raise ValueError("the box does not open with this key") from error
