"""Document numbers under sixteen threads: no two alike and no gap, whatever is rolled back."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.numbering import next_number
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import drafting
from tests.support.calling import caller_for, quote_body
from tests.support.people import make_company, make_person
from tests.support.rfqs import draft_command, make_market, publish
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed
THREADS, EACH = 16, 4


def test_sixteen_threads_never_get_the_same_number(committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=1)

    def draft(_thread: int) -> list[str]:
        numbers = []
        for _ in range(EACH):
            with work_for(committed_runtime, market.purchaser) as work:
                command = draft_command(market.suppliers, 1)
                numbers.append(drafting.draft_rfq(work, market.purchaser, command).rfq.number)
        return numbers

    told = [number for numbers in at_once(THREADS, draft) for number in numbers]
    stored = [rfq.number for rfq in rows_of(committed_runtime, system_actor("test", market.buyer_id), select(Rfq))]
    year = told[0].split("-")[1]
    expected = [f"RFQ-{year}-{number + 1:06d}" for number in range(THREADS * EACH)]
    assert sorted(told) == sorted(stored) == expected


def test_a_rolled_back_number_is_given_again(committed_runtime: Runtime) -> None:
    org_id = make_company(committed_runtime)
    person = make_person(committed_runtime, org_id, Role.BUYER_PURCHASER)

    class NotNowError(Exception):
        pass

    def number(thread: int) -> str | None:
        found = None
        try:
            with work_for(committed_runtime, person) as work:
                found = next_number(work.session, org_id, "TEST", 2026)
                if thread % 3 == 0:
                    raise NotNowError
        except NotNowError:
            return None
        return found

    kept = sorted(found for found in at_once(THREADS, number) if found is not None)
    assert kept == [f"TEST-2026-{count + 1:06d}" for count in range(len(kept))]
    assert len(kept) == THREADS - len(range(0, THREADS, 3))


def test_two_sales_people_who_quote_at_once_make_one_quotation(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    content = publish(committed_runtime, market)
    second = make_person(committed_runtime, market.suppliers[0], Role.SUPPLIER_SALES)
    people = [caller_for(committed_client, committed_runtime, who) for who in (market.sales[0], second)]
    path = f"/rfqs/{content.rfq.id}/quotes"

    answers = at_once(2, lambda n: people[n].post(path, quote_body(content, price=f"{n + 1}.50")))
    told = sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)
    # the one that comes second finds the first one's quotation (and names no version of it) or runs into it
    assert told in ([(201, ""), (409, "contention")], [(201, ""), (428, "version-required")])
    winner = next(answer for answer in answers if answer.status_code == 201)
    seen = people[0].get(f"/quotes/{winner.json()['id']}").json()
    assert [line["unit_price"] for line in seen["lines"]] == [line["unit_price"] for line in winner.json()["lines"]]
    assert len(people[0].get(path).json()["items"]) == 1
