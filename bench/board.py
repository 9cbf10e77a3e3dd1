"""Searching the board at 10 thousand and at 1 million public requests, as the application's role.

Each entry has some twenty words: one that a tenth of all requests say, one that a thousandth says, one of about
twenty requests, and others. The misspelled word is one letter away from the common one.
"""

from collections.abc import Callable

from sqlalchemy import create_engine, pool, text

from b2b_market.board.commands import BoardOrder, Filters, SearchBoard
from b2b_market.board.service import searching
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import PageRequest
from b2b_market.rbac.actor import Actor
from bench.results import BenchResult
from bench.sides import Calls, second_database, settle, side_by_side
from bench.stage import Stage
from tests.support.rfqs import make_market
from tests.support.servers import Servers
from tests.support.works import work_for

SMALL, LARGE = 10_000, 1_000_000
SAME = frozenset(
    {
        "newest first",
        "by deadline",
        "by title (pinyin)",
        "of one country",
        "a common word, newest first",
        "a misspelled word",
    }
)
"""Pages that are full at both sizes; the others find more in more."""
FILL = text(
    """
    INSERT INTO board_entry (subject_id, kind, classes, procedure, buyer_id, buyer_name_zh, buyer_name_en, country,
                             number, title, currency,
                             closes_at, listed_at, line_count, sealed, incoterm, places, items, keys, categories,
                             woken, title_key, document, vocabulary)
    SELECT md5(n::text || :salt)::uuid, 'request', '{}', '', md5((n % 500)::text)::uuid, '', 'Buyer ' || n % 500,
           (ARRAY['CN', 'DE', 'IT', 'PL', 'US', 'JP', 'VN', 'IN', 'FR', 'GB'])[1 + n % 10], 'X-' || n,
           'Request ' || n, (ARRAY['CNY', 'EUR', 'USD', 'PLN'])[1 + n % 4],
           now() + interval '1 day' + (n % 43200) * interval '1 minute', now() - n * interval '1 second', 20, false,
           '', ARRAY['Dalian'], ARRAY['Item'], '{}', '{}', true, 'request ' || md5(n::text),
           (CASE WHEN n % 10 = 0 THEN '''bearing''\\:1B ''§bearing''\\:1B ' ELSE '' END
            || '''some' || n % 1000 || '''\\:1B ''rare' || n % (:rows / 20) || '''\\:1B '
            || '''title' || n % 5000 || '''\\:1A '
            || '''place' || n % 300 || '''\\:1C ''buyer' || n % 500 || '''\\:1D '
            || (SELECT string_agg('''w' || ('x' || substr(md5(n::text || k), 1, 4))::bit(16)::int || '''\\:1B', ' ')
                FROM generate_series(1, 14) AS k))::tsvector,
           'bench'
    FROM generate_series(CAST(:first AS int), CAST(:rows AS int)) AS n
    """
)
WORDS = text("INSERT INTO board_word SELECT 'word' || md5(n::text), '' FROM generate_series(1, 200000) AS n")
BEARING = text("INSERT INTO board_word VALUES ('bearing', '') ON CONFLICT DO NOTHING")


def run(place: Stage) -> list[BenchResult]:
    """Measure a page in every order and with words of every frequency on both boards, round by round side by side."""
    with second_database(place) as (name, runtime):
        _fill(place.servers, name, SMALL)
        small = _calls(runtime, make_market(runtime, suppliers=1).sales[0])
        large = _calls(place.runtime, make_market(place.runtime, suppliers=1).sales[0])
        _fill(place.servers, place.database, LARGE)
        settle(place)
        costs = side_by_side(small, large)
    return [
        BenchResult(
            f"board at 1 M public requests, {name}", much, "ms", little, "at 10 k", "≤ 1.2" if name in SAME else ""
        )
        for name, (little, much) in costs.items()
    ]


def _calls(runtime: Runtime, actor: Actor) -> Calls:
    def page(order: BoardOrder = BoardOrder.NEWEST, **filters: str) -> Callable[[], object]:
        command = SearchBoard(filters=Filters(**filters), order=order, page=PageRequest(50))  # type: ignore[arg-type]  # the filters that are texts

        def read() -> object:
            with work_for(runtime, actor) as work:
                return searching.search_board(work, actor, command)

        return read

    def counted(**filters: str) -> Callable[[], object]:
        command = SearchBoard(filters=Filters(**filters))  # type: ignore[arg-type]  # the filters that are texts

        def read() -> object:
            with work_for(runtime, actor) as work:
                return searching.count_board(work, actor, command)

        return read

    return {
        "newest first": page(),
        "by deadline": page(BoardOrder.DEADLINE),
        "by title (pinyin)": page(BoardOrder.TITLE),
        "of one country": page(country="DE"),
        "a common word, newest first": page(text="bearing"),
        "a rare word": page(text="rare7"),
        "a word of a thousandth": page(text="some7"),
        "two words and a place": page(text="bearing some10", place="place10"),
        "a misspelled word": page(text="baering"),
        "a common word, ranked (the newest 1,000)": page(BoardOrder.RELEVANCE, text="bearing"),
        "count of a common word (to 1,000)": counted(text="bearing"),
    }


def _fill(servers: Servers, database: str, rows: int) -> None:
    engine = create_engine(servers.url("owner", database), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(FILL, {"first": 1, "rows": rows, "salt": "board"})
        connection.execute(WORDS)
        connection.execute(BEARING)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE board_entry"))
        connection.execute(text("VACUUM ANALYZE board_word"))
    engine.dispose()
