"""The form of an import read back: which decisions it changes, and what it says of the request to be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS, find_unit
from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.intake.imports import ConfirmOptions, ImportView, suggested_currency, suggested_title
from b2b_market.rfq.intake.numerals import plain
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import MAX_CELL, MAX_LENGTH, Choices, DateOrder, Decimals, Field
from b2b_market.rfq.pages.import_asks import Ask
from b2b_market.rfq.pages.import_rows import EDITABLE, input_name, typed_text
from b2b_market.ui.forms import Form

K = TypeVar("K")
V = TypeVar("V")
_HEADER: Final = "header_row"


def initial_values(view: ImportView, preview: Preview, asked: list[Ask]) -> dict[str, object]:
    """Return what every field of the page holds before anybody types into it."""
    request = view.stored.request
    values: dict[str, object] = {
        "title": request.get("title") or suggested_title(view),
        "request_currency": request.get("currency") or suggested_currency(view).code,
        "only_ready": "1" if request.get("only_ready") else None,
        "drop_other_prices": "1" if request.get("drop_other_prices") else None,
        "version": view.version,
        _HEADER: preview.header_row,
    }
    values |= {ask.name: ask.initial for ask in asked}
    values |= {f"columns-{column.index}-field": column.field for column in preview.columns}
    return values


def read_choices(form: Form, view: ImportView, preview: Preview) -> Choices:
    """Return the decisions as the form changes them; what cannot be read is noted in the form and stays as it was.

    A column or cell that was sent as it was shown is no decision: the product may still understand it differently.
    """
    choices = view.choices
    choices = replace(
        choices,
        header_row=_header_row(form, choices, preview),
        columns=_columns(form, choices, preview),
        decimals=_ways(form, "decimals", Decimals, choices.decimals),
        date_orders=_ways(form, "orders", DateOrder, choices.date_orders),
        unit_spellings=_spellings(form, choices),
        replace_past_dates=form.flag("replace_past"),
    )
    choices = _answers(form, view, choices)
    return _rows(form, view, preview, choices)


def read_request(form: Form, view: ImportView) -> dict[str, object]:
    """Return what was written about the request to be; what was left as suggested is no decision either."""
    title = form.text("title", required=True)
    currency = form.one_of("request_currency", Currency.CODES, required=True)
    return {
        "title": "" if title == suggested_title(view) else title or "",
        "currency": "" if currency == suggested_currency(view).code else currency or "",
        "only_ready": form.flag("only_ready"),
        "drop_other_prices": form.flag("drop_other_prices"),
    }


def header_of(form: Form, view: ImportView) -> DraftRfq:
    """Return the draft without its lines, of a form that :func:`read_request` found in order."""
    note = view.preview.facts.note if view.preview is not None else None
    return DraftRfq(
        title=form.value("title").strip(), currency=Currency(form.value("request_currency")), description=note or ""
    )


def options_of(form: Form) -> ConfirmOptions:
    """Return what becomes of what is not in order."""
    return ConfirmOptions(only_ready=form.flag("only_ready"), drop_other_prices=form.flag("drop_other_prices"))


def _header_row(form: Form, choices: Choices, preview: Preview) -> int | None:
    number = form.integer(_HEADER, least=0)
    return choices.header_row if number is None or number == preview.header_row else number


def _columns(form: Form, choices: Choices, preview: Preview) -> Mapping[int, Field]:
    changed = dict(choices.columns)
    for column in preview.columns:
        field = form.choice(f"columns-{column.index}-field", Field)
        if field is not None and field != column.field:
            changed[column.index] = field
    return changed


def _ways(form: Form, prefix: str, kind: type[Decimals] | type[DateOrder], current: Mapping[int, V]) -> dict[int, V]:
    changed: dict[int, V] = dict(current)
    for index in form.rows(prefix):
        way = form.choice(f"{prefix}-{index}-way", kind)
        if way is not None:
            changed[index] = way  # type: ignore[assignment]  # kind is that of current's values
    return changed


def _spellings(form: Form, choices: Choices) -> Mapping[str, str]:
    changed = dict(choices.unit_spellings)
    for number in form.rows("spellings"):
        text, name = form.value(f"spellings-{number}-text"), f"spellings-{number}-unit"
        meant = form.text(name)
        unit = UNITS.get(meant or "") or find_unit(meant or "")
        if meant and unit is None:
            form.add_error(name, N_("No unit is called {text}; choose one of the list."), text=meant)
        elif unit is not None and text:
            changed[plain(text).casefold()] = unit.code
        elif text:
            changed.pop(plain(text).casefold(), None)
    return changed


def _answers(form: Form, view: ImportView, choices: Choices) -> Choices:
    """Take over what fills the gaps; a field that the page did not have keeps its value."""
    sent = form.data.texts
    unit = form.one_of("unit", UNITS) if "unit" in sent else choices.unit_code
    place = form.text("place", limit=MAX_LENGTH[Field.DELIVERY_PLACE]) if "place" in sent else choices.delivery_place
    currency = form.one_of("currency", Currency.CODES) if "currency" in sent else choices.currency
    day = _day(form, view.stored.first_day) if "date" in sent else choices.required_on
    if form.flag("replace_past") and day is None and not form.error("date"):
        form.add_error("date", N_("Give the date that replaces those that are past."))
    return replace(choices, unit_code=unit, delivery_place=place, currency=currency, required_on=day)


def _day(form: Form, first: date) -> date | None:
    day = form.day("date")
    if day is not None and day < first:
        form.add_error("date", N_("Give a date from {day} on."), day=first.isoformat())
        return None
    return day


def _rows(form: Form, view: ImportView, preview: Preview, choices: Choices) -> Choices:
    """Take over what was decided about the rows that the page showed."""
    by_number = {row.number: row for row in preview.rows}
    shown = [by_number[number] for number in form.rows("rows") if number in by_number]
    skip, keep = set(choices.skip), set(choices.keep)
    overrides = {number: dict(typed) for number, typed in choices.overrides.items()}
    for row in shown:
        taken = form.flag(f"rows-{row.number}-take")
        if taken != _taken(row):
            skip.discard(row.number)
            keep.discard(row.number)
            offered = row.offer is not None and row.offer.code != "skipped-by-you"
            if taken and offered:
                keep.add(row.number)
            elif not taken:
                skip.add(row.number)
        elif row.status is RowStatus.OFFERED:
            skip.add(row.number)
        typed = _typed(form, row, view, preview)
        if typed:
            overrides[row.number] = overrides.get(row.number, {}) | typed
    return replace(choices, skip=frozenset(skip), keep=frozenset(keep), overrides=overrides)


def _taken(row: PreviewRow) -> bool:
    return row.status not in (RowStatus.SKIPPED, RowStatus.OFFERED)


def _typed(form: Form, row: PreviewRow, view: ImportView, preview: Preview) -> dict[Field, str]:
    """Return the fields whose text is another than the page showed."""
    typed = {}
    for field in EDITABLE:
        name = input_name(row.number, field)
        if name in form.data.texts:
            text = form.text(name, limit=MAX_CELL, lines=True) or ""
            if text != typed_text(row, field, view, preview).strip():
                typed[field] = text
    return typed
