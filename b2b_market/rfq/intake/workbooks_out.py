"""The workbooks an import hands out: reasons beside the cells, to be corrected and sent again; the empty template.

Texts are written as texts, never as formulas or links, whatever they begin with. Equal input gives equal bytes.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Final, Protocol, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS, unit_name
from b2b_market.rfq.intake.columns import Column
from b2b_market.rfq.intake.findings import FIELD_NAMES, SENTENCES, Finding
from b2b_market.rfq.intake.headings import meanings, property_name
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import DECLARED, CellKind, Field

_ROW_HEADING: Final = N_("Row in the file")
_REASON_HEADING: Final = N_("What is wrong")
_BESIDE: Final = 2
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed moment: equal previews make equal files
_WIDEST: Final = 60
_NARROWEST: Final = 12
_PROBLEMS: Final = frozenset({RowStatus.ERROR, RowStatus.WAITING, RowStatus.OFFERED})
_STATUS_WORDS: Final = {
    RowStatus.READY: N_("Ready"),
    RowStatus.WAITING: N_("Waits for an answer"),
    RowStatus.ERROR: N_("To be corrected"),
    RowStatus.OFFERED: N_("Probably no need: skip it?"),
    RowStatus.SKIPPED: N_("Skipped"),
}
_TEMPLATE: Final = (
    (Field.ITEM_NAME, 30, N_("What is needed, in a few words. Needed in every row.")),
    (Field.ITEM_CODE, 16, N_("Your own number for it, if there is one.")),
    (Field.SPECIFICATION, 40, N_("Material, size, standard, drawing number: what a supplier must know.")),
    (Field.QUANTITY, 12, N_("A number greater than zero with at most 6 decimals. Needed in every row.")),
    (Field.UNIT, 12, N_("A unit of the list on this sheet, by code, sign or name.")),
    (Field.TARGET_PRICE, 16, N_("The price of one unit you aim at. Suppliers do not see it.")),
    (Field.CURRENCY, 10, N_("The currency of the price as a code, such as CNY, EUR or USD.")),
    (Field.REQUIRED_ON, 14, N_("The day it must be there, as year-month-day.")),
    (Field.DELIVERY_PLACE, 30, N_("The address it is delivered to.")),
    (Field.NOTE, 30, N_("Anything else a supplier should read.")),
    (Field.CATEGORY, 16, N_("The kind of goods it belongs to, in your own words or as a code.")),
    (Field.PROPERTY, 30, N_("Properties of the goods as names and values: Material: steel 304; Surface: Dacromet.")),
    (Field.BREAKS, 20, N_("Quantities that you want a price each for, rising: 10; 100; 1000.")),
)
_LAST_ROW: Final = 5000
_TEXT: Final = "@"
_FORMATS: Final = {
    Field.QUANTITY: "General",
    Field.TARGET_PRICE: "#,##0.00####",
    Field.REQUIRED_ON: "yyyy-mm-dd",
}


Say: TypeAlias = Callable[[Finding], str]


class Translate(Protocol):
    """Translates a message id and fills its ``{name}`` fields from the facts."""

    def __call__(self, msgid: str, /, **facts: object) -> str:
        """Return the sentence in the reader's language."""
        ...


def error_workbook(preview: Preview, translate: Translate, *, problems_only: bool = False) -> bytes:
    """Return the file's rows as XLSX: row number, reasons, then the file's own columns; wrong cells carry a comment.

    Corrected, it can be imported as it is: the first two columns are recognised as not part of the need. With
    ``problems_only`` rows that are ready or skipped are left out.
    """
    out = BytesIO()
    with Workbook(out, _OPTIONS) as workbook:
        workbook.set_properties({"created": _MADE})
        sheet = workbook.add_worksheet(translate(N_("Needs")))
        head = workbook.add_format({"bold": True, "bg_color": "#E9EDF0", "text_wrap": True, "valign": "top"})
        wrong = workbook.add_format({"bg_color": "#FCE8E6", "valign": "top"})
        plain = workbook.add_format({"valign": "top"})
        headings = [translate(_ROW_HEADING), translate(_REASON_HEADING), *_headings(preview, translate)]
        for index, heading in enumerate(headings):
            sheet.write_string(0, index, heading, head)
        say: Say = partial(finding_text, columns=preview.columns, translate=translate)
        rows = (row for row in preview.rows if not problems_only or row.status in _PROBLEMS)
        for at, row in enumerate(rows, start=1):
            sheet.write_number(at, 0, row.number, plain)
            sheet.write_string(at, 1, _reasons(row, preview, translate), wrong if row.status in _PROBLEMS else plain)
            _write_cells(sheet, at, row, (plain, wrong), say)
        _finish(sheet, preview)
    return out.getvalue()


def template_workbook(translate: Translate, language: str) -> bytes:
    """Return an empty list of needs as XLSX, headed and explained in the language; it is recognised when sent back."""
    out = BytesIO()
    with Workbook(out, _OPTIONS) as workbook:
        workbook.set_properties({"created": _MADE})
        sheet = workbook.add_worksheet(translate(N_("Needs")))
        head = workbook.add_format({"bold": True, "bg_color": "#E9EDF0"})
        for index, (field, width, hint) in enumerate(_TEMPLATE):
            cells = workbook.add_format({"num_format": _FORMATS.get(field, _TEXT)})
            sheet.set_column(index, index, width, cells)
            sheet.write_string(0, index, translate(FIELD_NAMES[field]), head)
            sheet.write_comment(0, index, translate(hint))
        sheet.freeze_panes(1, 0)
        quantity = [field for field, _, _ in _TEMPLATE].index(Field.QUANTITY)
        sheet.data_validation(
            1, quantity, _LAST_ROW, quantity, {"validate": "decimal", "criteria": ">", "value": 0, "ignore_blank": True}
        )
        _explain(workbook.add_worksheet(translate(N_("How to fill in"))), head, translate, language)
    return out.getvalue()


def _headings(preview: Preview, translate: Translate) -> Iterator[str]:
    """Yield the file's headings; those of a format without any, and blank ones, are named by their field.

    A property whose heading says nothing by itself is marked as one, so that it is recognised when it comes back.
    """
    for column in preview.columns:
        if column.field == Field.PROPERTY and property_name(column.heading):
            known = Field.PROPERTY in meanings(column.heading)
            name = property_name(column.heading)
            yield column.heading if known else translate(N_("Property: {name}"), name=name)
            continue
        own = column.heading if preview.source not in DECLARED else ""
        yield own or (translate(FIELD_NAMES[column.field]) if column.field != Field.IGNORED else column.letter)


def _reasons(row: PreviewRow, preview: Preview, translate: Translate) -> str:
    findings = [*([row.offer] if row.offer else []), *row.errors, *row.waits, *row.notices]
    lines = [translate(_STATUS_WORDS[row.status])]
    lines += [finding_text(finding, preview.columns, translate) for finding in findings]
    return "\n".join(lines)


def finding_text(finding: Finding, columns: tuple[Column, ...], translate: Translate) -> str:
    """Return a finding in words: the field and what was found, and on a second line what would be right."""
    sentence = SENTENCES[finding.code]
    facts = {"rows": "1", "column": "", **finding.facts}
    if finding.column is not None:
        facts["column"] = columns[finding.column].letter
    text = translate(sentence.found, **facts)
    if finding.field is not None:
        text = translate(N_("{field}: {found}"), field=translate(FIELD_NAMES[finding.field]), found=text)
    if sentence.right:
        text = f"{text}\n{translate(sentence.right, **facts)}"
    return text


def _write_cells(sheet: Worksheet, at: int, row: PreviewRow, formats: tuple[Format, Format], say: Say) -> None:
    plain, wrong = formats
    reasons: dict[int, list[str]] = {}
    for finding in (*row.errors, *row.waits):
        if finding.column is not None:
            reasons.setdefault(finding.column, []).append(say(finding))
    for index, (cell, kind) in enumerate(zip(row.cells, row.kinds, strict=True)):
        style = wrong if index in reasons else plain
        if kind == CellKind.NUMBER and cell:
            # A number of a spreadsheet goes back as the same number: text could be read in another way of decimals.
            sheet.write_number(at, _BESIDE + index, float(cell), style)
        else:
            sheet.write_string(at, _BESIDE + index, cell, style)
        if index in reasons:
            sheet.write_comment(at, _BESIDE + index, "\n".join(reasons[index]))


def _finish(sheet: Worksheet, preview: Preview) -> None:
    """Freeze what explains the rows and give every column a width that shows its samples."""
    sheet.freeze_panes(1, _BESIDE)
    sheet.set_column(0, 0, _NARROWEST)
    sheet.set_column(1, 1, _WIDEST)
    for column in preview.columns:
        longest = max(map(len, (column.heading, *column.samples)))
        sheet.set_column(_BESIDE + column.index, _BESIDE + column.index, min(_WIDEST, max(_NARROWEST, longest + 2)))


def _explain(sheet: Worksheet, head: Format, translate: Translate, language: str) -> None:
    for index, (field, _, hint) in enumerate(_TEMPLATE):
        sheet.write_string(index, 0, translate(FIELD_NAMES[field]), head)
        sheet.write_string(index, 1, translate(hint))
    start = len(_TEMPLATE) + 1
    sheet.write_string(start, 0, translate(N_("Unit code")), head)
    sheet.write_string(start, 1, translate(N_("Name of the unit")), head)
    for index, unit in enumerate(UNITS.values(), start=start + 1):
        sheet.write_string(index, 0, unit.code)
        sheet.write_string(index, 1, unit_name(unit, language))
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, _WIDEST)
