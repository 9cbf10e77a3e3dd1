"""The further terms of a line, and what a request asks of every quotation: as they are written, judged and kept."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.requests import SubmitQuote, Terms
from b2b_market.rfq.rules.breaks import break_errors

MAX_ATTRIBUTES: Final = 20
LONGEST: Final = 200
MAX_VALIDITY_DAYS: Final = 3_650
MAX_CURRENCIES: Final = 20


def need_errors(terms: NeedTerms, pointer: str) -> Iterable[FieldError]:
    """Yield what is wrong with the further terms of a line."""
    if len(terms.attributes) > MAX_ATTRIBUTES:
        detail = N_("At most {most} are possible.")
        yield FieldError(f"{pointer}/attributes", "too-many", detail, {"most": MAX_ATTRIBUTES})
    names = [attribute.name.strip().casefold() for attribute in terms.attributes]
    if not all(names) or any(not attribute.value.strip() for attribute in terms.attributes):
        detail = N_("Write each property as a name and a value: “Material: steel 304”.")
        yield FieldError(f"{pointer}/attributes", "shape", detail)
    elif len(set(names)) != len(names):
        yield FieldError(f"{pointer}/attributes", "twice", N_("Name each property once."))
    if terms.incoterm_place.strip() and not terms.incoterm:
        yield FieldError(f"{pointer}/incoterm", "required", N_("Name the Incoterm that the place belongs to."))
    if terms.incoterm and not terms.incoterm_place.strip():
        yield FieldError(f"{pointer}/incoterm_place", "required", N_("Incoterms 2020 ask for a named place."))
    yield from break_errors(terms.breaks, f"{pointer}/breaks")


def terms_errors(terms: Terms) -> Iterable[FieldError]:
    """Yield what is wrong with what a request asks of every quotation."""
    if len(set(terms.currencies)) != len(terms.currencies) or len(terms.currencies) > MAX_CURRENCIES:
        detail = N_("Name each currency once, at most {most} of them.")
        yield FieldError("/currencies", "range", detail, {"most": MAX_CURRENCIES})
    if terms.validity_days is not None and not 1 <= terms.validity_days <= MAX_VALIDITY_DAYS:
        detail = N_("Give days between 1 and {most}.")
        yield FieldError("/validity_days", "range", detail, {"most": MAX_VALIDITY_DAYS})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of every quotation.

    ``currencies`` are those it takes, none for any; ``exact`` the lines for which nothing else may be offered.
    """

    currencies: Sequence[str]
    validity_days: int | None
    closes_at: datetime | None
    exact: frozenset[UUID]

    @property
    def holds_until(self) -> date | None:
        """The first day that a quotation's validity may end on, None where the request leaves it open."""
        if self.validity_days is None or self.closes_at is None:
            return None
        return self.closes_at.date() + timedelta(days=self.validity_days)


@dataclass(frozen=True, slots=True)
class Offered:
    """What of a quotation must be as asked: its currency, how long it holds, and whether a line offers something else.

    ``lines`` are (line, offers something else) in the order of their sender.
    """

    currency: str
    valid_until: date
    lines: Sequence[tuple[UUID, bool]]


def offered_by(command: SubmitQuote) -> Offered:
    """Return it of a quotation that is sent."""
    lines = [
        (
            line.line_id,
            bool(line.alternative.strip() or line.terms.alternative_specification.strip() or line.terms.alternates),
        )
        for line in command.lines
    ]
    return Offered(command.currency.code, command.valid_until, lines)


def require_as_asked(offered: Offered, asked: Asked) -> None:
    """Raise Invalid naming every field of a quotation that is not what its request asks for."""
    errors: list[FieldError] = []
    if asked.currencies and offered.currency not in asked.currencies:
        detail = N_("The request takes quotations in {currencies}.")
        errors.append(FieldError("/currency", "not-taken", detail, {"currencies": ", ".join(asked.currencies)}))
    if asked.holds_until is not None and offered.valid_until < asked.holds_until:
        detail = N_("The request asks for prices that hold until {day} at least.")
        errors.append(FieldError("/valid_until", "too-short", detail, {"day": asked.holds_until.isoformat()}))
    for index, (line_id, other) in enumerate(offered.lines):
        if other and line_id in asked.exact:
            detail = N_("Nothing else may be offered for this line. Quote what is asked for, or leave the line out.")
            errors.append(FieldError(f"/lines/{index}/alternative", "no-substitutes", detail))
    if errors:
        raise Invalid(errors=errors)


def read_attributes(text: str) -> tuple[Attribute, ...]:
    """Return properties written one to a line, or parted by semicolons, as ``name: value``.

    A part without a colon becomes a name without value, which ``need_errors`` refuses.
    """
    found = []
    for part in re.split(r"[;\n]", unicodedata.normalize("NFKC", text)):
        name, _, value = part.partition(":")
        if part.strip():
            found.append(Attribute(name.strip(), value.strip()))
    return tuple(found)


def write_attributes(attributes: Iterable[Attribute]) -> str:
    """Return properties as :func:`read_attributes` reads them."""
    return "; ".join(f"{attribute.name}: {attribute.value}" for attribute in attributes)


def stored(terms: NeedTerms) -> dict[str, Any]:
    """Return the columns of a line's further terms."""
    return {
        "category": terms.category.strip(),
        "attributes": [{"name": one.name.strip(), "value": one.value.strip()} for one in terms.attributes],
        "incoterm": terms.incoterm,
        "incoterm_place": terms.incoterm_place.strip(),
        "substitutes": terms.substitutes,
        "breaks": [decimal_text(quantity) for quantity in terms.breaks],
    }


def read(columns: Mapping[str, Any]) -> NeedTerms:
    """Return the further terms that columns say; those that are not there say nothing."""
    return NeedTerms(
        category=columns.get("category", ""),
        attributes=tuple(Attribute(one["name"], one["value"]) for one in columns.get("attributes", ())),
        incoterm=columns.get("incoterm", ""),
        incoterm_place=columns.get("incoterm_place", ""),
        substitutes=columns.get("substitutes", True),
        breaks=tuple(Decimal(quantity) for quantity in columns.get("breaks", ())),
    )
