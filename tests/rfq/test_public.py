"""Public requests: who sees them, who may quote, what stays hidden, and how suppliers from the board become parties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, NotFound
from b2b_market.rfq.commands.requests import (
    AskQuestion,
    DraftRfq,
    InviteSupplier,
    ListInvitations,
    ListRfqs,
    ReadQuote,
    ReadRfq,
    ReasonedStep,
    ReplyToQuestion,
    StepRfq,
    WithdrawQuote,
)
from b2b_market.rfq.rules import drafting as rules
from b2b_market.rfq.rules.quoting import OwnRequest
from b2b_market.rfq.service import asking, closing, drafting, editions, publishing, quoting
from b2b_market.rfq.states import InvitationStatus, Origin, QuoteStatus, RfqStatus, Visibility
from b2b_market.rfq.tasks import close_due
from tests.rfq.forms import page, text_of
from tests.support.amendments import amend, amendment, line_changed
from tests.support.calling import Caller, caller_for, quote_body
from tests.support.delivery import drain_outbox
from tests.support.people import join, make_company, make_person, sign_in
from tests.support.rfqs import (
    Market,
    close,
    draft_command,
    make_draft,
    make_market,
    need,
    publish,
    quote_command,
    read,
    submit,
)
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=3)


def public(market: Market, invited: int = 0, *, sealed: bool = False) -> DraftRfq:
    """Return the command for a public request that the first ``invited`` suppliers are invited to besides."""
    command = draft_command(market.suppliers[:invited], sealed=sealed, estimate="4711")
    return replace(command, visibility=Visibility.PUBLIC)


def seen_by(runtime: Runtime, org_id: object, rfq_id: object) -> dict[str, int]:
    """Return how many rows of each table of a request the company's transaction would see."""
    tables = ("rfq", "rfq_line", "rfq_target", "rfq_private", "rfq_invitation", "rfq_quote")
    with runtime.database.session() as session:
        set_tenant(session, Tenant((org_id,)))  # type: ignore[arg-type]  # an id
        found = {
            table: session.execute(
                text(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'rfq' else 'rfq_id'} = :id"),  # noqa: S608 - names above
                {"id": rfq_id},
            ).scalar_one()
            for table in tables
        }
        session.rollback()
    return found


class TestWhoSees:
    def test_every_approved_supplier_sees_the_needs_and_nothing_hidden(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        submit(runtime, market.sales[1], content, ["9", "9"])
        seen = read(runtime, market.sales[0], content.rfq.id)
        assert [line.item_name for line in seen.lines] == ["Item 1", "Item 2"]
        assert (seen.targets, seen.estimate, list(seen.invitations), seen.onlookers) == ({}, None, [], 0)
        rows = seen_by(runtime, market.suppliers[0], content.rfq.id)
        assert rows == {"rfq": 1, "rfq_line": 2, "rfq_target": 0, "rfq_private": 0, "rfq_invitation": 1, "rfq_quote": 0}

    @pytest.mark.parametrize(("sides", "approved"), [(("buyer",), True), (("supplier",), False)])
    def test_no_other_company_does(
        self, runtime: Runtime, market: Market, sides: tuple[str, ...], *, approved: bool
    ) -> None:
        content = publish(runtime, market, public(market))
        org_id = make_company(runtime, "Outside", sides, approved=approved)
        outsider = make_person(runtime, org_id, Role.BUYER_PURCHASER if "buyer" in sides else Role.SUPPLIER_SALES)
        with pytest.raises(NotFound if approved else Forbidden):
            read(runtime, outsider, content.rfq.id)
        assert set(seen_by(runtime, org_id, content.rfq.id).values()) == {0}

    def test_nobody_sees_a_public_draft(self, runtime: Runtime, market: Market) -> None:
        content = make_draft(runtime, market, public(market))
        with pytest.raises(NotFound):
            read(runtime, market.sales[0], content.rfq.id)
        assert set(seen_by(runtime, market.suppliers[0], content.rfq.id).values()) == {0}

    def test_a_request_for_the_invited_stays_with_them(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1]))
        assert content.rfq.visibility is Visibility.INVITED
        with pytest.raises(NotFound):
            read(runtime, market.sales[1], content.rfq.id)
        with pytest.raises(NotFound):
            submit(runtime, market.sales[1], content, ["9", "9"])
        assert set(seen_by(runtime, market.suppliers[1], content.rfq.id).values()) == {0}

    def test_no_company_gives_itself_a_place_at_a_request_that_is_not_public(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1]))
        statement = text(
            "INSERT INTO rfq_invitation (id, rfq_id, buyer_id, supplier_id, origin, status, released) "
            "VALUES (gen_random_uuid(), :rfq, :buyer, :supplier, 'board', 'viewed', true)"
        )
        known = {"rfq": content.rfq.id, "buyer": market.buyer_id, "supplier": market.suppliers[1]}
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.suppliers[1],)))
            with pytest.raises(DBAPIError) as refused:
                session.execute(statement, known)
        assert isinstance(refused.value.orig, InsufficientPrivilege)


class TestPublishing:
    def test_nobody_need_be_invited_to_a_public_request(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        assert (content.rfq.status, list(content.invitations)) == (RfqStatus.PUBLISHED, [])

    def test_a_request_that_nobody_would_see_is_refused(self, runtime: Runtime, market: Market) -> None:
        content = make_draft(runtime, market, replace(public(market), visibility=Visibility.INVITED))
        with pytest.raises(rules.NobodyInvited), work_for(runtime, market.purchaser) as work:
            publishing.publish_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.rfq.version))
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.DRAFT


class TestQuoting:
    def test_a_supplier_quotes_uninvited_and_becomes_a_party(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market, invited=1))
        stored = submit(runtime, market.sales[1], content, ["9", "9"])
        assert stored.quote.revision == 1
        drain_outbox(runtime)
        after = read(runtime, market.purchaser, content.rfq.id)
        assert set(after.rfq.party_ids) == {market.buyer_id, market.suppliers[0], market.suppliers[1]}
        assert [(place.supplier_id, place.origin, place.status) for place in after.invitations] == [
            (market.suppliers[0], Origin.BUYER, InvitationStatus.INVITED),
            (market.suppliers[1], Origin.BOARD, InvitationStatus.QUOTED),
        ]
        with work_for(runtime, market.sales[1]) as work:
            assert [item.rfq.id for item in drafting.list_invitations(work, market.sales[1], ListInvitations()).items]

    def test_who_joined_the_moment_before_is_not_forgotten_by_the_buyers_step(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, public(market))
        submit(runtime, market.sales[2], content, ["9", "9"])
        with work_for(runtime, market.purchaser) as work:  # nothing is delivered in between
            step = ReasonedStep(content.rfq.id, content.rfq.version, "the project was stopped")
            ended = closing.cancel_rfq(work, market.purchaser, step)
            assert closing.suppliers_of(ended) == (market.suppliers[2],)
        drain_outbox(runtime)
        assert read(runtime, market.sales[2], content.rfq.id).rfq.status is RfqStatus.CANCELLED

    def test_a_company_never_quotes_on_its_own_public_request(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        both = join(runtime, market.purchaser, market.buyer_id, Role.SUPPLIER_SALES)
        with pytest.raises(OwnRequest), work_for(runtime, both) as work:
            quoting.submit_quote(work, both, quote_command(content, ["9", "9"]))
        assert read(runtime, market.purchaser, content.rfq.id).invitations == []

    def test_its_sealed_quotations_stay_sealed(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market, sealed=True))
        submit(runtime, market.sales[0], content, ["9", "9"])
        assert seen_by(runtime, market.buyer_id, content.rfq.id)["rfq_quote"] == 0
        assert seen_by(runtime, market.suppliers[1], content.rfq.id)["rfq_quote"] == 0

    def test_a_withdrawn_quotation_from_the_board_may_come_back(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        stored = submit(runtime, market.sales[0], content, ["9", "9"])
        with work_for(runtime, market.sales[0]) as work:
            gone = quoting.withdraw_quote(work, market.sales[0], WithdrawQuote(stored.quote.id, stored.quote.version))
        with work_for(runtime, market.sales[0]) as work:
            command = quote_command(content, ["8", "8"], version=gone.version)
            assert quoting.submit_quote(work, market.sales[0], command).quote.revision == 2


class TestAmending:
    def test_an_amended_request_stays_public_and_its_versions_are_read_by_all(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, replace(public(market), closes_at=datetime.now(UTC) + timedelta(hours=90)))
        quoted = submit(runtime, market.sales[1], content, ["9", "9"])
        content = read(runtime, market.purchaser, content.rfq.id)
        command = amendment(content, line_changed(0, specification="GB/T 5783"), new=[need(3)])
        changed = amend(runtime, market.purchaser, replace(command, expected_version=content.rfq.version))
        assert (changed.rfq.visibility, changed.rfq.edition) == (Visibility.PUBLIC, 2)
        drain_outbox(runtime)
        seen = read(runtime, market.sales[0], content.rfq.id)
        assert [line.specification for line in seen.lines][:1] == ["GB/T 5783"]
        assert (len(seen.lines), seen.targets) == (3, {})
        with work_for(runtime, market.sales[0]) as work:
            found = editions.list_editions(work, market.sales[0], ReadRfq(content.rfq.id))
        assert [edition.edition for edition in found] == [2, 1]
        with work_for(runtime, market.sales[1]) as work:
            again = quoting.read_quote(work, market.sales[1], ReadQuote(quoted.quote.id))
        assert again.quote.status is QuoteStatus.NEEDS_CONFIRMATION

    def test_strangers_read_no_version(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        org_id = make_company(runtime, "Outside", ("buyer",))
        outsider = make_person(runtime, org_id, Role.BUYER_PURCHASER)
        with pytest.raises(NotFound), work_for(runtime, outsider) as work:
            editions.list_editions(work, outsider, ReadRfq(content.rfq.id))
        with runtime.database.session() as session:
            set_tenant(session, Tenant((org_id,)))
            assert session.execute(text("SELECT count(*) FROM rfq_edition")).scalar_one() == 0
            session.rollback()


class TestAsking:
    def test_any_approved_supplier_asks_and_reads_the_answers_of_a_public_request(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, public(market, invited=1))
        first, second = market.sales[1], market.sales[2]
        with work_for(runtime, first) as work:
            asked = asking.ask_question(work, first, AskQuestion(rfq_id=content.rfq.id, text="Which thread pitch?"))
        with work_for(runtime, second) as work:
            assert list(asking.list_questions(work, second, ReadRfq(content.rfq.id))) == []
        with work_for(runtime, market.purchaser) as work:
            asking.answer_question(work, market.purchaser, ReplyToQuestion(asked.id, 1, "Pitch 1.25."))
        drain_outbox(runtime)
        for reader in (first, second, market.sales[0]):
            with work_for(runtime, reader) as work:
                (seen,) = asking.list_questions(work, reader, ReadRfq(content.rfq.id))
            assert [reply.text for reply in seen.replies] == ["Pitch 1.25."]
            assert seen.own is (reader is first)
        outside = make_company(runtime, "Outside", ("buyer",))
        with runtime.database.session() as session:
            set_tenant(session, Tenant((outside,)))
            for table in ("rfq_question", "rfq_reply", "rfq_own_question"):
                assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608 - names above
            session.rollback()


class TestLooking:
    def test_who_only_looks_is_counted_and_not_named(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market, invited=1))
        for sales in market.sales:
            read(runtime, sales, content.rfq.id)
            read(runtime, sales, content.rfq.id)
        seen = read(runtime, market.purchaser, content.rfq.id)
        assert [place.supplier_id for place in seen.invitations] == [market.suppliers[0]]
        assert (seen.invitations[0].status, seen.onlookers) == (InvitationStatus.VIEWED, 2)
        with work_for(runtime, market.purchaser) as work:
            listed = drafting.list_rfqs(work, market.purchaser, ListRfqs()).items[0]
            progress = drafting.read_progress(work, market.purchaser, [listed.id])[listed.id]
        assert (progress.invited, progress.quoted) == (1, 0)
        with work_for(runtime, market.sales[1]) as work:
            assert drafting.list_invitations(work, market.sales[1], ListInvitations()).items == []

    def test_a_look_after_the_close_leaves_no_trace(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        close(runtime, market, content.rfq.id)
        assert read(runtime, market.sales[0], content.rfq.id).own_invitation is None
        assert read(runtime, market.purchaser, content.rfq.id).onlookers == 0

    def test_an_onlooker_may_be_invited_and_keeps_what_it_did(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, public(market))
        read(runtime, market.sales[0], content.rfq.id)
        with work_for(runtime, market.purchaser) as work:
            command = InviteSupplier(content.rfq.id, market.suppliers[0], content.rfq.version)
            publishing.invite_supplier(work, market.purchaser, command)
        (place,) = read(runtime, market.purchaser, content.rfq.id).invitations
        assert (place.origin, place.status) == (Origin.BUYER, InvitationStatus.VIEWED)
        assert market.suppliers[0] in read(runtime, market.purchaser, content.rfq.id).rfq.party_ids


class TestApi:
    def test_visibility_travels_and_is_judged(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        buyer = caller_for(client, runtime, market.purchaser)
        body = {"title": "Valves", "currency": "CNY"}
        assert buyer.post("/rfqs", body).json()["visibility"] == "invited"
        assert buyer.post("/rfqs", {**body, "visibility": "public"}).json()["visibility"] == "public"
        assert buyer.post("/rfqs", {**body, "visibility": "everyone"}).status_code == 422

    def test_a_supplier_reads_and_quotes_uninvited(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        content = publish(runtime, market, public(market))
        sales: Caller = caller_for(client, runtime, market.sales[0])
        seen = sales.get(f"/rfqs/{content.rfq.id}").json()
        assert (seen["visibility"], seen["estimate"], seen["invitations"]) == ("public", None, [])
        assert {line["target_price"] for line in seen["lines"]} == {None}
        assert sales.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content)).status_code == 201


class TestPages:
    def test_both_sides_read_who_it_is_open_to(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        content = publish(runtime, market, public(market))
        shown = text_of(page(sign_in(client, market.sales[0]), f"/rfqs/{content.rfq.id}"))
        assert "All approved suppliers" in shown
        assert "Hidden estimate" not in shown
        shown = text_of(page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"))
        assert "All approved suppliers, on the public board" in shown
        assert "1 more company has looked at it on the board." in shown
        assert "Every approved supplier may quote on a public request." in shown

    def test_a_closed_one_without_an_own_place_has_a_page(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        content = publish(runtime, market, public(market))
        close(runtime, market, content.rfq.id)
        shown = text_of(page(sign_in(client, market.sales[0]), f"/rfqs/{content.rfq.id}"))
        assert "Spare parts" in shown
        assert "Decline" not in shown


def test_the_clock_closes_a_public_request_with_who_joined(runtime: Runtime, market: Market) -> None:
    content = publish(runtime, market, public(market, sealed=True))
    submit(runtime, market.sales[1], content, ["9", "9"])
    runtime.shift = timedelta(hours=49)
    assert close_due(runtime) == 1
    seen = read(runtime, market.purchaser, content.rfq.id)
    assert (seen.rfq.status, market.suppliers[1] in seen.rfq.party_ids) == (RfqStatus.CLOSED, True)
