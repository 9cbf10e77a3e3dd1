"""Inputs of the operations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRate:
    """One ``base`` is ``value`` ``quote`` on ``day``, as ``source`` publishes."""

    base: Currency
    quote: Currency
    value: Decimal
    day: date
    source: str


@dataclass(frozen=True, slots=True)
class SeedDemoRates:
    """Demonstration rates of ``day``; pairs that have a rate are left alone."""

    day: date
    rates: Sequence[AddRate]


@dataclass(frozen=True, slots=True)
class WithdrawRate:
    """A rate that was entered wrongly, as the caller last saw it."""

    rate_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRates:
    """Stored rates, the latest day first; of one base or quote currency where given."""

    page: PageRequest = field(default_factory=PageRequest)
    base: Currency | None = None
    quote: Currency | None = None
    with_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class LookUpRate:
    """The rate from ``base`` to ``quote`` on ``day``."""

    base: Currency
    quote: Currency
    day: date


@dataclass(frozen=True, slots=True)
class ReadReferenceData:
    """A whole published list."""


@dataclass(frozen=True, slots=True)
class SearchClasses:
    """Classes whose code or title has all words of ``text``, of one scheme where it is given; at most ``limit``."""

    text: str
    scheme: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class LookUpClasses:
    """The classes that texts name, each as ``SCHEME:CODE`` or a bare code."""

    texts: frozenset[str]
