"""The page of questions and answers, from both sides."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.service import asking
from b2b_market.rfq.service.asking import QuestionView
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import QuestionStatus
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, summary, text_of
from tests.rfq.test_asking import answer, ask
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


def url(content: RfqContent, tail: str = "/questions") -> str:
    return f"/rfqs/{content.rfq.id}{tail}"


def stored(runtime: Runtime, market: Market, content: RfqContent) -> list[QuestionView]:
    with work_for(runtime, market.purchaser) as work:
        return list(asking.list_questions(work, market.purchaser, ReadRfq(content.rfq.id)))


def test_a_supplier_asks_and_everybody_reads_the_answer(
    runtime: Runtime, market: Market, content: RfqContent, client: TestClient
) -> None:
    sales = sign_in(client, market.sales[0])
    assert "Ask a question" in page(sales, url(content, ""))
    form = filled(page(sales, url(content)), "ask-form")
    form |= {"line_id": str(content.lines[1].id), "text": "Which pitch?\nAnd which colour?"}
    keyed = form | {"idempotency_key": str(uuid4())}
    shown = followed(sales, send(sales, url(content), keyed))
    assert send(sales, url(content), keyed).status_code == 303
    assert "Asked. The buyer does not learn who you are" in shown
    assert "Your question" in shown
    assert len(stored(runtime, market, content)) == 1
    buyer = sign_in(client, market.purchaser)
    detail = page(buyer, url(content, ""))
    assert "1 question waits for an answer" in detail
    asked = page(buyer, url(content))
    (question,) = stored(runtime, market, content)
    assert "Line 2 Item 2" in text_of(asked)
    reply = filled(asked, f"answer-{question.id}") | {f"text-{question.id}": "1.25 mm, blue."}
    reply["idempotency_key"] = str(uuid4())
    done = followed(buyer, send(buyer, f"/questions/{question.id}/answers", reply))
    assert "Answered to every invited supplier." in done
    assert "Another answer to all" in done
    rival = sign_in(client, market.sales[1])
    for path in ("", "/questions"):
        said = page(rival, url(content, path))
        assert "1.25 mm, blue." in said
        assert "Your question" not in said


def test_what_is_wrong_stands_at_its_field(
    runtime: Runtime, market: Market, content: RfqContent, client: TestClient
) -> None:
    sales = sign_in(client, market.sales[0])
    for text, field in (("", "text"), ("ab", "text")):
        answered = send(sales, url(content), {"idempotency_key": str(uuid4()), "text": text, "line_id": ""})
        assert (answered.status_code, set(errors(main(answered)))) == (422, {field})
    named = send(sales, url(content), {"idempotency_key": str(uuid4()), "text": "Supplier 1 asks why", "line_id": ""})
    assert summary(main(named)) == ["Every invited supplier reads it with the answer. Take Supplier 1 out of the text."]
    assert "Supplier 1 asks why" in main(named)
    assert stored(runtime, market, content) == []
    question = ask(runtime, market.sales[0], content.rfq.id)
    buyer = sign_in(client, market.purchaser)
    blank = {"idempotency_key": str(uuid4()), "version": "1"}
    wrong = send(buyer, f"/questions/{question.id}/answers", blank | {f"text-{question.id}": "no"})
    assert set(errors(main(wrong))) == {f"text-{question.id}"}
    unsaid = send(
        buyer,
        f"/questions/{question.id}/decline",
        blank | {"idempotency_key": str(uuid4()), f"reason-{question.id}": ""},
    )
    assert set(errors(main(unsaid))) == {f"reason-{question.id}"}
    assert stored(runtime, market, content)[0].status is QuestionStatus.OPEN


def test_a_question_is_declined_to_its_asker_alone(
    runtime: Runtime, market: Market, content: RfqContent, client: TestClient
) -> None:
    question = ask(runtime, market.sales[0], content.rfq.id)
    buyer = sign_in(client, market.purchaser)
    reason = {"idempotency_key": str(uuid4()), "version": "1", f"reason-{question.id}": "It is in the drawing."}
    assert "Declined." in followed(buyer, send(buyer, f"/questions/{question.id}/decline", reason))
    assert "It is in the drawing." in page(sign_in(client, market.sales[0]), url(content))
    assert "It is in the drawing." not in page(sign_in(client, market.sales[1]), url(content))


def test_who_may_not_reply_sees_no_form(
    runtime: Runtime, market: Market, content: RfqContent, client: TestClient
) -> None:
    question = ask(runtime, market.sales[0], content.rfq.id)
    answer(runtime, market.purchaser, question)
    evaluator = make_person(runtime, market.buyer_id, Role.BUYER_EVALUATOR)
    for person in (evaluator, market.sales[1]):
        client_of = sign_in(client, person)
        assert f"answer-{question.id}" not in page(client_of, url(content))
        refused = send(
            client_of, f"/questions/{question.id}/answers", {"idempotency_key": str(uuid4()), "version": "2"}
        )
        assert refused.status_code == 403
    sign_in(client, make_market(runtime).purchaser)
    assert client.get(url(content), headers=HTML).status_code == 404


def test_the_buyer_sets_until_when_suppliers_may_ask(runtime: Runtime, market: Market, client: TestClient) -> None:
    buyer, draft = sign_in(client, market.purchaser), make_draft(runtime, market)
    form = filled(page(buyer, f"/rfqs/{draft.rfq.id}/edit"), "rfq-form")
    assert form["enquiry_ends_at"] == ""
    wrong = send(buyer, f"/rfqs/{draft.rfq.id}/edit", form | {"enquiry_ends_at": "2099-01-01T10:00"})
    assert set(errors(main(wrong))) == {"enquiry_ends_at"}
    sooner = (datetime.fromisoformat(form["closes_at"]) - timedelta(hours=1)).isoformat(timespec="minutes")
    assert send(buyer, f"/rfqs/{draft.rfq.id}/edit", form | {"enquiry_ends_at": sooner}).status_code == 303
    assert filled(page(buyer, f"/rfqs/{draft.rfq.id}/edit"), "rfq-form")["enquiry_ends_at"] == sooner
