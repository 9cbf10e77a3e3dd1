"""What a registration, an identifier and the settings of a company must be."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from stdnum import lei
from stdnum.cn import uscc
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from b2b_market.kernel.currency import Currency, UnknownCurrency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS
from b2b_market.organizations.commands import CompanyProfile, IdentifierInput
from b2b_market.organizations.states import IdentifierScheme

MAX_IDENTIFIERS: Final = 10
QUOTING_HOURS_MOST: Final = 2160
CHINESE_PLACES: Final = frozenset({"CN", "HK", "MO", "TW"})
_CHECKS: Final = {IdentifierScheme.USCC: uscc, IdentifierScheme.EU_VAT: vat, IdentifierScheme.LEI: lei}


class IdentifierTaken(Refusal):
    """Another approved company has the same checked number."""

    kind, code = Kind.CONFLICT, "identifier-taken"
    title = N_("Another company has this number")
    advice = N_("{value} belongs to {company} already. Ask both companies, and reject one of the two registrations.")


class CompanyFixed(Refusal):
    """Names, country and numbers were approved as they are."""

    kind, code = Kind.CONFLICT, "company-fixed"
    title = N_("Names and numbers are approved as they are")
    advice = N_("Change the address here; for another legal name, country or number ask the operator of the platform.")


class OwnPerson(Refusal):
    """S8: one person stands on one side of a deal."""

    kind, code = Kind.CONFLICT, "own-person"
    title = N_("This person works for your company")
    advice = N_("Rule S8: nobody quotes to their own company. Invite a mail address of the supplier.")


class LimitsInCurrency(Refusal):
    """Amount limits are in the present base currency."""

    kind, code = Kind.CONFLICT, "limits-in-currency"
    title = N_("Roles have limits in the present currency")
    advice = N_("{count} roles have a limit in {currency}. Take those limits away first, then change the currency.")


@dataclass(frozen=True, slots=True)
class CheckedIdentifier:
    """A company number in its compact form, and whether its check digits were looked at (and right)."""

    scheme: IdentifierScheme
    label: str
    value: str
    checked: bool


def check_identifiers(inputs: Sequence[IdentifierInput]) -> tuple[CheckedIdentifier, ...]:
    """Return the numbers in compact form; Invalid where check digits are wrong, a number is empty or given twice.

    USCC: GB 32100-2015. VAT: the rules of the member state that the number names first. LEI: ISO 17442.
    """
    errors: list[FieldError] = []
    found: list[CheckedIdentifier] = []
    if not 1 <= len(inputs) <= MAX_IDENTIFIERS:
        detail = N_("Give at least one company number, and at most {most}.")
        errors.append(FieldError("/identifiers", "count", detail, {"most": str(MAX_IDENTIFIERS)}))
    for index, given in enumerate(inputs):
        result = _check(given, f"/identifiers/{index}")
        if isinstance(result, FieldError):
            errors.append(result)
        elif any((result.scheme, result.label, result.value) == (one.scheme, one.label, one.value) for one in found):
            errors.append(FieldError(f"/identifiers/{index}/value", "twice", N_("This number is given twice.")))
        else:
            found.append(result)
    if errors:
        raise Invalid(errors=errors)
    return tuple(found)


def _check(given: IdentifierInput, place: str) -> CheckedIdentifier | FieldError:
    check = _CHECKS.get(given.scheme)
    if check is None:
        value, label = " ".join(given.value.split()), given.label.strip()
        if not value:
            return FieldError(f"{place}/value", "empty", N_("Fill this in."))
        if not label:
            return FieldError(f"{place}/label", "empty", N_("Say which register the number is from."))
        return CheckedIdentifier(given.scheme, label, value, checked=False)
    try:
        # full-width digits are typed by Chinese input methods and mean the same
        compact = str(check.validate(unicodedata.normalize("NFKC", given.value)))
    except ValidationError:
        compact = ""
    if not compact.isascii() or not compact:
        detail = N_("This is not a valid number of this kind: its length, characters or check digits are wrong.")
        return FieldError(f"{place}/value", "check-digits", detail)
    return CheckedIdentifier(given.scheme, "", compact, checked=True)


def require_all(*checks: Callable[[], object]) -> None:
    """Make every check and raise one Invalid with all that is wrong, so that a form is corrected once."""
    errors: list[FieldError] = []
    for check in checks:
        try:
            check()
        except Invalid as refusal:
            errors.extend(refusal.errors)
    if errors:
        raise Invalid(errors=errors)


def require_profile(profile: CompanyProfile, countries: frozenset[str]) -> None:
    """Raise Invalid unless the company has a legal name, a known country and a place."""
    errors = []
    if not profile.legal_name_zh.strip() and not profile.legal_name_en.strip():
        errors.append(FieldError("/legal_name_en", "empty", N_("Give the legal name in Chinese, in English, or both.")))
    if profile.country not in countries:
        errors.append(FieldError("/country", "unknown", N_("Choose one of the list.")))
    places = {"street": profile.street, "city": profile.city}
    empty = [name for name, text in places.items() if not text.strip()]
    errors.extend(FieldError(f"/{name}", "empty", N_("Fill this in.")) for name in empty)
    if errors:
        raise Invalid(errors=errors)


def require_sides(*, buyer: bool, supplier: bool) -> None:
    """Raise Invalid unless the company buys or sells."""
    if not (buyer or supplier):
        raise Invalid(errors=[FieldError("/sides", "empty", N_("Choose at least one: buying or selling."))])


def require_settings(base_currency: str, timezone: str, unit: str = "", hours: int = 0) -> Currency:
    """Return the base currency; Invalid for an unknown currency, zone or unit, or more than 90 days of quoting time."""
    errors = []
    try:
        currency: Currency | None = Currency(base_currency)
    except UnknownCurrency:
        currency = None
        errors.append(FieldError("/base_currency", "unknown", N_("Choose one of the list.")))
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        errors.append(FieldError("/timezone", "zone", N_("Choose a time zone such as Asia/Shanghai.")))
    if unit and unit not in UNITS:
        errors.append(FieldError("/default_unit", "unknown", N_("Choose one of the list.")))
    if not 0 <= hours <= QUOTING_HOURS_MOST:
        detail = N_("Use 0 to {most} hours.")
        errors.append(FieldError("/minimum_quoting_hours", "range", detail, {"most": str(QUOTING_HOURS_MOST)}))
    if errors or currency is None:
        raise Invalid(errors=errors)
    return currency


def require_extension_time(hours: int) -> None:
    """Raise Invalid for more than 90 days between a material amendment and the deadline."""
    if not 0 <= hours <= QUOTING_HOURS_MOST:
        detail = N_("Use 0 to {most} hours.")
        most = {"most": str(QUOTING_HOURS_MOST)}
        raise Invalid(errors=[FieldError("/minimum_extension_hours", "range", detail, most)])


def require_limit_currency(limit: Money | None, base: Currency) -> None:
    """Raise Invalid unless the limit is in the company's base currency: other amounts are compared with it there."""
    if limit is not None and limit.currency != base:
        detail = N_("Limits are in the company's currency, {currency}.")
        raise Invalid(errors=[FieldError("/limit", "currency", detail, {"currency": base.code})])


def require_reason(reason: str) -> str:
    """Return the reason without outer blanks; Invalid where there is none."""
    if not reason.strip():
        raise Invalid(errors=[FieldError("/reason", "empty", N_("Say why; the company reads it."))])
    return reason.strip()


def own_name(zh: str, en: str, country: str) -> str:
    """Return the name a company goes by: the Chinese one in Chinese-speaking places, the English one elsewhere."""
    return (zh or en) if country in CHINESE_PLACES else (en or zh)


def folded(text: str) -> str:
    """Return text as names are searched and sorted: full-width forms made plain, case folded, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search_words(text: str) -> tuple[str, ...]:
    """Return the words every found name must hold, at most five."""
    return tuple(folded(text).split()[:5])
