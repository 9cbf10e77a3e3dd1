"""Reading a quotation's workbook again: hidden keys say which cell is which, whatever the language and the order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.quote_columns import (
    ALTERNATE,
    ALTERNATE_FIELDS,
    ANSWER_KEY,
    ANSWERS,
    BESIDE,
    BETWEEN,
    FIRST_ANSWER,
    HEADER,
    HEADER_PLACES,
    MARK,
)
from b2b_market.rfq.intake.tables import column_letter
from b2b_market.rfq.intake.values import CellKind, Table, TableRow

NO_NUMBERS: Mapping[int, UUID] = MappingProxyType({})
LONGEST_NUMBER = 6


class NotAQuoteWorkbook(Refusal):
    """The file is not the workbook of a request."""

    kind, code = Kind.INVALID, "quote-workbook-unknown"
    title = N_("This is not the workbook of a request")
    advice = N_("Send the workbook that you saved from the quotation page; this file is another one.")


class OtherRequestsWorkbook(Refusal):
    """The workbook belongs to another request."""

    kind, code = Kind.INVALID, "quote-workbook-other"
    title = N_("This workbook belongs to another request")
    advice = N_("It is the workbook of another request. Save the one of this request, fill it in and send that file.")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell as a spreadsheet names it."""

    row: int
    column: str


@dataclass(frozen=True, slots=True)
class QuoteSheet:
    """What a workbook says, as typed: ``header`` by field, ``answers`` by line and field, and where each stands.

    Answers to the request's criteria are in ``header``.

    ``edition`` is the version of the request that the workbook was made for. ``broken`` are cells with an error or a
    formula without a result; ``strange`` are rows whose line is not part of the request. ``alternates`` are further
    offers with their line and row, in the order of the rows.
    """

    edition: int
    header: Mapping[str, str]
    answers: Mapping[UUID, Mapping[str, str]]
    rows: Mapping[UUID, int]
    header_places: Mapping[str, Place]
    broken: tuple[Place, ...] = ()
    strange: tuple[int, ...] = ()
    alternates: tuple[tuple[UUID, int, Mapping[str, str]], ...] = ()
    columns: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {answer.name: column_letter(FIRST_ANSWER + index) for index, answer in enumerate(ANSWERS)}
        )
    )


def read_sheet(
    table: Table, rfq_id: UUID, line_ids: frozenset[UUID], numbers: Mapping[int, UUID] = NO_NUMBERS
) -> QuoteSheet:
    """Return what the workbook of request ``rfq_id`` says; raise NotAQuoteWorkbook or OtherRequestsWorkbook.

    ``numbers`` are the lines by the number that rows of alternates name.
    """
    first = table.rows[0] if table.rows else None
    if first is None or first.cells[0] != MARK or len(first.cells) < FIRST_ANSWER + len(ANSWERS):
        raise NotAQuoteWorkbook
    if first.cells[1] != str(rfq_id):
        raise OtherRequestsWorkbook
    edition = int(first.cells[2]) if first.cells[2].isdecimal() and len(first.cells[2]) < 6 else 1  # noqa: PLR2004 - nobody amends so often
    reading = _Reading({name for name, _ in (*HEADER, *BESIDE)}, line_ids, numbers)
    for row in table.rows[1:]:
        reading.take(row)
    return QuoteSheet(
        edition,
        reading.header,
        reading.answers,
        reading.rows,
        reading.header_places,
        tuple(reading.broken),
        tuple(reading.strange),
        tuple(reading.alternates),
    )


@dataclass(slots=True)
class _Reading:
    names: set[str]
    line_ids: frozenset[UUID]
    numbers: Mapping[int, UUID]
    header: dict[str, str] = field(default_factory=dict)
    header_places: dict[str, Place] = field(default_factory=dict)
    answers: dict[UUID, dict[str, str]] = field(default_factory=dict)
    rows: dict[UUID, int] = field(default_factory=dict)
    broken: list[Place] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    alternates: list[tuple[UUID, int, Mapping[str, str]]] = field(default_factory=list)

    def take(self, row: TableRow) -> None:
        """Take over a row whose key is known; a line that comes twice counts where it stands first."""
        key = row.cells[0].strip()
        named = key.split(BETWEEN)
        if self.names.issuperset(named) or ANSWER_KEY.fullmatch(key):
            for name, column in zip(named, HEADER_PLACES, strict=False):
                self.header[name] = self._text(row, column)
                self.header_places[name] = Place(row.number, column_letter(column))
            return
        if key == ALTERNATE:
            self._take_alternate(row)
            return
        answers = {answer.name: self._text(row, FIRST_ANSWER + index) for index, answer in enumerate(ANSWERS)}
        try:
            line_id = UUID(key)
        except ValueError:
            line_id = None
        if line_id in self.line_ids and line_id is not None and line_id not in self.answers:
            self.answers[line_id], self.rows[line_id] = answers, row.number
        elif key and any(answers.values()):
            self.strange.append(row.number)

    def _take_alternate(self, row: TableRow) -> None:
        """Take over a row for a further offer; one that says nothing but a number counts nothing."""
        places = {answer.name: FIRST_ANSWER + index for index, answer in enumerate(ANSWERS)}
        texts = {name: self._text(row, places[name]) for name in ALTERNATE_FIELDS}
        if not any(texts.values()):
            return
        number = self._text(row, 1)
        line_id = self.numbers.get(int(number)) if number.isdecimal() and len(number) <= LONGEST_NUMBER else None
        if line_id is None:
            self.strange.append(row.number)
        else:
            self.alternates.append((line_id, row.number, texts))

    def _text(self, row: TableRow, column: int) -> str:
        if row.kinds[column] in (CellKind.ERROR, CellKind.FORMULA):
            self.broken.append(Place(row.number, column_letter(column)))
            return ""
        return row.cells[column].strip()
