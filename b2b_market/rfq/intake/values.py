"""The plain values of an import: the table a file holds, what its reader decided, and the needs that come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from b2b_market.rfq.commands.needs import Attribute

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 60
MAX_CELL: Final = 4_000


class Source(StrEnum):
    """What kind of file it was."""

    CSV = "csv"
    XLSX = "xlsx"
    UBL = "ubl"
    OCDS = "ocds"


DECLARED: Final = frozenset({Source.UBL, Source.OCDS})
"""Formats that name their own fields and units, so that neither is guessed, and whose every row is a need."""


class Field(StrEnum):
    """What a column means."""

    ITEM_NAME = "item_name"
    ITEM_CODE = "item_code"
    SPECIFICATION = "specification"
    CATEGORY = "category"
    PROPERTY = "property"
    QUANTITY = "quantity"
    UNIT = "unit"
    TARGET_PRICE = "target_price"
    TARGET_TOTAL = "target_total"
    CURRENCY = "currency"
    REQUIRED_ON = "required_on"
    DELIVERY_PLACE = "delivery_place"
    BREAKS = "breaks"
    NOTE = "note"
    IGNORED = "ignored"


SHARED_FIELDS: Final = frozenset({Field.SPECIFICATION, Field.PROPERTY, Field.NOTE, Field.IGNORED})
"""Several columns may feed these at once; every other field has one column."""

MAX_LENGTH: Final[Mapping[Field, int]] = {
    Field.ITEM_NAME: 300,
    Field.ITEM_CODE: 100,
    Field.SPECIFICATION: MAX_CELL,
    Field.CATEGORY: 200,
    Field.DELIVERY_PLACE: 500,
    Field.NOTE: 2_000,
}
"""The longest text of a field, in characters."""


class CellKind(StrEnum):
    """What a file knows of a cell beyond its text; CSV knows nothing. A row's kinds are a string of these letters."""

    TEXT = "t"
    NUMBER = "n"  # written by a program: a point for decimals, no grouping
    DATE = "d"  # written by a program: ISO 8601
    ERROR = "e"  # a spreadsheet error such as #DIV/0!
    FORMULA = "f"  # a formula whose result the file does not hold


class Decimals(StrEnum):
    """How a column writes decimals: 1,234.56 or 1.234,56."""

    POINT = "point"
    COMMA = "comma"


class DateOrder(StrEnum):
    """How a column writes dates such as 3/4/2026; ISO dates need no order."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number as the file's own program shows it (line or sheet row), its cells, one kind per cell."""

    number: int
    cells: tuple[str, ...]
    kinds: str

    @property
    def blank(self) -> bool:
        """Tell whether no cell holds anything."""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says once for all its lines. None where it says nothing."""

    title: str | None = None
    reference: str | None = None
    currency: str | None = None
    due_on: date | None = None
    required_on: date | None = None
    delivery_place: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something noticed while reading that the user should know: a code of ``findings`` and its sentence's facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of clean text (NFC, no control characters), every row as wide as ``width``.

    ``headings`` and ``fields`` are set where the format itself names its columns (DECLARED), else guessed later.
    """

    source: Source
    width: int
    rows: tuple[TableRow, ...]
    facts: Facts = Facts()
    headings: tuple[str, ...] | None = None
    fields: tuple[Field, ...] | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user decided about a file. Every mapping is by the row's number or the column's index (0 is the first).

    ``header_row``: None lets the product find it, 0 says there is none. ``unit_spellings`` maps the file's words
    (casefolded) to unit codes. ``skip_offered`` accepts every offer to skip, but for the rows in ``keep``. The defaults
    fill what the file leaves out; ``replace_past_dates`` puts the default date where the file's date has passed.
    """

    header_row: int | None = None
    columns: Mapping[int, Field] = field(default_factory=dict)
    decimals: Mapping[int, Decimals] = field(default_factory=dict)
    date_orders: Mapping[int, DateOrder] = field(default_factory=dict)
    unit_spellings: Mapping[str, str] = field(default_factory=dict)
    unit_code: str | None = None
    delivery_place: str | None = None
    required_on: date | None = None
    currency: str | None = None
    replace_past_dates: bool = False
    skip_offered: bool = True
    skip: frozenset[int] = frozenset()
    keep: frozenset[int] = frozenset()
    overrides: Mapping[int, Mapping[Field, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One need, complete and valid: the input of a request's line.

    ``quantity`` is positive with at most 6 decimals, ``target_price`` is per ``unit_code`` with at most 6 decimals and
    stands with ``target_currency`` or not at all; ``required_on`` was not past on the day of the preview; ``breaks``
    are rising quantities in ``unit_code``.
    """

    item_name: str
    item_code: str | None
    specification: str
    quantity: Decimal
    unit_code: str
    target_price: Decimal | None
    target_currency: str | None
    required_on: date
    delivery_place: str
    note: str
    category: str = ""
    attributes: tuple[Attribute, ...] = ()
    breaks: tuple[Decimal, ...] = ()
