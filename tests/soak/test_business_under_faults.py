"""Business goes on for minutes while every part is killed again and again: nothing acknowledged lost, nothing twice.

``make soak`` runs it. B2B_SOAK_MINUTES says how long (3), B2B_SOAK_SEED repeats the decisions of an earlier run: what
everybody does next and what breaks next; how threads and processes interleave is the machine's own.
"""

import os
import secrets
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event

import pytest

from tests.soak.business import Board, Buyer, Ledger, Supplier, Trader
from tests.soak.checks import require_everything_once
from tests.soak.trouble import Trouble
from tests.support.house import House, Site, open_site
from tests.support.rfqs import Market, make_market

pytestmark = [pytest.mark.committed, pytest.mark.soak]
MARKETS, SUPPLIERS = 2, 3


def test_business_goes_on_under_faults(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("B2B_SOAK_SEED") or secrets.randbelow(10**9))
    minutes = float(os.environ.get("B2B_SOAK_MINUTES") or "3")
    with capsys.disabled():
        sys.stdout.write(f"\nB2B_SOAK_SEED={seed} B2B_SOAK_MINUTES={minutes:g}\n")
    ledger, over = Ledger(), Event()
    markets = [make_market(house.runtime, suppliers=SUPPLIERS) for _ in range(MARKETS)]
    with open_site(house) as site, ThreadPoolExecutor(MARKETS * (1 + SUPPLIERS)) as pool:
        trouble = Trouble(house, site, Random(seed))
        trouble.begin()
        try:
            traders = [
                job
                for number, market in enumerate(markets)
                for job in open_market(pool, site, market, ledger, over, f"{seed}-{number}")
            ]
            trouble.run(60 * minutes)
        finally:
            over.set()
        deals = [job.result() for job in traders]
        trouble.end()
    with capsys.disabled():
        told = (dict(trouble.happened), dict(ledger.repeated), dict(ledger.refused))
        sys.stdout.write(f"{deals} deals, {ledger.acknowledged.total()} acknowledged; {told}\n")
    assert ledger.of("rfq.awarded").total() > 0
    require_everything_once(house, markets, ledger)


def open_market(
    pool: ThreadPoolExecutor, site: Site, market: Market, ledger: Ledger, over: Event, seed: str
) -> list["Future[int]"]:
    """Let a buyer and its suppliers trade in threads of their own until it is over."""
    board = Board()
    buyer = Buyer(
        site.caller(market.purchaser), Random(f"{seed}-b"), ledger, board, over, suppliers=list(market.suppliers)
    )
    sellers: list[Trader] = [
        Supplier(site.caller(sales), Random(f"{seed}-{number}"), ledger, board, over)
        for number, sales in enumerate(market.sales)
    ]
    return [pool.submit(trader.run) for trader in [buyer, *sellers]]
