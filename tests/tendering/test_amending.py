"""Amendments of a published tender: editions, the second person, and bids that must be confirmed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.documents import ReadDocument
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.amendments import TenderAmendment
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.rules import amending as rules
from b2b_market.tendering.rules import attaching as paper_rules
from b2b_market.tendering.rules import confirming
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort, TenderReasonMissing
from b2b_market.tendering.rules.sealed_envelope import EnvelopeUnacceptable
from b2b_market.tendering.rules.sealed_journal import TreeHead, read_close, read_receipt
from b2b_market.tendering.rules.sealed_proofs import Stands
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.service import amending, attaching, editions
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.amendments import Need, TenderAmendmentStatus
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.ui.security import CSRF_HEADER
from tests.support import judging, papers
from tests.support import tender_amendments as amended
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import form_token, make_person, post_form, sign_in
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for
from tests.tendering import test_edges


class TestPublishing:
    def test_a_material_amendment_becomes_a_signed_edition_that_binds(self, runtime: Runtime, hall: Hall) -> None:
        before = made.tendering(runtime, hall)
        made.move(runtime, timedelta(days=3))
        content = amended.amend_specification(runtime, hall, before.tender.id)
        tender = content.tender
        assert (tender.edition, tender.binding_edition) == (before.tender.edition + 1, before.tender.edition + 1)
        assert (tender.status, tender.next_due_at) == (TenderStatus.TENDERING, tender.closes_at)
        notice = read_notice(tender.notice).notice
        assert (notice.binding, notice.deadline) == (tender.edition, tender.closes_at)
        assert tender.closes_at is not None
        assert before.tender.closes_at is not None
        assert tender.closes_at > before.tender.closes_at, "the procedure leaves time after a change"
        assert tender.document is not None
        assert tender.document["amendments"][-1]["reason"] == "The engineers asked for it."
        with work_for(runtime, hall.sales[0]) as work:
            found = editions.list_editions(work, hall.sales[0], ReadTender(tender.id)).editions
        assert [(one.row.edition, one.voids) for one in found][:2] == [
            (tender.edition, True),
            (tender.edition - 1, False),
        ]
        (change,) = found[0].changes
        assert (change.label, change.before, change.after) == ("Specification", "", "DN 100")

    def test_what_bids_do_not_answer_moves_nothing_and_voids_nothing(self, runtime: Runtime, hall: Hall) -> None:
        before = made.tendering(runtime, hall)
        made.bid(runtime, hall, before, 0)
        command = replace(amended.unchanged(before), title="Pumps and flanges")
        view = amended.amend(runtime, hall.purchaser, command)
        assert (view.amendment.status, view.material, view.needs) == (TenderAmendmentStatus.PUBLISHED, False, ())
        after = made.read(runtime, hall.purchaser, before.tender.id).tender
        assert (after.title, after.binding_edition, after.closes_at) == (
            "Pumps and flanges",
            1,
            before.tender.closes_at,
        )
        assert amended.own_bids(runtime, hall, after.id, 0).unconfirmed() == []

    def test_what_is_not_an_amendment_is_refused_and_nothing_happens(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        same = amended.unchanged(content)
        other = amended.with_item(same, specification="x")
        assert content.tender.closes_at is not None
        sooner = content.tender.closes_at - timedelta(days=1)
        for command, refusal in (
            (same, rules.TenderNotAmended),
            (replace(other, reason=" "), TenderReasonMissing),
            (replace(other, lots=(*other.lots, other.lots[0])), Invalid),
            (replace(other, closes_at=sooner), TenderPeriodTooShort),
        ):
            with pytest.raises(refusal):
                amended.amend(runtime, hall.purchaser, command)
        assert made.read(runtime, hall.purchaser, content.tender.id).version == content.version
        made.close(runtime)
        closed = made.read(runtime, hall.purchaser, content.tender.id)
        with pytest.raises(IllegalStep):
            amended.amend(runtime, hall.purchaser, replace(other, expected_version=closed.version))

    def test_documents_come_and_go_with_an_amendment(self, runtime: Runtime, hall: Hall) -> None:
        draft = made.draft(runtime, hall).tender.id
        papers.attach(runtime, hall.purchaser, draft)
        papers.attach(runtime, hall.purchaser, draft, papers.PDF + b"%f", title="Form", material=False)
        content = made.publish(runtime, hall, draft)
        first, form = papers.listed(runtime, hall.purchaser, draft).documents
        found = papers.attach(
            runtime, hall.purchaser, draft, papers.PDF + b"%2", replaces=first.id, title="Specification", note="DN 100"
        ).documents
        second = next(one for one in found if one.series == first.series and one.number == 2)
        with pytest.raises(paper_rules.DocumentReplaced):
            papers.attach(runtime, hall.purchaser, draft, papers.PDF + b"%3", replaces=first.id)
        with work_for(runtime, hall.purchaser) as work:
            attaching.detach_document(work, hall.purchaser, ReadDocument(form.id))
        theirs = papers.listed(runtime, hall.sales[0], draft).documents
        assert [(one.id, one.leaving) for one in theirs] == [(first.id, False), (form.id, False)]
        with pytest.raises(NotFound):
            papers.taken(runtime, hall.sales[0], second.id)
        content = made.read(runtime, hall.purchaser, draft)
        view = amended.amend(runtime, hall.purchaser, amended.unchanged(content))
        assert [(one.label, one.material) for one in view.changes] == [("Document", True), ("Document", False)]
        theirs = papers.listed(runtime, hall.sales[0], draft).documents
        assert {(one.id, one.since, one.until) for one in theirs} == {
            (first.id, 1, 2),
            (second.id, 2, None),
            (form.id, 1, 2),
        }
        assert papers.taken(runtime, hall.sales[0], first.id) == papers.PDF, "an earlier version stays readable"

    def test_taking_off_what_waits_puts_the_announced_version_back(self, runtime: Runtime, hall: Hall) -> None:
        draft = made.draft(runtime, hall).tender.id
        (first,) = papers.attach(runtime, hall.purchaser, draft).documents
        made.publish(runtime, hall, draft)
        found = papers.attach(runtime, hall.purchaser, draft, papers.PDF + b"%2", replaces=first.id).documents
        with work_for(runtime, hall.purchaser) as work:
            (left,) = attaching.detach_document(work, hall.purchaser, ReadDocument(found[1].id)).documents
        assert (left.id, left.leaving) == (first.id, False)


class TestSecondPerson:
    def test_a_changed_estimate_waits_for_another_person(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        plain = amended.unchanged(content)
        command = replace(plain, lots=(replace(plain.lots[0], estimate=Decimal(24681357)),))
        view = amended.amend(runtime, hall.purchaser, command)
        assert (view.amendment.status, view.needs) == (TenderAmendmentStatus.PENDING_APPROVAL, (Need.ESTIMATE,))
        assert made.read(runtime, hall.purchaser, content.tender.id).estimates[content.lots[0].id] == Decimal(1000)
        again = made.read(runtime, hall.purchaser, content.tender.id)
        with pytest.raises(rules.TenderAmendmentWaits):
            amended.amend(runtime, hall.purchaser, amended.with_item(amended.unchanged(again), specification="x"))
        both = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, Role.BUYER_PURCHASER)
        mine = replace(hall.purchaser, permissions=both.permissions)
        for step in ("approve", "return"):
            with pytest.raises(OwnWork):
                amended.decide(runtime, mine, view.amendment.id, step, "no good")
        with pytest.raises(rules.TenderAmendmentAboveLimit):
            amended.decide(runtime, self.limited(hall.approver, TenderPermission.APPROVE), view.amendment.id, "approve")
        done = amended.decide(runtime, hall.approver, view.amendment.id, "approve")
        assert done.amendment.status is TenderAmendmentStatus.PUBLISHED
        after = made.read(runtime, hall.purchaser, content.tender.id)
        assert (after.estimates[content.lots[0].id], after.tender.binding_edition) == (Decimal(24681357), 1)
        assert "24681357" not in str(after.tender.document)

    def test_an_author_above_the_limit_needs_one_and_a_later_deadline_too(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        command = amended.with_item(amended.unchanged(content), specification="x")
        assert content.tender.closes_at is not None
        later = replace(command, closes_at=content.tender.closes_at + timedelta(days=9))
        limited = self.limited(hall.purchaser, TenderPermission.DRAFT)
        with work_for(runtime, limited) as work:
            assert amending.preview_amendment(work, limited, command)[1] == (Need.LIMIT,)
        with work_for(runtime, hall.purchaser) as work:
            assert amending.preview_amendment(work, hall.purchaser, later)[1] == (Need.DEADLINE,)
        assert rows_of(runtime, hall.purchaser, select(TenderAmendment)) == []

    @staticmethod
    def limited(actor: Actor, permission: TenderPermission) -> Actor:
        return replace(actor, limits={permission.value: Money.of("500", "CNY")})

    def test_it_is_returned_withdrawn_outdated_or_lapses(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        found = []
        for step, status in (("return", "returned"), ("withdraw", "withdrawn")):
            view = self.waiting(runtime, hall, content.tender.id)
            actor = hall.approver if step == "return" else hall.purchaser
            done = amended.decide(runtime, actor, view, step, "not so much")
            assert done.amendment.status.value == status
            with pytest.raises(IllegalStep):
                amended.decide(runtime, actor, view, step, "not so much")
            found.append(view)
        waiting = self.waiting(runtime, hall, content.tender.id)
        papers.attach(runtime, hall.purchaser, content.tender.id)
        with pytest.raises(rules.TenderAmendmentOutdated):
            amended.decide(runtime, hall.approver, waiting, "approve")
        made.close(runtime)
        rows = rows_of(runtime, hall.purchaser, select(TenderAmendment).order_by(TenderAmendment.id))
        assert [row.status.value for row in rows] == ["returned", "withdrawn", "lapsed"]
        assert made.read(runtime, hall.purchaser, content.tender.id).tender.edition == content.tender.edition

    @staticmethod
    def waiting(runtime: Runtime, hall: Hall, tender_id: UUID) -> UUID:
        content = made.read(runtime, hall.purchaser, tender_id)
        plain = amended.unchanged(content)
        command = replace(plain, lots=(replace(plain.lots[0], estimate=Decimal(2000)),))
        return amended.amend(runtime, hall.purchaser, command).amendment.id


class TestConfirming:
    def test_live_replaced_void_and_withdrawn_bids_end_where_the_close_record_says(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        suppliers, sales = made.more_suppliers(runtime, 2)
        wide = replace(hall, suppliers=(*hall.suppliers, *suppliers), sales=(*hall.sales, *sales))
        before = made.tendering(runtime, wide)
        sent = [made.bid(runtime, wide, before, place, price=f"9{place}0") for place in range(4)]
        content = amended.amend_specification(runtime, wide, before.tender.id)
        own = amended.own_bids(runtime, wide, content.tender.id, 0)
        assert [bid.id for bid in own.unconfirmed()] == [sent[0].bid_id]
        confirmed = amended.confirm(runtime, wide, content, 0, sent[0])
        receipt = read_receipt(confirmed.receipt).receipt
        assert (receipt.entry.value, receipt.sequence, receipt.edition) == ("confirmation", 5, content.tender.edition)
        assert amended.own_bids(runtime, wide, content.tender.id, 0).unconfirmed() == []
        made.bid(runtime, wide, content, 1, price="777", version=2, naming=True)
        made.withdraw(runtime, wide, content, 3, 2)
        made.move(runtime, timedelta(days=20))
        made.close(runtime)
        closed = made.read(runtime, wide.purchaser, content.tender.id).tender
        close = read_close(closed.close_record).close
        assert close.void is not None
        assert close.withdrawn is not None
        assert (close.journal.size, close.live.size, close.void.size, close.withdrawn.size) == (7, 2, 1, 1)
        assert close.void == TreeHead.over([read_receipt(sent[2].receipt).receipt])
        everybody = system_actor("test", wide.buyer_id, *wide.suppliers)
        found = {bid.supplier_id: bid.status for bid in rows_of(runtime, everybody, select(Bid))}
        assert [found[one] for one in wide.suppliers] == [
            BidStatus.SEALED,
            BidStatus.SEALED,
            BidStatus.VOID,
            BidStatus.WITHDRAWN,
        ]
        proofs = amended.own_bids(runtime, wide, content.tender.id, 0).proofs
        assert list(proofs) == [1], "what counts is the bid as it was received first"
        for place, stands in enumerate((Stands.LIVE, Stands.LIVE, Stands.VOID, Stands.WITHDRAWN)):
            own = amended.own_bids(runtime, wide, content.tender.id, place)
            ((sequence, proof),) = own.proofs.items()
            (receipt,) = (read_receipt(one.receipt).receipt for one in own.received if one.sequence == sequence)
            assert (proof.stands, proof.shows(receipt, close)) == (stands, True)
        made.open_bids(runtime, wide, content.tender.id)
        opened = {bid.supplier_id: bid.status for bid in rows_of(runtime, everybody, select(Bid))}
        assert opened[wide.suppliers[2]] is BidStatus.VOID, "it stays sealed for good"
        assert opened[wide.suppliers[0]] is BidStatus.OPENED

    def test_a_bid_for_an_earlier_notice_is_refused_after_the_amendment(self, runtime: Runtime, hall: Hall) -> None:
        other = made.published(runtime, hall)
        before = made.tendering(runtime, hall)
        after = amended.amend_specification(runtime, hall, before.tender.id)
        for naming in (False, True):
            with pytest.raises(confirming.BidForEarlierEdition):
                made.bid(runtime, hall, before, 0, naming=naming)
        strange = replace(after, tender=other.tender)
        with pytest.raises(EnvelopeUnacceptable):
            made.bid(runtime, hall, strange, 0, naming=True)
        made.bid(runtime, hall, after, 0, naming=True)

    def test_what_does_not_confirm_the_bid_is_refused_and_it_stays_void(self, runtime: Runtime, hall: Hall) -> None:
        before = made.tendering(runtime, hall)
        sent = made.bid(runtime, hall, before, 0)
        with pytest.raises(confirming.ConfirmationNotDue):
            amended.confirm(runtime, hall, before, 0, sent)
        after = amended.amend_specification(runtime, hall, before.tender.id)
        for how, refusal in (
            ({"envelope": bytes(32)}, EnvelopeUnacceptable),
            ({"signer": 1}, EnvelopeUnacceptable),
            ({"version": 1}, Exception),
        ):
            with pytest.raises(refusal):
                amended.confirm(runtime, hall, after, 0, sent, **how)
        with pytest.raises(confirming.BidForEarlierEdition):
            amended.confirm(runtime, hall, before, 0, sent)
        with pytest.raises(NotFound):
            amended.confirm(runtime, hall, after, 1, sent)
        assert len(amended.own_bids(runtime, hall, after.tender.id, 0).unconfirmed()) == 1
        made.withdraw(runtime, hall, after, 0, 2)
        with pytest.raises(IllegalStep):
            amended.confirm(runtime, hall, after, 0, sent, version=3)

    def test_a_bid_with_prices_for_other_items_must_be_replaced(self, runtime: Runtime, hall: Hall) -> None:
        before = made.tendering(runtime, hall)
        sent = made.bid(runtime, hall, before, 0)
        changed = amended.with_item(amended.unchanged(before), quantity=Quantity(Decimal(10), unit("KGM")))
        amended.amend(runtime, hall.purchaser, changed)
        after = made.read(runtime, hall.purchaser, before.tender.id)
        with pytest.raises(confirming.BidNotConfirmable):
            amended.confirm(runtime, hall, after, 0, sent)

    def test_bidders_are_told_to_confirm_and_the_others_what_changed(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        before = made.tendering(runtime, hall)
        made.bid(runtime, hall, before, 0)
        amended.amend_specification(runtime, hall, before.tender.id)
        judging.deliver(runtime)
        assert "confirm your bid" in sign_in(client, hall.sales[0]).get("/notifications").text
        told = sign_in(client, hall.sales[1]).get("/notifications").text
        assert "was amended" in told
        assert "confirm your bid" not in told


class TestSecrecy:
    def test_nobody_else_can_tell_whether_a_bid_was_confirmed_or_was_there(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        before = made.tendering(runtime, hall)
        sent = made.bid(runtime, hall, before, 0)
        content = amended.amend_specification(runtime, hall, before.tender.id)
        others = (hall.purchaser, hall.approver, hall.evaluator, *hall.officers, hall.sales[1])
        seen = test_edges.TestSecrecy.everything(client, runtime, content, others)
        amended.confirm(runtime, hall, content, 0, sent)
        assert test_edges.TestSecrecy.everything(client, runtime, content, others) == seen
        test_edges.TestSecrecy.require_unseen(runtime, hall)


class TestEdges:
    def test_the_api_previews_amends_confirms_and_shows_the_editions(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        before = made.tendering(runtime, hall)
        sent = made.bid(runtime, hall, before, 0)
        buyer, sales = caller_for(client, runtime, hall.purchaser), caller_for(client, runtime, hall.sales[0])
        path = f"/tenders/{before.tender.id}"
        item = {**before.lots[0].items[0], "specification": "DN 100"}
        body = {
            "title": "Pumps",
            "lots": [{"title": "Lot 1", "classification": "42122000", "estimate": "1000", "items": [item]}],
            "criteria": before.tender.criteria,
            "reason": "The engineers asked for it.",
        }
        seen = buyer.post(f"{path}/amendments/preview", body, version=before.version)
        assert (seen.status_code, seen.json()["material"], seen.json()["needs"]) == (200, True, []), seen.text
        done = buyer.post(f"{path}/amendments", body, version=before.version)
        assert (done.status_code, done.json()["status"]) == (200, "published"), done.text
        (own,) = sales.get(f"{path}/bids").json()["bids"]
        assert own["needs_confirmation"] is True
        document = amended.confirmation(made.read(runtime, hall.sales[0], before.tender.id), hall, 0, sent)
        assert own["digest"] == sent.receipt["receipt"]["digest"]
        received = test_edges.upload(client, sales, f"{path}/confirmations", document)
        assert (received.status_code, received.json()["entry"]) == (201, "confirmation"), received.text
        again = test_edges.upload(client, sales, f"{path}/confirmations", document)
        assert (again.status_code, again.json()["code"]) == (409, "tender-bid-version")
        newest = sales.get(f"{path}/editions").json()["items"][0]
        assert (newest["voids"], newest["changes"][0]["where"]) == (True, "Lot 1, item 1")
        assert sales.get(f"{path}/amendments").status_code == 404
        (listed,) = buyer.get(f"{path}/amendments").json()["items"]
        assert buyer.get(f"/tender-amendments/{listed['id']}").json()["edition"] == newest["edition"]

    def test_the_pages_look_first_then_amend_and_tell_the_bidder_to_confirm(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        before = made.tendering(runtime, hall)
        sent = made.bid(runtime, hall, before, 0)
        at = f"/tenders/{before.tender.id}"
        sign_in(client, hall.purchaser)
        assert f"{at}/amend" in client.get(at).text
        assert "Look at what changes" in client.get(f"{at}/amend").text
        fields = self.fields(before)
        assert "The tender says this already." in post_form(client, f"{at}/amend", fields).text
        wrong = post_form(client, f"{at}/amend", {**fields, "title": ""})
        assert wrong.status_code == 422
        changed = {**fields, "items-0-specification": "DN 100", "lots-0-estimate": "1500"}
        looked = post_form(client, f"{at}/amend", changed)
        assert looked.status_code == 200, looked.text
        assert "Another person must approve it:" in looked.text
        done = post_form(client, f"{at}/amend", {**changed, "step": "amend"})
        assert done.status_code == 303, done.text
        place = done.headers["location"]
        assert "DN 100" in client.get(place).text
        waiting = "/tenders?status=pending_approval"
        assert f'href="{place}"' not in client.get(waiting).text  # a purchaser approves nothing
        approver = sign_in(client, hall.approver)
        assert f'href="{place}"' in approver.get(waiting).text
        refused = post_form(approver, f"{place}/return", {"version": "1"})
        assert (refused.status_code, "Give a reason" in refused.text) == (409, True)
        assert post_form(approver, f"{place}/approve", {"version": "1"}).status_code == 303
        assert f'href="{place}"' not in approver.get(waiting).text
        sales = sign_in(client, hall.sales[0])
        shown = sales.get(f"{at}/bid").text
        assert "counts only if you confirm it" in shown
        assert "counts only if you confirm it" in sales.get(at).text
        assert f'<market-confirm data-notice="{at}/notice.json"' in shown
        assert "DN 100" in sales.get(f"{at}/editions").text
        document = amended.confirmation(made.read(runtime, hall.sales[0], before.tender.id), hall, 0, sent)
        assert send_file(client, f"{at}/confirmation", b"{}").status_code == 422
        confirmed = send_file(client, f"{at}/confirmation", document)
        assert confirmed.status_code == 303, confirmed.text
        after = sales.get(f"{at}/bid").text
        assert "counts only if you confirm it" not in after + sales.get(at).text
        assert "Confirmation" in after
        chinese = make_person(runtime, hall.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        assert "公告版本" in sign_in(client, chinese).get(f"{at}/editions").text
        assert "修改招标" in client.get(f"{at}/amend").text

    @staticmethod
    def fields(content: TenderContent) -> dict[str, str]:
        item = content.lots[0].items[0]
        found = {
            "version": str(content.version),
            "title": content.tender.title,
            "reason": "The engineers asked for it.",
            "lots-0-title": content.lots[0].title,
            "lots-0-classification": content.lots[0].classification,
            "lots-0-estimate": "1000",
            **{f"items-0-{name}": str(value) for name, value in item.items()},
            "items-0-lot": "1",
        }
        for place, one in enumerate(content.tender.criteria):
            found |= {
                f"criteria-{place}-{name}": str(one[name] or "") for name in ("kind", "name", "evidence", "weight")
            }
        return found


def send_file(client: TestClient, at: str, content: bytes) -> Any:
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
    sent = {"confirmation": ("confirmation.json", content, "application/json")}
    return client.post(at, data={}, files=sent, headers=headers)
