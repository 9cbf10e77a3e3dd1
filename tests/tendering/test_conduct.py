"""A tender from its draft to the opened bids: steps, times, questions, sealed bids, the close record, the opening."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.actor import system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.bids import ContributeLayer, SubmitBid, TakeWork
from b2b_market.tendering.commands.tenders import (
    AnswerEnquiry,
    AskAboutTender,
    BondInput,
    CancelLot,
    ExtendTender,
    ReadTender,
    ReasonedTender,
    StepTender,
)
from b2b_market.tendering.models.bids import Bid, BidContent, Received
from b2b_market.tendering.rules import bidding as bid_rules
from b2b_market.tendering.rules import drafting as draft_rules
from b2b_market.tendering.rules.asking import NothingToAnswerNow, TenderEnquiryEnded
from b2b_market.tendering.rules.opening import LayerContributed, NotYourTurn
from b2b_market.tendering.rules.sealed_envelope import EnvelopeUnacceptable
from b2b_market.tendering.rules.sealed_journal import is_from, live_receipts, read_close, read_receipt
from b2b_market.tendering.rules.sealed_layers import ContributionUnacceptable
from b2b_market.tendering.rules.sealed_proofs import Stands
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.service import asking, bidding, conducting, opening, publishing
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.tenders import EnquiryStatus, LotStatus, TenderStatus
from b2b_market.tendering.tasks import advance_due, open_ready
from tests.support import tenders as made
from tests.support.figures import shows
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


def stored(runtime: Runtime, hall: Hall, wanted: Any) -> Any:
    return rows_of(runtime, system_actor("test", hall.buyer_id, *hall.suppliers), wanted)


class TestDrafting:
    def test_every_wrong_field_is_named(self, runtime: Runtime, hall: Hall) -> None:
        command = made.tender_command(hall, bond=BondInput(percent=Decimal(6)), rehearsal_factor=90_000)
        wrong = replace(command, title=" ", criteria=command.criteria[:1], lots=(replace(command.lots[0], items=()),))
        with pytest.raises(Invalid) as refused:
            made.draft(runtime, hall, wrong)
        assert {error.pointer for error in refused.value.errors} == {
            "/title",
            "/rehearsal_factor",
            "/lots/0/items",
            "/criteria",
            "/bond/percent",
        }
        assert stored(runtime, hall, select(Bid)) == []

    def test_it_is_published_by_another_person_only_when_complete(self, runtime: Runtime, hall: Hall) -> None:
        for changes, refusal in (
            ({"budget_approved": False}, draft_rules.TenderIncomplete),
            ({"key_ids": hall.key_ids[:2]}, draft_rules.OfficersUnfit),
            ({"closes_at": datetime.now(UTC) + timedelta(days=5)}, draft_rules.TenderPeriodTooShort),
        ):
            content = made.draft(runtime, hall, made.tender_command(hall, **changes))
            with pytest.raises(refusal), work_for(runtime, hall.purchaser) as work:
                publishing.submit_tender(work, hall.purchaser, StepTender(content.tender.id, content.version))
        content = made.draft(runtime, hall)
        with work_for(runtime, hall.purchaser) as work:
            publishing.submit_tender(work, hall.purchaser, StepTender(content.tender.id, content.version))
        both = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, Role.BUYER_PURCHASER)
        again = made.read(runtime, hall.purchaser, content.tender.id)
        mine = replace(hall.purchaser, permissions=both.permissions)
        with pytest.raises(OwnWork), work_for(runtime, mine) as work:
            publishing.publish_tender(work, mine, StepTender(content.tender.id, again.version))

    def test_s12_keeps_buyers_evaluators_and_bidders_from_the_keys(self, runtime: Runtime, hall: Hall) -> None:
        own = made.prove(runtime, replace(hall.officers[0], who=hall.evaluator.who), b"e" * 32, "Legal")
        chosen = (*hall.key_ids[:2], own)
        content = made.draft(runtime, hall, made.tender_command(hall, key_ids=chosen))
        with pytest.raises(draft_rules.OfficersUnfit) as refused, work_for(runtime, hall.purchaser) as work:
            publishing.submit_tender(work, hall.purchaser, StepTender(content.tender.id, content.version))
        assert refused.value.facts["names"] == "Eva Evaluator"

    def test_the_notice_is_signed_over_what_bidders_read(self, runtime: Runtime, hall: Hall) -> None:
        content = made.published(runtime, hall)
        tender = content.tender
        assert (tender.status, tender.edition) == (TenderStatus.ENQUIRIES, 1)
        notice = read_notice(tender.notice).notice
        assert notice.receipts_key == runtime.receipts.public_key
        assert notice.deadline == tender.closes_at
        assert [card.name for card in notice.terms.officers] == ["Officer 1", "Officer 2", "Officer 3"]
        theirs = made.read(runtime, hall.sales[0], tender.id)
        assert (theirs.estimates, theirs.lots[0].estimate) == ({}, None)
        assert content.estimates == {content.lots[0].id: Decimal(1000)}
        assert not shows(str(tender.document), "1000")


class TestClock:
    def test_bidding_waits_for_the_last_answer_and_the_deadline_moves_with_it(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        content = made.published(runtime, hall)
        with work_for(runtime, hall.sales[0]) as work:
            asked = asking.ask_about_tender(work, hall.sales[0], AskAboutTender(content.tender.id, "Which flange?"))
        with work_for(runtime, hall.sales[1]) as work:
            assert asking.list_enquiries(work, hall.sales[1], ReadTender(content.tender.id)) == []
        made.move(runtime, made.QUESTIONS_END + timedelta(days=2))
        advance_due(runtime)
        assert made.read(runtime, hall.purchaser, content.tender.id).tender.status is TenderStatus.ENQUIRIES
        with pytest.raises(TenderEnquiryEnded), work_for(runtime, hall.sales[0]) as work:
            asking.ask_about_tender(work, hall.sales[0], AskAboutTender(content.tender.id, "And the bolts?"))
        with work_for(runtime, hall.purchaser) as work:
            asking.answer_enquiry(work, hall.purchaser, AnswerEnquiry(asked.id, 1, "DN 80."))
        assert advance_due(runtime) == 1
        moved = made.read(runtime, hall.sales[1], content.tender.id).tender
        assert (moved.status, moved.edition) == (TenderStatus.TENDERING, 2)
        assert moved.closes_at is not None
        assert content.tender.closes_at is not None
        assert moved.closes_at > content.tender.closes_at
        with work_for(runtime, hall.sales[1]) as work:
            (told,) = asking.list_enquiries(work, hall.sales[1], ReadTender(content.tender.id))
        assert (told.status, told.answer, told.own, told.version) == (EnquiryStatus.ANSWERED, "DN 80.", False, None)
        with pytest.raises((NothingToAnswerNow, IllegalStep)), work_for(runtime, hall.purchaser) as work:
            asking.answer_enquiry(work, hall.purchaser, AnswerEnquiry(asked.id, 2, "DN 100."))

    def test_a_deadline_moves_later_only_and_bids_stay(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        made.bid(runtime, hall, content, 0)
        closes_at, version = content.tender.closes_at, content.version
        assert closes_at is not None
        for wrong in (closes_at, closes_at - timedelta(days=1)):
            command = ExtendTender(content.tender.id, version, wrong, "More time was asked for")
            with pytest.raises(draft_rules.TenderPeriodTooShort), work_for(runtime, hall.approver) as work:
                publishing.extend_tender(work, hall.approver, command)
        later = closes_at + timedelta(days=3)
        with work_for(runtime, hall.approver) as work:
            command = ExtendTender(content.tender.id, version, later, "More time was asked for")
            publishing.extend_tender(work, hall.approver, command)
        made.bid(runtime, hall, content, 0, version=2)
        assert [row.sequence for row in stored(runtime, hall, select(Received).order_by(Received.sequence))] == [1, 2]

    def test_too_few_bidders_come_to_nothing_and_stay_sealed(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall, made.tender_command(hall, minimum_bidders=2))
        made.bid(runtime, hall, content, 0)
        made.close(runtime)
        after = made.read(runtime, hall.purchaser, content.tender.id)
        assert (after.tender.status, after.lots[0].status) == (TenderStatus.UNSUCCESSFUL, LotStatus.UNSUCCESSFUL)
        with pytest.raises(BidsStillSealed):
            made.contribution(runtime, hall, content.tender.id, 0)

    def test_a_lot_or_the_whole_is_called_off_by_another_person(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall, made.tender_command(hall, lots=2))
        made.bid(runtime, hall, content, 0)
        made.bid(runtime, hall, content, 1, at=1)
        with work_for(runtime, hall.approver) as work:
            conducting.cancel_lot(work, hall.approver, CancelLot(content.lots[0].id, content.version, "No need"))
        left = made.read(runtime, hall.purchaser, content.tender.id)
        assert [lot.status for lot in left.lots] == [LotStatus.CANCELLED, LotStatus.ACTIVE]
        with pytest.raises(bid_rules.NotOpenForBids):
            made.bid(runtime, hall, content, 1)
        with pytest.raises(IllegalStep), work_for(runtime, hall.approver) as work:
            conducting.cancel_lot(work, hall.approver, CancelLot(content.lots[1].id, left.version, "No need"))
        made.close(runtime)
        made.open_bids(runtime, hall, content.tender.id)
        with work_for(runtime, hall.evaluator) as work:
            found = opening.list_opened_bids(work, hall.evaluator, ReadTender(content.tender.id))
        assert [one.bid.lot_id for one in found] == [content.lots[1].id]
        version = made.read(runtime, hall.purchaser, content.tender.id).version
        with work_for(runtime, hall.approver) as work:
            command = ReasonedTender(content.tender.id, version, "Plant is closed")
            assert conducting.cancel_tender(work, hall.approver, command).status is TenderStatus.CANCELLED


class TestBids:
    def test_each_document_gets_the_next_receipt_and_the_last_of_each_counts(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        content = made.tendering(runtime, hall)
        rows = [
            made.bid(runtime, hall, content, 0),
            made.bid(runtime, hall, content, 1),
            made.bid(runtime, hall, content, 0, version=2, price="940"),
            made.withdraw(runtime, hall, content, 1, 2),
        ]
        signed = [read_receipt(row.receipt) for row in rows]
        assert all(is_from(one, runtime.receipts.public_key) for one in signed)
        assert [one.receipt.sequence for one in signed] == [1, 2, 3, 4]
        made.close(runtime)
        closed = made.read(runtime, hall.sales[0], content.tender.id).tender
        assert closed.status is TenderStatus.CLOSED
        record = read_close(closed.close_record).close
        assert (record.journal.size, record.live.size) == (4, 1)
        with work_for(runtime, hall.sales[0]) as work:
            own = bidding.read_own_bids(work, hall.sales[0], ReadTender(content.tender.id))
        (live,) = live_receipts(one.receipt for one in signed)
        assert own.proofs[3].shows(live, record)
        with work_for(runtime, hall.sales[1]) as work:
            withdrawn = bidding.read_own_bids(work, hall.sales[1], ReadTender(content.tender.id))
        assert (withdrawn.bids[0].status, list(withdrawn.proofs)) == (BidStatus.WITHDRAWN, [4])
        assert withdrawn.proofs[4].stands is Stands.WITHDRAWN
        assert withdrawn.proofs[4].shows(signed[3].receipt, record)

    def test_what_is_late_foreign_or_out_of_order_is_not_kept(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        tender_id, sales = content.tender.id, hall.sales[0]
        foreign = made.packed_bid(content, hall.suppliers[1], 1)
        cases = (
            (sales, foreign, EnvelopeUnacceptable),
            (sales, made.packed_bid(content, hall.suppliers[0], 0, version=2), bid_rules.BidVersionTaken),
            (sales, made.packed_bid(content, hall.suppliers[0], 0)[:-1], EnvelopeUnacceptable),
        )
        for person, packed, refusal in cases:
            with pytest.raises(refusal), work_for(runtime, person) as work:
                bidding.submit_bid(work, person, SubmitBid(tender_id, packed))
        made.bid(runtime, hall, content, 0)
        other = made.packed_bid(content, hall.suppliers[0], 5, version=2)
        with pytest.raises(EnvelopeUnacceptable), work_for(runtime, sales) as work:
            bidding.submit_bid(work, sales, SubmitBid(tender_id, other))
        made.move(runtime, made.BIDS_END)
        with pytest.raises(bid_rules.BidTooLate), work_for(runtime, sales) as work:
            bidding.submit_bid(
                work, sales, SubmitBid(tender_id, made.packed_bid(content, hall.suppliers[0], version=2))
            )
        assert [row.sequence for row in stored(runtime, hall, select(Received))] == [1]

    def test_who_holds_a_key_does_not_bid(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        officer = replace(hall.sales[0], org_ids=hall.officers[2].org_ids)
        with pytest.raises(bid_rules.BidderUnfit), work_for(runtime, officer) as work:
            bidding.submit_bid(work, officer, SubmitBid(content.tender.id, b""))


class TestOpening:
    def test_two_officers_open_what_nobody_could_read_before(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        made.bid(runtime, hall, content, 0, price="951.73")
        made.bid(runtime, hall, content, 1, price="988.41")
        tender_id = content.tender.id
        with pytest.raises(BidsStillSealed):
            made.contribution(runtime, hall, tender_id, 0)
        made.close(runtime)
        with pytest.raises(NotYourTurn):
            made.contribution(runtime, hall, tender_id, 2)
        stranger = replace(hall.approver, permissions=hall.officers[0].permissions)
        with pytest.raises(NotFound), work_for(runtime, hall.approver) as work:
            opening.take_opening_work(work, stranger, TakeWork(tender_id))
        first = made.contribution(runtime, hall, tender_id, 0)
        with pytest.raises(ContributionUnacceptable), work_for(runtime, hall.officers[0]) as work:
            opening.contribute_layer(work, hall.officers[0], ContributeLayer(tender_id, first[:-2] + b"}}"))
        assert open_ready(runtime) == 0
        made.open_bids(runtime, hall, tender_id)
        assert open_ready(runtime) == 0
        with pytest.raises(BidsStillSealed), work_for(runtime, hall.officers[0]) as work:
            opening.contribute_layer(work, hall.officers[0], ContributeLayer(tender_id, first))
        opened = made.read(runtime, hall.purchaser, tender_id).tender
        assert opened.status is TenderStatus.OPENED
        with work_for(runtime, hall.evaluator) as work:
            found = opening.list_opened_bids(work, hall.evaluator, ReadTender(tender_id))
            assert [one.content["total"] for one in found if one.content] == ["951.73", "988.41"]
        with work_for(runtime, hall.sales[0]) as work:
            assert opening.read_ceremony(work, hall.sales[0], ReadTender(tender_id)).opening is None
        with work_for(runtime, hall.officers[2]) as work:
            ceremony = opening.read_ceremony(work, hall.officers[2], ReadTender(tender_id))
        assert ceremony.opening is not None
        assert [one["outcome"] for one in ceremony.opening.record["record"]["bids"]] == ["opened", "opened"]

    def test_a_layer_is_removed_once(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        made.bid(runtime, hall, content, 0)
        made.close(runtime)
        document = made.contribution(runtime, hall, content.tender.id, 0)
        command = ContributeLayer(content.tender.id, document)
        with work_for(runtime, hall.officers[0]) as work:
            opening.contribute_layer(work, hall.officers[0], command)
        with pytest.raises(LayerContributed), work_for(runtime, hall.officers[0]) as work:
            opening.contribute_layer(work, hall.officers[0], command)
        with pytest.raises(ContributionUnacceptable), work_for(runtime, hall.officers[1]) as work:
            opening.contribute_layer(work, hall.officers[1], replace(command, document=document.replace(b"1", b"2")))

    def test_another_pair_opens_when_a_key_is_lost(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        made.bid(runtime, hall, content, 1, price="77.31")
        made.close(runtime)
        made.open_bids(runtime, hall, content.tender.id, (1, 2))
        rows = stored(runtime, hall, select(BidContent))
        assert [row.content["total"] for row in rows] == ["77.31"]
