"""Reading the form of a counter-offer, and where a refusal of it stands."""

import re
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageContext
from b2b_market.rfq.commands.rounds import CounterLineInput, CounterTerms, MakeCounter
from b2b_market.rfq.pages import pointing, showing
from b2b_market.rfq.rules.asking import MOST
from b2b_market.rfq.rules.counter_terms import PAY_DAYS
from b2b_market.rfq.rules.quoting import MAX_LEAD_DAYS
from b2b_market.rfq.rules.terms import MAX_PAY_DAYS
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.ui.forms import Form

HIGHEST = Decimal(10) ** 13


def field(line_id: UUID, name: str = "unit_price") -> str:
    """Return the name of the field of a line."""
    return f"counter-{line_id}" if name == "unit_price" else f"counter-{line_id}-{name}"


def field_of(pointer: str, command: MakeCounter) -> str:
    """Return the field that an error of a counter-offer belongs to; '' is the form."""
    line = pointing.line_of(pointer)
    if line is not None:
        return field(command.lines[line[0]].line_id, line[1]) if line[0] < len(command.lines) else ""
    name = pointer.removeprefix("/terms/").strip("/").partition("/")[0]
    return "" if name == "lines" else name


def read_counter(form: Form, standing: QuoteContent | None, call: PageContext) -> MakeCounter | None:
    """Return the counter-offer that the form describes, or None where a field cannot be read.

    A line without anything in its fields stays as it is quoted.
    """
    if standing is None:
        form.add_error("", N_("There is no quotation that stands, so there is nothing to make a counter-offer on."))
        return None
    read = [_line(form, line.line_id) for line in standing.lines]
    terms = CounterTerms(
        freight=form.decimal("freight", places=4, least=Decimal(0), most=HIGHEST),
        valid_until=form.day("valid_until"),
        early_pay_percent=form.decimal("early_pay_percent", places=4, least=Decimal(0), most=Decimal(100)),
        early_pay_days=form.integer("early_pay_days", least=0, most=MAX_PAY_DAYS),
        pay_days=_pay_days(form),
    )
    expires_at = form.moment("expires_at", showing.zone_of(call), required=True)
    note = form.text("note", limit=MOST, lines=True) or ""
    version = form.integer("version", required=True)
    if not form.ok or expires_at is None:
        return None
    return MakeCounter(
        quote_id=standing.quote.id,
        expected_version=version,
        lines=tuple(line for line in read if line != CounterLineInput(line.line_id)),
        terms=terms,
        expires_at=expires_at,
        note=note,
    )


def _line(form: Form, line_id: UUID) -> CounterLineInput:
    return CounterLineInput(
        line_id,
        form.decimal(field(line_id), least=Decimal(0), most=HIGHEST),
        form.integer(field(line_id, "lead_days"), least=0, most=MAX_LEAD_DAYS),
        form.decimal(field(line_id, "min_quantity"), least=Decimal(0), most=HIGHEST),
        form.decimal(field(line_id, "setup_cost"), places=4, least=Decimal(0), most=HIGHEST),
    )


def _pay_days(form: Form) -> tuple[int, ...] | None:
    written = re.findall(r"[^\s,;，；、]+", form.value(PAY_DAYS))
    if not written:
        return None
    days = [int(one) for one in written if one.isascii() and one.isdigit() and int(one) <= MAX_PAY_DAYS]
    if len(days) != len(written):
        form.add_error(
            PAY_DAYS, N_("Write days between 0 and {most}, one for each part: 30, 60."), most=str(MAX_PAY_DAYS)
        )
        return None
    return tuple(days)
