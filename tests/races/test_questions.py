"""Questions against an early close at the same moment: none is asked of a request that was closed over its head."""

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands.requests import AskQuestion, ReadRfq
from b2b_market.rfq.rules.asking import EnquiryEnded, QuestionsOpen
from b2b_market.rfq.service import asking
from b2b_market.rfq.states import RfqStatus
from tests.support.rfqs import close, draft_command, make_market, publish, read
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed
SUPPLIERS = 8


def test_a_question_is_in_before_the_close_or_refused_after_it(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=SUPPLIERS)
    content = publish(runtime, market, draft_command(market.suppliers, 1))

    def act(number: int) -> str:
        try:
            if number == SUPPLIERS // 2:
                close(runtime, market, content.rfq.id)
            else:
                sales = market.sales[number if number < SUPPLIERS // 2 else number - 1]
                with work_for(runtime, sales) as work:
                    asking.ask_question(work, sales, AskQuestion(rfq_id=content.rfq.id, text="Which pitch?"))
        except Refusal as refusal:
            return refusal.code
        return "done"

    came = at_once(SUPPLIERS + 1, act)
    closed = came.pop(SUPPLIERS // 2)
    with work_for(runtime, market.purchaser) as work:
        found = asking.list_questions(work, market.purchaser, ReadRfq(content.rfq.id))
    assert len(found) == came.count("done")
    status = read(runtime, market.purchaser, content.rfq.id).rfq.status
    if closed == "done":
        assert (status, set(came)) == (RfqStatus.CLOSED, {EnquiryEnded.code})
    else:
        assert (closed, status, "done" in came) == (QuestionsOpen.code, RfqStatus.PUBLISHED, True)
        assert set(came) == {"done"}
