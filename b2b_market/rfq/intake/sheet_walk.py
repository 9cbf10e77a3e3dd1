"""One pass over a worksheet's XML before it is parsed: its reach, its formulas without results, its errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from b2b_market.rfq.intake.refusals import TooManyColumns, TooManyRows, XmlBroken, XmlUnsafe
from b2b_market.rfq.intake.tables import SCAN_ROWS, column_letter
from b2b_market.rfq.intake.values import MAX_COLUMNS, MAX_ROWS

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
# Cells may stand beside a list and are then refused by their name; beyond this nothing is even laid out in memory.
_FAR_RIGHT: Final = 256
_LETTERS: Final = 26


@dataclass(slots=True)
class SheetWalk:
    """What was found; places are (row, column), both from 0."""

    empty_formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    _row: int = -1
    _column: int = -1
    _is_error: bool = False
    _formula: bool = False
    _in_value: bool = False
    _value: str = ""

    def started(self, name: str, attributes: Mapping[str, str]) -> None:
        """Follow an opening tag."""
        tag = name.rpartition(":")[2]
        if tag == "row":
            number = attributes.get("r", "")
            self._row = int(number[:8]) - 1 if number.isdecimal() else self._row + 1
            self._column = -1
        elif tag == "c":
            self._place(attributes.get("r", ""))
            self._is_error = attributes.get("t") == "e"
            self._formula, self._value = False, ""
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "t"}:
            self._in_value = True

    def text(self, text: str) -> None:
        """Take text that belongs to a value."""
        if self._in_value:
            self._value += text[:100]

    def ended(self, name: str) -> None:
        """Follow a closing tag; with a cell's the cell is judged."""
        tag = name.rpartition(":")[2]
        if tag in {"v", "t"}:
            self._in_value = False
        elif tag == "c":
            place = (self._row, self._column)
            if self._formula and not self._value:
                self.empty_formulas.add(place)
            elif self._is_error:
                self.errors[place] = self._value
            if self._value or self._formula:
                self._require_near()

    def _place(self, reference: str) -> None:
        found = _REFERENCE.match(reference)
        if found is None:
            self._column += 1
            return
        column = 0
        for letter in found[1]:
            column = column * _LETTERS + ord(letter) - ord("A") + 1
        self._row, self._column = int(found[2]) - 1, column - 1

    def _require_near(self) -> None:
        if self._row >= SCAN_ROWS:
            raise TooManyRows(limit=str(MAX_ROWS), row=str(self._row + 1))
        if self._column >= _FAR_RIGHT:
            raise TooManyColumns(limit=str(MAX_COLUMNS), row=str(self._row + 1), column=column_letter(self._column))


def walk_sheet(xml: bytes) -> SheetWalk:
    """Walk a worksheet. Raises TooManyRows and TooManyColumns at the first cell too far, XmlUnsafe, XmlBroken."""
    walk = SheetWalk()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walk.started
    parser.EndElementHandler = walk.ended
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as error:
        raise XmlBroken(line=str(error.lineno), column=str(error.offset + 1)) from error
    return walk


def _refuse_doctype(*_declared: object) -> None:
    raise XmlUnsafe
