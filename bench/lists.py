"""The list of requests at 10 thousand and at 1 million rows, as the application's role under row-level security."""

from collections.abc import Callable

from sqlalchemy import create_engine, pool, text

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import PageRequest
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import ListRfqs, RfqOrder
from b2b_market.rfq.service import drafting
from b2b_market.rfq.states import RfqStatus
from bench.results import BenchResult
from bench.sides import Calls, second_database, settle, side_by_side
from bench.stage import Stage
from tests.support.rfqs import make_draft, make_market
from tests.support.servers import Servers
from tests.support.works import work_for

SMALL, LARGE = 10_000, 1_000_000

FILL = text(
    """
    INSERT INTO rfq (id, version, created_at, changed_at, number, title, description, buyer_id, author_id, editor_id,
                     status, sealed, visibility, currency, payment_terms, incoterm, incoterm_place, closes_at,
                     line_count, lines_digest, targets_digest, party_ids)
    SELECT ('0190' || substr(h, 1, 4) || '-' || substr(h, 5, 4) || '-7' || substr(h, 9, 3) || '-8' || substr(h, 12, 3)
            || '-' || substr(h, 15, 12))::uuid,
           1, now(), now(), 'X-' || :salt || n, 'Request ' || n, '', buyer, :author, :author,
           (ARRAY['draft', 'published', 'closed', 'cancelled'])[1 + n % 4], false, 'invited', 'CNY', '', '', '',
           now() + (n % 5000) * interval '1 hour', 20, '\\x00', '\\x00', ARRAY[buyer]
    FROM generate_series(1, :rows) AS n,
         LATERAL (SELECT md5(n::text || :salt) AS h) AS hashed,
         LATERAL (SELECT CASE WHEN (n / 4) % :share = 0 THEN CAST(:buyer AS uuid)
                              ELSE ('00000000-0000-7000-8000-' || lpad((n % 500)::text, 12, '0'))::uuid
                         END AS buyer) AS owner
    """
)


def run(place: Stage) -> list[BenchResult]:
    """Measure one page in both orders and with a filter at both sizes; the company holds a tenth of all rows."""
    with second_database(place) as (name, runtime):
        small = _filled(place.servers, name, runtime, SMALL)
        large = _filled(place.servers, place.database, place.runtime, LARGE)
        settle(place)
        costs = side_by_side(small, large)
    return [
        BenchResult(f"list at 1 M requests, {name}", much, "ms", little, "at 10 k", "≤ 1.2")
        for name, (little, much) in costs.items()
    ]


def _filled(servers: Servers, database: str, runtime: Runtime, rows: int) -> Calls:
    """Make a company with a tenth of so many requests; return its pages."""
    market = make_market(runtime, suppliers=1)
    make_draft(runtime, market)
    _fill(servers.url("owner", database), market.purchaser, rows)
    return _pages(runtime, market.purchaser)


def _pages(runtime: Runtime, actor: Actor) -> Calls:
    def page(command: ListRfqs) -> Callable[[], object]:
        def read() -> object:
            with work_for(runtime, actor) as work:
                return drafting.list_rfqs(work, actor, command)

        return read

    return {
        "newest first": page(ListRfqs(page=PageRequest(50))),
        "by deadline": page(ListRfqs(page=PageRequest(50), order=RfqOrder.DEADLINE)),
        "published only": page(ListRfqs(page=PageRequest(50), status=RfqStatus.PUBLISHED)),
    }


def _fill(address: str, actor: Actor, rows: int) -> None:
    engine = create_engine(address, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(
            FILL, {"rows": rows, "salt": "a", "author": actor.user_id, "buyer": str(actor.org_id), "share": 10}
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE rfq"))
    engine.dispose()
