"""Reading the editor's form: a line as people write it becomes a need, an empty one is left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity, Unit
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import find_unit, unit, unit_name
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.needs import PLAIN_NEED, NeedTerms
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.pages import pointing
from b2b_market.rfq.rules import needs as rules
from b2b_market.rfq.rules.notation import UnreadableNotation, read_quantities, write_quantities
from b2b_market.rfq.rules.rounds import MOST_COUNTERS, MOST_ROUNDS
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import Disclosure, Visibility
from b2b_market.ui.forms import Form

MOST = Decimal(10) ** 13
_MINUTES = "%Y-%m-%dT%H:%M"
SEALED, OPEN = "sealed", "open"
EXACT = "exact"
FURTHER = ("category", "attributes", "incoterm", "incoterm_place", "substitutes", "breaks")
VISIBILITIES = frozenset(item.value for item in Visibility)
DISCLOSURES = frozenset(item.value for item in Disclosure)
LINE_FIELDS = (
    "item_name",
    "item_code",
    "specification",
    "quantity",
    "unit",
    "target_price",
    "required_on",
    "delivery_place",
    "note",
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line without a day or a place of its own gets."""

    required_on: date | None
    delivery_place: str | None


def read_content(
    form: Form,
    zone: tzinfo,
    before: Sequence[commands.LineInput] = (),
    after: Sequence[commands.LineInput] = (),
) -> commands.DraftRfq | None:
    """Return the draft that the form describes, its lines between others, or None where a field cannot be read.

    Empty lines are left out; a line without a day or a place gets the one for all lines.
    """
    title = form.text("title", required=True)
    currency = form.one_of("currency", Currency.CODES, required=True)
    closes_at = form.moment("closes_at", zone)
    enquiry_ends_at = form.moment("enquiry_ends_at", zone)
    estimate = form.decimal("estimate", places=4, least=Decimal(0), most=MOST)
    description = form.text("description", limit=4000, lines=True) or ""
    terms = commands.Terms(
        payment_terms=form.text("payment_terms", limit=4000, lines=True) or "",
        incoterm=form.one_of("incoterm", reference.incoterms()) or "",
        incoterm_place=form.text("incoterm_place") or "",
        currencies=_read_currencies(form),
        validity_days=form.integer("validity_days", least=1, most=rules.MAX_VALIDITY_DAYS),
    )
    defaults = Defaults(form.day("default_day"), form.text("default_place"))
    lines = [line for number in filled_rows(form) if (line := _read_line(form, number, defaults)) is not None]
    suppliers = _uuids(form, "supplier_ids")
    bargaining = _bargaining(form)
    if not form.ok or title is None or currency is None:
        return None
    return commands.DraftRfq(
        title=title,
        currency=Currency(currency),
        closes_at=closes_at,
        enquiry_ends_at=enquiry_ends_at,
        description=description,
        sealed=form.value("mode") == SEALED,
        bargaining=bargaining,
        visibility=Visibility(form.one_of("visibility", VISIBILITIES) or Visibility.INVITED),
        disclosure=read_disclosure(form) or Disclosure.NOTHING,
        estimate=estimate,
        terms=terms,
        lines=(*before, *lines, *after),
        supplier_ids=tuple(suppliers),
    )


def read_disclosure(form: Form) -> Disclosure | None:
    """Return what suppliers may see of each other; None where the form does not ask."""
    chosen = form.one_of("disclosure", DISCLOSURES)
    return None if chosen is None else Disclosure(chosen)


def _bargaining(form: Form) -> Bargaining:
    """Return how far the request may be negotiated; a form that does not ask leaves what is usual."""
    usual = Bargaining()
    rounds = form.integer("most_rounds", least=1, most=MOST_ROUNDS)
    counters = form.integer("most_counters", least=0, most=MOST_COUNTERS)
    return Bargaining(
        usual.most_rounds if rounds is None else rounds, usual.most_counters if counters is None else counters
    )


def filled_rows(form: Form, numbers: Sequence[int] | None = None) -> Sequence[int]:
    """Return the numbers (of those sent, if none are given) of the rows in which anything but the unit is written."""
    asked = [field for field in LINE_FIELDS if field != "unit"]
    return [
        number
        for number in (form.rows("lines") if numbers is None else numbers)
        if any(form.value(f"lines-{number}-{field}").strip() for field in asked)
    ]


def add_refusal(form: Form, refusal: Refusal, before: int = 0) -> None:
    """Show a refusal at its fields: ``/lines/2/quantity`` is the third filled row, those ``before`` counted."""
    rows = filled_rows(form)

    def field_of(pointer: str) -> str:
        line = pointing.line_of(pointer)
        if line is None:
            return pointer.strip("/").replace("/", "-")
        index, field = line
        field = "incoterm" if field == "incoterm_place" else field
        return f"lines-{rows[index - before]}-{field}" if before <= index < before + len(rows) else ""

    pointing.add_refusal(form, refusal, field_of)


def initial_values(content: RfqContent, zone: tzinfo, language: str, lines: range) -> Mapping[str, object]:
    """Return what the fields of a stored draft show, with the lines at these places; units by name."""
    rfq = content.rfq
    values: dict[str, object] = {
        "title": rfq.title,
        "currency": rfq.currency,
        "closes_at": written_moment(rfq.closes_at, zone),
        "enquiry_ends_at": written_moment(rfq.enquiry_ends_at, zone),
        "description": rfq.description,
        "mode": SEALED if rfq.sealed else OPEN,
        "visibility": rfq.visibility.value,
        "most_rounds": rfq.most_rounds,
        "most_counters": rfq.most_counters,
        "disclosure": rfq.disclosure.value,
        "estimate": content.estimate,
        "payment_terms": rfq.payment_terms,
        "incoterm": rfq.incoterm,
        "incoterm_place": rfq.incoterm_place,
        "currencies": ", ".join(rfq.currencies),
        "validity_days": rfq.validity_days,
        "supplier_ids": [str(item.supplier_id) for item in content.invitations],
    }
    for number in lines:
        if number >= len(content.lines):
            break
        line = content.lines[number]
        for field in LINE_FIELDS:
            values[f"lines-{number}-{field}"] = getattr(line, field, None)
        values[f"lines-{number}-unit"] = written_unit(unit(line.unit), language)
        values[f"lines-{number}-target_price"] = content.targets.get(line.id)
        values |= {f"lines-{number}-{name}": value for name, value in _further(content, number).items()}
    return values


def written_moment(moment: datetime | None, zone: tzinfo) -> str:
    """Return a moment as its field writes it, to the minute; empty where there is none."""
    return moment.astimezone(zone).strftime(_MINUTES) if moment is not None else ""


def to_the_minute(moment: datetime | None) -> datetime | None:
    """Return a moment as its field gives it back."""
    return moment.replace(second=0, microsecond=0) if moment is not None else None


def shows_further(form: Form, content: RfqContent | None, numbers: Sequence[int]) -> bool:
    """Tell whether any line, or any of these rows, says something in its further columns."""
    stored = content is not None and any(_terms(content, number) != PLAIN_NEED for number in range(len(content.lines)))
    names = ["further", *(f"lines-{number}-{name}" for number in numbers for name in FURTHER)]
    return stored or any(form.value(name) or form.error(name) for name in names)


def written_unit(of: Unit, language: str) -> str:
    """Return a unit's name in the reader's language, or its code where the name would be read as another unit."""
    name = unit_name(of, language)
    return name if find_unit(name) == of else of.code


def _terms(content: RfqContent, number: int) -> NeedTerms:
    return rules.read({name: getattr(content.lines[number], name) for name in FURTHER})


def _further(content: RfqContent, number: int) -> Mapping[str, object]:
    terms = _terms(content, number)
    return {
        "category": terms.category,
        "attributes": rules.write_attributes(terms.attributes),
        "incoterm": f"{terms.incoterm} {terms.incoterm_place}".strip(),
        "substitutes": "" if terms.substitutes else EXACT,
        "breaks": write_quantities(terms.breaks),
    }


def _read_line(form: Form, number: int, defaults: Defaults) -> commands.LineInput | None:
    names = {field: f"lines-{number}-{field}" for field in LINE_FIELDS}
    item = form.text(names["item_name"], required=True)
    quantity = form.decimal(names["quantity"], required=True, least=Decimal(0), most=MOST)
    measured_in = _read_unit(form, names["unit"])
    day = form.day(names["required_on"], required=defaults.required_on is None) or defaults.required_on
    place = form.text(names["delivery_place"], required=not defaults.delivery_place) or defaults.delivery_place
    target = form.decimal(names["target_price"], least=Decimal(0), most=MOST)
    code = form.text(names["item_code"]) or ""
    specification = form.text(names["specification"], limit=4000, lines=True) or ""
    note = form.text(names["note"], limit=4000, lines=True) or ""
    if item is None or quantity is None or measured_in is None or day is None or place is None:
        return None
    return commands.LineInput(
        item_name=item,
        quantity=Quantity(quantity, measured_in),
        required_on=day,
        delivery_place=place,
        item_code=code,
        specification=specification,
        note=note,
        target_price=target,
        terms=_read_need_terms(form, number),
    )


def _read_need_terms(form: Form, number: int) -> NeedTerms:
    term, _, place = (form.text(f"lines-{number}-incoterm") or "").partition(" ")
    return NeedTerms(
        category=form.text(f"lines-{number}-category") or "",
        attributes=rules.read_attributes(form.text(f"lines-{number}-attributes", limit=4000) or ""),
        incoterm=_known_term(form, f"lines-{number}-incoterm", term),
        incoterm_place=place.strip(),
        substitutes=form.value(f"lines-{number}-substitutes") != EXACT,
        breaks=_read_breaks(form, f"lines-{number}-breaks"),
    )


def _read_breaks(form: Form, name: str) -> tuple[Decimal, ...]:
    try:
        return read_quantities(form.text(name, limit=400) or "")
    except UnreadableNotation:
        form.add_error(name, N_("Write quantities such as 100; 500; 1000."))
        return ()


def _known_term(form: Form, name: str, text: str) -> str:
    code = text.upper()
    if code and code not in reference.incoterms():
        form.add_error(name, N_("Write an Incoterm and its place: FCA Shanghai."))
        return ""
    return code


def _read_currencies(form: Form) -> tuple[str, ...]:
    found = re.split(r"[\s,;，、]+", form.value("currencies").strip().upper())
    codes = tuple(code for code in found if code)
    if any(code not in Currency.CODES for code in codes):
        form.add_error("currencies", N_("Write currencies by their codes: CNY, EUR."))
    return codes


def _read_unit(form: Form, name: str) -> Unit | None:
    """Read a unit as people write it: its code, symbol or name in either language."""
    text = form.text(name, required=True, limit=60)
    if text is None:
        return None
    found = find_unit(text)
    if found is not None:
        return found
    try:
        return unit(text)
    except Refusal as refusal:
        form.add_advice(name, refusal)
        return None


def _uuids(form: Form, name: str) -> list[UUID]:
    found = []
    for value in form.values(name):
        try:
            found.append(UUID(value))
        except ValueError:
            form.add_error(name, N_("Choose one of the list."))
    return found
