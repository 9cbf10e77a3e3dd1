"""Wire shapes of what a file was understood as: columns, questions, rows, and in words what is wrong with them."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self

from b2b_market.infra.http.wires import MoneyWire, WireDate, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.kernel.currency import Currency
from b2b_market.rfq.intake.columns import Column
from b2b_market.rfq.intake.confirmation import Left
from b2b_market.rfq.intake.findings import SENTENCES, Finding
from b2b_market.rfq.intake.imports import ImportView
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.questions import Question
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import DateOrder, Decimals, Field, Remark, Source
from b2b_market.rfq.intake.wire import to_json
from b2b_market.rfq.models.drafting import RfqMapping
from b2b_market.rfq.states import ImportStatus

FieldWire = wire_enum(Field)
DecimalsWire = wire_enum(Decimals)
DateOrderWire = wire_enum(DateOrder)
RowStatusWire = wire_enum(RowStatus)


class Translate(Protocol):
    """Translates a message id and fills its ``{name}`` fields from the facts."""

    def __call__(self, msgid: str, /, **facts: object) -> str:
        """Return the sentence in the reader's language."""
        ...


class FindingOut(WireOut):
    """Something about a row: its code, the field and column it is about, and in words what was found and what is right.

    ``found`` and ``right`` are in the language of Accept-Language; ``right`` is empty where nothing has to be done.
    """

    code: str
    field: FieldWire | None  # type: ignore[valid-type]  # an Annotated alias made by a function
    column: str | None
    found: str
    right: str
    facts: dict[str, str]


class ColumnOut(WireOut):
    """A column of the file and what is made of it; ``confidence`` is from 0 (not recognised) to 100 (certain)."""

    index: int
    letter: str
    heading: str
    field: FieldWire  # type: ignore[valid-type]  # an Annotated alias made by a function
    confidence: int
    chosen: bool
    reason: str
    samples: list[str]
    decimals: DecimalsWire | None  # type: ignore[valid-type]  # as above
    date_order: DateOrderWire | None  # type: ignore[valid-type]  # as above


class QuestionOut(WireOut):
    """Something asked once for all rows that wait for it; ``options`` is empty where any value may be given."""

    code: str
    field: FieldWire  # type: ignore[valid-type]  # an Annotated alias made by a function
    column: int | None
    rows: int
    optional: bool
    options: list[str]
    suggestion: str | None
    asked: str
    why: str
    facts: dict[str, str]


class DefaultOut(WireOut):
    """A value that fills what rows leave out."""

    field: FieldWire  # type: ignore[valid-type]  # an Annotated alias made by a function
    value: str
    from_file: bool


class SumOut(MoneyWire):
    """Quantity × target price of all ready rows in one currency."""


class ChoicesOut(WireOut):
    """Every decision in force; see ChoicesIn."""

    header_row: int | None
    columns: dict[str, str]
    decimals: dict[str, str]
    date_orders: dict[str, str]
    unit_spellings: dict[str, str]
    unit_code: str | None
    delivery_place: str | None
    required_on: str | None
    currency: str | None
    replace_past_dates: bool
    skip_offered: bool
    skip: list[int]
    keep: list[int]
    overrides: dict[str, dict[str, str]]


class PreviewOut(WireOut):
    """What the file says and what is open. ``counts`` names every status; ``confirmable`` is true when nothing is open.

    ``first_day`` is the earliest day a need may be required on. The rows are read at ``/rows``.
    """

    source: wire_enum(Source)  # type: ignore[valid-type]  # an Annotated alias made by a function
    sheet: str | None
    sheets: list[str]
    encoding: str | None
    delimiter: str | None
    header_row: int
    remembered: bool
    first_day: WireDate
    title: str | None
    columns: list[ColumnOut]
    questions: list[QuestionOut]
    defaults: list[DefaultOut]
    remarks: list[FindingOut]
    counts: dict[str, int]
    confirmable: bool
    target_sums: list[SumOut]
    choices: ChoicesOut


class LeftOut(WireOut):
    """A row that became no line, and the code of the reason."""

    row: int
    code: str


class OutcomeOut(WireOut):
    """What a confirmed import brought."""

    lines: int
    left: list[LeftOut]


class MeaningOut(WireOut):
    """What the column with a heading means; the ways of writing are null where they are found anew in each list."""

    heading: str
    field: FieldWire  # type: ignore[valid-type]  # an Annotated alias made by a function
    decimals: DecimalsWire | None  # type: ignore[valid-type]  # as above
    date_order: DateOrderWire | None  # type: ignore[valid-type]  # as above


class MappingOut(WireOut):
    """What is remembered of lists with the same headings, in whatever order; ``units`` are their words for units."""

    id: WireUuid
    version: int
    columns: list[MeaningOut]
    units: dict[str, str]
    created_at: WireTime
    changed_at: WireTime

    @classmethod
    def of(cls, value: RfqMapping) -> Self:
        """Return the answer for a mapping."""
        columns = [
            {**column, "decimals": column["decimals"] or None, "date_order": column["date_order"] or None}
            for column in value.content["columns"]
        ]
        row = {name: getattr(value, name) for name in ("id", "version", "created_at", "changed_at")}
        return cls.model_validate({**row, "columns": columns, "units": dict(value.content["spellings"])})


class ImportSummaryOut(WireOut):
    """An import in a list; ``filename`` is empty for pasted cells."""

    id: WireUuid
    version: int
    status: wire_enum(ImportStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    filename: str
    rfq_id: WireUuid | None
    created_at: WireTime
    changed_at: WireTime


@dataclass(frozen=True, slots=True)
class SpokenImport:
    """An import and the language its findings are told in."""

    view: ImportView
    translate: Translate

    @property
    def version(self) -> int:
        """The version of the import, which its ETag shows."""
        return self.view.version


@dataclass(frozen=True, slots=True)
class SpokenRow:
    """A row, its import's columns, and the language its findings are told in."""

    row: PreviewRow
    columns: tuple[Column, ...]
    translate: Translate


class ImportOut(ImportSummaryOut):
    """An import: its preview until it is confirmed, its outcome afterwards."""

    preview: PreviewOut | None
    outcome: OutcomeOut | None

    @classmethod
    def of(cls, value: SpokenImport) -> Self:
        """Return the answer for an import."""
        view = value.view
        stored = view.stored
        row = {name: getattr(stored.row, name) for name in ImportSummaryOut.model_fields}
        outcome = None
        if stored.lines is not None:
            outcome = {"lines": stored.lines, "left": [Left(number, code) for number, code in stored.left]}
        preview = None if view.preview is None else _preview(view, view.preview, value.translate)
        return cls.model_validate({**row, "preview": preview, "outcome": outcome})


class RowOut(WireOut):
    """One row as it would be imported: the file's cells with what was typed, and what was understood by field."""

    number: int
    status: RowStatusWire  # type: ignore[valid-type]  # an Annotated alias made by a function
    cells: list[str]
    values: dict[str, str]
    defaulted: list[str]
    offer: FindingOut | None
    errors: list[FindingOut]
    waits: list[FindingOut]
    notices: list[FindingOut]

    @classmethod
    def of(cls, value: SpokenRow) -> Self:
        """Return the answer for a row."""
        row = value.row
        told = partial(_finding, columns=value.columns, translate=value.translate)
        return cls.model_validate(
            {
                "number": row.number,
                "status": row.status,
                "cells": list(row.cells),
                "values": {str(field): text for field, text in row.values.items()},
                "defaulted": [str(field) for field in row.defaulted],
                "offer": told(row.offer) if row.offer is not None else None,
                "errors": [told(found) for found in row.errors],
                "waits": [told(found) for found in row.waits],
                "notices": [told(found) for found in row.notices],
            }
        )


def _preview(view: ImportView, preview: Preview, translate: Translate) -> dict[str, object]:
    sums = [{"currency": Currency(code), "amount": amount} for code, amount in preview.target_sums.items()]
    return {
        **{name: getattr(preview, name) for name in ("source", "sheet", "encoding", "delimiter", "header_row")},
        "sheets": list(preview.sheets),
        "remembered": view.stored.remembered,
        "first_day": preview.today,
        "title": preview.facts.title,
        "columns": [{**_plain(column, ColumnOut), "samples": list(column.samples)} for column in preview.columns],
        "questions": [_question(question, translate) for question in preview.questions],
        "defaults": [_plain(default, DefaultOut) for default in preview.defaults],
        "remarks": [_finding(_as_finding(remark), preview.columns, translate) for remark in preview.remarks],
        "counts": {str(status): count for status, count in preview.counts().items()},
        "confirmable": preview.confirmable,
        "target_sums": sums,
        "choices": to_json(view.choices),
    }


def _plain(value: object, schema: type[WireOut]) -> dict[str, object]:
    return {name: getattr(value, name) for name in schema.model_fields}


def _as_finding(remark: Remark) -> Finding:
    return Finding(remark.code, facts=remark.facts)


def _finding(found: Finding, columns: tuple[Column, ...], translate: Translate) -> dict[str, object]:
    sentence = SENTENCES[found.code]
    letter = None if found.column is None else columns[found.column].letter
    facts = {"rows": "1", "column": letter or "", **found.facts}
    return {
        "code": found.code,
        "field": found.field,
        "column": letter,
        "found": translate(sentence.found, **facts),
        "right": translate(sentence.right, **facts) if sentence.right else "",
        "facts": dict(found.facts),
    }


def _question(question: Question, translate: Translate) -> dict[str, object]:
    sentence = SENTENCES[question.code]
    return {
        **{name: getattr(question, name) for name in ("code", "field", "column", "rows", "optional", "suggestion")},
        "options": list(question.options),
        "asked": translate(sentence.found, **question.facts),
        "why": translate(sentence.right, **question.facts),
        "facts": dict(question.facts),
    }
