"""A request as a workbook to quote in: what is asked for is locked, prices are typed in, hidden keys bring it back.

Texts are written as texts, never as formulas or links. Equal input gives equal bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Final
from uuid import UUID

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.comparison_sheet import Translate
from b2b_market.rfq.documents.quote_columns import (
    ALTERNATE,
    ALTERNATE_FIELDS,
    ANSWERS,
    ASKED,
    BESIDE,
    BETWEEN,
    EMPTY_ALTERNATES,
    FIRST_ANSWER,
    HEADER,
    HEADER_PLACES,
    MARK,
    AskedCell,
)
from b2b_market.rfq.models.requests import Rfq, RfqLine

Texts = Mapping[str, str]
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed moment: equal requests make equal files
_EXACT_DIGITS: Final = 15
"""A spreadsheet keeps so many digits of a number; longer ones are written as text."""
_LONGEST_LIST: Final = 255
"""A spreadsheet's list of choices has at most so many characters."""
_NUMBER: Final = "#,##0.######"
_MAY: Final = {"format_columns": True, "format_rows": True, "sort": False, "autofilter": True}


def quote_workbook(
    rfq: Rfq,
    lines: Sequence[RfqLine],
    header: Texts,
    answers: Mapping[UUID, Texts],
    translate: Translate,
    *,
    alternates: Sequence[tuple[int, Texts]] = (),
    criteria: Sequence[AskedCell] = (),
) -> bytes:
    """Return the workbook of a request, filled with ``header`` and ``answers`` (by line and field, as typed).

    ``criteria`` are answered below the header, by their names in ``header``.
    ``alternates`` are further offers by the number of their line; where any line takes substitutes, empty rows for more
    of them follow the lines.
    """
    out = BytesIO()
    with Workbook(out, _OPTIONS) as workbook:
        workbook.set_properties({"created": _MADE, "title": f"{rfq.number} {rfq.title}"})
        sheet = workbook.add_worksheet(translate(N_("Quotation")))
        styles = _Styles(workbook)
        _write_keys(sheet, rfq)
        first = _write_header(sheet, rfq, header, styles, translate)
        table = first + _write_criteria(sheet, first, criteria, header, (styles, translate))
        _write_headings(sheet, table, styles, translate)
        for at, line in enumerate(lines, start=table + 1):
            _write_asked(sheet, at, line, styles)
            _write_answers(sheet, at, answers.get(line.id, {}), styles)
        rows = len(lines)
        if alternates or any(line.substitutes for line in lines):
            rows += _write_alternates(sheet, table + 1 + rows, alternates, styles, translate)
        _finish(sheet, table, rows)
    return out.getvalue()


class _Styles:
    """The formats of a workbook; cells are locked unless their format says otherwise."""

    def __init__(self, workbook: Workbook) -> None:
        self.head = workbook.add_format({"bold": True, "bg_color": "#E9EDF0", "text_wrap": True, "valign": "top"})
        self.asked = workbook.add_format({"text_wrap": True, "valign": "top", "font_color": "#44505A"})
        self.count = workbook.add_format({"num_format": _NUMBER, "valign": "top", "font_color": "#44505A"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "font_color": "#44505A"})
        open_cell = {"locked": False, "bg_color": "#FFFDE7", "border": 1, "border_color": "#D5DBE0", "valign": "top"}
        self.text = workbook.add_format({**open_cell, "num_format": "@", "text_wrap": True})
        self.number = workbook.add_format({**open_cell, "num_format": _NUMBER})
        self.date = workbook.add_format({**open_cell, "num_format": "yyyy-mm-dd", "align": "left"})


def _write_keys(sheet: Worksheet, rfq: Rfq) -> None:
    keys = [MARK, str(rfq.id), str(rfq.edition)]
    for column, key in enumerate(keys):
        sheet.write_string(0, column, key)
    for column, answer in enumerate(ANSWERS, start=FIRST_ANSWER):
        sheet.write_string(0, column, answer.name)
    sheet.set_row(0, None, None, {"hidden": True})


def _write_header(sheet: Worksheet, rfq: Rfq, header: Texts, styles: _Styles, translate: Translate) -> int:
    """Write what is said once, and return the row of the headings."""
    sheet.write_string(1, 1, f"{rfq.number} {rfq.title}", styles.head)
    advice = N_("Fill in the light cells. Leave the price empty where you do not quote, then send the file back.")
    sheet.write_string(1, 4, translate(advice))
    for row, fields in enumerate(zip(HEADER, BESIDE, strict=True), start=2):
        sheet.write_string(row, 0, BETWEEN.join(name for name, _ in fields))
        for column, (name, label) in zip(HEADER_PLACES, fields, strict=True):
            sheet.write_string(row, column - 1, translate(label), styles.head)
            text = header.get(name, "")
            if name == "valid_until" and text:
                sheet.write_datetime(row, column, date.fromisoformat(text), styles.date)
            else:
                sheet.write_string(row, column, text, styles.date if name == "valid_until" else styles.text)
    return 2 + len(HEADER) + 1


def _write_criteria(
    sheet: Worksheet,
    first: int,
    criteria: Sequence[AskedCell],
    header: Texts,
    written: tuple[_Styles, Translate],
) -> int:
    """Write the answers that the request asks for, a row each, and return how many rows they take with their advice."""
    styles, translate = written
    if not criteria:
        return 0
    advice = N_("Answers that the request asks for; those with a star are required.")
    sheet.write_string(first, 1, translate(advice), styles.asked)
    for at, one in enumerate(criteria, start=first + 1):
        sheet.write_string(at, 0, one.name)
        sheet.write_string(at, 1, f"{one.heading} *" if one.required else one.heading, styles.head)
        sheet.write_string(at, 2, header.get(one.name, ""), styles.text)
        if one.options:
            sheet.write_string(at, 4, translate(N_("Choose: {options}"), options=" / ".join(one.options)))
            if len(",".join(one.options)) <= _LONGEST_LIST:
                sheet.data_validation(at, 2, at, 2, {"validate": "list", "source": list(one.options)})
    return len(criteria) + 2


def _write_headings(sheet: Worksheet, row: int, styles: _Styles, translate: Translate) -> None:
    sheet.write_string(row, 1, "#", styles.head)
    for column, (heading, _) in enumerate(ASKED, start=2):
        sheet.write_string(row, column, translate(heading), styles.head)
    for column, answer in enumerate(ANSWERS, start=FIRST_ANSWER):
        sheet.write_string(row, column, translate(answer.heading), styles.head)
        if answer.hint:
            sheet.write_comment(row, column, translate(answer.hint))


def _write_asked(sheet: Worksheet, at: int, line: RfqLine, styles: _Styles) -> None:
    sheet.write_string(at, 0, str(line.id))
    sheet.write_number(at, 1, line.position, styles.count)
    for column, text in ((2, line.item_name), (3, line.item_code), (4, line.specification)):
        sheet.write_string(at, column, text, styles.asked)
    _write_number(sheet, at, 5, line.quantity, styles.count)
    sheet.write_string(at, 6, line.unit, styles.asked)
    sheet.write_datetime(at, 7, line.required_on, styles.day)
    sheet.write_string(at, 8, line.delivery_place, styles.asked)
    sheet.write_string(at, 9, line.note, styles.asked)


def _write_answers(
    sheet: Worksheet, at: int, texts: Texts, styles: _Styles, names: Sequence[str] | None = None
) -> None:
    """Write the open cells of a row, those of ``names`` alone where it is given."""
    for column, answer in enumerate(ANSWERS, start=FIRST_ANSWER):
        if names is not None and answer.name not in names:
            continue
        text = texts.get(answer.name, "")
        style = styles.number if answer.number else styles.text
        if answer.number and text:
            _write_number(sheet, at, column, Decimal(text), style)
        elif text:
            sheet.write_string(at, column, text, style)
        else:
            sheet.write_blank(at, column, None, style)


def _write_alternates(
    sheet: Worksheet, first: int, alternates: Sequence[tuple[int, Texts]], styles: _Styles, translate: Translate
) -> int:
    """Write the rows for further offers below the lines, and return how many rows they take."""
    advice = N_("Further offers to lines that take substitutes: the line's number here, what is offered and its price.")
    sheet.write_string(first, 2, translate(advice), styles.asked)
    empty: Sequence[tuple[int | None, Texts]] = [(None, {})] * EMPTY_ALTERNATES
    for at, (number, texts) in enumerate((*alternates, *empty), start=first + 1):
        sheet.write_string(at, 0, ALTERNATE)
        if number is None:
            sheet.write_blank(at, 1, None, styles.number)
        else:
            sheet.write_number(at, 1, number, styles.number)
        own = {name: text for name, text in texts.items() if name in ALTERNATE_FIELDS}
        _write_answers(sheet, at, own, styles, ALTERNATE_FIELDS)
    return 1 + len(alternates) + EMPTY_ALTERNATES


def _write_number(sheet: Worksheet, at: int, column: int, number: Decimal, style: Format) -> None:
    plain = number.normalize()
    if len(plain.as_tuple().digits) > _EXACT_DIGITS:
        sheet.write_string(at, column, format(plain, "f"), style)
    else:
        sheet.write_number(at, column, float(plain), style)  # 15 digits survive a spreadsheet's binary number


def _finish(sheet: Worksheet, table: int, lines: int) -> None:
    """Hide the keys, size the columns, keep the headings in view, guard the numbers, and lock what is asked for."""
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_column(1, 1, 14)
    for column, (_, width) in enumerate(ASKED, start=2):
        sheet.set_column(column, column, width)
    for column, answer in enumerate(ANSWERS, start=FIRST_ANSWER):
        sheet.set_column(column, column, answer.width)
        if answer.number and lines:
            rule = {"validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True}
            sheet.data_validation(table + 1, column, table + lines, column, rule)
    sheet.freeze_panes(table + 1, 3)
    sheet.autofilter(f"B{table + 1}:{xl_col_to_name(FIRST_ANSWER + len(ANSWERS) - 1)}{table + 1 + max(lines, 1)}")
    sheet.protect("", _MAY)
