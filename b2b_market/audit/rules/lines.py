"""The lines of an export and of the witness file: JSON Lines in canonical form (RFC 8785).

An entry stands in its line byte for byte as it was hashed, so verifying needs no second writer of canonical JSON::

    {"entry":{…},"kind":"entry","leaf_hash":"…","leaf_index":7}

One that is held back from the reader has ``null`` for its entry and ``"veiled":true`` at the end.

Other kinds: ``export`` (the head line), ``key``, ``checkpoint``, ``consistency``, ``unsealed`` (an entry not yet in the
tree), ``state`` (what a business row is now), ``end`` (the counts), and ``restored`` in witness files.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.infra.canonical import canonical
from b2b_market.infra.signing import fingerprint

FORMAT: Final = "b2b-market-audit/1"
VEILED_FORMAT: Final = "b2b-market-audit/2"
"""Of exports that name entries as held back."""

_HEAD: Final = b'{"entry":'
_TAIL: Final = b',"kind":"'


class Kind(StrEnum):
    """What a line holds, in the order in which the kinds follow each other in an export."""

    EXPORT = "export"
    KEY = "key"
    CHECKPOINT = "checkpoint"
    CONSISTENCY = "consistency"
    ENTRY = "entry"
    UNSEALED = "unsealed"
    STATE = "state"
    END = "end"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Line:
    """A line read back: its kind, its fields, and for entries the exact bytes that were hashed (None where lost)."""

    kind: Kind
    fields: Mapping[str, object]
    entry: bytes | None = None


def entry_line(entry: bytes | None, leaf_index: int, leaf_hash: bytes, proof: Sequence[bytes] | None = None) -> bytes:
    """Write a sealed entry; ``entry`` None means that the tree has the leaf, but the entry is not to be had."""
    path = b"" if proof is None else b',"proof":[' + b",".join(b'"%s"' % step.hex().encode() for step in proof) + b"]"
    body = entry if entry is not None else b"null"
    tail = b',"kind":"entry","leaf_hash":"%s","leaf_index":%d' % (leaf_hash.hex().encode(), leaf_index)
    return _HEAD + body + tail + path + b"}\n"


def veiled_line(leaf_index: int, leaf_hash: bytes) -> bytes:
    """Write a sealed entry that is held back from the reader: its place and its hash alone."""
    return entry_line(None, leaf_index, leaf_hash).replace(b"}\n", b',"veiled":true}\n')


def unsealed_line(entry: bytes) -> bytes:
    """Write an entry that no checkpoint covers yet."""
    return _HEAD + entry + b',"kind":"unsealed"}\n'


def checkpoint_line(signed: SignedCheckpoint) -> bytes:
    """Write a checkpoint; the same line stands in exports, downloads and the witness file."""
    return plain_line(Kind.CHECKPOINT, signed.to_json())


def key_line(public_key: bytes) -> bytes:
    """Write a public key of the log."""
    fields = {"key_id": fingerprint(public_key), "algorithm": "Ed25519", "public_key": public_key.hex()}
    return plain_line(Kind.KEY, fields)


def plain_line(kind: Kind, fields: Mapping[str, object]) -> bytes:
    """Write any other line."""
    return canonical({**fields, "kind": kind.value}) + b"\n"


def read_line(raw: bytes) -> Line:
    """Read a line; ValueError for anything that is not one."""
    if raw.startswith(_HEAD):
        at = raw.rfind(_TAIL)
        fields = _fields(b"{" + raw[at + 1 :]) if at > 0 else {}
        body = raw[len(_HEAD) : at]
        return Line(_kind(fields), fields, None if body == b"null" else body)
    fields = _fields(raw)
    return Line(_kind(fields), fields)


def _fields(raw: bytes) -> dict[str, object]:
    try:
        fields = json.loads(raw)
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error
    if not isinstance(fields, dict):
        message = "a line is an object"
        raise ValueError(message)  # noqa: TRY004 - a malformed file is a wrong value, whatever its type
    return fields


def _kind(fields: Mapping[str, object]) -> Kind:
    return Kind(str(fields.get("kind")))
