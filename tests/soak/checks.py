"""The last word on a long run: what was acknowledged is stored, everything has one effect, and the trail is sound."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from b2b_market.contracts.models import Contract
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.outbox import InboxRow, OutboxRow
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote, QuoteRevision
from b2b_market.rfq.models.requests import Rfq
from tests.soak.business import Ledger
from tests.support.house import House
from tests.support.inspection import require_sound_trail
from tests.support.rfqs import Market
from tests.support.rows import rows_of
from tests.support.stories import expected_inbox

ACTIONS = (
    "rfq.drafted",
    "rfq.published",
    "rfq.closed",
    "rfq.cancelled",
    "rfq.awarded",
    "rfq.unsuccessful",
    "quote.submitted",
    "quote.withdrawn",
)


def require_everything_once(house: House, markets: list[Market], ledger: Ledger) -> None:
    """Assert what a long run promises; call it once nothing runs any more."""
    companies = [company for market in markets for company in (market.buyer_id, *market.suppliers)]
    rows = Rows(house, system_actor("test", *companies))
    entries = Counter((row.action, str(row.object_id)) for row in rows(AuditEvent) if row.outcome == "done")
    for action in ACTIONS:
        stored = Counter({thing: times for (one, thing), times in entries.items() if one == action})
        assert stored == ledger.of(action), action
    require_rows(rows, ledger)
    require_deliveries(rows, markets, ledger)
    require_sound_trail(house)


class Rows:
    """Reads all rows of a table."""

    def __init__(self, house: House, machine: Actor) -> None:
        self.house = house
        self.machine = machine

    def __call__(self, model: Any) -> list[Any]:
        return rows_of(self.house.runtime, self.machine, select(model))


def require_rows(rows: Rows, ledger: Ledger) -> None:
    """Assert that exactly the acknowledged requests, quotations, receipts and awards are stored."""
    assert {str(row.id) for row in rows(Rfq)} == set(ledger.of("rfq.drafted"))
    assert {str(row.id) for row in rows(Quote)} == set(ledger.of("quote.submitted"))
    assert Counter(str(row.quote_id) for row in rows(QuoteRevision)) == ledger.of("quote.submitted")
    assert {str(row.id) for row in rows(Award)} == set(ledger.of("rfq.awarded"))


def require_deliveries(rows: Rows, markets: list[Market], ledger: Ledger) -> None:
    """Assert that every event reached each handler once, and what must have come of it."""
    events = rows(OutboxRow)
    assert [row.id for row in events if row.done_at is None or row.dead_at is not None] == []
    assert Counter(row.handler for row in rows(InboxRow)) == expected_inbox(events)
    won = {(line.award_id, line.supplier_id) for line in rows(AwardLine)}
    assert Counter((row.award_id, row.supplier_id) for row in rows(Contract)) == Counter(won)
    told = Counter(row.kind for row in rows(Notification))
    assert told["rfq.invited"] == ledger.of("rfq.published").total() * len(markets[0].suppliers)
