"""XLSX to a table: the container is inspected, each sheet is walked once, and only then parsed."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

from b2b_market.infra.zip_inspection import open_inspected
from b2b_market.rfq.intake.headings import recognised_headings
from b2b_market.rfq.intake.refusals import (
    FileEmpty,
    FormatUnknown,
    SheetUnknown,
    TooManyColumns,
    TooManyRows,
    WorkbookLocked,
    XmlBroken,
    XmlUnsafe,
)
from b2b_market.rfq.intake.sheet_walk import walk_sheet
from b2b_market.rfq.intake.tables import RawRow, build_table, column_letter
from b2b_market.rfq.intake.values import CellKind, Remark, Source, Table

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_OTHERS: Final = {
    "xl/workbook.bin": "XLSB",
    "word/document.xml": "DOCX",
    "ppt/presentation.xml": "PPTX",
    "mimetype": "ODS",
}
_SHEETS_LOOKED_AT: Final = 10
_HEADINGS_WITHIN: Final = 20
_NAMED_CELLS: Final = 5
_INEXACT_FROM: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; a longer one has lost the rest already when it was typed."""


def read_workbook(data: bytes, sheet: str | None = None) -> Table:
    """Read ``sheet``, or the visible sheet whose headings are recognised best (the first of equals).

    Numbers become text with at most 15 digits and a point, dates become ISO 8601, texts in vertically merged cells are
    repeated down. Raises the refusals of containers, WorkbookLocked, SheetUnknown, FileEmpty and the caps of tables.
    """
    container = open_inspected(data)
    paths = _sheet_paths(container)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError as error:
        raise WorkbookLocked from error
    visible = tuple(
        found.name
        for found in workbook.sheets_metadata
        if found.visible == SheetVisibleEnum.Visible and found.name in paths
    )
    if sheet is None:
        name, rows, remarks = _best(workbook, container, {name: paths[name] for name in visible[:_SHEETS_LOOKED_AT]})
    elif sheet in paths:
        name, (rows, remarks) = sheet, _read_sheet(workbook, sheet, container.read(paths[sheet]))
    else:
        raise SheetUnknown(sheet=sheet[:100], sheets=", ".join(visible))
    return build_table(Table(Source.XLSX, 0, (), sheet=name, sheets=visible, remarks=remarks), rows)


def _best(
    workbook: CalamineWorkbook, container: ZipFile, paths: dict[str, str]
) -> tuple[str, list[RawRow], tuple[Remark, ...]]:
    """Read every sheet and return the best; a sheet that is too large stands aside while another one fits."""
    best: tuple[str, list[RawRow], tuple[Remark, ...]] | None = None
    best_score, refused = -1, None
    for name, path in paths.items():
        try:
            rows, remarks = _read_sheet(workbook, name, container.read(path))
        except (TooManyRows, TooManyColumns) as refusal:
            refused = refused or refusal
            continue
        score = max((recognised_headings(row.cells) for row in rows[:_HEADINGS_WITHIN]), default=-1)
        if score > best_score and any(any(row.cells) for row in rows):
            best, best_score = (name, rows, remarks), score
    if best is None:
        raise refused or FileEmpty()
    return best


def _sheet_paths(container: ZipFile) -> dict[str, str]:
    """Return where each worksheet lies in the container, by the sheet's name, in the workbook's order."""
    parts = set(container.namelist())
    if not {_WORKBOOK, _RELATIONS} <= parts:
        raise FormatUnknown(found=next((kind for part, kind in _OTHERS.items() if part in parts), "ZIP"))
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _elements(container, _RELATIONS)
        if relation.get("Type", "").endswith("/worksheet")
    }
    paths = {}
    for element in _elements(container, _WORKBOOK):
        target = targets.get(next((value for key, value in element.items() if key.endswith("}id")), None))
        if element.tag.endswith("}sheet") and target:
            path = target[1:] if target.startswith("/") else str(PurePosixPath("xl", target))
            if path in parts:
                paths[element.get("name", "")] = path
    return paths


def _elements(container: ZipFile, part: str) -> Iterator[Element]:
    try:
        root: Element = fromstring(container.read(part), forbid_dtd=True)
    except DefusedXmlException as error:
        raise XmlUnsafe from error
    except ParseError as error:
        line, column = error.position
        raise XmlBroken(line=str(line), column=str(column + 1)) from error
    return root.iter()


def _read_sheet(workbook: CalamineWorkbook, name: str, xml: bytes) -> tuple[list[RawRow], tuple[Remark, ...]]:
    walk = walk_sheet(xml)  # before the sheet is laid out in memory
    sheet = workbook.get_sheet_by_name(name)
    rows: list[RawRow] = []
    inexact: list[str] = []
    for row, values in enumerate(sheet.to_python(skip_empty_area=False)):
        cells, kinds = [], ""
        for column, value in enumerate(values):
            text, kind = _cell(value)
            if (row, column) in walk.empty_formulas:
                text, kind = "", CellKind.FORMULA
            elif (row, column) in walk.errors:
                text, kind = walk.errors[row, column], CellKind.ERROR
            elif isinstance(value, float) and abs(value) >= _INEXACT_FROM:
                inexact.append(f"{column_letter(column)}{row + 1}")
            cells.append(text)
            kinds += kind
        rows.append(RawRow(row + 1, cells, kinds))
    _repeat_merged(rows, sheet.merged_cell_ranges or [])
    if not inexact:
        return rows, ()
    named = ", ".join(inexact[:_NAMED_CELLS]) + (", …" if len(inexact) > _NAMED_CELLS else "")
    return rows, (Remark("long-numbers", {"cells": named}),)


def _cell(value: object) -> tuple[str, CellKind]:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), CellKind.TEXT
    if isinstance(value, float | int):
        # 15 digits are what the spreadsheet shows of its binary number: 12.3, not 12.300000000000001.
        return format(Decimal(format(value, ".15g")), "f"), CellKind.NUMBER
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return (value.date().isoformat() if midnight else value.isoformat(" ", "seconds")), CellKind.DATE
    if isinstance(value, date):
        return value.isoformat(), CellKind.DATE
    return str(value), CellKind.TEXT


def _repeat_merged(rows: list[RawRow], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every row of a vertically merged cell its text. A number is not repeated: it would be needed twice."""
    for (top, column), (bottom, _) in ranges:
        if top >= len(rows) or column >= len(rows[top].cells) or rows[top].kinds[column] == CellKind.NUMBER:
            continue
        for index in range(top + 1, min(bottom + 1, len(rows))):
            row = rows[index]
            kinds = row.kinds[:column] + rows[top].kinds[column] + row.kinds[column + 1 :]
            cells = [*row.cells[:column], rows[top].cells[column], *row.cells[column + 1 :]]
            rows[index] = RawRow(row.number, cells, kinds)
