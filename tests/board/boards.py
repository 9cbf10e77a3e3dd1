"""Public requests on a board, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from b2b_market.board.commands import BoardOrder, Filters, SearchBoard
from b2b_market.board.service import searching
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import PageRequest
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import Visibility
from tests.support.delivery import drain_outbox
from tests.support.rfqs import Market, need, publish
from tests.support.works import work_for


def wanted(
    title: str, items: Sequence[str] = ("Item",), *, place: str = "Shanghai", currency: str = "CNY", hours: float = 48
) -> DraftRfq:
    """Return the command for a public request of these items."""
    return DraftRfq(
        title=title,
        currency=Currency(currency),
        closes_at=datetime.now(UTC) + timedelta(hours=hours),
        visibility=Visibility.PUBLIC,
        lines=tuple(
            replace(need(), item_name=item, item_code="", specification="", delivery_place=place) for item in items
        ),
    )


def put_up(runtime: Runtime, market: Market, *commands: DraftRfq) -> list[RfqContent]:
    """Publish requests and let the board hear of them."""
    found = [publish(runtime, market, command) for command in commands]
    drain_outbox(runtime)
    return found


def titles(
    runtime: Runtime,
    reader: Actor,
    text: str = "",
    *,
    order: BoardOrder = BoardOrder.NEWEST,
    limit: int = 50,
    **filters: object,
) -> list[str]:
    """Return the titles that a search finds, in order, page by page."""
    found: list[str] = []
    page = PageRequest(limit)
    while True:
        with work_for(runtime, reader) as work:
            command = SearchBoard(filters=Filters(text=text, **filters), order=order, page=page)  # type: ignore[arg-type]  # fields of Filters
            answer = searching.search_board(work, reader, command)
        found += [entry.title for entry in answer.page.items]
        if answer.page.next_after is None:
            return found
        page = PageRequest(limit, answer.page.next_after)


def entry_ids(runtime: Runtime, reader: Actor) -> set[UUID]:
    """Return what stands on the board."""
    with work_for(runtime, reader) as work:
        return {entry.subject_id for entry in searching.search_board(work, reader, SearchBoard()).page.items}
