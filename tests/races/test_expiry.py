"""The clock marks a quotation that ran out while its supplier extends it: it stands in the end, whoever came first."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.quotes import Quote, QuoteRevision
from b2b_market.rfq.states import QuoteStatus
from b2b_market.rfq.tasks import expire_quotes
from tests.support.calling import caller_for
from tests.support.rfqs import make_market, publish, submit
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed


@pytest.mark.parametrize("round_", range(4))
def test_an_extension_and_the_clock(committed_runtime: Runtime, committed_client: TestClient, round_: int) -> None:
    market = make_market(committed_runtime, suppliers=1)
    content = publish(committed_runtime, market)
    quote = submit(committed_runtime, market.sales[0], content, ["9", "9"]).quote
    today = datetime.now(UTC).date()
    with work_for(committed_runtime, market.sales[0]) as work:
        move = text("UPDATE rfq_quote SET valid_until = :day WHERE id = :id")
        work.session.execute(move, {"day": today - timedelta(days=3), "id": quote.id})
    supplier = caller_for(committed_client, committed_runtime, market.sales[0])
    body = {"valid_until": (today + timedelta(days=30)).isoformat()}

    def extend(version: int) -> tuple[int, str]:
        answer = supplier.post(f"/quotes/{quote.id}/extend", body, version=version)
        return answer.status_code, answer.json().get("code", "")

    def tick() -> tuple[int, str]:
        return expire_quotes(committed_runtime), ""

    acts = (lambda: extend(quote.version), tick)
    first = at_once(2, lambda n: acts[(n + round_) % 2]())
    assert set(first) <= {(200, ""), (412, "stale-version"), (0, ""), (1, "")}
    if (412, "stale-version") in first:  # the clock was first; the supplier looks again and extends
        assert extend(quote.version + 1) == (200, "")
    assert expire_quotes(committed_runtime) == 0
    machine = system_actor("test", *market.suppliers)
    (stored,) = rows_of(committed_runtime, machine, select(Quote).where(Quote.id == quote.id))
    receipts = rows_of(committed_runtime, machine, select(QuoteRevision).where(QuoteRevision.quote_id == quote.id))
    assert (stored.status, stored.revision, len(receipts)) == (QuoteStatus.SUBMITTED, 2, 2)
