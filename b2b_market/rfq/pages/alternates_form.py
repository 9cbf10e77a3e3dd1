"""Further offers to a line in the quotation's form: rows of their own under the line, in its columns."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import Alternate
from b2b_market.rfq.commands.requests import QuoteLineInput, SubmitQuote
from b2b_market.rfq.rules.notation import UnreadableNotation, read_tier_text, write_tiers
from b2b_market.ui.forms import Form

MOST: Final = Decimal(10) ** 13
FIELDS: Final = (
    "unit_price",
    "lead_days",
    "alternative",
    "note",
    "tiers",
    "setup_cost",
    "alternative_specification",
)
_NAME: Final = re.compile(r"line-(?P<line>[0-9a-f-]{36})-alternates-(?P<row>[0-9]{1,4})-[a-z_]+", re.ASCII)
_POINTER: Final = re.compile(r"/lines/(?P<line>[0-9]+)/alternates/(?P<index>[0-9]+)/(?P<field>[a-z_]+)", re.ASCII)


def field(line_id: UUID, row: int, name: str) -> str:
    """Return the name of a field of a line's alternate."""
    return f"line-{line_id}-alternates-{row}-{name}"


def rows_of(form: Form) -> Mapping[UUID, Sequence[int]]:
    """Return by line the numbers of the rows that the form has for alternates, rising."""
    found: dict[UUID, set[int]] = {}
    for name in form.data.texts or form.initial_names():
        match = _NAME.fullmatch(name)
        if match is not None:
            found.setdefault(UUID(match["line"]), set()).add(int(match["row"]))
    return {line_id: sorted(rows) for line_id, rows in found.items()}


def lines_with_errors(form: Form) -> set[UUID]:
    """Return the lines of whose alternates something is wrong."""
    return {UUID(match["line"]) for name in form.errors if (match := _NAME.fullmatch(name))}


def values(line: QuoteLineInput) -> Mapping[str, object]:
    """Return what the fields of a line's alternates show."""
    shown: dict[str, object] = {}
    for row, one in enumerate(line.terms.alternates, start=1):
        own = {name: getattr(one, name) for name in ("unit_price", "lead_days", "alternative", "note", "setup_cost")}
        own |= {"tiers": write_tiers(one.tiers), "alternative_specification": one.specification}
        shown |= {field(line.line_id, row, name): value for name, value in own.items()}
    return shown


def filled(form: Form, line_id: UUID, rows: Sequence[int]) -> Sequence[int]:
    """Return those of the rows in which anything is said."""
    return [row for row in rows if any(form.value(field(line_id, row, name)).strip() for name in FIELDS)]


def read(form: Form, line_id: UUID, rows: Sequence[int], lead_days: int | None) -> tuple[Alternate, ...]:
    """Return a line's alternates; rows that say nothing are left out, errors stand at their fields.

    ``lead_days`` is what the whole quotation says where an alternate says nothing.
    """
    return tuple(_read(form, line_id, row, lead_days) for row in filled(form, line_id, rows))


def field_of(form: Form, pointer: str, command: SubmitQuote) -> str | None:
    """Return the field for a pointer such as ``/lines/2/alternates/0/unit_price``; None for any other pointer."""
    match = _POINTER.fullmatch(pointer)
    if match is None or int(match["line"]) >= len(command.lines):
        return None
    line_id, index = command.lines[int(match["line"])].line_id, int(match["index"])
    rows = filled(form, line_id, rows_of(form).get(line_id, ()))
    return field(line_id, rows[index], match["field"]) if index < len(rows) else ""


def _read(form: Form, line_id: UUID, row: int, lead_days: int | None) -> Alternate:
    names = {name: field(line_id, row, name) for name in FIELDS}
    own_lead = form.integer(names["lead_days"], least=0, most=3650)
    tiers = form.text(names["tiers"], limit=1000, lines=True) or ""
    try:
        read_tiers = read_tier_text(tiers)
    except UnreadableNotation:
        form.add_error(names["tiers"], N_("Write tiers such as 100: 9.5; 400: 9.4."))
        read_tiers = ()
    return Alternate(
        alternative=form.text(names["alternative"], limit=4000, lines=True) or "",
        unit_price=form.decimal(names["unit_price"], least=Decimal(0), most=MOST),
        specification=form.text(names["alternative_specification"], limit=4000, lines=True) or "",
        tiers=read_tiers,
        lead_days=lead_days if own_lead is None else own_lead,
        note=form.text(names["note"], limit=4000, lines=True) or "",
        setup_cost=form.decimal(names["setup_cost"], places=4, least=Decimal(0), most=MOST),
    )
