"""Questions and answers: to all, without a name anywhere, never changed; and what open ones hold up."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.audit.commands import ReadTimeline
from b2b_market.audit.service.exploring import read_timeline
from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion, VersionRequired
from b2b_market.notifications.models import Notification, NotificationMail
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.requests import AskQuestion, DraftRfq, InviteSupplier, ReadRfq, ReplyToQuestion
from b2b_market.rfq.models.questions import Question
from b2b_market.rfq.rules import approving, asking
from b2b_market.rfq.service import amending, publishing
from b2b_market.rfq.service import asking as questions
from b2b_market.rfq.service.asking import QuestionView
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import QuestionStatus, RfqStatus
from b2b_market.rfq.tasks import close_due
from tests.support.amendments import amend, amendment, line_changed
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.people import sign_in
from tests.support.rfqs import Market, close, draft_command, make_draft, make_market, publish, read
from tests.support.rows import rows_of
from tests.support.works import work_for

ASKED = "Which thread pitch do you need?"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


def ask(runtime: Runtime, sales: Actor, rfq_id: UUID, said: str = ASKED, line_id: UUID | None = None) -> QuestionView:
    with work_for(runtime, sales) as work:
        return questions.ask_question(work, sales, AskQuestion(rfq_id=rfq_id, text=said, line_id=line_id))


def answer(runtime: Runtime, buyer: Actor, question: QuestionView, said: str = "1.25 mm.") -> QuestionView:
    with work_for(runtime, buyer) as work:
        return questions.answer_question(work, buyer, ReplyToQuestion(question.id, question.version or 1, said))


def decline(runtime: Runtime, buyer: Actor, question: QuestionView, said: str = "see the drawing") -> QuestionView:
    with work_for(runtime, buyer) as work:
        return questions.decline_question(work, buyer, ReplyToQuestion(question.id, question.version or 1, said))


def seen(runtime: Runtime, reader: Actor, rfq_id: UUID) -> list[QuestionView]:
    with work_for(runtime, reader) as work:
        return list(questions.list_questions(work, reader, ReadRfq(rfq_id)))


class TestAsking:
    def test_the_buyer_reads_it_at_once_and_the_asker_its_own(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        asked = ask(runtime, market.sales[0], content.rfq.id, f"  {ASKED} ", content.lines[1].id)
        (bought,) = seen(runtime, market.purchaser, content.rfq.id)
        (own,) = seen(runtime, market.sales[0], content.rfq.id)
        assert (bought.text, bought.line_id, bought.own, bought.version) == (ASKED, content.lines[1].id, False, 1)
        assert (own.id, own.text, own.own, own.version, own.status) == (
            asked.id,
            ASKED,
            True,
            None,
            QuestionStatus.OPEN,
        )
        assert seen(runtime, market.sales[1], content.rfq.id) == []

    def test_what_is_refused_leaves_nothing(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        sales, rfq_id = market.sales[0], content.rfq.id
        with pytest.raises(Invalid):
            ask(runtime, sales, rfq_id, "ab")
        with pytest.raises(Invalid):
            ask(runtime, sales, rfq_id, ASKED, new_id())
        with pytest.raises(asking.AskerNamed):
            ask(runtime, sales, rfq_id, "We at supplier 1 need a drawing.")
        with pytest.raises(Forbidden):
            ask(runtime, market.purchaser, rfq_id)
        stranger = make_market(runtime)
        with pytest.raises(NotFound):
            ask(runtime, stranger.sales[0], rfq_id)
        with pytest.raises(NotFound):
            ask(runtime, sales, make_draft(runtime, market).rfq.id)
        assert seen(runtime, market.purchaser, rfq_id) == []

    def test_half_the_time_is_for_questions_unless_the_buyer_says_otherwise(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        until = content.rfq.enquiry_ends_at
        assert until is not None
        assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(hours=24)
        with pytest.raises(asking.EnquiryEnded):
            ask(replace(runtime, shift=timedelta(hours=25)), market.sales[0], content.rfq.id)
        later = datetime.now(UTC) + timedelta(hours=40)
        longer = publish(runtime, market, replace(draft_command(market.suppliers, 1), enquiry_ends_at=later))
        assert longer.rfq.enquiry_ends_at == later
        ask(replace(runtime, shift=timedelta(hours=39)), market.sales[0], longer.rfq.id)
        past = replace(draft_command(market.suppliers, 1), enquiry_ends_at=datetime.now(UTC) - timedelta(hours=1))
        with pytest.raises(asking.EnquiryEndMisplaced):
            publish(runtime, market, past)

    def test_a_material_change_gives_time_to_ask_again(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        late = replace(runtime, shift=timedelta(hours=30))
        closes_at = datetime.now(UTC) + timedelta(hours=60)
        with work_for(late, market.purchaser) as work:
            changed = amendment(
                content, lambda draft: line_changed(0, specification="other")(replace(draft, closes_at=closes_at))
            )
            amended = amending.amend_rfq(work, market.purchaser, changed).rfq
        assert amended.enquiry_ends_at is not None
        assert timedelta(hours=44) < amended.enquiry_ends_at - datetime.now(UTC) <= timedelta(hours=45)
        ask(late, market.sales[0], content.rfq.id)
        plain = amend(runtime, market.purchaser, amendment(read(runtime, market.purchaser, content.rfq.id), _titled))
        assert plain.rfq.enquiry_ends_at == amended.enquiry_ends_at


def _titled(draft: DraftRfq) -> DraftRfq:
    return replace(draft, title="Other")


class TestReplying:
    def test_an_answer_is_there_for_every_invited_supplier_alike(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        asked = ask(runtime, market.sales[0], content.rfq.id)
        answered = answer(runtime, market.purchaser, asked)
        assert (answered.status, answered.version) == (QuestionStatus.ANSWERED, 2)
        found = {number: seen(runtime, market.sales[number], content.rfq.id)[0] for number in range(3)}
        assert [found[number].own for number in range(3)] == [True, False, False]
        for view in found.values():
            assert (view.text, [reply.text for reply in view.replies], view.version) == (ASKED, ["1.25 mm."], None)

    def test_an_answer_is_followed_never_changed(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        first = answer(runtime, market.purchaser, ask(runtime, market.sales[0], content.rfq.id))
        with pytest.raises(StaleVersion):
            answer(runtime, market.purchaser, replace(first, version=1))
        second = answer(runtime, market.purchaser, first, "Correction: 1.5 mm.")
        assert [reply.text for reply in second.replies] == ["1.25 mm.", "Correction: 1.5 mm."]
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.buyer_id,), machine=True))
            with pytest.raises(Exception, match="permission denied for table rfq_reply"):
                session.execute(text("UPDATE rfq_reply SET text = 'other'"))
            session.rollback()

    def test_a_declined_question_is_its_askers_alone(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        asked = ask(runtime, market.sales[0], content.rfq.id)
        with pytest.raises(approving.ReasonMissing):
            decline(runtime, market.purchaser, asked, " no ")
        declined = decline(runtime, market.purchaser, asked)
        (own,) = seen(runtime, market.sales[0], content.rfq.id)
        assert (own.status, [reply.text for reply in own.replies]) == (QuestionStatus.DECLINED, ["see the drawing"])
        assert seen(runtime, market.sales[1], content.rfq.id) == []
        with pytest.raises(IllegalStep):
            decline(runtime, market.purchaser, declined)
        answer(runtime, market.purchaser, declined, "After all: 1.25 mm.")
        (rival,) = seen(runtime, market.sales[1], content.rfq.id)
        assert [reply.text for reply in rival.replies] == ["After all: 1.25 mm."]
        (both,) = seen(runtime, market.sales[0], content.rfq.id)
        assert len(both.replies) == 2

    def test_who_may_not_reply(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        asked = ask(runtime, market.sales[0], content.rfq.id)
        for person in (market.sales[0], market.approver):
            with pytest.raises(Forbidden):
                answer(runtime, person, asked)
        with pytest.raises(NotFound):
            answer(runtime, make_market(runtime).purchaser, asked)
        with pytest.raises(VersionRequired), work_for(runtime, market.purchaser) as work:
            questions.answer_question(work, market.purchaser, ReplyToQuestion(asked.id, None, "1.25 mm."))
        with pytest.raises(asking.AnswerTooLate):
            answer(replace(runtime, shift=timedelta(hours=49)), market.purchaser, asked)
        assert seen(runtime, market.purchaser, content.rfq.id)[0].replies == ()

    def test_a_supplier_invited_later_reads_the_answers(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1], 1))
        answer(runtime, market.purchaser, ask(runtime, market.sales[0], content.rfq.id))
        version = read(runtime, market.purchaser, content.rfq.id).rfq.version
        with work_for(runtime, market.purchaser) as work:
            command = InviteSupplier(content.rfq.id, market.suppliers[1], version)
            publishing.invite_supplier(work, market.purchaser, command)
        (found,) = seen(runtime, market.sales[1], content.rfq.id)
        assert (found.own, [reply.text for reply in found.replies]) == (False, ["1.25 mm."])


class TestClosing:
    def test_an_open_question_holds_up_an_early_close_until_it_is_answered_or_declined(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        first = ask(runtime, market.sales[0], content.rfq.id)
        second = ask(runtime, market.sales[1], content.rfq.id, "May it be blue?")
        with pytest.raises(asking.QuestionsOpen) as refused:
            close(runtime, market, content.rfq.id)
        assert refused.value.facts == {"count": 2}
        answer(runtime, market.purchaser, first)
        with pytest.raises(asking.QuestionsOpen):
            close(runtime, market, content.rfq.id)
        decline(runtime, market.purchaser, second)
        assert close(runtime, market, content.rfq.id).status is RfqStatus.CLOSED

    def test_the_clock_closes_although_a_question_is_open(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        ask(runtime, market.sales[0], content.rfq.id)
        assert close_due(replace(runtime, shift=timedelta(hours=49))) >= 1
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.CLOSED
        (left,) = seen(runtime, market.purchaser, content.rfq.id)
        assert left.status is QuestionStatus.OPEN


class TestNoName:
    """The asker's company and person are looked for in everything that anybody else is given."""

    def marks(self, market: Market) -> tuple[str, ...]:
        sales = market.sales[0]
        return (str(market.suppliers[0]), str(sales.user_id), sales.who.name + " of", sales.org_name or "Supplier 1")

    def asked_and_answered(self, runtime: Runtime, market: Market, rfq_id: UUID) -> list[QuestionView]:
        found = [ask(runtime, market.sales[0], rfq_id), ask(runtime, market.sales[0], rfq_id, "And which colour?")]
        drain_outbox(runtime)
        answered = answer(runtime, market.purchaser, found[0])
        declined = decline(runtime, market.purchaser, found[1])
        drain_outbox(runtime)
        return [answered, declined]

    def test_no_body_header_or_page_names_the_asker(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        self.asked_and_answered(runtime, market, content.rfq.id)
        rival, buyer = (caller_for(client, runtime, person) for person in (market.sales[1], market.purchaser))
        for caller in (rival, buyer):
            for path in (f"/rfqs/{content.rfq.id}/questions", "/notifications", "/notifications/groups"):
                told = caller.get(path)
                assert told.status_code == 200, told.text
                for mark in self.marks(market):
                    assert mark not in told.text
                    assert mark not in str(told.headers)
        assert rival.get(f"/rfqs/{content.rfq.id}/questions").json()["items"][0]["own"] is False
        assert len(rival.get(f"/rfqs/{content.rfq.id}/questions").json()["items"]) == 1
        sign_in(client, market.sales[1])
        for path in (f"/rfqs/{content.rfq.id}", f"/rfqs/{content.rfq.id}/questions", "/notifications"):
            shown = client.get(path, headers={"accept": "text/html"})
            assert shown.status_code == 200
            for mark in self.marks(market):
                assert mark not in shown.text
        sign_in(client, market.purchaser)
        shown = client.get(f"/rfqs/{content.rfq.id}/questions", headers={"accept": "text/html"})
        for mark in self.marks(market):
            assert mark not in shown.text

    def test_no_message_event_or_trail_of_others_names_the_asker(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        self.asked_and_answered(runtime, market, content.rfq.id)
        machine = system_actor("test", market.buyer_id, *market.suppliers)
        others = {person.user_id for person in (market.purchaser, *market.sales[1:])}
        for kind in (NotificationMail, Notification):
            rows = [row for row in rows_of(runtime, machine, select(kind)) if row.user_id in others]
            about = [row for row in rows if row.kind.startswith("rfq.question")]
            assert {row.kind for row in about} == {"rfq.question_asked", "rfq.question_answered"}
            for row in about:
                assert not any(mark in json.dumps([row.facts, row.subject, row.body]) for mark in self.marks(market))
        own = [
            row for row in rows_of(runtime, machine, select(NotificationMail)) if row.kind == "rfq.question_declined"
        ]
        assert [row.user_id for row in own] == [market.sales[0].user_id]
        same = [
            row.facts
            for row in rows_of(runtime, machine, select(NotificationMail))
            if row.kind == "rfq.question_answered"
        ]
        assert len(same) == 3
        assert all(facts == same[0] for facts in same)
        told = rows_of(runtime, machine, select(OutboxRow).where(OutboxRow.topic.like("rfq.question%")))
        assert {row.topic for row in told} == {
            "rfq.question_asked.v1",
            "rfq.question_answered.v1",
            "rfq.question_declined.v1",
        }
        for row in told:
            payload = {name: value for name, value in row.payload.items() if name != "supplier_ids"}
            assert not any(mark in json.dumps(payload) for mark in self.marks(market))

    @pytest.mark.parametrize("reader", ["buyer", "rival"])
    def test_the_trail_and_the_tables_name_nobody(
        self, runtime: Runtime, market: Market, content: RfqContent, reader: str
    ) -> None:
        asked = self.asked_and_answered(runtime, market, content.rfq.id)
        person = market.purchaser if reader == "buyer" else market.sales[1]
        with runtime.database.session() as session:
            set_tenant(session, Tenant(person.org_ids))
            events = session.scalars(select(AuditEvent)).all()
            for event in events:
                assert event.actor_org_id != market.suppliers[0], (event.action, event.object_type)
                assert event.actor_user_id != market.sales[0].user_id
            asked_of = [event.id for event in events if "question" in event.action]
            assert asked_of
            for detail in session.scalars(select(AuditDetail).where(AuditDetail.event_id.in_(asked_of))):
                assert detail.actor_name != market.sales[0].who.name
                assert not any(mark in json.dumps(detail.changes) for mark in self.marks(market)[:2])
            assert session.execute(text("SELECT count(*) FROM rfq_own_question")).scalar_one() == 0
            visible = session.execute(text("SELECT count(*) FROM rfq_question")).scalar_one()
            session.rollback()
        assert visible == (2 if reader == "buyer" else 1)
        with work_for(runtime, person) as work:
            found = read_timeline(work, person, ReadTimeline("rfq", content.rfq.id, 50))
        actions = [entry.summary.action for entry in found]
        assert "rfq.question_answered" in actions
        assert ("rfq.question_asked" in actions) is (reader == "buyer")
        if reader == "rival":
            assert "rfq.question_declined" not in actions
        assert len(asked) == 2

    def test_the_row_is_the_same_for_whoever_asked(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        """Nothing in the shared row depends on the asker: parties are the request's, in the request's order."""
        for sales in market.sales[:2]:
            ask(runtime, sales, content.rfq.id, "Same words?")
        machine = system_actor("test", market.buyer_id)
        one, other = rows_of(runtime, machine, select(Question).where(Question.rfq_id == content.rfq.id))
        kept = {"id", "audit_salt", "created_at", "changed_at"}
        columns = [column.name for column in Question.__table__.columns if column.name not in kept]
        assert [getattr(one, name) for name in columns] == [getattr(other, name) for name in columns]
