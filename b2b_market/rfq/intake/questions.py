"""What a file leaves out, asked once for all rows that wait for it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from b2b_market.rfq.intake.findings import Finding
from b2b_market.rfq.intake.row_reading import Context
from b2b_market.rfq.intake.rows import PreviewRow
from b2b_market.rfq.intake.tables import column_letter
from b2b_market.rfq.intake.values import DateOrder, Decimals, Field

_MOST_SPELLINGS: Final = 20
_ORDER: Final = (
    "ask-decimals",
    "ask-date-order",
    "ask-unit",
    "ask-unit-spelling",
    "ask-currency",
    "ask-currency-mark",
    "ask-currency-other",
    "ask-date",
    "ask-date-past",
    "ask-past-dates",
    "ask-place",
)
_PIECE: Final = "H87"


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked once. ``code`` is one of SENTENCES; the answer goes into the Choices field the code belongs to.

    ``rows`` is how many rows wait. ``options`` are the values to choose from, empty where any value of the field's
    kind may be given; ``suggestion`` is likely, but never applied unasked. An ``optional`` question blocks nothing.
    """

    code: str
    field: Field
    column: int | None
    rows: int
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    options: tuple[str, ...] = ()
    suggestion: str | None = None
    optional: bool = False


def gather_questions(rows: Sequence[PreviewRow], context: Context) -> tuple[Question, ...]:
    """Return the open questions in a fixed order, each once with the number of rows that wait for it."""
    waiting: dict[tuple[object, ...], tuple[Finding, int]] = {}
    for row in rows:
        # A price without a currency may wait twice in one row; the row counts once.
        for key, found in {_key(wait): wait for wait in row.waits}.items():
            earlier, count = waiting.get(key, (found, 0))
            waiting[key] = earlier, count + 1
    questions = [_question(found, count, rows, context) for found, count in waiting.values()]
    questions += _past_dates(rows, context)
    spellings = sorted(
        (asked for asked in questions if asked.code == "ask-unit-spelling"), key=lambda asked: -asked.rows
    )
    kept = [asked for asked in questions if asked not in spellings[_MOST_SPELLINGS:]]
    return tuple(sorted(kept, key=lambda asked: (_ORDER.index(asked.code), asked.column or 0, -asked.rows)))


def _key(found: Finding) -> tuple[object, ...]:
    told_apart = found.facts.get("text", found.facts.get("mark", "")).casefold()
    return found.code, found.column if found.code in {"ask-decimals", "ask-date-order"} else None, told_apart


def _question(found: Finding, count: int, rows: Iterable[PreviewRow], context: Context) -> Question:
    facts = {**found.facts, "rows": str(count)}
    options: tuple[str, ...] = ()
    code, suggestion = found.code, None
    if found.column is not None:
        facts["column"] = column_letter(found.column)
    if code == "ask-unit":
        suggestion = _PIECE if all(_whole(row) for row in rows) else None
    elif code in {"ask-currency-mark", "ask-currency-other"}:
        options = tuple(found.facts["options"].split(", "))
        suggestion = options[0]
    elif code == "ask-decimals":
        options, suggestion = tuple(Decimals), Decimals.POINT
    elif code == "ask-date-order":
        options = tuple(DateOrder)
    elif code == "ask-date":
        given = context.choices.required_on or context.facts.required_on
        if given is not None:  # it is past, or it would be in force
            code = "ask-date-past"
            facts |= {"date": given.isoformat(), "today": context.today.isoformat()}
    return Question(code, found.field or Field.IGNORED, found.column, count, facts, options, suggestion)


def _past_dates(rows: Iterable[PreviewRow], context: Context) -> list[Question]:
    past = sum(any(error.code == "date-past" for error in row.errors) for row in rows)
    if not past:
        return []
    facts = {"rows": str(past), "today": context.today.isoformat()}
    return [Question("ask-past-dates", Field.REQUIRED_ON, None, past, facts, optional=True)]


def _whole(row: PreviewRow) -> bool:
    quantity = row.values.get(Field.QUANTITY)
    return quantity is None or Decimal(quantity) % 1 == 0
