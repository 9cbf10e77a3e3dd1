"""ISO 4217 currencies with their minor units.

Source: ISO 4217 list one (active codes) as maintained by SIX, edition 2026; funds and metal codes are left out because
nothing is invoiced in them.
"""

from dataclasses import dataclass
from typing import ClassVar

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class UnknownCurrency(Refusal):
    """The code is not an active ISO 4217 currency."""

    kind, code = Kind.INVALID, "unknown-currency"
    title = N_("This currency is not known")
    advice = N_("{currency} is not an active ISO 4217 code; write three capital letters such as CNY, EUR or USD.")


_NO_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
    "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(_NO_MINOR.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_TWO.split(), 2),
}


@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """One ISO 4217 currency; an unknown code is refused with UnknownCurrency."""

    CODES: ClassVar[tuple[str, ...]] = tuple(sorted(MINOR_DIGITS))

    code: str

    def __post_init__(self) -> None:
        """Refuse a code outside the table."""
        if self.code not in MINOR_DIGITS:
            raise UnknownCurrency(currency=self.code)

    @property
    def minor_digits(self) -> int:
        """Digits after the decimal point of the smallest unit: 2 for EUR, 0 for JPY, 3 for KWD."""
        return MINOR_DIGITS[self.code]

    def __str__(self) -> str:
        """Return the code."""
        return self.code
