"""QR codes as plain modules; each writer draws them in its own way."""

from functools import lru_cache

import segno

Modules = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=64)
def modules_of(content: str) -> Modules:
    """Return the rows of a QR code (ISO/IEC 18004, correction M or better) without the quiet zone: True is dark.

    Kept for a while: the files of one edition carry the same code, and choosing its mask takes longer than a page.
    """
    code = segno.make(content, error="m", micro=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def runs_of(modules: Modules) -> list[tuple[int, int, int]]:
    """Return the dark modules as horizontal runs (row, first column, length), so that no hairline splits neighbours."""
    runs: list[tuple[int, int, int]] = []
    for number, row in enumerate(modules):
        column = 0
        while column < len(row):
            length = 0
            while column + length < len(row) and row[column + length]:
                length += 1
            if length:
                runs.append((number, column, length))
            column += max(length, 1)
    return runs
