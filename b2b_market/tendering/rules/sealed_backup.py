"""A seed on paper: four rows of base32, each with its own check characters, and a check over all.

Base32 (RFC 4648) has no 0, 1 or 8, so they are read as O, I and B. A wrong row is named; two rows in the wrong order
are noticed. It is one seed on one sheet, not shares: whoever finds the sheet has the key.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from b2b_market.tendering.rules.sealed_forms import KEY_BYTES

ROWS: Final = 4
_ROW, _CHECK, _TAIL = 14, 2, 3
_READ_AS: Final = str.maketrans("018", "OIB")


def write_backup(seed: bytes) -> tuple[str, ...]:
    """Return the rows to print, such as ``1  ABCD-EFGH-IJKL-MN-QR``; ValueError unless the seed has 32 bytes."""
    if len(seed) != KEY_BYTES:
        raise ValueError("a seed has 32 bytes")
    letters = base64.b32encode(seed + _sum(seed)).decode()
    rows = [letters[at : at + _ROW] for at in range(0, len(letters), _ROW)]
    return tuple(f"{number}  {_grouped(row)}-{_checked(number, row)}" for number, row in enumerate(rows, 1))


def read_backup(rows: Sequence[str]) -> bytes:
    """Return the seed from the rows as typed: hyphens, blanks, case and the row's number are free; ValueError else."""
    if len(rows) != ROWS:
        raise ValueError(f"a backup has {ROWS} rows")
    letters = "".join(_row(number, row) for number, row in enumerate(rows, 1))
    try:
        data = base64.b32decode(letters)
    except ValueError as error:
        raise ValueError("the rows hold characters that a backup has not") from error
    if _sum(data[:KEY_BYTES]) != data[KEY_BYTES:]:
        raise ValueError("the rows do not belong together")
    return data[:KEY_BYTES]


def _row(number: int, typed: str) -> str:
    found = "".join(typed.split()).replace("-", "").upper()
    if len(found) == _ROW + _CHECK + 1:
        found = found[1:]
    found = found.translate(_READ_AS)
    row, check = found[:_ROW], found[_ROW:]
    if len(found) != _ROW + _CHECK or not row.isascii() or check != _checked(number, row):
        raise ValueError(f"row {number} is mistyped, or not row {number}")
    return row


def _grouped(row: str) -> str:
    return "-".join(row[at : at + 4] for at in range(0, _ROW, 4))


def _sum(seed: bytes) -> bytes:
    return hashlib.sha256(b"b2b-market backup\0" + seed).digest()[:_TAIL]


def _checked(number: int, row: str) -> str:
    digest = hashlib.sha256(f"b2b-market backup row {number}\0{row}".encode()).digest()
    return base64.b32encode(digest)[:_CHECK].decode()
