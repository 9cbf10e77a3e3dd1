"""A company leaves talks in the moment in which another one is dropped."""

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Refusal
from tests.support import reducing
from tests.support import tenders as made
from tests.support.together import at_once


@pytest.mark.committed
def test_whoever_comes_first_the_buyer_never_drops_below_what_was_announced(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, 3)
        tender_id = reducing.dialogue(runtime, hall, reducing.procedure(runtime, hall, 2))
        proposed = reducing.propose(runtime, hall, tender_id, ("90", "80", "40"), 2)

        def act(number: int) -> str:
            try:
                if number:
                    reducing.confirm(runtime, hall, proposed)
                else:
                    reducing.leave(runtime, hall, tender_id, 0)
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

        left, dropped = at_once(2, act)
        assert left == "done"
        assert dropped in ("done", "TooFewLeft")
        gone = {one.supplier_id for one in reducing.departures(runtime, hall.evaluator, tender_id)}
        assert gone == ({hall.suppliers[0], hall.suppliers[2]} if dropped == "done" else {hall.suppliers[0]})
        admitted = made.read(runtime, hall.purchaser, tender_id).tender.admitted_ids or ()
        assert set(admitted) == set(hall.suppliers) - gone
