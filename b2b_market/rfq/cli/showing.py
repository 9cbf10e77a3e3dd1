"""An import as text for a terminal: columns, counts, and every row that is not in order."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from b2b_market.infra.remote import Json
from b2b_market.rfq.cli.session import ASKINGS, SHOWN_ROWS, Session
from b2b_market.rfq.intake.findings import FIELD_NAMES
from b2b_market.rfq.intake.values import Field

_WIDEST: Final = 60
_COUNTS: Final = (
    ("ready", "ready"),
    ("waiting", "waiting for an answer"),
    ("error", "to be corrected"),
    ("offered", "to be decided"),
    ("skipped", "left out"),
)


def describe(session: Session) -> Iterator[str]:
    """Yield what the file was understood as and what is open, line by line."""
    preview = session.preview
    yield from table(("Column", "Heading", "Examples", "Becomes", "Sure"), map(_column, preview["columns"]))
    yield ""
    counts = [f"{preview['counts'][status]} {words}" for status, words in _COUNTS if preview["counts"][status]]
    sums = [f"{item['currency']} {item['amount']}" for item in preview["target_sums"]]
    yield "Rows: " + ", ".join(counts or ["none"]) + "."
    yield from (f"Target prices in all: {amount}." for amount in sums)
    yield from (f"Note: {_sentence(remark)}" for remark in preview["remarks"])
    rows = [line for row in session.rows("error", "offered", "skipped") for line in _row(row)]
    if rows:
        yield ""
        yield from table(("Row", "State", "What is wrong", "What would be right"), rows)
        hidden = sum(max(0, preview["counts"][status] - SHOWN_ROWS) for status in ("error", "offered", "skipped"))
        if hidden:
            yield f"… and {hidden} rows more."


def open_questions(session: Session) -> Iterator[str]:
    """Yield what is still asked, each with the option that answers it."""
    for question in session.questions():
        yield f"{question['asked']} {question['why']} Answer with {ASKINGS[question['code']].option}."


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table in plain text; Chinese characters count as two columns wide."""
    cells = [[_cut(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[index]) for row in cells) for index in range(len(heads))]
    for at, row in enumerate(cells):
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        if not at:
            yield "  ".join("-" * width for width in widths)


def _column(column: Json) -> tuple[str, ...]:
    field = Field(column["field"])
    sure = f"{column['confidence']} %" if field is not Field.IGNORED else ""
    return column["letter"], column["heading"], " | ".join(column["samples"]), FIELD_NAMES[field], sure


def _row(row: Json) -> Iterator[tuple[str, ...]]:
    told = [*([row["offer"]] if row["offer"] else []), *row["errors"]]
    for finding in told or [{"found": "", "right": ""}]:
        yield str(row["number"]), dict(_COUNTS)[row["status"]], _placed(finding), finding["right"]


def _placed(finding: Json) -> str:
    field = finding.get("field")
    return f"{FIELD_NAMES[Field(field)]}: {finding['found']}" if field else str(finding["found"])


def _sentence(finding: Json) -> str:
    return ". ".join(part for part in (finding["found"], finding["right"]) if part)


def _cut(text: str) -> str:
    """Return the text on one line, shortened to the widest column."""
    line = " ".join(text.split())
    if _width(line) <= _WIDEST:
        return line
    while _width(line) >= _WIDEST:
        line = line[:-1]
    return f"{line}…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
