"""Talks: private to two companies, shut while quotations are sealed, with files and unread marks."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.audit.commands import ReadTimeline
from b2b_market.audit.service.exploring import read_timeline
from b2b_market.files import public as files
from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.requests import ReadRfq, ReasonedStep
from b2b_market.rfq.commands.rounds import ReadNegotiation, SendMessage
from b2b_market.rfq.models.bargaining import TalkMark, TalkMessage
from b2b_market.rfq.rules import bargaining
from b2b_market.rfq.service import closing, rounds, talking
from b2b_market.rfq.states import Side
from b2b_market.rfq.tasks import close_due
from tests.support.delivery import drain_outbox
from tests.support.negotiations import closed_request, round_command, say, talk
from tests.support.people import make_person
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for

SECRET = "we could do seven percent less"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def send(runtime: Runtime, actor: Actor, command: SendMessage) -> TalkMessage:
    with work_for(runtime, actor) as work:
        return talking.send_message(work, actor, command)


def unread(runtime: Runtime, actor: Actor, rfq_id: UUID) -> int:
    with work_for(runtime, actor) as work:
        found = talking.list_talks(work, actor, ReadRfq(rfq_id))
    return sum(one.unread for one in found)


class TestPrivate:
    def test_the_two_read_it_and_nobody_else(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, (["10", "20"], ["11", "21"]))
        one = market.suppliers[0]
        say(runtime, market.purchaser, content.rfq.id, one, "Where does the steel come from?")
        say(runtime, market.sales[0], content.rfq.id, one, SECRET)
        for actor, side in (
            (market.purchaser, Side.BUYER),
            (market.sales[0], Side.SUPPLIER),
            (market.approver, Side.BUYER),
        ):
            found = talk(runtime, actor, content.rfq.id, one)
            assert [message.text for message in found.messages] == ["Where does the steel come from?", SECRET]
            assert (found.side, found.open) == (side, True)
        stranger = make_market(runtime)
        for actor in (market.sales[1], stranger.purchaser, stranger.sales[0]):
            with pytest.raises(NotFound):
                talk(runtime, actor, content.rfq.id, one)
            with pytest.raises(NotFound):
                say(runtime, actor, content.rfq.id, one)
            with work_for(runtime, actor) as work:
                assert work.session.scalars(select(TalkMessage)).all() == []
        with pytest.raises(NotFound):
            say(runtime, market.purchaser, content.rfq.id, stranger.suppliers[0])
        with pytest.raises(NotFound):
            say(runtime, market.purchaser, content.rfq.id, market.buyer_id)
        with pytest.raises(Forbidden):
            say(runtime, market.approver, content.rfq.id, one)

    def test_the_trail_says_that_and_not_what(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, (["10", "20"],))
        message = say(runtime, market.sales[0], content.rfq.id, market.suppliers[0], SECRET)
        drain_outbox(runtime)
        machine = system_actor("test", market.buyer_id, *market.suppliers)
        with work_for(runtime, market.purchaser) as work:
            entries = read_timeline(work, market.purchaser, ReadTimeline("rfq", content.rfq.id, 50))
            assert "message.sent" in {entry.summary.action for entry in entries}
        entry_ids = [row.id for row in rows_of(runtime, machine, select(AuditEvent)) if row.object_id == message.id]
        details = [row for row in rows_of(runtime, machine, select(AuditDetail)) if row.event_id in entry_ids]
        assert entry_ids
        assert SECRET not in repr([row.changes for row in details])
        assert SECRET not in repr([row.payload for row in rows_of(runtime, machine, select(OutboxRow))])
        with work_for(runtime, market.sales[1]) as work:
            others = read_timeline(work, market.sales[1], ReadTimeline("rfq", content.rfq.id, 50))
            assert "message.sent" not in {entry.summary.action for entry in others}

    def test_the_other_side_is_told_and_marks_what_it_has_read(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, (["10", "20"],))
        rfq_id, one = content.rfq.id, market.suppliers[0]
        say(runtime, market.purchaser, rfq_id, one)
        say(runtime, market.purchaser, rfq_id, one, "And by when?")
        drain_outbox(runtime)
        found = rows_of(runtime, market.sales[0], select(Notification).where(Notification.kind == "rfq.message_sent"))
        assert {row.link for row in found} == {f"/rfqs/{rfq_id}/negotiate/{one}"}
        assert (
            unread(runtime, market.sales[0], rfq_id),
            unread(runtime, market.purchaser, rfq_id),
        ) == (2, 0)
        with work_for(runtime, market.sales[0]) as work:
            talking.mark_read(work, market.sales[0], ReadNegotiation(rfq_id, one))
        assert unread(runtime, market.sales[0], rfq_id) == 0
        colleague = make_person(runtime, one, Role.SUPPLIER_SALES)
        assert unread(runtime, colleague, rfq_id) == 2
        say(runtime, market.purchaser, rfq_id, one, "Hello?")
        assert unread(runtime, market.sales[0], rfq_id) == 1
        with work_for(runtime, market.sales[1]) as work:
            assert work.session.scalars(select(TalkMark)).all() == []


class TestSaying:
    def test_a_line_must_be_one_of_the_request_and_a_text_must_say_something(
        self, runtime: Runtime, market: Market
    ) -> None:
        content, _ = closed_request(runtime, market, (["10", "20"],))
        good = SendMessage(
            rfq_id=content.rfq.id, supplier_id=market.suppliers[0], text="About this.", line_id=content.lines[1].id
        )
        assert send(runtime, market.purchaser, good).line_id == content.lines[1].id
        for wrong in (replace(good, line_id=content.rfq.id), replace(good, text=" a "), replace(good, text="x" * 4001)):
            with pytest.raises(Invalid):
                send(runtime, market.purchaser, wrong)
        many = replace(good, file_ids=tuple([content.rfq.id] * 11))
        with pytest.raises(Invalid):
            send(runtime, market.purchaser, many)
        assert len(talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).messages) == 1

    def test_own_files_are_shown_to_the_other_side_alone(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, (["10", "20"], ["11", "21"]))
        upload = files.Upload("drawing.txt", "text/plain", b"M16, coarse\n")
        kept = files.store(runtime, market.sales[0], Cause("test", new_correlation()), upload)
        command = SendMessage(
            rfq_id=content.rfq.id, supplier_id=market.suppliers[0], text="See the drawing.", file_ids=(kept.id,)
        )
        with pytest.raises(NotFound):
            send(runtime, market.purchaser, command)
        send(runtime, market.sales[0], command)
        with work_for(runtime, market.purchaser) as work:
            assert files.open_file(work, market.purchaser, kept.id).name == "drawing.txt"
            assert talking.name_files(work, market.purchaser, [kept.id]) == {kept.id: "drawing.txt"}
        with pytest.raises(NotFound), work_for(runtime, market.sales[1]) as work:
            files.open_file(work, market.sales[1], kept.id)


class TestSeal:
    def test_nothing_is_said_while_a_sealed_request_or_round_is_open(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
        submit(runtime, market.sales[0], content, ["10", "20"])
        one = market.suppliers[0]

        def shut(at: Runtime) -> None:
            for actor in (market.purchaser, market.sales[0]):
                with pytest.raises(bargaining.TalkSealed):
                    say(at, actor, content.rfq.id, one, SECRET)
                found = talk(at, actor, content.rfq.id, one)
                assert found.open is False

        shut(runtime)
        later = replace(runtime, shift=timedelta(hours=49))
        assert close_due(later) == 1
        say(later, market.purchaser, content.rfq.id, one, "Thank you for your quotation.")
        now = read(later, market.purchaser, content.rfq.id)
        with work_for(later, market.purchaser) as work:
            rounds.open_round(work, market.purchaser, round_command(now, [one], hours=49 + 120))
        shut(later)
        assert close_due(replace(runtime, shift=timedelta(days=8))) == 1
        say(later, market.sales[0], content.rfq.id, one, SECRET)

    def test_an_open_request_is_talked_about_from_publication_to_its_end(
        self, runtime: Runtime, market: Market
    ) -> None:
        draft = make_draft(runtime, market)
        with pytest.raises(NotFound):
            say(runtime, market.purchaser, draft.rfq.id, market.suppliers[0])
        content = publish(runtime, market)
        say(runtime, market.sales[2], content.rfq.id, market.suppliers[2], "May we visit the plant?")
        with work_for(runtime, market.purchaser) as work:
            version = read(runtime, market.purchaser, content.rfq.id).rfq.version
            closing.cancel_rfq(work, market.purchaser, ReasonedStep(content.rfq.id, version, "not needed"))
        with pytest.raises(bargaining.TalkOver):
            say(runtime, market.sales[2], content.rfq.id, market.suppliers[2])
        assert len(talk(runtime, market.sales[2], content.rfq.id, market.suppliers[2]).messages) == 1
