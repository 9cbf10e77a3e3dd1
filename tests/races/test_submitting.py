"""Decisions on an amendment at the same moment: one of them counts, and a close is wholly before or after it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands.amending import DecideAmendment, ReadAmendment
from b2b_market.rfq.service import submitting
from b2b_market.rfq.states import AmendmentStatus, RfqStatus
from tests.support.amendments import amendment
from tests.support.rfqs import close, draft_command, make_market, publish, read
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed


def test_of_approving_withdrawing_and_closing_at_once_the_outcome_is_one(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content = publish(runtime, market, draft_command(market.suppliers))
    with work_for(runtime, market.purchaser) as work:
        command = amendment(content, lambda draft: replace(draft, title="Renamed"))
        one = submitting.submit_amendment(work, market.purchaser, command).amendment

    def decide(step: int) -> str:
        actor = market.approver if step == 0 else market.purchaser
        acts: list[Callable[[], object]] = [
            lambda: submitting.approve_amendment(work, actor, DecideAmendment(one.id, one.version)),
            lambda: submitting.withdraw_amendment(work, actor, DecideAmendment(one.id, one.version)),
        ]
        try:
            if step > 1:
                close(runtime, market, content.rfq.id)
                return "done"
            with work_for(runtime, actor) as work:
                acts[step]()
        except Refusal as refusal:
            return refusal.code
        return "done"

    came = at_once(3, decide)
    with work_for(runtime, market.approver) as work:
        found = submitting.read_amendment(work, market.approver, ReadAmendment(one.id))
    expected = {AmendmentStatus.APPROVED: 0, AmendmentStatus.WITHDRAWN: 1, AmendmentStatus.LAPSED: 2}
    winner = expected[found.amendment.status]
    assert came[winner] == "done"
    assert [came[step] == "done" for step in (0, 1)].count(True) == (0 if winner == 2 else 1)
    now = read(runtime, market.purchaser, content.rfq.id).rfq
    assert (now.waiting_amendment_id, now.edition) == (None, 2 if winner == 0 else 1)
    assert now.status in (RfqStatus.PUBLISHED, RfqStatus.CLOSED)
