from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from b2b_market.kernel.units import UNITS
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from b2b_market.reference import demo, public
from b2b_market.reference.commands import AddRate, ListRates, LookUpRate, ReadReferenceData, WithdrawRate
from b2b_market.reference.models import ExchangeRate
from b2b_market.reference.permissions import GRANTS, RatePermission
from b2b_market.reference.rules.rates import RateAlreadyEntered, RateMissing, RateWithdrawn
from b2b_market.reference.service import rates as service
from b2b_market.reference.service.rates import RateView
from b2b_market.reference.states import RateOrigin
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

OPERATOR = plain_actor(*RatePermission, platform="operator")
READER = plain_actor(RatePermission.READ)
EUR, CNY, USD = Currency("EUR"), Currency("CNY"), Currency("USD")
DAY = date(2026, 11, 20)


def add(runtime: Runtime, quote: str, value: str, day: date = DAY, actor: Actor = OPERATOR) -> RateView:
    command = AddRate(base=EUR, quote=Currency(quote), value=Decimal(value), day=day, source="ECB")
    with work_for(runtime, actor) as work:
        return service.add_rate(work, actor, command)


def withdraw(runtime: Runtime, rate_id: UUID, version: int | None, actor: Actor = OPERATOR) -> RateView:
    with work_for(runtime, actor) as work:
        return service.withdraw_rate(work, actor, WithdrawRate(rate_id, version))


def listed(runtime: Runtime, command: ListRates | None = None) -> list[RateView]:
    with work_for(runtime, READER) as work:
        return list(service.list_rates(work, READER, command or ListRates()).items)


def trail(runtime: Runtime, rate_id: UUID) -> list[str]:
    actor = system_actor("test")
    with work_for(runtime, actor) as work:
        work.session.execute(text("SELECT set_config('app.machine', 'on', true)"))
        found = select(AuditEvent.action).where(AuditEvent.object_id == rate_id).order_by(AuditEvent.id)
        return list(work.session.scalars(found))


def test_an_entered_rate_is_stored_audited_and_found(runtime: Runtime) -> None:
    rate = add(runtime, "CNY", "8.2134")
    assert (rate.base, rate.quote, rate.value, rate.day, rate.source) == ("EUR", "CNY", Decimal("8.2134"), DAY, "ECB")
    assert (rate.version, rate.origin, rate.withdrawn_at) == (1, RateOrigin.OPERATOR, None)
    assert trail(runtime, rate.id) == ["rate.added"]
    with work_for(runtime, READER) as work:
        assert public.rate_on(work, READER, EUR, CNY, DAY + timedelta(days=3)) == Rate(
            EUR, CNY, Decimal("8.2134"), "ECB", "2026-11-20"
        )


def test_rates_are_found_inverse_and_across(runtime: Runtime) -> None:
    add(runtime, "CNY", "8.2")
    add(runtime, "USD", "1.16")
    machine = system_actor("relay", new_id())
    with work_for(runtime, machine) as work:
        assert public.rate_on(work, machine, USD, CNY, DAY).value == Decimal("7.068965517241")
        assert public.rate_on(work, machine, CNY, EUR, DAY).value == Decimal("0.121951219512")
        assert public.rate_on(work, machine, CNY, CNY, DAY).value == 1


def test_a_missing_rate_is_refused(runtime: Runtime) -> None:
    add(runtime, "CNY", "8.2", DAY - timedelta(days=32))
    with work_for(runtime, READER) as work, pytest.raises(RateMissing):
        service.look_up_rate(work, READER, LookUpRate(EUR, CNY, DAY))


def test_one_rate_per_pair_and_day(runtime: Runtime) -> None:
    first = add(runtime, "CNY", "8.2000")
    with pytest.raises(RateAlreadyEntered) as refused:
        add(runtime, "CNY", "8.3")
    assert refused.value.facts == {"base": "EUR", "quote": "CNY", "value": "8.2", "day": "2026-11-20", "source": "ECB"}
    assert [rate.id for rate in listed(runtime)] == [first.id]
    assert add(runtime, "CNY", "8.3", DAY - timedelta(days=1)).value == Decimal("8.3")


def test_a_withdrawn_rate_is_used_no_more_and_may_be_entered_anew(runtime: Runtime) -> None:
    wrong = add(runtime, "CNY", "82")
    gone = withdraw(runtime, wrong.id, wrong.version)
    assert gone.withdrawn_at is not None
    assert gone.version == 2
    assert trail(runtime, wrong.id) == ["rate.added", "rate.withdrawn"]
    right = add(runtime, "CNY", "8.2")
    assert [rate.id for rate in listed(runtime)] == [right.id]
    assert {rate.id for rate in listed(runtime, ListRates(with_withdrawn=True))} == {wrong.id, right.id}


def test_withdrawing_asks_for_the_version_and_happens_once(runtime: Runtime) -> None:
    rate = add(runtime, "CNY", "8.2")
    with pytest.raises(VersionRequired):
        withdraw(runtime, rate.id, None)
    with pytest.raises(StaleVersion):
        withdraw(runtime, rate.id, 7)
    assert listed(runtime)[0].withdrawn_at is None
    gone = withdraw(runtime, rate.id, 1)
    with pytest.raises(RateWithdrawn):
        withdraw(runtime, rate.id, gone.version)
    with pytest.raises(NotFound):
        withdraw(runtime, new_id(), 1)
    assert trail(runtime, rate.id) == ["rate.added", "rate.withdrawn"]


@pytest.mark.parametrize("actor", [READER, plain_actor(), anonymous()])
def test_only_the_operator_enters_and_withdraws(runtime: Runtime, actor: Actor) -> None:
    rate = add(runtime, "USD", "1.16")
    expected = Unauthenticated if actor.is_anonymous else Forbidden
    with pytest.raises(expected):
        add(runtime, "CNY", "8.2", actor=actor)
    with pytest.raises(expected):
        withdraw(runtime, rate.id, rate.version, actor)
    assert [(found.id, found.withdrawn_at) for found in listed(runtime)] == [(rate.id, None)]


def test_a_wrong_rate_stores_nothing(runtime: Runtime) -> None:
    with pytest.raises(Invalid):
        add(runtime, "CNY", "0")
    assert listed(runtime) == []


def test_rates_are_listed_latest_day_first_filtered_and_in_pages(runtime: Runtime) -> None:
    for age in range(3):
        add(runtime, "CNY", "8.2", DAY - timedelta(days=age))
    add(runtime, "USD", "1.16", DAY - timedelta(days=1))
    assert [rate.day for rate in listed(runtime)] == [DAY, *[DAY - timedelta(days=1)] * 2, DAY - timedelta(days=2)]
    assert {rate.quote for rate in listed(runtime, ListRates(quote=USD))} == {"USD"}
    assert listed(runtime, ListRates(base=USD)) == []
    seen: list[UUID] = []
    request = PageRequest(limit=1)
    with work_for(runtime, READER) as work:
        while True:
            page = service.list_rates(work, READER, ListRates(page=request))
            seen += [rate.id for rate in page.items]
            if page.next_after is None:
                break
            request = PageRequest(limit=1, after=page.next_after)
    assert seen == [rate.id for rate in listed(runtime)]


def test_the_database_itself_refuses_a_second_rate_in_force(runtime: Runtime) -> None:
    add(runtime, "CNY", "8.2")
    with work_for(runtime, OPERATOR) as work:
        indexes = work.session.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_exchange_rate_pair_day'")
        )
        assert "UNIQUE" in indexes
        assert "withdrawn_at IS NULL" in indexes
        assert not work.session.scalar(text("SELECT has_table_privilege('exchange_rate', 'DELETE')"))


def test_demonstration_rates_are_marked_and_seeded_once(runtime: Runtime) -> None:
    demo.seed_rates(runtime)
    demo.seed_rates(runtime)
    rates = listed(runtime)
    assert len(rates) == len({rate.quote for rate in rates}) == 13
    assert {rate.origin for rate in rates} == {RateOrigin.DEMO}
    assert {rate.source for rate in rates} == {demo.SOURCE}
    with work_for(runtime, READER) as work:
        today = work.now().date()
        in_a_year = service.look_up_rate(work, READER, LookUpRate(USD, CNY, today + timedelta(days=365)))
        assert in_a_year.source == f"{demo.SOURCE} (EUR)"
        assert work.session.scalar(select(func.count()).select_from(ExchangeRate)) == 13


def test_lists_are_open_to_everybody(runtime: Runtime) -> None:
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        assert len(service.list_currencies(work, stranger, ReadReferenceData())) == len(Currency.CODES)
        assert len(service.list_countries(work, stranger, ReadReferenceData())) == 249
        assert [entry.unit for entry in service.list_units(work, stranger, ReadReferenceData())] == list(UNITS.values())
        assert service.list_incoterms(work, stranger, ReadReferenceData())[0].code == "EXW"


def test_every_role_but_the_guest_reads_rates_and_only_the_operator_holds_the_rest() -> None:
    assert GRANTS[RatePermission.READ] == frozenset(Role) - {Role.GUEST_SUPPLIER}
    assert GRANTS[RatePermission.ADD] == GRANTS[RatePermission.WITHDRAW] == {Role.PLATFORM_OPERATOR}


def test_public_lists_need_no_database() -> None:
    assert dict(public.currency_names("zh-CN"))["CNY"] == "人民币"
    assert dict(public.unit_names("en"))["H87"] == "piece"
    assert public.country_name("CN", "en") == "China"
    assert public.country("DE").code == "DE"
    assert len(public.countries()) == 249
    assert public.currency_name(EUR, "en") == "Euro"
    assert list(public.incoterms())[-1] == "CIF"
    assert public.place_name(public.incoterm("FOB"), "zh-CN") == "指定装运港"
    with pytest.raises(Invalid):
        public.require_incoterm_place(public.incoterm("FOB"), "")
