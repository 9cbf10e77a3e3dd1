"""Two people decide at the same moment: one wins, the others are told so clearly, and nothing is given twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, text

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, Scope, system_actor
from b2b_market.rfq.commands.requests import StepRfq
from b2b_market.rfq.models.letters import Letter
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries.requests import lock_own_rfq
from b2b_market.rfq.service import publishing
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AwardStatus, QuoteStatus, RfqStatus
from tests.support.calling import award_body, caller_for
from tests.support.people import make_person
from tests.support.rfqs import Market, close, make_draft, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.together import at_once, one_waits, patient
from tests.support.works import work_for

pytestmark = pytest.mark.committed


@dataclass(frozen=True)
class Closed:
    """A closed request with one quotation per supplier."""

    market: Market
    content: RfqContent
    quotes: tuple[Quote, ...]

    @property
    def path(self) -> str:
        return f"/rfqs/{self.content.rfq.id}"

    @property
    def machine(self) -> Actor:
        return system_actor("test", self.market.buyer_id, *self.market.suppliers)


def closed_request(runtime: Runtime, limit: str | None, price: str = "9") -> Closed:
    market = make_market(runtime, suppliers=2, limit=limit)
    content = publish(runtime, market)
    quotes = tuple(submit(runtime, sales, content, [price, price]).quote for sales in market.sales)
    close(runtime, market, content.rfq.id)
    return Closed(market, read(runtime, market.purchaser, content.rfq.id), quotes)


def test_two_scenarios_proposed_at_once_make_one_award(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    given = closed_request(committed_runtime, None)
    other = make_person(committed_runtime, given.market.buyer_id, Role.BUYER_PURCHASER)
    people = [caller_for(committed_client, committed_runtime, who) for who in (given.market.purchaser, other)]
    saved = [
        people[n].post(
            f"{given.path}/scenarios",
            {"name": f"All to {n}", "kind": "single", "supplier_id": str(given.market.suppliers[n])},
        )
        for n in (0, 1)
    ]
    assert [answer.status_code for answer in saved] == [201, 201]
    version = read(committed_runtime, given.market.purchaser, given.content.rfq.id).rfq.version

    answers = at_once(
        2, lambda n: people[n].post(f"/award-scenarios/{saved[n].json()['id']}/propose", {}, version=version)
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([201, 409], [201, 412])
    (award,) = rows_of(committed_runtime, given.machine, select(Award))
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 201)
    assert bytes(award.snapshot_hash).hex() == saved[winner].json()["snapshot_hash"]
    assert {line.supplier_id for line in rows_of(committed_runtime, given.machine, select(AwardLine))} == {
        given.market.suppliers[winner]
    }


def test_a_scenario_takes_the_gate_before_the_row_as_every_other_step_does(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    given = closed_request(committed_runtime, None)
    buyer = caller_for(committed_client, committed_runtime, given.market.purchaser)
    saved = buyer.post(f"{given.path}/scenarios", {"name": "Best", "kind": "best"}).json()
    version = read(committed_runtime, given.market.purchaser, given.content.rfq.id).rfq.version

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, given.market.purchaser) as work:
            work.gate(given.content.rfq.id, exclusive=True)
            proposed = pool.submit(buyer.post, f"/award-scenarios/{saved['id']}/propose", {}, version=version)
            assert one_waits(work.session, proposed.done)
            work.session.execute(text("SET LOCAL lock_timeout = '5s'"))
            lock_own_rfq(work.session, Scope(given.market.purchaser, RfqPermission.AWARD), given.content.rfq.id)
        assert proposed.result(60).status_code == 201


def outcomes(answers: list[Response]) -> list[tuple[int, str]]:
    return sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)


def test_two_awards_at_once_give_each_line_once(committed_client: TestClient, committed_runtime: Runtime) -> None:
    given = closed_request(committed_runtime, None)
    other = make_person(committed_runtime, given.market.buyer_id, Role.BUYER_PURCHASER)
    people = [caller_for(committed_client, committed_runtime, who) for who in (given.market.purchaser, other)]
    version = given.content.rfq.version

    answers = at_once(
        2,
        lambda n: people[n].post(
            f"{given.path}/awards", award_body(given.content, given.quotes[n].id), version=version
        ),
    )
    assert outcomes(answers) == [(201, ""), (412, "stale-version")]
    (award,) = rows_of(committed_runtime, given.machine, select(Award))
    lines = rows_of(committed_runtime, given.machine, select(AwardLine))
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 201)
    assert {line.quote_id for line in lines} == {given.quotes[winner].id}
    assert sorted(line.line_id for line in lines) == sorted(line.id for line in given.content.lines)
    statuses = {quote.id: quote.status for quote in rows_of(committed_runtime, given.machine, select(Quote))}
    assert statuses == {
        given.quotes[winner].id: QuoteStatus.AWARDED,
        given.quotes[1 - winner].id: QuoteStatus.LOST,
    }
    told = rows_of(committed_runtime, given.machine, select(OutboxRow).where(OutboxRow.topic == "rfq.awarded.v1"))
    assert [row.aggregate_id for row in told] == [award.id]


def proposed(committed_client: TestClient, runtime: Runtime) -> tuple[Closed, str, int]:
    """Return a closed request with an award that waits for an approver, its path and version."""
    # enough to publish (the targets come to 2000), too little to award the quotations of 2200
    given = closed_request(runtime, "2000", price="11")
    purchaser = caller_for(committed_client, runtime, given.market.purchaser)
    answer = purchaser.post(
        f"{given.path}/awards", award_body(given.content, given.quotes[0].id), version=given.content.rfq.version
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "pending_approval"
    return given, f"/awards/{answer.json()['id']}", answer.json()["version"]


def test_two_approvers_at_once_approve_once(committed_client: TestClient, committed_runtime: Runtime) -> None:
    given, path, version = proposed(committed_client, committed_runtime)
    second = make_person(committed_runtime, given.market.buyer_id, Role.BUYER_APPROVER)
    people = [caller_for(committed_client, committed_runtime, who) for who in (given.market.approver, second)]

    answers = at_once(2, lambda n: people[n].post(f"{path}/approve", version=version))
    assert outcomes(answers) == [(200, ""), (412, "stale-version")]
    (award,) = rows_of(committed_runtime, given.machine, select(Award))
    assert award.status is AwardStatus.APPROVED
    granted = rows_of(committed_runtime, given.machine, select(AuditEvent).where(AuditEvent.action == "rfq.awarded"))
    assert len(granted) == 1
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert granted[0].actor_user_id == award.decider_id == (given.market.approver, second)[winner].user_id


def test_an_approval_and_a_return_at_once_leave_one_decision(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    given, path, version = proposed(committed_client, committed_runtime)
    second = make_person(committed_runtime, given.market.buyer_id, Role.BUYER_APPROVER)
    one = caller_for(committed_client, committed_runtime, given.market.approver)
    two = caller_for(committed_client, committed_runtime, second)

    answers = at_once(
        2,
        lambda n: (
            one.post(f"{path}/approve", version=version)
            if n
            else two.post(f"{path}/return", {"reason": "too dear"}, version=version)
        ),
    )
    assert outcomes(answers) == [(200, ""), (412, "stale-version")]
    (award,) = rows_of(committed_runtime, given.machine, select(Award))
    (rfq,) = rows_of(committed_runtime, given.machine, select(Rfq))
    released = {line.released for line in rows_of(committed_runtime, given.machine, select(AwardLine))}
    if answers[1].status_code == 200:
        assert (award.status, rfq.status, released) == (AwardStatus.APPROVED, RfqStatus.AWARDED, {True})
    else:
        assert (award.status, rfq.status, released) == (AwardStatus.RETURNED, RfqStatus.EVALUATING, {False})


def test_a_cancellation_and_an_award_at_once_leave_one_of_them(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    given = closed_request(committed_runtime, None)
    purchaser = caller_for(committed_client, committed_runtime, given.market.purchaser)
    approver = caller_for(committed_client, committed_runtime, given.market.approver)
    version = given.content.rfq.version

    answers = at_once(
        2,
        lambda n: (
            approver.post(f"{given.path}/cancel", {"reason": "not needed"}, version=version)
            if n
            else purchaser.post(f"{given.path}/awards", award_body(given.content, given.quotes[0].id), version=version)
        ),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 412], [201, 412])
    (rfq,) = rows_of(committed_runtime, given.machine, select(Rfq))
    awards = rows_of(committed_runtime, given.machine, select(func.count()).select_from(Award))
    assert (rfq.status, awards) == (
        (RfqStatus.CANCELLED, [0]) if answers[1].status_code == 200 else (RfqStatus.AWARDED, [1])
    )


def test_two_approvals_of_one_request_publish_it_once(committed_client: TestClient, committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=2, limit="1")
    second = make_person(committed_runtime, market.buyer_id, Role.BUYER_APPROVER)
    content = make_draft(committed_runtime, market)
    with work_for(committed_runtime, market.purchaser) as work:
        publishing.submit_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.rfq.version))
    version = read(committed_runtime, market.purchaser, content.rfq.id).rfq.version
    people = [caller_for(committed_client, committed_runtime, who) for who in (market.approver, second)]

    answers = at_once(2, lambda n: people[n].post(f"/rfqs/{content.rfq.id}/approve", version=version))
    assert outcomes(answers) == [(200, ""), (412, "stale-version")]
    machine = system_actor("test", market.buyer_id)
    told = rows_of(committed_runtime, machine, select(OutboxRow).where(OutboxRow.topic == "rfq.published.v1"))
    assert len(told) == 1


def test_two_people_at_once_issue_the_letters_once(committed_client: TestClient, committed_runtime: Runtime) -> None:
    given = closed_request(committed_runtime, None)
    people = [
        caller_for(committed_client, committed_runtime, who) for who in (given.market.purchaser, given.market.approver)
    ]
    body = award_body(given.content, given.quotes[0].id)
    award = people[0].post(f"{given.path}/awards", body, version=given.content.rfq.version).json()

    def issue(n: int) -> Response:
        reason = {"supplier_id": str(given.market.suppliers[1]), "code": "price", "text": f"Person {n} says so."}
        return people[n].post(f"/awards/{award['id']}/letters", {"reasons": [reason]}, version=award["version"])

    answers = at_once(2, issue)
    assert outcomes(answers) == [(201, ""), (409, "letters-issued")]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 201)
    found = rows_of(committed_runtime, given.machine, select(Letter))
    assert sorted(letter.supplier_id for letter in found) == sorted(given.market.suppliers)
    assert {letter.content["reason"] for letter in found} == {"", f"Person {winner} says so."}
    topic = select(OutboxRow).where(OutboxRow.topic == "rfq.letters_issued.v1")
    told = rows_of(committed_runtime, given.machine, topic)
    assert sorted(row.aggregate_id for row in told) == sorted(letter.id for letter in found)


def test_two_callers_at_once_cancel_once_and_call_one_standby(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    given = closed_request(committed_runtime, None)
    other = make_person(committed_runtime, given.market.buyer_id, Role.BUYER_PURCHASER)
    people = [caller_for(committed_client, committed_runtime, who) for who in (given.market.purchaser, other)]
    body = award_body(given.content, given.quotes[0].id)
    made = people[0].post(f"{given.path}/awards", body, version=given.content.rfq.version).json()
    body = {
        "supplier_id": str(given.quotes[0].supplier_id),
        "code": "declined",
        "reason": "no steel",
        **award_body(given.content, given.quotes[1].id),
    }
    path, version = f"/awards/{made['id']}/cancellations", made["version"]

    answers = at_once(2, lambda n: people[n].post(path, body, version=version))
    assert outcomes(answers) == [(201, ""), (412, "stale-version")]
    lines = rows_of(committed_runtime, given.machine, select(AwardLine))
    standing = [line for line in lines if line.cancelled_at is None]
    assert {line.quote_id for line in standing} == {given.quotes[1].id}
    assert sorted(line.line_id for line in standing) == sorted(line.id for line in given.content.lines)
    statuses = {quote.id: quote.status for quote in rows_of(committed_runtime, given.machine, select(Quote))}
    assert statuses == {given.quotes[0].id: QuoteStatus.DROPPED, given.quotes[1].id: QuoteStatus.AWARDED}
