"""What is asked once for a whole file, as fields of a form: what is open first, then what was answered before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS, unit_name
from b2b_market.reference import public as reference
from b2b_market.rfq.intake.findings import FIELD_NAMES, SENTENCES
from b2b_market.rfq.intake.imports import ImportView
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.questions import Question
from b2b_market.rfq.intake.tables import column_letter
from b2b_market.rfq.intake.values import DateOrder, Decimals, Field

DECIMALS: Final = ((Decimals.POINT, "1,234.56"), (Decimals.COMMA, "1.234,56"))
"""How decimals may be written, as an example; digits need no translation."""
DATE_ORDERS: Final = ((DateOrder.DAY_FIRST, N_("Day first")), (DateOrder.MONTH_FIRST, N_("Month first")))
_COMMON_UNITS: Final = ("H87", "SET", "PR", "KGM", "TNE", "MTR", "MTK", "MTQ", "LTR")


@dataclass(frozen=True, slots=True)
class Ask:
    """One field. ``kind`` says how it is filled in: unit, place, date, currency, way, spelling or past.

    ``label`` and ``help`` are message ids filled by ``facts``. ``options`` are (value, text) where texts are ready to
    be shown, ``ways`` (value, message id). ``spelling`` is the file's word that a unit is wanted for.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    options: Sequence[tuple[str, object]] = ()
    ways: Sequence[tuple[str, str]] = ()
    spelling: str = ""
    initial: str = ""
    open: bool = False
    optional: bool = False


def asks(view: ImportView, preview: Preview, language: str) -> list[Ask]:
    """Return the open questions in their order, then what was answered, each field once."""
    found: dict[str, Ask] = {}
    spelled = 0
    for question in preview.questions:
        ask = _of_question(question, view, language, spelled)
        spelled += ask.kind == "spelling"
        found.setdefault(ask.name, ask)
    for ask in _answered(view, language, spelled):
        found.setdefault(ask.name, ask)
    return list(found.values())


def _of_question(question: Question, view: ImportView, language: str, spelled: int) -> Ask:
    sentence = SENTENCES[question.code]
    initial = question.suggestion or ""
    name, kind = _FIELDS.get(question.code, ("", ""))
    options: Sequence[tuple[str, object]] = ()
    ways: Sequence[tuple[str, str]] = ()
    spelling = ""
    if kind == "unit":
        options = unit_options(language)
    elif kind == "currency":
        options = currency_options(language, question.options)
    elif kind == "date" and view.choices.required_on is not None:
        initial = view.choices.required_on.isoformat()
    elif question.code == "ask-decimals":
        name, kind, ways = f"decimals-{question.column}-way", "way", DECIMALS
    elif question.code == "ask-date-order":
        name, kind, ways = f"orders-{question.column}-way", "way", DATE_ORDERS
    elif question.code == "ask-unit-spelling":
        name, kind, spelling = f"spellings-{spelled}-unit", "spelling", question.facts["text"]
    elif question.code == "ask-past-dates":
        initial = "1" if view.choices.replace_past_dates else ""
    return Ask(
        name,
        kind,
        sentence.found,
        sentence.right,
        question.facts,
        options,
        ways,
        spelling,
        initial,
        open=not question.optional,
        optional=question.optional,
    )


_FIELDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ask-unit": ("unit", "unit"),
        "ask-place": ("place", "place"),
        "ask-date": ("date", "date"),
        "ask-date-past": ("date", "date"),
        "ask-currency": ("currency", "currency"),
        "ask-currency-mark": ("currency", "currency"),
        "ask-currency-other": ("currency", "currency"),
        "ask-past-dates": ("replace_past", "past"),
    }
)


def _answered(view: ImportView, language: str, spelled: int) -> Iterator[Ask]:
    """Yield what was decided before, so that it can be changed: the date also where past ones are to be replaced."""
    choices = view.choices
    preview = view.preview
    if choices.unit_code:
        label = FIELD_NAMES[Field.UNIT]
        yield Ask("unit", "unit", label, options=unit_options(language), initial=choices.unit_code)
    past = preview is not None and any(asked.code == "ask-past-dates" for asked in preview.questions)
    if choices.required_on or choices.replace_past_dates or past:
        day = choices.required_on.isoformat() if choices.required_on else ""
        yield Ask("date", "date", FIELD_NAMES[Field.REQUIRED_ON], initial=day, optional=not choices.required_on)
    if choices.replace_past_dates:
        yield Ask("replace_past", "past", N_("Past dates are replaced"), initial="1", optional=True)
    if choices.delivery_place:
        yield Ask("place", "place", FIELD_NAMES[Field.DELIVERY_PLACE], initial=choices.delivery_place)
    if choices.currency:
        label = FIELD_NAMES[Field.CURRENCY]
        yield Ask("currency", "currency", label, options=currency_options(language), initial=choices.currency)
    for column, decimals in sorted(choices.decimals.items()):
        label = SENTENCES["ask-decimals"].found
        facts = {"column": column_letter(column)}
        yield Ask(f"decimals-{column}-way", "way", label, facts=facts, ways=DECIMALS, initial=decimals)
    for column, order in sorted(choices.date_orders.items()):
        label = SENTENCES["ask-date-order"].found
        facts = {"column": column_letter(column)}
        yield Ask(f"orders-{column}-way", "way", label, facts=facts, ways=DATE_ORDERS, initial=order)
    label = SENTENCES["ask-unit-spelling"].found
    for number, (text, code) in enumerate(sorted(choices.unit_spellings.items()), start=spelled):
        name = unit_name(UNITS[code], language)
        yield Ask(f"spellings-{number}-unit", "spelling", label, facts={"text": text}, spelling=text, initial=name)


def unit_options(language: str) -> list[tuple[str, object]]:
    """Return (code, name) of the usual units, then of all by name."""
    names = dict(reference.unit_names(language))
    usual = [(code, names.pop(code)) for code in _COMMON_UNITS]
    return [*usual, *sorted(names.items(), key=lambda pair: pair[1])]


def currency_options(language: str, only: Sequence[str] = ()) -> list[tuple[str, object]]:
    """Return (code, code and name) of the currencies, or of ``only`` those in their order."""
    names = dict(reference.currency_names(language))
    return [(code, f"{code} · {names[code]}") for code in (only or names)]
