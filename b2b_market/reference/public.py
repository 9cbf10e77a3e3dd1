"""What other modules may ask of reference: lists without a database, and the rate of a day."""

from collections.abc import Iterable, Mapping
from datetime import date

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.kernel.units import UNITS, unit_name
from b2b_market.rbac.actor import Actor
from b2b_market.reference.commands import LookUpClasses, LookUpRate, ReadReferenceData, SearchClasses
from b2b_market.reference.rules import incoterms as terms
from b2b_market.reference.rules import places
from b2b_market.reference.rules.classes import Class, read_class, write_class
from b2b_market.reference.rules.incoterms import Incoterm, UnknownIncoterm
from b2b_market.reference.rules.places import Country, UnknownCountry
from b2b_market.reference.rules.rates import RateMissing
from b2b_market.reference.service import classes
from b2b_market.reference.service import rates as service
from b2b_market.reference.service.classes import ClassView

__all__ = [
    "Class",
    "ClassView",
    "Country",
    "Incoterm",
    "RateMissing",
    "UnknownCountry",
    "UnknownIncoterm",
    "countries",
    "country",
    "country_name",
    "currency_name",
    "currency_names",
    "incoterm",
    "incoterms",
    "place_name",
    "rate_on",
    "read_class",
    "require_incoterm_place",
    "unit_names",
    "write_class",
]


def rate_on(work: Work, actor: Actor, base: Currency, quote: Currency, day: date) -> Rate:
    """Return how many ``quote`` one ``base`` was on ``day``, with its source and the day it was published.

    Deterministic: direct, else inverse, else across another currency, of the latest day not older than 31 days; a
    currency is 1 of itself, without a source. Raise RateMissing where there is none. Keep the rate with what it
    converts.
    """
    return service.look_up_rate(work, actor, LookUpRate(base, quote, day))


def countries() -> Mapping[str, Country]:
    """Return every country of ISO 3166-1 by code."""
    return places.countries()


def country(code: str) -> Country:
    """Return one country; raise UnknownCountry for any other code."""
    return places.country(code)


def country_name(code: str, language: str) -> str:
    """Return a country's name in the reader's language; raise UnknownCountry for any other code."""
    return places.country(code).names.in_language(language)


def currency_name(currency: Currency, language: str) -> str:
    """Return a currency's name in the reader's language."""
    return places.currencies()[currency.code].names.in_language(language)


def currency_names(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every currency, as the options of a choice."""
    return tuple((entry.code, entry.names.in_language(language)) for entry in places.currencies().values())


def unit_names(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every unit, as the options of a choice."""
    return tuple((code, unit_name(unit, language)) for code, unit in UNITS.items())


def incoterms() -> Mapping[str, Incoterm]:
    """Return the eleven rules of Incoterms 2020 by code."""
    return terms.INCOTERMS


def incoterm(code: str) -> Incoterm:
    """Return one rule of Incoterms 2020; raise UnknownIncoterm for any other code."""
    return terms.incoterm(code)


def place_name(term: Incoterm, language: str) -> str:
    """Return what kind of place ``term`` names, such as "Named port of shipment", in the reader's language."""
    return terms.PLACE_NAMES[term.place].in_language(language)


def require_incoterm_place(term: Incoterm, place: str, pointer: str = "/incoterm_place") -> None:
    """Refuse a rule without its place (Invalid, at ``pointer``)."""
    terms.require_place(term, place, pointer)


def look_up_classes(work: Work, actor: Actor, texts: Iterable[str]) -> Mapping[str, ClassView | None]:
    """Return by text the class that it names; None where its scheme was imported and has no such code.

    Texts of schemes that nobody imported, and bare codes that are not certain, are left out.
    """
    wanted = frozenset(text for text in texts if text)
    return classes.look_up_classes(work, actor, LookUpClasses(wanted)) if wanted else {}


def class_titles(work: Work, actor: Actor, texts: Iterable[str], language: str) -> dict[str, str]:
    """Return the titles of those of ``texts`` that name known classes, in the reader's language where there is one."""
    found = look_up_classes(work, actor, texts)
    return {text: one.title(language) for text, one in found.items() if one is not None}


def classes_above(work: Work, actor: Actor, texts: Iterable[str]) -> frozenset[str]:
    """Return ``texts`` with the classes above those that are known."""
    named = frozenset(texts)
    found = look_up_classes(work, actor, named)
    return named | {above for one in found.values() if one is not None for above in one.above}


def search_classes(work: Work, actor: Actor, text: str, limit: int) -> list[ClassView]:
    """Return classes whose code or title has all words of ``text``, those nearest the top first."""
    return classes.search_classes(work, actor, SearchClasses(text, limit=limit))


def class_schemes(work: Work, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return (scheme, edition) of the classifications that were imported."""
    return tuple((one.code, one.edition) for one in classes.list_schemes(work, actor, ReadReferenceData()))
