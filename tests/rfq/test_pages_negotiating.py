"""The pages of rounds, counter-offers and talks, from both sides."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.states import RfqStatus
from b2b_market.ui.security import CSRF_HEADER
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, text_of, tree
from tests.support.negotiations import closed_request, open_round, prices_of, quote_now, talk
from tests.support.people import form_token, make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_market, publish, read


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def test_the_buyer_opens_a_round_and_the_suppliers_see_their_part(
    runtime: Runtime, market: Market, client: TestClient
) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"], ["11", "21"], ["12", "22"]))
    url = f"/rfqs/{content.rfq.id}"
    buyer = sign_in(client, market.purchaser)
    assert f"{url}/negotiate" in page(buyer, url)
    assert f"{url}/negotiate" in page(buyer, f"{url}/comparison")
    form = filled(page(buyer, f"{url}/negotiate"), "round-form")
    assert ("supplier_ids" in form, form["show_targets"]) == (False, "hidden")
    wrong = send(buyer, f"{url}/rounds", {"idempotency_key": str(uuid4()), "version": form["version"]})
    assert (wrong.status_code, set(errors(main(wrong)))) == (422, {"supplier_ids", "closes_at", "reason"})
    assert read(runtime, market.purchaser, content.rfq.id).rfq.round == 1
    until = (datetime.now(UTC) + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    chosen = {"supplier_ids": [str(market.suppliers[0]), str(market.suppliers[1])], "closes_at": until}
    form |= {**chosen, "reason": "two best offers", "note": "Sharpen your pencils.", "show_targets": "shown"}
    shown = text_of(followed(buyer, send(buyer, f"{url}/rounds", form)))
    assert "The round is open." in shown
    assert "Reason: two best offers" in shown
    assert "Does not go on" in shown
    sales = sign_in(client, market.sales[0])
    seen = text_of(page(sales, url))
    assert "Round 2: you go on" in seen
    assert "Sharpen your pencils." in seen
    assert "two best offers" not in seen
    editor = page(sales, f"{url}/quote")
    said = text_of(editor)
    assert "before: 10" in said
    assert "target: 10 CNY" in said
    sent = filled(editor, "quote-form")
    assert "version" not in sent
    price = f"line-{content.lines[0].id}-unit_price"
    worse = send(sales, f"{url}/quote", sent | {price: "10.5"})
    assert (worse.status_code, set(errors(main(worse)))) == (422, {price})
    better = send(sales, f"{url}/quote", sent | {price: "9.5", "idempotency_key": str(uuid4())})
    assert "Received. Here is your signed receipt." in followed(sales, better)
    assert "Round 1" in text_of(page(sales, url))
    revising = filled(page(sales, f"{url}/quote"), "quote-form")
    assert revising["version"] == "1"
    out = sign_in(client, market.sales[2])
    left = text_of(page(out, url))
    assert "You are not in this round" in left
    assert "Sharpen your pencils." not in left
    assert out.get(f"{url}/quote", headers=HTML).status_code == 303


def test_who_may_not_open_sees_no_form(runtime: Runtime, market: Market, client: TestClient) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"],))
    url = f"/rfqs/{content.rfq.id}/negotiate"
    evaluator = make_person(runtime, market.buyer_id, Role.BUYER_EVALUATOR)
    assert "round-form" not in page(sign_in(client, evaluator), url)
    refused = send(client, f"/rfqs/{content.rfq.id}/rounds", {"idempotency_key": str(uuid4()), "version": "1"})
    assert refused.status_code == 403
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.CLOSED
    sign_in(client, market.sales[0])
    assert client.get(url, headers=HTML).status_code == 404
    open_one = publish(runtime, market)
    assert "round-form" not in page(sign_in(client, market.purchaser), f"/rfqs/{open_one.rfq.id}/negotiate")


def test_the_last_round_is_the_last(runtime: Runtime, market: Market, client: TestClient) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"],))
    buyer = sign_in(client, market.purchaser)
    form = filled(page(buyer, f"/rfqs/{content.rfq.id}/negotiate"), "round-form")
    chosen = {"supplier_ids": str(market.suppliers[0])}
    late = chosen | {"closes_at": "2099-01-01T10:00", "reason": "one more"}
    wrong = send(buyer, f"/rfqs/{content.rfq.id}/rounds", form | late)
    assert wrong.status_code == 422
    assert "is needed on" in text_of(main(wrong))
    open_round(runtime, market, content, market.suppliers[:1])
    shown = text_of(page(buyer, f"/rfqs/{content.rfq.id}"))
    assert "Further round" in shown
    assert "2 of at most 3" in shown


def test_both_sides_bargain_on_one_page(runtime: Runtime, market: Market, client: TestClient) -> None:
    content, quotes = closed_request(runtime, market, (["10", "20"],))
    url = f"/rfqs/{content.rfq.id}/negotiate/{market.suppliers[0]}"
    buyer = sign_in(client, market.purchaser)
    assert url in page(buyer, f"/rfqs/{content.rfq.id}/negotiate")
    form = filled(page(buyer, url), "counter-form")
    price = f"counter-{content.lines[0].id}"
    wrong = send(buyer, f"{url}/counters", form | {price: "11"})
    assert (wrong.status_code, set(errors(main(wrong)))) == (422, {price})
    form["idempotency_key"] = str(uuid4())
    shown = text_of(followed(buyer, send(buyer, f"{url}/counters", form | {price: "8"})))
    assert "Your counter-offer waits for an answer" in shown
    assert "counter-form" in page(buyer, url)
    sales = sign_in(client, market.sales[0])
    assert "A counter-offer waits for your answer" in page(sales, f"/rfqs/{content.rfq.id}")
    answer = filled(page(sales, url), "counter-form")
    assert "Your counter-offer waits" in followed(sales, send(sales, f"{url}/counters", answer | {price: "9"}))
    buyer = sign_in(client, market.purchaser)
    _, waiting = talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).counters
    step = f"/counters/{waiting.counter.id}"
    stale = send(buyer, f"{step}/accept", {"version": "9"})
    assert stale.status_code == 409
    done = text_of(followed(buyer, send(buyer, f"{step}/accept", {"version": "1"})))
    assert "Accepted. The quotation has a new receipted revision." in done
    assert "revision 2" in done
    assert prices_of(quote_now(runtime, market.sales[0], quotes[0].quote.id)) == [Decimal(9), Decimal(20)]
    assert send(buyer, f"{step}/burn", {"version": "1"}).status_code == 404


def upload(client: TestClient, url: str, data: dict[str, str], file: tuple[str, bytes, str]) -> Response:
    """Post a form with a file from one of our own pages."""
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
    return client.post(url, data=data, files={"file": file}, headers=headers)


def test_both_sides_talk_with_a_file_and_unread_marks(runtime: Runtime, market: Market, client: TestClient) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"],))
    url = f"/rfqs/{content.rfq.id}/negotiate/{market.suppliers[0]}"
    sales = sign_in(client, market.sales[0])
    empty = send(sales, f"{url}/messages", {"idempotency_key": str(uuid4()), "text": "", "line_id": ""})
    assert (empty.status_code, set(errors(main(empty)))) == (422, {"text"})
    sent = {"idempotency_key": str(uuid4()), "text": "See the drawing.", "line_id": str(content.lines[1].id)}
    wrong = upload(sales, f"{url}/messages", sent, ("a.exe", b"MZ", "application/octet-stream"))
    assert (wrong.status_code, set(errors(main(wrong)))) == (422, {"file"})
    good = ("drawing.txt", b"M16\n", "text/plain")
    shown = followed(sales, upload(sales, f"{url}/messages", sent | {"idempotency_key": str(uuid4())}, good))
    assert "See the drawing." in shown
    buyer = sign_in(client, market.purchaser)
    assert "1 unread" in text_of(page(buyer, f"/rfqs/{content.rfq.id}/negotiate"))
    read_here = page(buyer, url)
    assert "Line 2 Item 2" in text_of(read_here)
    assert "drawing.txt" in read_here
    assert "unread" not in text_of(page(buyer, f"/rfqs/{content.rfq.id}/negotiate"))
    link = tree(read_here).xpath("//a[@download]/@href")[0]
    assert buyer.get(link).content == b"M16\n"
    sign_in(client, market.sales[1])
    assert client.get(url, headers=HTML).status_code == 404
    assert client.get(link).status_code == 404


def test_a_sealed_request_says_why_nothing_can_be_said(runtime: Runtime, market: Market, client: TestClient) -> None:
    content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
    url = f"/rfqs/{content.rfq.id}/negotiate/{market.suppliers[0]}"
    for person in (market.purchaser, market.sales[0]):
        shown = page(sign_in(client, person), url)
        assert "While quotations are sealed nothing can be said here" in shown
        assert "message-form" not in shown
        refused = send(client, f"{url}/messages", {"idempotency_key": str(uuid4()), "text": "seven percent less"})
        assert refused.status_code == 422
    assert talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).messages == []


def test_a_long_quotation_comes_in_parts(runtime: Runtime, market: Market, client: TestClient) -> None:
    content, _ = closed_request(runtime, market, (["10"] * 130,), lines=130)
    url = f"/rfqs/{content.rfq.id}/negotiate/{market.suppliers[0]}"
    buyer = sign_in(client, market.purchaser)
    first = page(buyer, url)
    assert (f"counter-{content.lines[99].id}" in first, f"counter-{content.lines[100].id}" in first) == (True, False)
    rest = buyer.get(f"{url}?start=100", headers={**HTML, "hx-request": "true"}).text
    assert (f"counter-{content.lines[100].id}" in rest, "<main" in rest, "hx-get" in rest) == (True, False, False)
    form = filled(first, "counter-form") | {f"counter-{line.id}": "9" for line in content.lines}
    shown = text_of(followed(buyer, send(buyer, f"{url}/counters", form)))
    assert "and 110 more" in shown
    assert len(talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).counters[0].lines) == 130
