"""Two people of a company keep a template under the same name at the same moment."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from tests.support.calling import caller_for
from tests.support.rfqs import make_draft, make_market
from tests.support.together import at_once

pytestmark = pytest.mark.committed


@pytest.mark.parametrize("round_", range(3))
def test_a_name_is_given_once(committed_runtime: Runtime, committed_client: TestClient, round_: int) -> None:
    market = make_market(committed_runtime, 1)
    source = make_draft(committed_runtime, market)
    caller = caller_for(committed_client, committed_runtime, market.purchaser)
    wanted = [{"name": name} for name in (f"Bolts {round_}", f"BOLTS {round_}") * 2]
    answers = at_once(4, lambda number: caller.post(f"/rfqs/{source.rfq.id}/template", wanted[number]))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"rfq-template-name-taken"}
    assert len(caller.get("/rfq-templates").json()["items"]) == 1
