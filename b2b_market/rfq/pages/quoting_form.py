"""Reading the quotation editor's form: a line with a price is quoted, one without is not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.quotes import PLAIN_LINE
from b2b_market.rfq.pages import alternates_form, answers_form, pointing, terms_form
from b2b_market.rfq.rules.last_prices import LastPrice
from b2b_market.rfq.rules.notation import is_unpriced, read_tier_text, write_asked
from b2b_market.rfq.rules.terms import net_price
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.service.rewriting import as_written
from b2b_market.rfq.states import TaxBasis
from b2b_market.ui.forms import Form, FormData

MOST = Decimal(10) ** 13
FIELDS = ("unit_price", "quantity", "lead_days", "min_quantity", "alternative", "note")


class Needed(Protocol):
    """What the form must know of a line that is asked for."""

    id: UUID
    quantity: Decimal
    breaks: list[str]


def field(line_id: UUID, name: str) -> str:
    """Return the name of a line's field."""
    return f"line-{line_id}-{name}"


def initial_values(live: QuoteContent, needs: Mapping[UUID, Decimal]) -> Mapping[str, object]:
    """Return what the fields of a live quotation show, for these needs (line to quantity); the whole need is empty."""
    quote = live.quote
    values: dict[str, object] = {
        "currency": quote.currency,
        "valid_until": quote.valid_until.isoformat(),
        "payment_terms": quote.payment_terms,
        "note": quote.note,
    }
    values |= answers_form.initial(quote.answers)
    values |= terms_form.header_values(live, {line.line_id: line.position for line in live.lines})
    for line in live.lines:
        if line.line_id in needs:
            values |= line_values(as_written(line), needs[line.line_id])
    return values


def line_values(line: commands.QuoteLineInput, need: Decimal) -> Mapping[str, object]:
    """Return what the fields of a quoted line show; the whole need is empty."""
    shown = {**{name: getattr(line, name) for name in FIELDS}, **terms_form.line_values(line)}
    if line.quantity == need:
        shown["quantity"] = None
    own = {field(line.line_id, name): value for name, value in shown.items()}
    return {**own, **alternates_form.values(line)}


def ask_for_tiers(form: Form, needs: Iterable[Needed]) -> Form:
    """Return a form that nobody has typed in with the quantities at which the buyer wants prices among its tiers."""
    for need in needs:
        if need.breaks:
            name = field(need.id, "tiers")
            asked = map(Decimal, need.breaks)
            form.set_initial(name, write_asked(read_tier_text(form.value(name)), asked))
    return form


def held_prices(live: QuoteContent | None) -> Mapping[UUID, Decimal]:
    """Return what the supplier has quoted so far, by line."""
    return {} if live is None else {line.line_id: line.unit_price for line in live.lines}


def read_quote(form: Form, request: RfqContent, live: QuoteContent | None) -> commands.SubmitQuote | None:
    """Return the quotation that the form describes, or None where a field cannot be read.

    Lines that the page had not loaded stay as the live quotation has them.
    """
    currency = form.one_of("currency", Currency.CODES, required=True)
    valid_until = form.day("valid_until", required=True)
    version = form.integer("version")
    edition = form.integer("rfq_edition", least=1) or 1
    lines = read_lines(form, request, live)
    terms = terms_form.read_header(form, {need.position: need.id for need in request.lines})
    payment_terms = form.text("payment_terms", limit=4000, lines=True) or ""
    note = form.text("note", limit=4000, lines=True) or ""
    answers = answers_form.read(form)
    if not form.ok or currency is None or valid_until is None:
        return None
    return commands.SubmitQuote(
        rfq_id=request.rfq.id,
        currency=Currency(currency),
        valid_until=valid_until,
        lines=tuple(lines),
        expected_version=version,
        payment_terms=payment_terms,
        note=note,
        rfq_edition=edition,
        terms=terms,
        answers=answers,
    )


def read_lines(form: Form, request: RfqContent, live: QuoteContent | None) -> Sequence[commands.QuoteLineInput]:
    """Return the lines of the form that have a price, in the order of the request, then those it had not loaded."""
    lead_days = form.integer("default_lead_days", least=0, most=3650)
    sent = frozenset(form.data.texts)
    alternates = alternates_form.rows_of(form)
    found = []
    for need in request.lines:
        if field(need.id, "unit_price") not in sent:
            continue
        line = _read_line(form, need, lead_days, alternates.get(need.id, ()))
        if line is not None:
            found.append(line)
    return [*found, *_kept(form, request, live)]


def add_refusal(form: Form, refusal: Refusal, command: commands.SubmitQuote) -> None:
    """Show a refusal at its fields: ``/lines/2/unit_price`` is the price of the third quoted line."""

    def field_of(pointer: str) -> str:
        line = pointing.line_of(pointer)
        if line is None:
            own = answers_form.field_of(pointer, command)
            own = alternates_form.field_of(form, pointer, command) if own is None else own
            return terms_form.field_of(form, pointer) if own is None else own
        index, name = line
        name = "alternative" if name == "alternates" else name
        return field(command.lines[index].line_id, name) if index < len(command.lines) else ""

    pointing.add_refusal(form, refusal, field_of)


def total(
    lines: Sequence[commands.QuoteLineInput], request: RfqContent, currency: Currency, tax: Decimal | None = None
) -> Money:
    """Return what quoted lines add up to without ``tax``, each rounded to the minor unit first, as the receipt says."""
    needs = {need.id: need.quantity for need in request.lines}
    parts = []
    for line in lines:
        offered = needs[line.line_id] if line.quantity is None else line.quantity
        price = net_price(line, offered, tax)
        if price is not None:
            parts.append(line_total(Money(price, currency), offered))
    return total_of(parts, currency)


def with_last_prices(
    form: Form, request: RfqContent, live: QuoteContent | None, last: Mapping[UUID, LastPrice]
) -> Form:
    """Return the form as sent, with the lines that it had not loaded and the last prices in its empty price cells.

    Last prices are without tax: they are put in where the form has the same currency and states prices without tax.
    """
    texts = dict(form.data.texts)
    kept = {line.line_id: line for line in _kept(form, request, live)}
    beyond = form.integer("beyond", least=0)
    for need in request.lines[beyond:] if beyond is not None else ():
        shown = line_values(kept[need.id], need.quantity) if need.id in kept else {field(need.id, "unit_price"): None}
        initial = ask_for_tiers(Form(initial=shown), [need])
        texts |= {name: (initial.value(name),) for name in initial.initial_names()}
    texts.pop("beyond", None)
    fits = form.value("tax_basis") != TaxBasis.WITH_TAX
    for line_id, price in last.items():
        cell = field(line_id, "unit_price")
        empty = not any(texts.get(cell, ("",))) and all(map(is_unpriced, texts.get(field(line_id, "tiers"), ())))
        if fits and empty and price.earlier.currency == form.value("currency"):
            texts[cell] = (Form(initial={cell: price.earlier.unit_price}).value(cell),)
    return Form(FormData(texts))


def _read_line(
    form: Form, need: Needed, lead_days: int | None, alternates: Sequence[int]
) -> commands.QuoteLineInput | None:
    line_id = need.id
    names = {name: field(line_id, name) for name in FIELDS}
    price = form.decimal(names["unit_price"], least=Decimal(0), most=MOST)
    quantity = form.decimal(names["quantity"], least=Decimal(0), most=MOST)
    own_lead = form.integer(names["lead_days"], least=0, most=3650)
    least = form.decimal(names["min_quantity"], least=Decimal(0), most=MOST)
    alternative = form.text(names["alternative"], limit=4000, lines=True) or ""
    note = form.text(names["note"], limit=4000, lines=True) or ""
    asked = tuple(map(Decimal, need.breaks))
    terms = terms_form.read_line_terms(form, lambda name: field(line_id, name), asked)
    if alternates:
        terms = replace(terms, alternates=alternates_form.read(form, line_id, alternates, lead_days))
    if price is None and not terms.tiers:
        if form.error(names["unit_price"]) is None and (alternative or quantity is not None or terms != PLAIN_LINE):
            form.add_error(names["unit_price"], N_("Give a price, or clear the other fields of this line."))
        return None
    return commands.QuoteLineInput(
        line_id=line_id,
        unit_price=price,
        quantity=quantity,
        lead_days=lead_days if own_lead is None else own_lead,
        min_quantity=least,
        alternative=alternative,
        note=note,
        terms=terms,
    )


def _kept(form: Form, request: RfqContent, live: QuoteContent | None) -> Sequence[commands.QuoteLineInput]:
    beyond = form.integer("beyond", least=0)
    if beyond is None or live is None:
        return ()
    unseen = frozenset(need.id for need in request.lines[beyond:])
    return [as_written(line) for line in live.lines if line.line_id in unseen]
