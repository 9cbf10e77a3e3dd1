"""Reading what a quotation's form says beyond its prices, and showing it again."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.quotes import PLAIN_LINE, PLAIN_QUOTE, Bundle, Instalment, LineTerms, QuoteTerms
from b2b_market.rfq.commands.requests import QuoteLineInput
from b2b_market.rfq.rules.bundling import read_bundles
from b2b_market.rfq.rules.notation import (
    UnreadableNotation,
    read_positions,
    read_tier_text,
    write_positions,
    write_tiers,
)
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import BundleKind, PayEvent, TaxBasis
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language

MOST = Decimal(10) ** 13
TAX_BASES = {TaxBasis.WITHOUT_TAX: N_("Without tax"), TaxBasis.WITH_TAX: N_("With tax")}
PAY_EVENTS = {
    PayEvent.ORDER: N_("after the order"),
    PayEvent.DELIVERY: N_("after delivery"),
    PayEvent.INVOICE: N_("after the invoice"),
}
BUNDLE_KINDS = {BundleKind.TOGETHER: N_("All or none"), BundleKind.DISCOUNT: N_("Discount if all are taken")}
_HEADER_FIELDS = (
    "tax_percent",
    "incoterm",
    "incoterm_place",
    "freight",
    "early_pay_percent",
    "early_pay_days",
    "capacity",
    "capacity_unit",
)
LINE_FIELDS = (
    "tiers",
    "multiple_quantity",
    "order_unit",
    "setup_cost",
    "origin_country",
    "capacity",
    "alternative_specification",
)
ROWS = 3
"""How many empty rows of instalments and bundles a form has at least."""
_INDEXED = re.compile(r"/(?P<group>instalments|bundles)(/(?P<index>[0-9]+)/(?P<field>[^/]+))?")


def line_values(line: QuoteLineInput) -> Mapping[str, object]:
    """Return what the fields of a line's terms show."""
    values: dict[str, object] = {name: getattr(line.terms, name) for name in LINE_FIELDS}
    return {**values, "tiers": write_tiers(line.terms.tiers)}


def read_line_terms(form: Form, name_of: Callable[[str], str], asked: Collection[Decimal] = ()) -> LineTerms:
    """Return the terms of one line; errors stand at its fields. A form without these fields says nothing.

    Tiers at quantities that are ``asked`` for may be left open.
    """
    if not any(name_of(name) in form.data.texts for name in LINE_FIELDS):
        return PLAIN_LINE
    tiers = form.text(name_of("tiers"), limit=1000, lines=True) or ""
    try:
        read = read_tier_text(tiers, asked)
    except UnreadableNotation:
        form.add_error(name_of("tiers"), N_("Write tiers such as 100: 9.5; 400: 9.4."))
        read = ()

    def amount(name: str, places: int) -> Decimal | None:
        return form.decimal(name_of(name), places=places, least=Decimal(0), most=MOST)

    return LineTerms(
        tiers=read,
        multiple_quantity=amount("multiple_quantity", 6),
        order_unit=form.one_of(name_of("order_unit"), UNITS) or "",
        setup_cost=amount("setup_cost", 4),
        origin_country=_country(form, name_of("origin_country")),
        capacity=amount("capacity", 6),
        alternative_specification=form.text(name_of("alternative_specification"), limit=4000, lines=True) or "",
    )


def header_values(live: QuoteContent, positions: Mapping[UUID, int]) -> dict[str, object]:
    """Return what the fields of a whole quotation's terms show; ``positions`` are the line numbers."""
    quote = live.quote
    plain = ("tax_basis", "tax_percent", "incoterm", "incoterm_place", "early_pay_percent", "early_pay_days")
    values: dict[str, object] = {name: getattr(quote, name) for name in (*plain, "capacity", "capacity_unit")}
    values["freight"] = quote.freight if quote.stated_freight is None else quote.stated_freight
    for index, part in enumerate(quote.instalments):
        values |= {f"instalments-{index}-{name}": part[name] for name in ("percent", "event", "days")}
    for index, bundle in enumerate(read_bundles(quote.bundles)):
        known = [positions[line_id] for line_id in bundle.line_ids if line_id in positions]
        values |= {
            f"bundles-{index}-kind": bundle.kind.value,
            f"bundles-{index}-lines": write_positions(known),
            f"bundles-{index}-percent": bundle.percent,
        }
    return values


def read_header(form: Form, lines: Mapping[int, UUID]) -> QuoteTerms:
    """Return the terms of the whole quotation; ``lines`` are the needs by their number. Errors stand at the fields."""
    if "tax_basis" not in form.data.texts:
        return PLAIN_QUOTE
    return QuoteTerms(
        tax_basis=form.choice("tax_basis", TaxBasis) or TaxBasis.WITHOUT_TAX,
        tax_percent=form.decimal("tax_percent", places=4, least=Decimal(0), most=Decimal(100)),
        incoterm=form.one_of("incoterm", reference.incoterms()) or "",
        incoterm_place=form.text("incoterm_place") or "",
        freight=form.decimal("freight", places=4, least=Decimal(0), most=MOST),
        instalments=tuple(_instalment(form, row) for row in filled(form, "instalments")),
        early_pay_percent=form.decimal("early_pay_percent", places=4, least=Decimal(0), most=Decimal(100)),
        early_pay_days=form.integer("early_pay_days", least=0, most=3650),
        bundles=tuple(_bundle(form, row, lines) for row in filled(form, "bundles")),
        capacity=form.decimal("capacity", least=Decimal(0), most=MOST),
        capacity_unit=form.one_of("capacity_unit", UNITS) or "",
    )


def filled(form: Form, group: str) -> Sequence[int]:
    """Return the numbers of the rows of ``group`` in which anything but the choice is said."""
    choice = {"instalments": "event", "bundles": "kind"}[group]
    told = {"instalments": ("percent", "days"), "bundles": ("lines", "percent")}[group]
    return [
        row
        for row in form.rows(group)
        if any(form.value(f"{group}-{row}-{name}").strip() for name in told)
        or (group == "bundles" and form.value(f"{group}-{row}-{choice}"))
    ]


def rows_shown(form: Form, group: str, stored: int) -> range:
    """Return the numbers of the rows that a form shows: those sent or stored, and at least ROWS."""
    sent = form.rows(group)
    return range(max(ROWS, stored + 1, *(row + 1 for row in sent)) if sent else max(ROWS, stored + 1))


def field_of(form: Form, pointer: str) -> str:
    """Return the form's field for a pointer of the whole quotation, such as ``/instalments/1/percent``."""
    match = _INDEXED.fullmatch(pointer)
    if match is None:
        return pointer.strip("/").replace("/", "-")
    rows = filled(form, match["group"])
    index = int(match["index"] or 0)
    row = rows[index] if index < len(rows) else 0
    name = {"line_ids": "lines", None: {"instalments": "percent", "bundles": "kind"}[match["group"]]}
    return f"{match['group']}-{row}-{name.get(match['field'], match['field'])}"


def alike(names: Mapping[str, str], code: str) -> list[tuple[str, str]]:
    """Return (code, name) of the units that measure the same as ``code``, with ``names`` by code."""
    dimension = UNITS[code].dimension
    return [(other, names[other]) for other, unit in UNITS.items() if unit.dimension == dimension]


def choices(
    form: Form, request: RfqContent, live: QuoteContent | None, language: Language, translate: Callable[[str], str]
) -> dict[str, object]:
    """Return what the fold of further terms is drawn from: the options of its choices, its rows, and whether it opens.

    It opens by itself where anything in it is said or wrong.
    """
    stored = (0, 0) if live is None else (len(live.quote.instalments), len(live.quote.bundles))
    names = dict(reference.unit_names(language.value))
    measures = {UNITS[need.unit].dimension for need in request.lines}
    plain = (
        *_HEADER_FIELDS,
        *(f"{group}-0-{name}" for group, name in (("instalments", "percent"), ("bundles", "kind"))),
    )
    said = any(form.value(name) for name in plain) or form.value("tax_basis") == TaxBasis.WITH_TAX
    wrong = any(name in _HEADER_FIELDS or name.startswith(("instalments-", "bundles-", "tax_")) for name in form.errors)
    return {
        "tax_bases": [(basis.value, translate(label)) for basis, label in TAX_BASES.items()],
        "pay_events": [(event.value, translate(label)) for event, label in PAY_EVENTS.items()],
        "bundle_kinds": [(kind.value, translate(label)) for kind, label in BUNDLE_KINDS.items()],
        "incoterms": [
            (code, f"{code} · {term.names.in_language(language.value)}") for code, term in reference.incoterms().items()
        ],
        "counted_in": [(code, names[code]) for code, unit in UNITS.items() if unit.dimension in measures],
        "instalment_rows": rows_shown(form, "instalments", stored[0]),
        "bundle_rows": rows_shown(form, "bundles", stored[1]),
        "terms_open": said or wrong,
    }


def _instalment(form: Form, row: int) -> Instalment:
    names = {name: f"instalments-{row}-{name}" for name in ("percent", "event", "days")}
    percent = form.decimal(names["percent"], required=True, places=4, least=Decimal(0), most=Decimal(100))
    event = form.choice(names["event"], PayEvent, required=True)
    days = form.integer(names["days"], least=0, most=3650)
    return Instalment(percent or Decimal(0), event or PayEvent.INVOICE, days or 0)


def _bundle(form: Form, row: int, lines: Mapping[int, UUID]) -> Bundle:
    names = {name: f"bundles-{row}-{name}" for name in ("kind", "lines", "percent")}
    kind = form.choice(names["kind"], BundleKind, required=True)
    percent = form.decimal(names["percent"], places=4, least=Decimal(0), most=Decimal(100))
    written = form.text(names["lines"], limit=2000) or ""
    try:
        positions = read_positions(written)
    except UnreadableNotation:
        form.add_error(names["lines"], N_("Write line numbers such as 1, 3-5."))
        positions = ()
    strange = [position for position in positions if position not in lines]
    if strange:
        form.add_error(names["lines"], N_("There is no line {line}."), line=str(strange[0]))
    known = tuple(lines[position] for position in positions if position in lines)
    return Bundle(kind or BundleKind.TOGETHER, known, percent)


def _country(form: Form, name: str) -> str:
    written = (form.text(name, limit=100) or "").upper()
    if written and written not in reference.countries():
        form.add_error(name, N_("Write a country code of ISO 3166, such as CN or DE."))
        return ""
    return written
