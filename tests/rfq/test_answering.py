"""What suppliers do about a request before they quote, and what its buyer sees of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import DeclineInvitation, IntendToQuote
from b2b_market.rfq.models.requests import RfqInvitation
from b2b_market.rfq.rules.quoting import OwnRequest, QuoteTooLate
from b2b_market.rfq.service import answering
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import InvitationStatus, Origin, Visibility
from tests.rfq.forms import page, text_of
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.people import join, make_person, post_form, sign_in
from tests.support.rfqs import Market, draft_command, make_market, publish, read, submit
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=3)


def intend(runtime: Runtime, sales: Actor, content: RfqContent) -> RfqInvitation:
    with work_for(runtime, sales) as work:
        return answering.intend_to_quote(work, sales, IntendToQuote(content.rfq.id))


def decline(runtime: Runtime, sales: Actor, content: RfqContent, reason: str = "") -> RfqInvitation:
    with work_for(runtime, sales) as work:
        return answering.decline_invitation(work, sales, DeclineInvitation(content.rfq.id, reason))


def state(runtime: Runtime, market: Market, content: RfqContent, supplier: int = 0) -> InvitationStatus:
    places = read(runtime, market.purchaser, content.rfq.id).invitations
    return next(place.status for place in places if place.supplier_id == market.suppliers[supplier])


class TestAnswers:
    def test_a_supplier_may_change_its_mind_until_it_quotes(self, runtime: Runtime, market: Market) -> None:
        content, sales = publish(runtime, market), market.sales[0]
        assert intend(runtime, sales, content).status is InvitationStatus.INTENDED
        declined = decline(runtime, sales, content, "no capacity")
        assert (declined.status, declined.decline_reason) == (InvitationStatus.DECLINED, "no capacity")
        back = intend(runtime, sales, content)
        assert (back.status, back.decline_reason) == (InvitationStatus.INTENDED, None)
        submit(runtime, sales, content, ["9", "9"])
        with pytest.raises(IllegalStep):
            decline(runtime, sales, content)
        assert state(runtime, market, content) is InvitationStatus.QUOTED

    def test_twice_the_same_answer_is_refused(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        intend(runtime, market.sales[0], content)
        with pytest.raises(IllegalStep):
            intend(runtime, market.sales[0], content)

    def test_after_the_deadline_nobody_answers(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        runtime.shift = timedelta(hours=49)
        for answer in (intend, decline):
            with pytest.raises(QuoteTooLate):
                answer(runtime, market.sales[0], content)
        assert state(runtime, market, content) is InvitationStatus.INVITED

    def test_strangers_and_people_who_may_not_quote_do_not_answer(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1]))
        with pytest.raises(NotFound):
            intend(runtime, market.sales[1], content)
        admin = make_person(runtime, market.suppliers[0], Role.SUPPLIER_ADMIN)
        with pytest.raises(Forbidden):
            intend(runtime, admin, content)
        assert [place.status for place in read(runtime, market.purchaser, content.rfq.id).invitations] == [
            InvitationStatus.INVITED
        ]

    def test_a_buyer_does_not_answer_its_own_request(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, replace(draft_command(()), visibility=Visibility.PUBLIC))
        both = join(runtime, market.purchaser, market.buyer_id, Role.SUPPLIER_SALES)
        for answer in (intend, decline):
            with pytest.raises(OwnRequest):
                answer(runtime, both, content)

    def test_from_the_board_an_answer_names_the_supplier_and_intent_makes_it_a_party(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, replace(draft_command(()), visibility=Visibility.PUBLIC))
        read(runtime, market.sales[0], content.rfq.id)
        intend(runtime, market.sales[1], content)
        decline(runtime, market.sales[2], content, "too far away")
        drain_outbox(runtime)
        seen = read(runtime, market.purchaser, content.rfq.id)
        assert [(place.supplier_id, place.origin, place.status) for place in seen.invitations] == [
            (market.suppliers[1], Origin.BOARD, InvitationStatus.INTENDED),
            (market.suppliers[2], Origin.BOARD, InvitationStatus.DECLINED),
        ]
        assert (seen.onlookers, seen.rfq.party_ids) == (1, [market.buyer_id, market.suppliers[1]])


def told(runtime: Runtime, client: TestClient, person: Actor) -> list[str]:
    drain_outbox(runtime)
    return [item["subject"] for item in caller_for(client, runtime, person).get("/notifications").json()["items"]]


class TestTelling:
    def test_the_buyer_hears_of_answers_and_reads_them_in_the_history(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        content = publish(runtime, market)
        read(runtime, market.sales[0], content.rfq.id)
        intend(runtime, market.sales[0], content)
        decline(runtime, market.sales[1], content)
        subjects = told(runtime, client, market.purchaser)
        number = content.rfq.number
        assert f"Supplier 1 intends to quote on {number}" in subjects
        assert f"Supplier 2 will not quote on {number}" in subjects
        shown = text_of(page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"))
        assert "Invited or joined 3 · Have looked 2 · Intend to quote 1 · Have quoted 0 · Have declined 1" in shown
        assert "looked at it for the first time" in shown
        assert "intends to quote" in shown

    def test_who_only_looks_on_the_board_is_not_in_the_history(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        content = publish(runtime, market, replace(draft_command(()), visibility=Visibility.PUBLIC))
        read(runtime, market.sales[0], content.rfq.id)
        drain_outbox(runtime)
        shown = text_of(page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"))
        assert "looked at it for the first time" not in shown
        assert "Sal Sales" not in shown

    def test_other_suppliers_learn_nothing(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        content = publish(runtime, market)
        intend(runtime, market.sales[0], content)
        assert not [subject for subject in told(runtime, client, market.sales[1]) if "Supplier 1" in subject]
        seen = read(runtime, market.sales[1], content.rfq.id)
        assert list(seen.invitations) == []


class TestEdges:
    def test_over_the_api(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        content = publish(runtime, market)
        sales = caller_for(client, runtime, market.sales[0])
        answer = sales.post(f"/rfqs/{content.rfq.id}/intend", {}).json()
        assert (answer["status"], answer["origin"]) == ("intended", "buyer")
        assert sales.get(f"/rfqs/{content.rfq.id}").json()["own_invitation"]["status"] == "intended"
        assert sales.post(f"/rfqs/{content.rfq.id}/intend", {}).json()["code"] == "illegal-step"

    def test_over_the_page(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        content = publish(runtime, market)
        browser = sign_in(client, market.sales[0])
        path = f"/rfqs/{content.rfq.id}"
        assert "We intend to quote" in text_of(page(browser, path))
        assert post_form(browser, f"{path}/intend", {"version": "1"}).status_code == 303
        shown = text_of(page(browser, path))
        assert "Intends to quote" in shown
        assert "We intend to quote" not in shown
        assert "Decline" in shown
        again = post_form(browser, f"{path}/intend", {"version": "1"})
        assert again.status_code == 409
