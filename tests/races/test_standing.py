"""Standings worked out at the same moment: the last one written knows every quotation."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.standing import RfqStanding
from b2b_market.rfq.service import standing
from b2b_market.rfq.states import Disclosure
from tests.support.rfqs import draft_command, make_market, publish, submit
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed


def test_quotations_that_come_together_are_all_ranked(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=4)
    content = publish(runtime, market, replace(draft_command(market.suppliers), disclosure=Disclosure.RANK))

    def quote(number: int) -> None:
        submit(runtime, market.sales[number], content, [str(10 + number), "20"])
        machine = system_actor("test", market.buyer_id, market.suppliers[number])
        with work_for(runtime, machine) as work:
            standing.work_out_standings(work, machine, ReadRfq(content.rfq.id))

    at_once(4, quote)
    rows = {row.supplier_id: row for row in rows_of(runtime, market.purchaser, select(RfqStanding))}
    assert [rows[supplier].content["total"]["rank"] for supplier in market.suppliers] == [1, 2, 3, 4]
