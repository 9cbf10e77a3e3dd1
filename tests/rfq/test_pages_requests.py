"""The buyer's list and the page of a request, for either side."""

import re
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import InvitationStatus, RfqStatus
from tests.rfq.forms import HTML, followed, main, page, send, summary, text_of
from tests.support.figures import shows
from tests.support.people import make_company, make_person, sign_in, sign_out
from tests.support.rfqs import (
    Market,
    close,
    draft_command,
    make_draft,
    make_market,
    publish,
    read,
    submit,
)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def step(client: TestClient, rfq_id: UUID, name: str, version: int, reason: str = "") -> object:
    return send(client, f"/rfqs/{rfq_id}/steps/{name}", {"version": version, f"reason_{name}": reason})


class TestList:
    def test_it_shows_state_quotations_and_the_estimate(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, estimate="1234.5"))
        submit(runtime, market.sales[0], content, ["9", "8"])
        shown = text_of(page(sign_in(client, market.purchaser), "/rfqs"))
        for expected in (content.rfq.number, "Spare parts", "2 lines", "Quoting", "Open", "1/3", "CNY 1,234.50"):
            assert expected in shown.replace("\u00a0", " ")

    def test_it_speaks_the_readers_language(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        make_draft(runtime, market)
        chinese = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        shown = text_of(page(sign_in(client, chinese), "/rfqs"))
        for expected in ("询价单", "导入清单", "新建询价", "草稿", "2 行"):
            assert expected in shown
        assert "Requests for quotation" not in shown

    def test_filters_narrow_it_and_stay_in_their_fields(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        draft, published = make_draft(runtime, market), publish(runtime, market)
        sign_in(client, market.purchaser)
        drafts = page(client, "/rfqs?status=draft&q=spare&order=deadline")
        assert draft.rfq.number in drafts
        assert published.rfq.number not in drafts
        assert '<option value="draft" selected>' in drafts
        assert 'value="spare"' in drafts
        assert '<option value="deadline" selected>' in drafts
        assert published.rfq.number in page(client, f"/rfqs?q={published.rfq.number[-3:]}")
        assert "No request matches" in page(client, "/rfqs?q=turbine")
        assert draft.rfq.number in page(client, "/rfqs?status=nonsense&order=nonsense")

    def test_it_goes_on_after_a_page(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        made = [make_draft(runtime, market, draft_command((), 1)).rfq.number for _ in range(51)]
        first = page(sign_in(client, market.purchaser), "/rfqs?order=newest")
        assert made[-1] in first
        assert made[0] not in first
        (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
        second = page(client, link.replace("&amp;", "&"))
        assert made[0] in second
        assert made[-1] not in second
        assert 'rel="prev"' in second

    def test_an_empty_one_says_how_to_begin(self, market: Market, client: TestClient) -> None:
        assert "Import a list of what you need" in page(sign_in(client, market.purchaser), "/rfqs")

    def test_other_companies_see_nothing_of_it(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = make_draft(runtime, market)
        stranger = make_market(runtime).purchaser
        assert f"/rfqs/{content.rfq.id}" not in page(sign_in(client, stranger), "/rfqs")
        page(client, f"/rfqs/{content.rfq.id}", 404)

    def test_strangers_are_led_to_sign_in(self, client: TestClient) -> None:
        answer = sign_out(client).get("/rfqs", headers=HTML)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


class TestOneRequest:
    def test_its_buyer_sees_hidden_figures_and_suppliers(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, estimate="4321"))
        shown = text_of(page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}")).replace("\u00a0", " ")
        for expected in ("Item 1", "MRO-00001 · GB/T 5782", "100 piece", "CNY 10.00", "CNY 4,321.00", "Supplier 2"):
            assert expected in shown
        assert "Pia Purchaser" in shown
        assert "published it" in shown

    def test_long_ones_come_in_chunks(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 230))
        sign_in(client, market.purchaser)
        first = page(client, f"/rfqs/{content.rfq.id}")
        assert "Item 100<" in first
        assert "Item 101<" not in first
        assert "130 more lines" in first
        answer = client.get(f"/rfqs/{content.rfq.id}?start=200", headers={**HTML, "hx-request": "true"})
        assert answer.text.lstrip().startswith("<tr>")
        assert "Item 230<" in answer.text
        assert "more line" not in answer.text

    @pytest.mark.parametrize(
        ("role", "buttons"), [(Role.BUYER_EVALUATOR, []), (Role.BUYER_PURCHASER, ["Edit", "Publish"])]
    )
    def test_buttons_follow_permission(
        self, runtime: Runtime, market: Market, client: TestClient, role: Role, buttons: list[str]
    ) -> None:
        content = make_draft(runtime, market)
        shown = page(sign_in(client, make_person(runtime, market.buyer_id, role)), f"/rfqs/{content.rfq.id}")
        for text in ("Edit", "Publish"):
            assert (f"<span>{text}</span>" in shown) == (text in buttons)

    def test_an_unknown_step_is_not_found(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = make_draft(runtime, market)
        sign_in(client, market.purchaser)
        assert send(client, f"/rfqs/{content.rfq.id}/steps/explode", {"version": 1}).status_code == 404


class TestSteps:
    def submitted(self, runtime: Runtime, market: Market, client: TestClient) -> RfqContent:
        content = make_draft(runtime, market)
        sign_in(client, market.purchaser)
        answer = send(client, f"/rfqs/{content.rfq.id}/steps/submit", {"version": content.rfq.version})
        assert "Sent to the approvers." in followed(client, answer)
        return read(runtime, market.purchaser, content.rfq.id)

    def test_another_person_approves(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = self.submitted(runtime, market, client)
        shown = page(sign_in(client, market.approver), f"/rfqs/{content.rfq.id}")
        assert "Approve and publish" in shown
        answer = send(client, f"/rfqs/{content.rfq.id}/steps/approve", {"version": content.rfq.version})
        assert "Approved and published." in followed(client, answer)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.PUBLISHED

    def test_its_author_does_not(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        both = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, Role.BUYER_APPROVER)
        own = Market(market.buyer_id, both, market.approver, market.suppliers, market.sales)
        content = self.submitted(runtime, own, client)
        shown = page(client, f"/rfqs/{content.rfq.id}")
        assert "another approver must approve it" in shown
        assert "Approve and publish" not in shown
        answer = send(client, f"/rfqs/{content.rfq.id}/steps/approve", {"version": content.rfq.version})
        assert answer.status_code == 409
        assert len(summary(main(answer))) == 1
        assert read(runtime, both, content.rfq.id).rfq.status is RfqStatus.PENDING_APPROVAL

    def test_an_approver_returns_it_with_a_reason(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = self.submitted(runtime, market, client)
        sign_in(client, market.approver)
        url = f"/rfqs/{content.rfq.id}/steps/return"
        refused = send(client, url, {"version": content.rfq.version, "reason_return": "no"})
        assert refused.status_code == 409
        assert summary(main(refused)) == ["Give a reason of at least 4 characters; the people concerned will read it."]
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.PENDING_APPROVAL
        answer = send(client, url, {"version": content.rfq.version, "reason_return": "Add two more suppliers."})
        assert "Add two more suppliers." in followed(client, answer)

    def test_a_second_sheet_of_an_older_version_is_refused(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = self.submitted(runtime, market, client)
        sign_in(client, market.approver)
        answer = send(client, f"/rfqs/{content.rfq.id}/steps/approve", {"version": content.rfq.version - 1})
        assert answer.status_code == 409
        assert "You hold version 1" in summary(main(answer))[0]
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.PENDING_APPROVAL

    def test_publishing_above_the_own_limit_says_what_to_do(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime, limit="500")
        content = make_draft(runtime, market)
        sign_in(client, market.purchaser)
        answer = send(client, f"/rfqs/{content.rfq.id}/steps/publish", {"version": content.rfq.version})
        assert answer.status_code == 409
        assert summary(main(answer)) == [
            "The amount is CNY 2,000.00, your own limit is CNY 500.00. Submit it for approval."
        ]

    def test_closing_early_opens_the_comparison(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = publish(runtime, market)
        sign_in(client, market.purchaser)
        data = {"version": content.rfq.version, "reason_close": "Everybody has answered."}
        shown = followed(client, send(client, f"/rfqs/{content.rfq.id}/steps/close", data))
        assert "Compare quotations" in shown
        assert "Everybody has answered." in shown

    def test_a_sealed_one_offers_neither_an_early_close_nor_a_comparison(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
        submit(runtime, market.sales[0], content, ["7.77", "8.88"])
        shown = page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}")
        assert "Sealed: nobody of your company sees a price before the deadline." in shown
        for hidden in ("Close early", "Compare quotations", "7.77", "8.88", "1,665", "1,665.00"):
            assert not shows(shown, hidden), hidden
        assert "No quotation to compare yet" in page(client, f"/rfqs/{content.rfq.id}/comparison")

    def test_ending_without_award_tells_the_suppliers_why(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market)
        submit(runtime, market.sales[0], content, ["9", "8"])
        closed = close(runtime, market, content.rfq.id)
        sign_in(client, market.purchaser)
        data = {"version": closed.version, "reason_fail": "The plant is not built."}
        followed(client, send(client, f"/rfqs/{content.rfq.id}/steps/fail", data))
        assert "The plant is not built." in page(sign_in(client, market.sales[0]), f"/rfqs/{content.rfq.id}")


class TestInviting:
    def test_one_more_supplier_is_invited_to_a_published_request(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        late = make_company(runtime, "Latecomer Ltd.", ("supplier",))
        content = publish(runtime, market, draft_command(market.suppliers[:1]))
        shown = page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}")
        assert f'<option value="{late}">Latecomer Ltd.</option>' in shown
        assert f'<option value="{market.suppliers[0]}"' not in shown
        data = {"version": content.rfq.version, "supplier_id": str(late)}
        after = followed(client, send(client, f"/rfqs/{content.rfq.id}/invitations", data))
        assert "Latecomer Ltd." in after
        assert f'<option value="{late}"' not in after

    def test_nobody_chosen_is_an_error_at_the_field(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = publish(runtime, market)
        sign_in(client, market.purchaser)
        answer = send(
            client, f"/rfqs/{content.rfq.id}/invitations", {"version": content.rfq.version, "supplier_id": ""}
        )
        assert answer.status_code == 409
        assert len(read(runtime, market.purchaser, content.rfq.id).invitations) == len(market.suppliers)
        assert any("Fill this in." in line for line in summary(main(answer)))


class TestTheSuppliersSide:
    SECRETS = ("987654", "987,654", "987,654.00", "13.57", "Supplier 2", "Supplier 3", "5.55")

    def test_a_supplier_sees_neither_targets_nor_estimate_nor_rivals(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        command = draft_command(market.suppliers, estimate="987654")
        secret = tuple(replace(line, target_price=Decimal("13.57")) for line in command.lines)
        command = replace(command, lines=secret)
        content = publish(runtime, market, command)
        submit(runtime, market.sales[0], content, ["9", "8"])
        submit(runtime, market.sales[1], content, ["5.55", "5.55"])
        buyers = page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}")
        assert shows(buyers, "13.57")
        assert shows(buyers, "987,654.00")
        sign_in(client, market.sales[0])
        own = quote_of(client, content.rfq.id)
        for path in ("/invitations", f"/rfqs/{content.rfq.id}", f"/rfqs/{content.rfq.id}/quote", own):
            answer = client.get(path, headers=HTML)
            assert answer.status_code == 200, path
            for secret_text in self.SECRETS:
                assert not shows(answer.text, secret_text), (path, secret_text)
        for path in (f"/rfqs/{content.rfq.id}/comparison", f"/rfqs/{content.rfq.id}/edit"):
            assert client.get(path, headers=HTML).status_code in (403, 404), path
        rival = quote_of(sign_in(client, market.sales[1]), content.rfq.id)
        page(sign_in(client, market.sales[0]), rival, 404)

    def test_a_supplier_declines_and_may_still_quote(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market)
        sign_in(client, market.sales[0])
        assert "Decline" in page(client, f"/rfqs/{content.rfq.id}")
        answer = send(client, f"/rfqs/{content.rfq.id}/decline", {"reason_decline": "No capacity."})
        assert "The buyer knows that you will not quote." in followed(client, answer)
        found = {item.supplier_id: item for item in read(runtime, market.purchaser, content.rfq.id).invitations}
        assert found[market.suppliers[0]].status is InvitationStatus.DECLINED
        after = page(client, f"/rfqs/{content.rfq.id}")
        assert 'data-opens="decline"' not in after
        assert f"/rfqs/{content.rfq.id}/quote" in after
        assert "No capacity." in page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}")

    def test_declining_twice_is_refused_in_words(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = publish(runtime, market)
        sign_in(client, market.sales[0])
        send(client, f"/rfqs/{content.rfq.id}/decline", {"reason_decline": ""})
        answer = send(client, f"/rfqs/{content.rfq.id}/decline", {"reason_decline": ""})
        assert answer.status_code == 409
        assert len(summary(main(answer))) == 1

    def test_the_inbox_lists_invitations_only(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content, draft = publish(runtime, market), make_draft(runtime, market)
        inbox = text_of(page(sign_in(client, market.sales[0]), "/invitations"))
        assert content.rfq.number in inbox
        assert draft.rfq.number not in inbox
        assert "Hengli Heavy Industry" in inbox
        stranger = make_person(runtime, make_company(runtime, "New", ("supplier",)), Role.SUPPLIER_SALES)
        assert "No invitation yet" in page(sign_in(client, stranger), "/invitations")


def quote_of(client: TestClient, rfq_id: UUID) -> str:
    """Return the address of the own quotation as the request's page links it."""
    (found, *_) = re.findall(r'href="(/quotes/[0-9a-f-]{36})"', page(client, f"/rfqs/{rfq_id}"))
    return str(found)
