"""Copies of requests and repeats of awards: what they take over, what they ask anew, who may make them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.redoing import CopyRfq, RepeatAward
from b2b_market.rfq.commands.requests import ListRfqs, Terms
from b2b_market.rfq.rules.redoing import AwardNotDecided, lapsed, settle_days
from b2b_market.rfq.service import copying, drafting
from b2b_market.rfq.service.copying import NewDraft
from b2b_market.rfq.states import AwardStatus, RfqStatus
from tests.rfq.forms import errors, filled, followed, main, page, send, text_of
from tests.rfq.redoing import LATER, actions, awarded, expire_lines
from tests.support.calling import caller_for
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read
from tests.support.works import work_for

TODAY = date(2026, 11, 22)
DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))


class TestDays:
    def test_days_ahead_stay_and_others_get_the_new_one(self) -> None:
        days = (date(2026, 11, 23), TODAY, None, date(2020, 1, 1))
        assert lapsed(days, TODAY) == 3
        assert settle_days(days, TODAY, LATER) == (date(2026, 11, 23), LATER, LATER, LATER)

    @pytest.mark.parametrize(("wanted", "code"), [(None, "required"), (TODAY, "past")])
    def test_a_day_that_is_missing_or_past_is_named(self, wanted: date | None, code: str) -> None:
        with pytest.raises(Invalid) as caught:
            settle_days([TODAY], TODAY, wanted)
        assert [(error.pointer, error.code) for error in caught.value.errors] == [("/required_on", code)]

    @given(days=st.lists(DAYS, max_size=20), ahead=st.integers(1, 400))
    def test_every_line_ends_with_a_day_that_lies_ahead(self, days: list[date | None], ahead: int) -> None:
        wanted = TODAY + timedelta(days=ahead)
        settled = settle_days(days, TODAY, wanted)
        assert len(settled) == len(days)
        assert all(day > TODAY for day in settled)
        assert sum(new != old for new, old in zip(settled, days, strict=True)) <= lapsed(days, TODAY)
        if lapsed(days, TODAY) == 0:
            assert settle_days(days, TODAY, None) == tuple(days)


def copy(runtime: Runtime, actor: Actor, rfq_id: UUID, day: date | None = None) -> NewDraft:
    with work_for(runtime, actor) as work:
        return copying.copy_rfq(work, actor, CopyRfq(rfq_id=rfq_id, title="Again", required_on=day))


def repeat(runtime: Runtime, actor: Actor, award_id: UUID, supplier_id: UUID | None = None) -> NewDraft:
    with work_for(runtime, actor) as work:
        return copying.repeat_award(work, actor, RepeatAward(award_id=award_id, supplier_id=supplier_id))


def drafts(runtime: Runtime, market: Market) -> int:
    with work_for(runtime, market.purchaser) as work:
        found = drafting.list_rfqs(work, market.purchaser, ListRfqs(status=RfqStatus.DRAFT)).items
    return len(found)


class TestCopy:
    def test_everything_is_taken_over_but_the_deadline(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        terms = Terms(payment_terms="30 days", incoterm="DAP", incoterm_place="Dalian")
        command = replace(
            draft_command(market.suppliers[:2], 3, sealed=True, estimate="5000"), terms=terms, description="No tax."
        )
        source = publish(runtime, market, command)
        made = copy(runtime, market.purchaser, source.rfq.id)
        content = read(runtime, market.purchaser, made.content.rfq.id)
        rfq = content.rfq
        assert (rfq.status, rfq.title, rfq.closes_at, rfq.version) == (RfqStatus.DRAFT, "Again", None, 1)
        assert rfq.number != source.rfq.number
        taken = ("sealed", "currency", "description", "payment_terms", "incoterm", "incoterm_place", "line_count")
        assert [getattr(rfq, name) for name in taken] == [getattr(source.rfq, name) for name in taken]
        words = ("position", "item_name", "item_code", "specification", "quantity", "unit", "required_on", "note")
        assert [[getattr(line, name) for name in words] for line in content.lines] == [
            [getattr(line, name) for name in words] for line in source.lines
        ]
        assert (content.estimate, sorted(content.targets.values())) == (Decimal(5000), [Decimal(10)] * 3)
        assert {item.supplier_id for item in content.invitations} == set(market.suppliers[:2])
        assert (made.dropped, made.redated) == ((), 0)
        assert actions(runtime, rfq.id) == ["rfq.copied"]
        assert actions(runtime, source.rfq.id)[-1] == "rfq.copy_taken"

    def test_days_that_have_passed_are_asked_anew(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        source = make_draft(runtime, market, draft_command(market.suppliers, 3))
        expire_lines(runtime, market, source.rfq.id, [1, 3])
        with pytest.raises(Invalid):
            copy(runtime, market.purchaser, source.rfq.id)
        assert drafts(runtime, market) == 1
        made = copy(runtime, market.purchaser, source.rfq.id, LATER)
        content = read(runtime, market.purchaser, made.content.rfq.id)
        assert [line.required_on for line in content.lines] == [LATER, source.lines[1].required_on, LATER]
        assert made.redated == 2

    def test_a_supplier_that_may_not_quote_any_more_is_left_out(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        source = make_draft(runtime, market)
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.suppliers[1],)))
            statement = text("UPDATE organization SET status = 'registered' WHERE id = :id")
            session.execute(statement, {"id": market.suppliers[1]})
            session.execute(text("DELETE FROM organization_directory WHERE org_id = :id"), {"id": market.suppliers[1]})
            session.commit()
        made = copy(runtime, market.purchaser, source.rfq.id)
        assert made.dropped == (market.suppliers[1],)
        invited = {item.supplier_id for item in made.content.invitations}
        assert invited == {market.suppliers[0], market.suppliers[2]}

    @pytest.mark.parametrize("role", [Role.BUYER_APPROVER, Role.BUYER_EVALUATOR, Role.BUYER_ADMIN])
    def test_only_who_may_draft_copies(self, runtime: Runtime, role: Role) -> None:
        market = make_market(runtime)
        source = make_draft(runtime, market)
        with pytest.raises(Forbidden):
            copy(runtime, make_person(runtime, market.buyer_id, role), source.rfq.id)
        assert drafts(runtime, market) == 1

    def test_an_invitation_is_not_ones_own_request(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        source = publish(runtime, market)
        both = make_person(runtime, market.suppliers[0], Role.BUYER_PURCHASER, Role.SUPPLIER_SALES)
        stranger = make_market(runtime, 0).purchaser
        for person in (both, stranger):
            with pytest.raises(NotFound):
                copy(runtime, person, source.rfq.id)


class TestRepeat:
    def test_quantities_are_added_up_and_the_lowest_price_is_the_target(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        prices = (("9", "8"), ("10", "7"), ("11", "9"))
        source, award = awarded(runtime, market, prices, [(0, 0, "60"), (0, 1, "20"), (1, 1, "100")])
        made = repeat(runtime, market.purchaser, award.award.id)
        content = read(runtime, market.purchaser, made.content.rfq.id)
        assert [line.quantity for line in content.lines] == [Decimal(80), Decimal(100)]
        assert [content.targets[line.id] for line in content.lines] == [Decimal(9), Decimal(7)]
        assert (content.estimate, content.rfq.title, content.rfq.closes_at) == (None, source.rfq.title, None)
        assert {item.supplier_id for item in content.invitations} == set(market.suppliers)
        assert actions(runtime, content.rfq.id) == ["rfq.repeated"]
        assert actions(runtime, award.award.id)[-1] == "award.repeat_taken"

    def test_one_suppliers_part_is_requested_in_its_currency(self, runtime: Runtime) -> None:
        seed_rates(runtime)
        market = make_market(runtime)
        prices = (("9", "8"), ("1.1", "0.9"), ("11", "9"))
        _, award = awarded(runtime, market, prices, [(0, 0, "100"), (1, 1, "40")], ("CNY", "EUR", "CNY"))
        made = repeat(runtime, market.purchaser, award.award.id, market.suppliers[1])
        content = read(runtime, market.purchaser, made.content.rfq.id)
        assert (content.rfq.currency, made.unpriced) == ("EUR", 0)
        assert [(line.item_name, line.quantity) for line in content.lines] == [("Item 2", Decimal(40))]
        assert list(content.targets.values()) == [Decimal("0.9")]
        whole = repeat(runtime, market.purchaser, award.award.id)
        assert (whole.content.rfq.currency, whole.unpriced) == ("CNY", 1)
        assert list(whole.content.targets.values()) == [Decimal(9)]

    def test_an_award_that_waits_is_not_bought(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="100000000")
        _, award = awarded(runtime, market, (("9",), ("8",), ("7",)), [(0, 0, "100")])
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.buyer_id,)))
            session.execute(text("UPDATE rfq_award SET status = 'pending_approval'"))
            session.commit()
        with pytest.raises(AwardNotDecided):
            repeat(runtime, market.purchaser, award.award.id)
        assert drafts(runtime, market) == 0
        assert award.award.status is AwardStatus.APPROVED

    def test_strangers_and_losers_find_nothing(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        _, award = awarded(runtime, market, (("9",), ("8",), ("7",)), [(0, 0, "100")])
        with pytest.raises(NotFound):
            repeat(runtime, make_market(runtime, 0).purchaser, award.award.id)
        with pytest.raises(NotFound):
            repeat(runtime, market.purchaser, award.award.id, market.suppliers[1])
        assert drafts(runtime, market) == 0


class TestApi:
    def test_a_copy_is_made_once_for_one_key(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime)
        source = make_draft(runtime, market)
        expire_lines(runtime, market, source.rfq.id, [2])
        caller = caller_for(client, runtime, market.purchaser)
        path = f"/rfqs/{source.rfq.id}/copy"
        refused = caller.post(path, {"title": "Again"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/required_on")
        body = {"title": "Again", "required_on": LATER.isoformat()}
        made = [caller.post(path, body, key="one-and-the-same") for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json() == made[1].json()
        told = made[0].json()
        assert (told["redated_lines"], told["dropped_suppliers"], told["unpriced_lines"]) == (1, [], 0)
        assert made[0].headers["location"] == f"/api/v1/rfqs/{told['request']['id']}"
        assert drafts(runtime, market) == 2

    def test_an_award_is_repeated(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime)
        _, award = awarded(runtime, market, (("9",), ("8",), ("7",)), [(0, 2, "100")])
        caller = caller_for(client, runtime, market.purchaser)
        body = {"title": "Once more", "supplier_id": str(market.suppliers[2])}
        made = caller.post(f"/awards/{award.award.id}/repeat", body)
        assert made.status_code == 201, made.text
        request = made.json()["request"]
        assert (request["title"], request["lines"][0]["target_price"]) == ("Once more", "7")


class TestPages:
    def test_a_copy_starts_at_the_request_and_ends_in_the_editor(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime)
        source = publish(runtime, market)
        expire_lines(runtime, market, source.rfq.id, [1])
        sign_in(client, market.purchaser)
        path = f"/rfqs/{source.rfq.id}/copy"
        assert f'href="{path}"' in page(client, f"/rfqs/{source.rfq.id}")
        shown = page(client, path)
        assert "For 1 line whose day has passed." in text_of(shown)
        form = filled(shown.replace('class="form"', 'class="form" id="again"'), "again")
        assert form["title"] == "Copy of Spare parts"
        refused = send(client, path, {**form, "title": ""})
        assert refused.status_code == 422
        assert set(errors(main(refused))) == {"title"}
        missing = send(client, path, {**form, "required_on": ""})
        assert set(errors(main(missing))) == {"required_on"}
        day = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
        edited = followed(client, send(client, path, {**form, "required_on": day}))
        assert f"made from {source.rfq.number}" in edited
        assert filled(edited, "rfq-form")["lines-0-required_on"] == day

    def test_what_was_bought_is_requested_again_from_the_award(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime)
        source, award = awarded(runtime, market, (("9",), ("8",), ("7",)), [(0, 1, "70")])
        sign_in(client, market.purchaser)
        path = f"/awards/{award.award.id}/repeat"
        assert f'href="{path}"' in page(client, f"/awards/{award.award.id}")
        shown = page(client, f"{path}?supplier={market.suppliers[1]}")
        form = filled(shown.replace('class="form"', 'class="form" id="again"'), "again")
        assert form["title"] == source.rfq.title
        edited = filled(followed(client, send(client, f"{path}?supplier={market.suppliers[1]}", form)), "rfq-form")
        assert (edited["lines-0-quantity"], edited["lines-0-target_price"]) == ("70", "8")

    def test_who_may_not_draft_sees_no_button_and_no_form(self, runtime: Runtime, client: TestClient) -> None:
        market = make_market(runtime)
        source = publish(runtime, market)
        sign_in(client, market.approver)
        assert "/copy" not in page(client, f"/rfqs/{source.rfq.id}")
        page(client, f"/rfqs/{source.rfq.id}/copy", 403)
