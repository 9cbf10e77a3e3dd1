"""An import between two requests of its user: from what is stored to the preview, and from the preview to the draft."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import FieldError, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.imports import ChangeImport, ConfirmImport, StartImport
from b2b_market.rfq.commands.needs import NeedTerms
from b2b_market.rfq.commands.requests import DraftRfq, LineInput
from b2b_market.rfq.intake.confirmation import Confirmed, confirm
from b2b_market.rfq.intake.layout import lay_out
from b2b_market.rfq.intake.preview import Preview, make_preview
from b2b_market.rfq.intake.questions import Question
from b2b_market.rfq.intake.refusals import TooManyRows
from b2b_market.rfq.intake.remembering import heading_rows, mapping_of
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.tables import clean_cell
from b2b_market.rfq.intake.values import MAX_ROWS, Choices, Facts, Field, NeedLine, Table
from b2b_market.rfq.intake.wire import from_json, to_json
from b2b_market.rfq.service.importing import StoredImport
from b2b_market.rfq.states import IMPORT_LIFECYCLE

_NAME_LENGTH: Final = 200
_TITLE_LENGTH: Final = 200
_MOST_ERRORS: Final = 200
_ROW_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


class PricesInOtherCurrency(Refusal):
    """A request has one currency, and some of the list's target prices are in another; ``errors`` names their rows."""

    kind, code = Kind.CONFLICT, "import-currency-differs"
    title = N_("Some target prices are in another currency")
    advice = N_(
        "The request is in {currency}, {rows} rows have target prices in {others}. Choose that currency, correct the "
        "rows, or import them without a target price. Nothing was stored."
    )


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as its user sees it. ``preview`` is None once it is confirmed."""

    stored: StoredImport
    choices: Choices
    preview: Preview | None

    @property
    def id(self) -> UUID:
        """The import's id."""
        return self.stored.row.id

    @property
    def version(self) -> int:
        """The version of the import, which its ETag shows."""
        return self.stored.version


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOptions:
    """What becomes of what is not in order: by default one open row, or one price in another currency, stops it all."""

    only_ready: bool = False
    drop_other_prices: bool = False


def clean_filename(name: str | None) -> str:
    """Return the last part of a file's name as it may be kept and shown: clean, on one line, without a path."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return " ".join(clean_cell(last)[0].split())[-_NAME_LENGTH:]


def start_command(filename: str, table: Table) -> StartImport:
    """Return the command that keeps a table which was read; ``filename`` as :func:`clean_filename` gives it.

    Raises TooManyRows where more rows than a request takes stand below the headings.
    """
    layout = lay_out(table, Choices())
    if len(layout.body) > MAX_ROWS:
        raise TooManyRows(limit=str(MAX_ROWS), row=str(layout.body[MAX_ROWS].number))
    return StartImport(filename=filename, table=to_json(table), headings=heading_rows(table, layout))


def view_import(stored: StoredImport) -> ImportView:
    """Return the import with its preview; raises what ``make_preview`` raises for choices that cannot be."""
    choices = from_json(Choices, dict(stored.choices))
    if stored.table is None:
        return ImportView(stored, choices, None)
    preview = make_preview(from_json(Table, stored.table), choices, stored.first_day)
    questions = tuple(_with_usual(question, stored) for question in preview.questions)
    return ImportView(stored, choices, replace(preview, questions=questions))


def open_preview(view: ImportView) -> Preview:
    """Return the preview of an unfinished import; IllegalStep where it was confirmed."""
    if view.preview is None:
        IMPORT_LIFECYCLE.require(view.stored.row.status, "confirm")
        raise LookupError("an unfinished import without a table")
    return view.preview


def _with_usual(question: Question, stored: StoredImport) -> Question:
    """Suggest what the company usually writes; it is not applied before its user has seen it."""
    usual = {"ask-unit": stored.unit, "ask-place": stored.place}.get(question.code, "")
    return replace(question, suggestion=usual) if usual else question


def change_command(
    import_id: UUID, expected_version: int | None, choices: Choices, request: Mapping[str, object] | None = None
) -> ChangeImport:
    """Return the command that keeps ``choices``."""
    kept: dict[str, Any] = dict(_mapping(to_json(choices)))
    return ChangeImport(import_id=import_id, expected_version=expected_version, choices=kept, request=request)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("choices are written as an object")
    return value


def suggested_title(view: ImportView) -> str:
    """Return what the file calls itself, with its own reference; else the file's name without its ending."""
    facts = view.preview.facts if view.preview is not None else Facts()
    filename = view.stored.row.filename
    title = facts.title or facts.reference or filename.rpartition(".")[0] or filename
    if facts.title and facts.reference:
        title = f"{facts.title} ({facts.reference})"
    return " ".join(title.split())[:_TITLE_LENGTH]


def rows_of(preview: Preview, status: RowStatus | None, request: PageRequest) -> Page[PreviewRow]:
    """Return a page of the rows in the file's order, of one status or of all; MalformedRequest for a foreign cursor."""
    after = int(request.after[1]) if request.after and _ROW_NUMBER.fullmatch(request.after[1]) else None
    if request.after is not None and after is None:
        raise MalformedRequest(reason="the cursor is not one of this list's")
    wanted = [row for row in preview.rows if status in (None, row.status) and (after is None or row.number > after)]
    return page_of(wanted, request, lambda row: ("", str(row.number)))


def suggested_currency(view: ImportView) -> Currency:
    """Return the currency of most target prices, else the one chosen, likely or named by the file, else the company's.

    Rows that wait for another answer count too, where their price is understood.
    """
    preview = view.preview
    if preview is None:
        return view.stored.currency
    priced = [row.values[Field.CURRENCY] for row in preview.rows if Field.CURRENCY in row.values]
    if priced:
        return Currency(max(sorted(set(priced)), key=priced.count))
    likely = next((asked.suggestion for asked in preview.questions if asked.field == Field.CURRENCY), None)
    named = view.choices.currency or likely or preview.facts.currency
    return Currency(named) if named in Currency.CODES else view.stored.currency


def confirm_command(
    view: ImportView, expected_version: int | None, header: DraftRfq, options: ConfirmOptions
) -> ConfirmImport:
    """Return the command that turns the preview into a draft: ``header`` with the lines of the ready rows.

    Raises ImportNotReady, NothingToImport or PricesInOtherCurrency; IllegalStep where it was confirmed before.
    """
    preview = open_preview(view)
    confirmed = confirm(preview, only_ready=options.only_ready)
    lines = _lines(confirmed, header.currency, drop=options.drop_other_prices)
    return ConfirmImport(
        import_id=view.id,
        expected_version=expected_version,
        draft=replace(header, lines=lines),
        left=tuple((left.row, left.code) for left in confirmed.left),
        mapping=mapping_of(from_json(Table, view.stored.table), preview, view.choices),
    )


def other_prices(preview: Preview, currency: Currency) -> int:
    """Return how many ready rows have a target price in another currency than ``currency``."""
    lines = (row.line for row in preview.rows if row.line is not None)
    return sum(line.target_currency not in (None, currency.code) for line in lines)


def _lines(confirmed: Confirmed, currency: Currency, *, drop: bool) -> tuple[LineInput, ...]:
    others = [
        (number, line.target_currency)
        for number, line in zip(confirmed.rows, confirmed.lines, strict=True)
        if line.target_currency is not None and line.target_currency != currency.code
    ]
    if others and not drop:
        raise _refused(others, currency)
    return tuple(_line(line, currency) for line in confirmed.lines)


def _refused(others: Sequence[tuple[int, str]], currency: Currency) -> PricesInOtherCurrency:
    detail = N_("The price is in {found}, the request is in {currency}.")
    errors = [
        FieldError(f"/rows/{number}/currency", "other-currency", detail, {"found": found, "currency": currency.code})
        for number, found in others[:_MOST_ERRORS]
    ]
    names = ", ".join(sorted({found for _, found in others}))
    return PricesInOtherCurrency(errors=errors, rows=str(len(others)), others=names, currency=currency.code)


def _line(need: NeedLine, currency: Currency) -> LineInput:
    return LineInput(
        item_name=need.item_name,
        item_code=need.item_code or "",
        specification=need.specification,
        quantity=Quantity(need.quantity, unit(need.unit_code)),
        required_on=need.required_on,
        delivery_place=need.delivery_place,
        note=need.note,
        target_price=need.target_price if need.target_currency == currency.code else None,
        terms=NeedTerms(category=need.category, attributes=need.attributes, breaks=need.breaks),
    )
