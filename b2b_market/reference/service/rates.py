"""Operations: published lists, entering and withdrawing rates, and finding the rate of a day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Rate
from b2b_market.kernel.paging import Page
from b2b_market.kernel.quantity import Unit
from b2b_market.kernel.units import UNITS, unit_name
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import queries
from b2b_market.reference.commands import (
    AddRate,
    ListRates,
    LookUpRate,
    ReadReferenceData,
    SeedDemoRates,
    WithdrawRate,
)
from b2b_market.reference.models import ExchangeRate
from b2b_market.reference.permissions import RatePermission
from b2b_market.reference.rules.incoterms import INCOTERMS, Incoterm
from b2b_market.reference.rules.names import Names
from b2b_market.reference.rules.places import Country, CurrencyEntry, countries, currencies
from b2b_market.reference.rules.rates import (
    RateAlreadyEntered,
    RateWithdrawn,
    StoredRate,
    choose_rate,
    last_day,
    require_rate,
)
from b2b_market.reference.states import RateOrigin

_PUBLISHED = "published lists that hold nothing of anybody"
# Changes of rates pass here one at a time, so that two entries for one pair and day meet a refusal, not an error.
_ENTRY_GATE = UUID("0192f000-0000-7000-8000-7261746573ff")


@dataclass(frozen=True, slots=True)
class RateView:
    """One stored rate."""

    id: UUID
    version: int
    base: str
    quote: str
    value: Decimal
    day: date
    source: str
    origin: RateOrigin
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One unit with its names."""

    unit: Unit
    names: Names


@operation(public=True, system=True, reason=_PUBLISHED)
def list_currencies(_work: Work, _scope: Scope, _command: ReadReferenceData) -> tuple[CurrencyEntry, ...]:
    """Return every currency of ISO 4217 that trade uses, in order of code."""
    return tuple(currencies().values())


@operation(public=True, system=True, reason=_PUBLISHED)
def list_countries(_work: Work, _scope: Scope, _command: ReadReferenceData) -> tuple[Country, ...]:
    """Return every country of ISO 3166-1, in order of code."""
    return tuple(countries().values())


@operation(public=True, system=True, reason=_PUBLISHED)
def list_units(_work: Work, _scope: Scope, _command: ReadReferenceData) -> tuple[UnitEntry, ...]:
    """Return every unit of the marketplace, by dimension."""
    return tuple(UnitEntry(unit, Names(unit_name(unit, "en"), unit_name(unit, "zh"))) for unit in UNITS.values())


@operation(public=True, system=True, reason=_PUBLISHED)
def list_incoterms(_work: Work, _scope: Scope, _command: ReadReferenceData) -> tuple[Incoterm, ...]:
    """Return the eleven rules of Incoterms 2020, those for any transport first."""
    return tuple(INCOTERMS.values())


@operation(RatePermission.ADD)
def add_rate(work: Work, scope: Scope, command: AddRate) -> RateView:
    """Store a rate of a day; one per pair and day is in force."""
    work.gate(_ENTRY_GATE, exclusive=True)
    return _view(_enter(work, scope, command, RateOrigin.OPERATOR))


@operation(system=True, reason="demonstration data of an installation that was started with it")
def seed_demo_rates(work: Work, scope: Scope, command: SeedDemoRates) -> int:
    """Store demonstration rates where a pair has none of that day; return how many were stored."""
    work.gate(_ENTRY_GATE, exclusive=True)
    missing = [
        rate
        for rate in command.rates
        if queries.rate_of_day(work.session, scope, (rate.base, rate.quote), command.day) is None
    ]
    for rate in missing:
        _enter(work, scope, rate, RateOrigin.DEMO)
    return len(missing)


@operation(RatePermission.WITHDRAW)
def withdraw_rate(work: Work, scope: Scope, command: WithdrawRate) -> RateView:
    """Take a rate back: it is used no more, and what was converted with it keeps it."""
    work.gate(_ENTRY_GATE, exclusive=True)
    rate = queries.lock_rate(work.session, scope, command.rate_id)
    work.expect_version(rate, command.expected_version)
    if rate.withdrawn_at is not None:
        raise RateWithdrawn
    rate.withdrawn_at = rate.changed_at = work.now()
    work.record("rate.withdrawn", rate)
    work.session.flush()
    return _view(rate)


@operation(RatePermission.READ)
def list_rates(work: Work, scope: Scope, command: ListRates) -> Page[RateView]:
    """Return stored rates, the latest day first."""
    return queries.rates(work.session, scope, command).map(_view)


@operation(public=True, system=True, reason="rates are published; comparisons and limits need them whoever asks")
def look_up_rate(work: Work, scope: Scope, command: LookUpRate) -> Rate:
    """Return the rate of a day, direct, inverse or across another currency; raise RateMissing where there is none."""
    found = queries.rates_touching(work.session, scope, (command.base, command.quote), command.day)
    return choose_rate(found, command.base, command.quote, command.day)


def _enter(work: Work, scope: Scope, command: AddRate, origin: RateOrigin) -> ExchangeRate:
    wanted = StoredRate(command.base.code, command.quote.code, command.value, command.day, command.source.strip())
    require_rate(wanted, last_day(work.now()))
    present = queries.rate_of_day(work.session, scope, (command.base, command.quote), command.day)
    if present is not None:
        raise RateAlreadyEntered(
            base=present.base,
            quote=present.quote,
            value=format(present.value.normalize(), "f"),
            day=present.day.isoformat(),
            source=present.source,
        )
    rate = ExchangeRate(
        id=new_id(),
        base=wanted.base,
        quote=wanted.quote,
        value=wanted.value,
        day=wanted.day,
        source=wanted.source,
        origin=origin,
        withdrawn_at=None,
        created_at=work.now(),
        changed_at=work.now(),
    )
    work.session.add(rate)
    work.record("rate.added", rate)
    work.session.flush()
    return rate


def _view(row: ExchangeRate) -> RateView:
    return RateView(
        row.id, row.version, row.base, row.quote, row.value, row.day, row.source, row.origin, row.withdrawn_at
    )
