"""CSV and its relatives to rows: the separator is found by what splits the lines alike, quotes are read strictly."""

import csv
import io
from collections import Counter
from typing import Final

from b2b_market.rfq.intake.encodings import decode
from b2b_market.rfq.intake.refusals import QuoteNotClosed, TooManyRows
from b2b_market.rfq.intake.tables import SCAN_ROWS, RawRow, build_table
from b2b_market.rfq.intake.values import MAX_BYTES, MAX_ROWS, Remark, Source, Table

DELIMITERS: Final = ("\t", ";", "|", ",")
"""What may separate cells. The earlier wins a tie: ``a;1,5`` splits evenly at both, and nobody aligns semicolons."""

_SAMPLE: Final = 1 << 16
_SAMPLE_ROWS: Final = 200
_EVEN_IN_1000: Final = 500
_UNCLOSED: Final = "unexpected end of data"


def read_text_table(data: bytes, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Read a text table; ``delimiter`` overrides what is found. Raises the refusals of decoding, quoting and caps."""
    text, encoding = decode(data, encoding)
    csv.field_size_limit(MAX_BYTES)
    text, named, taken_off = _directive(text)
    separator = delimiter if delimiter in DELIMITERS else named or find_delimiter(text)
    rows, loose = _parse(text, separator)
    if taken_off:
        rows = [RawRow(row.number + taken_off, row.cells) for row in rows]
    remarks = (Remark("loose-quotes", {"line": str(loose + taken_off)}),) if loose else ()
    table = Table(Source.CSV, 0, (), encoding=encoding, delimiter=separator, remarks=remarks)
    return build_table(table, rows)


def find_delimiter(text: str) -> str:
    """Return the separator that splits most of the first lines into the same number of cells, more than one.

    A text that no separator splits has one column; a comma is returned.
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE and "\n" in sample:
        sample = sample[: sample.rindex("\n") + 1]
    best, best_score = ",", (_EVEN_IN_1000, 0)
    for candidate in DELIMITERS:
        score = _evenness(sample, candidate)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _evenness(sample: str, delimiter: str) -> tuple[int, int]:
    """Return how many in a thousand of the rows have the commonest width above one, and that width."""
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(row):
                widths[len(row)] += 1
            if widths.total() >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0, 0
    wide = [(count, width) for width, count in widths.items() if width > 1]
    if not wide:
        return 0, 0
    count, width = max(wide)
    return count * 1000 // widths.total(), width


def _directive(text: str) -> tuple[str, str | None, int]:
    """Take off Excel's first line ``sep=;``; return the rest, the separator it names, and the lines taken off."""
    first, _, rest = text.partition("\n")
    named = first.rstrip("\r").strip('"')
    if named.casefold().startswith("sep=") and named[4:] in DELIMITERS:
        return rest, named[4:], 1
    return text, None, 0


def _parse(text: str, delimiter: str) -> tuple[list[RawRow], int]:
    """Return the rows by the line each begins on, and the line whose quotes had to be read loosely (0: none)."""
    rows: list[RawRow] = []
    line = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            rows.append(_bounded(RawRow(line, cells), len(rows)))
            line = reader.line_num + 1
    except csv.Error as error:
        if _UNCLOSED in str(error):
            raise QuoteNotClosed(line=str(line)) from error
        return _parse_loosely(text, delimiter), line
    return rows, 0


def _parse_loosely(text: str, delimiter: str) -> list[RawRow]:
    """Read as spreadsheets do: what follows a closing quote belongs to the cell."""
    rows: list[RawRow] = []
    line = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        rows.append(_bounded(RawRow(line, cells), len(rows)))
        line = reader.line_num + 1
    return rows


def _bounded(row: RawRow, before: int) -> RawRow:
    if before >= SCAN_ROWS:
        raise TooManyRows(limit=str(MAX_ROWS), row=str(row.number))
    return row
