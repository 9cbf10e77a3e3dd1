"""What each column means: its heading first, then what its cells look like, then whether the prices multiply out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from b2b_market.rfq.intake.column_content import Content, examine
from b2b_market.rfq.intake.headings import EXACT, meanings, take_apart
from b2b_market.rfq.intake.tables import column_letter
from b2b_market.rfq.intake.values import SHARED_FIELDS, Choices, DateOrder, Decimals, Field, Remark, Table, TableRow
from b2b_market.rfq.intake.writing import Writing, decide_dates, decide_decimals
from b2b_market.rfq.rules.needs import LONGEST

CERTAIN: Final = 100
_ENOUGH: Final = 40
_BY_CONTENT: Final = 50
_MOSTLY: Final = 80
_HALF: Final = 50
_SAMPLES: Final = 3
_SAMPLE_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file and what is made of it.

    ``confidence`` is from 0 (not recognised) to 100 (chosen, declared by the format, or empty). ``reason`` is a code of
    ``findings`` where the column is ignored. ``decimals`` and ``date_order`` are None where they do not matter or have
    to be asked; ``doubt`` is a cell that shows why. ``hints`` are words beside the heading, such as a unit or currency.
    """

    index: int
    letter: str
    heading: str
    field: Field = Field.IGNORED
    confidence: int = 0
    chosen: bool = False
    reason: str = "column-unknown"
    samples: tuple[str, ...] = ()
    decimals: Decimals | None = None
    date_order: DateOrder | None = None
    doubt: str = ""
    hints: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def means(self, field: Field, confidence: int) -> "Column":
        """Return the column with this meaning."""
        return replace(self, field=field, confidence=confidence, reason="")


def guess_columns(table: Table, headings: Sequence[str], body: Sequence[TableRow], choices: Choices) -> list[Column]:
    """Return every column with its meaning, its ways of writing and samples; what the user chose stands.

    Fields that lines hold once get one column each; specification, properties and note may get several.
    """
    contents = [examine(body, index) for index in range(table.width)]
    columns = [_bare(index, headings[index], body) for index in range(table.width)]
    if table.fields is None:
        columns = _chosen(columns, choices)
        columns = _by_heading(columns, contents)
        columns = _by_heading_alone(columns)
        columns = _by_content(columns, contents)
    else:
        columns = [column.means(field, CERTAIN) for column, field in zip(columns, table.fields, strict=False)]
    return _with_writing(columns, contents, body, (table.delimiter, choices))


def _bare(index: int, heading: str, body: Sequence[TableRow]) -> Column:
    filled = (row.cells[index][:_SAMPLE_LENGTH] for row in body if row.cells[index])
    samples = tuple(text for text, _ in zip(dict.fromkeys(filled), range(_SAMPLES), strict=False))
    return Column(
        index, column_letter(index), heading, samples=samples, hints=take_apart(heading[:_SAMPLE_LENGTH]).hints
    )


def _chosen(columns: Sequence[Column], choices: Choices) -> list[Column]:
    """Apply the user's choices; of two columns chosen for a field that takes one, the first has it."""
    taken: set[Field] = set()
    result = []
    for column in columns:
        field = choices.columns.get(column.index)
        if field is None:
            result.append(column)
        elif field in taken:
            result.append(replace(column, chosen=True, confidence=CERTAIN, reason="column-field-taken"))
        else:
            taken |= {field} - SHARED_FIELDS
            reason = "column-chosen" if field == Field.IGNORED else ""
            result.append(replace(column, field=field, chosen=True, confidence=CERTAIN, reason=reason))
    return result


def _by_heading(columns: Sequence[Column], contents: Sequence[Content]) -> list[Column]:
    """Give fields by heading, the surest first, as far as the cells bear it out."""
    result = list(columns)
    wishes = []
    for column, content in zip(columns, contents, strict=True):
        if column.chosen:
            continue
        if not content.filled:
            result[column.index] = replace(column, confidence=CERTAIN, reason="column-empty")
            continue
        named = meanings(column.heading)
        if content.row_numbers and Field.QUANTITY not in named:
            result[column.index] = replace(column, confidence=CERTAIN, reason="column-row-numbers")
            continue
        if content.longest > LONGEST and Field.PROPERTY in named:
            named[Field.SPECIFICATION] = named.pop(Field.PROPERTY)  # a paragraph below "Surface" is no property
        wishes += [(points * content.fit(field) // 100, field, column) for field, points in named.items()]
    for points, field, column in sorted(wishes, key=lambda wish: (-wish[0], wish[2].index)):
        free = field in SHARED_FIELDS or field not in _taken(result)
        if points >= _ENOUGH and free and not result[column.index].confidence:
            reason = _why_ignored(contents[column.index]) if field == Field.IGNORED else ""
            result[column.index] = replace(column, field=field, confidence=points, reason=reason)
    return result


def _why_ignored(content: Content) -> str:
    return "column-row-numbers" if content.numbers >= _HALF else "column-not-for-suppliers"


def _by_heading_alone(columns: Sequence[Column]) -> list[Column]:
    """Give fields nobody has to columns that bear their very name: their rows then say what is wrong with the cells."""
    result = list(columns)
    for column in columns:
        named = [field for field, points in meanings(column.heading).items() if points == EXACT]
        if not column.confidence and named and named[0] not in _taken(result):
            result[column.index] = column.means(named[0], _ENOUGH)
    return result


def _by_content(columns: Sequence[Column], contents: Sequence[Content]) -> list[Column]:
    """Give the fields still wanted to columns whose headings say nothing, by what their cells look like."""
    result = list(columns)
    for field in (Field.REQUIRED_ON, Field.TARGET_PRICE, Field.UNIT, Field.QUANTITY):
        open_ = [found for found in result if not found.confidence and _suits(contents[found.index], field)]
        unnamed = [column for column in open_ if not meanings(column.heading)]
        if unnamed and field not in _taken(result):
            result[unnamed[0].index] = unnamed[0].means(field, _BY_CONTENT)
    if Field.ITEM_NAME not in _taken(result):
        _name_something(result, contents)
    return result


def _suits(content: Content, field: Field) -> bool:
    """Tell whether cells alone, without a heading, speak for a field."""
    if field == Field.REQUIRED_ON:
        return content.days >= _MOSTLY and content.numbers < _HALF
    if field == Field.TARGET_PRICE:
        return content.marked >= _HALF
    if field == Field.UNIT:
        return content.units >= _MOSTLY
    return content.numbers >= _MOSTLY and not content.marked


def _name_something(result: list[Column], contents: Sequence[Content]) -> None:
    """A list needs names: a description, else what is most like words among specifications, else the longest text."""
    texts = [column for column in result if not column.confidence and contents[column.index].lettered >= _HALF]
    described = [column for column in result if column.field in _DESCRIBES and not column.chosen]
    if described:
        column = max(described, key=lambda found: (_describes(found), contents[found.index].lettered, -found.index))
        result[column.index] = column.means(Field.ITEM_NAME, min(column.confidence, _BY_CONTENT + 10))
    elif texts:
        column = max(texts, key=lambda found: (contents[found.index].length, -found.index))
        result[column.index] = column.means(Field.ITEM_NAME, _BY_CONTENT)


_DESCRIBES: Final = frozenset({Field.SPECIFICATION, Field.PROPERTY})
"""What says enough of an item to be its name, in a list without names."""


def _describes(column: Column) -> bool:
    return any(word in column.heading.casefold() for word in ("description", "描述"))


def _with_writing(
    columns: Sequence[Column], contents: Sequence[Content], body: Sequence[TableRow], asked: tuple[str | None, Choices]
) -> list[Column]:
    delimiter, choices = asked
    numeric = [column.index for column in columns if contents[column.index].numbers >= _HALF]
    writing = decide_decimals(body, numeric, delimiter)
    result = []
    for column in columns:
        way = (
            decide_dates(body, column.index)
            if column.field == Field.REQUIRED_ON
            else writing.get(column.index, Writing())
        )
        remarks = (Remark("decimals-assumed", {"example": way.assumed}),) if way.assumed else ()
        decimals = choices.decimals.get(column.index)
        order = choices.date_orders.get(column.index)
        result.append(
            replace(
                column,
                decimals=decimals or way.decimals,
                date_order=order or way.date_order,
                doubt="" if decimals or order else way.doubt,
                remarks=() if decimals else remarks,
            )
        )
    return result


def _taken(columns: Iterable[Column]) -> frozenset[Field]:
    return frozenset(column.field for column in columns) - SHARED_FIELDS


def by_field(columns: Iterable[Column]) -> Mapping[Field, tuple[Column, ...]]:
    """Return the columns of each field, in the file's order."""
    found: dict[Field, tuple[Column, ...]] = {}
    for column in columns:
        found[column.field] = (*found.get(column.field, ()), column)
    return found
