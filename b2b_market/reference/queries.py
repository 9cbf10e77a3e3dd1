"""Every SELECT of this module. Rates belong to nobody, so the scope only proves that the permission was checked."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.reference.commands import ListRates, SearchClasses
from b2b_market.reference.models import ClassCode, ClassScheme, ExchangeRate
from b2b_market.reference.rules.rates import MAX_AGE, StoredRate
from b2b_market.reference.states import RateOrigin


def rates_touching(session: Session, _scope: Scope, pair: Sequence[Currency], day: date) -> list[StoredRate]:
    """Return what a rate between the two currencies of ``pair`` on ``day`` can be made of: the latest of each pair."""
    codes = [currency.code for currency in pair]
    rows = session.scalars(
        select(ExchangeRate)
        .ext(distinct_on(ExchangeRate.base, ExchangeRate.quote))
        .where(
            ExchangeRate.withdrawn_at.is_(None),
            or_(ExchangeRate.base.in_(codes), ExchangeRate.quote.in_(codes)),
            ExchangeRate.day <= day,
            or_(ExchangeRate.day >= day - MAX_AGE, ExchangeRate.origin == RateOrigin.DEMO),
        )
        .order_by(ExchangeRate.base, ExchangeRate.quote, ExchangeRate.day.desc())
    )
    return [stored(row) for row in rows]


def stored(row: ExchangeRate) -> StoredRate:
    """Return a row as the value that rules know."""
    return StoredRate(row.base, row.quote, row.value, row.day, row.source, row.origin is RateOrigin.DEMO)


def rate_of_day(session: Session, _scope: Scope, pair: tuple[Currency, Currency], day: date) -> ExchangeRate | None:
    """Return the rate in force that was entered for exactly this pair and day."""
    return session.scalar(
        select(ExchangeRate).where(
            ExchangeRate.base == pair[0].code,
            ExchangeRate.quote == pair[1].code,
            ExchangeRate.day == day,
            ExchangeRate.withdrawn_at.is_(None),
        )
    )


def lock_rate(session: Session, _scope: Scope, rate_id: UUID) -> ExchangeRate:
    """Return one rate, locked."""
    found = session.scalar(select(ExchangeRate).where(ExchangeRate.id == rate_id).with_for_update())
    if found is None:
        raise NotFound(rate_id=str(rate_id))
    return found


def rates(session: Session, _scope: Scope, wanted: ListRates) -> Page[ExchangeRate]:
    """Return stored rates, the latest day first."""
    found = select(ExchangeRate)
    if not wanted.with_withdrawn:
        found = found.where(ExchangeRate.withdrawn_at.is_(None))
    if wanted.base is not None:
        found = found.where(ExchangeRate.base == wanted.base.code)
    if wanted.quote is not None:
        found = found.where(ExchangeRate.quote == wanted.quote.code)
    if wanted.page.after is not None:
        found = found.where(tuple_(ExchangeRate.day, ExchangeRate.id) < _after(wanted.page.after))
    latest = found.order_by(ExchangeRate.day.desc(), ExchangeRate.id.desc()).limit(wanted.page.limit + 1)
    return page_of(session.scalars(latest).all(), wanted.page, lambda row: (row.day.isoformat(), str(row.id)))


def _after(keyset: tuple[str, str]) -> tuple[date, UUID]:
    try:
        return date.fromisoformat(keyset[0]), UUID(keyset[1])
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error


def class_schemes(session: Session) -> Sequence[ClassScheme]:
    """Return the imported classifications, by name."""
    return session.scalars(select(ClassScheme).order_by(ClassScheme.code)).all()


def class_scheme(session: Session, code: str) -> ClassScheme | None:
    """Return a classification, locked; None where it was never imported."""
    return session.scalar(select(ClassScheme).where(ClassScheme.code == code).with_for_update())


def class_codes(session: Session, scheme: str) -> frozenset[str]:
    """Return every code of a scheme, retired ones included."""
    return frozenset(session.scalars(select(ClassCode.code).where(ClassCode.scheme == scheme)))


def search_codes(session: Session, wanted: SearchClasses) -> Sequence[ClassCode]:
    """Return codes in use whose search text has all the words, those nearest the top first."""
    words = wanted.text.casefold().split()[:10]
    found = select(ClassCode).where(ClassCode.retired.is_(False))
    found = found.where(*(ClassCode.search.contains(word, autoescape=True) for word in words))
    if wanted.scheme:
        found = found.where(ClassCode.scheme == wanted.scheme)
    ordered = found.order_by(func.cardinality(ClassCode.path), ClassCode.scheme, ClassCode.code)
    return session.scalars(ordered.limit(wanted.limit)).all()


def codes_alike(session: Session, stems: Iterable[str]) -> Sequence[ClassCode]:
    """Return the codes that are one of ``stems`` but for their check digit."""
    return session.scalars(select(ClassCode).where(ClassCode.stem.in_(list(stems)))).all()
