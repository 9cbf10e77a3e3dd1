"""Demonstration rates, so that a fresh installation can compare currencies. They are made up and say so."""

from decimal import Decimal
from typing import Final

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import system_actor
from b2b_market.reference.commands import AddRate, SeedDemoRates
from b2b_market.reference.service import rates as service

SOURCE: Final = "Demonstration only, not a market rate"
_PER_EURO: Final = (
    ("CNY", "8.2"),
    ("USD", "1.16"),
    ("GBP", "0.875"),
    ("JPY", "178"),
    ("CHF", "0.935"),
    ("HKD", "9.03"),
    ("SGD", "1.51"),
    ("KRW", "1685"),
    ("INR", "102.8"),
    ("PLN", "4.25"),
    ("SEK", "10.98"),
    ("DKK", "7.46"),
    ("VND", "30550"),
)


def seed_rates(runtime: Runtime) -> None:
    """Store the demonstration rates of today where a pair has none."""
    actor = system_actor("demo")
    with runtime.work(actor.who, actor.tenant(), Cause("cli", new_correlation())) as work:
        day, euro = work.now().date(), Currency("EUR")
        rates = [
            AddRate(base=euro, quote=Currency(code), value=Decimal(value), day=day, source=SOURCE)
            for code, value in _PER_EURO
        ]
        service.seed_demo_rates(work, actor, SeedDemoRates(day, rates))
