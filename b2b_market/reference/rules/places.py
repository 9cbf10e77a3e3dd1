"""Countries of ISO 3166-1 and currencies of ISO 4217 with their names from the Unicode CLDR, as Babel ships it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from babel import Locale

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.reference.rules.names import Names

# The officially assigned two-letter codes. CLDR also names regions, reserved codes and test codes, which no address
# has.
_ISO_3166 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
# Younger than the Chinese names of the CLDR release in use.
_NEWER_CURRENCIES = MappingProxyType({"XCG": "加勒比盾", "ZWG": "津巴布韦金元"})


class UnknownCountry(Refusal):
    """The code is not a country of ISO 3166-1."""

    kind, code = Kind.INVALID, "unknown-country"
    title = N_("This country is not known")
    advice = N_("{country} is not an ISO 3166-1 code; write two capital letters such as CN, DE or US.")


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory by its ISO 3166-1 alpha-2 code."""

    code: str
    names: Names


@dataclass(frozen=True, slots=True)
class CurrencyEntry:
    """A currency with the number of its decimals and its names."""

    code: str
    minor_digits: int
    names: Names


@cache
def countries() -> Mapping[str, Country]:
    """Return every country by code, in order of code."""
    english, chinese = Locale("en").territories, Locale.parse("zh_CN").territories
    return MappingProxyType({code: Country(code, Names(english[code], chinese[code])) for code in _ISO_3166.split()})


def country(code: str) -> Country:
    """Return one country; raise UnknownCountry for any other code."""
    found = countries().get(code)
    if found is None:
        raise UnknownCountry(country=code)
    return found


@cache
def currencies() -> Mapping[str, CurrencyEntry]:
    """Return every currency by code, in order of code."""
    english, chinese = Locale("en").currencies, {**_NEWER_CURRENCIES, **Locale.parse("zh_CN").currencies}
    return MappingProxyType(
        {
            code: CurrencyEntry(code, Currency(code).minor_digits, Names(english[code], chinese[code]))
            for code in Currency.CODES
        }
    )
