"""What the API takes and tells of reference data. Names come in both languages: programs have readers of either."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from b2b_market.infra.http.wires import (
    ShortText,
    WireCurrency,
    WireDate,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.reference.commands import AddRate
from b2b_market.reference.rules.incoterms import PLACE_NAMES, Incoterm, NamedPlace, TransportModes
from b2b_market.reference.rules.places import Country, CurrencyEntry
from b2b_market.reference.service.rates import UnitEntry
from b2b_market.reference.states import RateOrigin

_RATE_PATTERN = r"^\d{1,12}(\.\d{1,12})?$"


def _read_rate(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not re.fullmatch(_RATE_PATTERN, value, re.ASCII):
        message = "write a plain decimal with at most 12 and 12 digits as a string, such as 8.2134"
        raise ValueError(message)
    return Decimal(value)


def _write_rate(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


WireRate = Annotated[
    Decimal,
    BeforeValidator(_read_rate),
    PlainSerializer(_write_rate, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _RATE_PATTERN}),
]


class NamesOut(WireOut):
    """A name in English and in Chinese."""

    en: str
    zh: str


class ClassSchemeOut(WireOut):
    """A classification in the edition that was imported last."""

    code: str
    edition: str
    code_count: int


class ClassOut(WireOut):
    """A class: ``text`` is how lots and items name it; ``above`` are those above it, the topmost first, and itself."""

    text: str
    scheme: str
    code: str
    titles: dict[str, str]
    above: list[str]


class CurrencyOut(WireOut):
    """A currency of ISO 4217."""

    code: str
    minor_digits: int
    names: NamesOut


class CountryOut(WireOut):
    """A country or territory of ISO 3166-1."""

    code: str
    names: NamesOut


class UnitOut(WireOut):
    """A unit of UN/ECE Recommendation 20 or package of Recommendation 21.

    One of it is ``factor`` base units of its dimension, an exact fraction; only units of one dimension convert.
    """

    code: str
    symbol: str
    dimension: str
    factor: str
    names: NamesOut


class IncotermOut(WireOut):
    """A rule of Incoterms 2020, with the place it must name and how goods may travel under it."""

    code: str
    names: NamesOut
    place: wire_enum(NamedPlace)  # type: ignore[valid-type]  # an Annotated alias made from the enum
    place_names: NamesOut
    modes: wire_enum(TransportModes)  # type: ignore[valid-type]  # an Annotated alias made from the enum


class RateIn(WireIn):
    """On ``day`` one ``base`` was ``value`` ``quote``, as ``source`` publishes."""

    base: WireCurrency
    quote: WireCurrency
    value: WireRate
    day: WireDate
    source: ShortText

    def to_command(self) -> AddRate:
        """Return the operation's input."""
        return AddRate(base=self.base, quote=self.quote, value=self.value, day=self.day, source=self.source)


class RateOut(WireOut):
    """A stored rate; ``demo`` rates are made up and must not be traded on."""

    id: WireUuid
    version: int
    base: str
    quote: str
    value: WireRate
    day: date
    source: str
    origin: wire_enum(RateOrigin)  # type: ignore[valid-type]  # an Annotated alias made from the enum
    withdrawn_at: WireTime | None


class FoundRateOut(WireOut):
    """The rate from ``base`` to ``quote``: stored, inverse or crossed, with every source and the older day."""

    base: str
    quote: str
    value: WireRate
    source: str
    as_of: str


def currency_out(entry: CurrencyEntry) -> CurrencyOut:
    """Return one currency for the wire."""
    return CurrencyOut.model_validate(entry)


def country_out(entry: Country) -> CountryOut:
    """Return one country for the wire."""
    return CountryOut.model_validate(entry)


def unit_out(entry: UnitEntry) -> UnitOut:
    """Return one unit for the wire."""
    unit = entry.unit
    return UnitOut(
        code=unit.code,
        symbol=unit.symbol,
        dimension=unit.dimension,
        factor=str(unit.factor),
        names=NamesOut(en=entry.names.en, zh=entry.names.zh),
    )


def incoterm_out(term: Incoterm) -> IncotermOut:
    """Return one delivery term for the wire."""
    return IncotermOut.model_validate(
        {
            "code": term.code,
            "names": term.names,
            "place": term.place,
            "place_names": PLACE_NAMES[term.place],
            "modes": term.modes,
        }
    )


def found_rate_out(rate: Rate) -> FoundRateOut:
    """Return a found rate for the wire."""
    return FoundRateOut(
        base=rate.base.code, quote=rate.quote.code, value=rate.value, source=rate.source, as_of=rate.as_of
    )


def currency_of(code: str | None) -> Currency | None:
    """Return the currency of a query parameter; raise UnknownCurrency for a code outside ISO 4217."""
    return None if code is None else Currency(code)
