"""Reference data over HTTP: whole published lists, stored rates, and the rate of a day."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireDate, WireUuid
from b2b_market.kernel.currency import Currency, UnknownCurrency
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.reference.commands import ListRates, LookUpRate, ReadReferenceData, SearchClasses, WithdrawRate
from b2b_market.reference.rules.rates import RateAlreadyEntered, RateMissing, RateWithdrawn
from b2b_market.reference.schemas import (
    ClassOut,
    ClassSchemeOut,
    CountryOut,
    CurrencyOut,
    FoundRateOut,
    IncotermOut,
    RateIn,
    RateOut,
    UnitOut,
    country_out,
    currency_of,
    currency_out,
    found_rate_out,
    incoterm_out,
    unit_out,
)
from b2b_market.reference.service import classes
from b2b_market.reference.service import rates as service

router = APIRouter(prefix="/reference", tags=["reference"], route_class=StrictRoute)
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
Code = Annotated[str, Query(pattern="^[A-Z]{3}$")]
MaybeCode = Annotated[str | None, Query(pattern="^[A-Z]{3}$")]


@router.get("/currencies", response_model=ListOut[CurrencyOut], responses=reads())
def list_currencies(call: Call) -> Answer:
    """List the currencies of ISO 4217."""
    found = service.list_currencies(call.work, call.actor, ReadReferenceData())
    return call.answer_many(CurrencyOut, [currency_out(entry) for entry in found])


@router.get("/countries", response_model=ListOut[CountryOut], responses=reads())
def list_countries(call: Call) -> Answer:
    """List the countries of ISO 3166-1."""
    found = service.list_countries(call.work, call.actor, ReadReferenceData())
    return call.answer_many(CountryOut, [country_out(entry) for entry in found])


@router.get("/units", response_model=ListOut[UnitOut], responses=reads())
def list_units(call: Call) -> Answer:
    """List the units of measure, with exact factors."""
    found = service.list_units(call.work, call.actor, ReadReferenceData())
    return call.answer_many(UnitOut, [unit_out(entry) for entry in found])


@router.get("/incoterms", response_model=ListOut[IncotermOut], responses=reads())
def list_incoterms(call: Call) -> Answer:
    """List the delivery terms of Incoterms 2020."""
    found = service.list_incoterms(call.work, call.actor, ReadReferenceData())
    return call.answer_many(IncotermOut, [incoterm_out(term) for term in found])


@router.get("/classification-schemes", response_model=ListOut[ClassSchemeOut], responses=reads())
def list_schemes(call: Call) -> Answer:
    """List the classifications that were imported."""
    return call.answer_many(ClassSchemeOut, classes.list_schemes(call.work, call.actor, ReadReferenceData()))


@router.get("/classifications", response_model=ListOut[ClassOut], responses=reads())
def search_classes(
    call: Call,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    scheme: Annotated[str, Query(max_length=30)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Answer:
    """Search the classes in use by code, or by words in any of their languages; those nearest the top come first."""
    found = classes.search_classes(call.work, call.actor, SearchClasses(q, scheme, limit))
    return call.answer_many(ClassOut, found)


@router.get("/rates", response_model=PageOut[RateOut], responses=reads(UnknownCurrency))
def list_rates(
    call: Call,
    limit: Limit = None,
    cursor: Cursor = None,
    base: MaybeCode = None,
    quote: MaybeCode = None,
    *,
    withdrawn: bool = False,
) -> Answer:
    """List stored exchange rates, the latest day first."""
    wanted = ListRates(
        page=page_request(limit, cursor), base=currency_of(base), quote=currency_of(quote), with_withdrawn=withdrawn
    )
    return call.answer_page(RateOut, service.list_rates(call.work, call.actor, wanted))


@router.post("/rates", response_model=RateOut, status_code=201, responses=creates(UnknownCurrency, RateAlreadyEntered))
def add_rate(body: RateIn, call: Call) -> Answer:
    """Enter a rate of a day (platform operator)."""
    rate = service.add_rate(call.work, call.actor, body.to_command())
    return call.answer(RateOut, rate, status=201)


@router.get("/rates/lookup", response_model=FoundRateOut, responses=reads(UnknownCurrency, RateMissing))
def look_up_rate(call: Call, base: Code, quote: Code, day: Annotated[WireDate, Query()]) -> Answer:
    """Find the rate of a day: direct, else inverse, else across one other currency."""
    wanted = LookUpRate(Currency(base), Currency(quote), day)
    return call.answer(FoundRateOut, found_rate_out(service.look_up_rate(call.work, call.actor, wanted)))


@router.post("/rates/{rate_id}/withdraw", response_model=RateOut, responses=changes(RateWithdrawn))
def withdraw_rate(rate_id: WireUuid, call: Call) -> Answer:
    """Take a rate back that was entered wrongly (platform operator)."""
    rate = service.withdraw_rate(call.work, call.actor, WithdrawRate(rate_id, call.if_match))
    return call.answer(RateOut, rate)
