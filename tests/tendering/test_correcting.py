"""Formal documents corrected after the opening: once, in time, files alone, decided by the buyer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.evaluation import (
    AnswerInquiry,
    DecideInquiry,
    ReadCorrection,
    StepAward,
)
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.publicity import PublishCandidates
from b2b_market.tendering.models.bids import BidContent
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.rules import correcting as rules
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import awarding, correcting, procedures, publicity, questioning
from b2b_market.tendering.states.evaluation import InquiryKind, InquiryStatus, TenderAwardStatus
from b2b_market.tendering.states.stages import StageStatus
from b2b_market.ui.security import CSRF_HEADER
from tests.support import envelopes, judging, papers
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.corrections import accept, ask, send
from tests.support.people import form_token, post_form, sign_in
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


class TestRules:
    def test_a_bidder_is_asked_once_where_the_procedure_has_time_for_it(self) -> None:
        assert rules.require_foreseen(24, [InquiryKind.CLARIFICATION]) == 24
        with pytest.raises(rules.CorrectionNotForeseen):
            rules.require_foreseen(None, [])
        with pytest.raises(rules.CorrectionAsked):
            rules.require_foreseen(24, [InquiryKind.CORRECTION])

    def test_files_are_the_answer(self) -> None:
        rules.require_files(1)
        rules.require_files(20)
        rules.require_words_enough(InquiryKind.CLARIFICATION)
        for wrong in (0, 21):
            with pytest.raises(Invalid):
                rules.require_files(wrong)
        with pytest.raises(Invalid):
            rules.require_words_enough(InquiryKind.CORRECTION)

    def test_a_lot_waits_for_its_corrections_and_says_whose(self) -> None:
        rules.require_decided([])
        with pytest.raises(rules.CorrectionOpen) as refused:
            rules.require_decided(["Anna Ltd", "Bruno AG"])
        assert refused.value.facts == {"bidders": "Anna Ltd, Bruno AG"}


def begun(runtime: Runtime, hall: Hall) -> UUID:
    content = judging.opened(runtime, hall, [{0: judging.content("90")}, {0: judging.content("95")}])
    judging.begin(runtime, hall, content)
    return content.tender.id


def _turn(runtime: Runtime, hall: Hall, tender_id: UUID) -> TenderAward:
    return judging.turn(judging.judged(runtime, hall.purchaser, tender_id).lots[0])


def _name(runtime: Runtime, actor: Actor) -> str:
    with work_for(runtime, actor) as work:
        return organizations.company(work, actor, actor.org_ids[0]).name


def taken(runtime: Runtime, actor: Actor, inquiry_id: UUID, position: int = 0) -> bytes:
    with work_for(runtime, actor) as work:
        view = correcting.open_correction(work, actor, ReadCorrection(inquiry_id, position))
    return files.read(runtime.settings, view)


def test_the_bidder_corrects_in_time_and_the_buyer_reads_and_decides(runtime: Runtime, hall: Hall) -> None:
    tender_id = begun(runtime, hall)
    said = rows_of(runtime, hall.purchaser, select(BidContent.content))
    asked = ask(runtime, hall, tender_id)
    assert asked.due_at - asked.created_at == timedelta(hours=24)
    with pytest.raises(rules.CorrectionAsked):
        ask(runtime, hall, tender_id)
    own = papers.stored(runtime, hall.sales[0], "licence.pdf")
    done = send(runtime, hall.sales[0], asked, own, own)
    assert (done.status, [one["name"] for one in done.files]) == (InquiryStatus.ANSWERED, ["licence.pdf"])
    assert taken(runtime, hall.evaluator, asked.id) == taken(runtime, hall.sales[0], asked.id) == papers.PDF
    for actor, position in ((hall.sales[1], 0), (hall.evaluator, 1), (hall.evaluator, -1)):
        with pytest.raises(NotFound):
            taken(runtime, actor, asked.id, position)
    with work_for(runtime, hall.evaluator) as work:
        judged = questioning.accept_answer(work, hall.evaluator, DecideInquiry(asked.id, done.version, "It is valid."))
    assert judged.status is InquiryStatus.ACCEPTED
    assert rows_of(runtime, hall.purchaser, select(BidContent.content)) == said, "the bid itself never changes"


def test_what_is_late_foreign_or_no_document_is_refused(runtime: Runtime, hall: Hall) -> None:
    tender_id = begun(runtime, hall)
    asked = ask(runtime, hall, tender_id)
    own = papers.stored(runtime, hall.sales[0])
    with pytest.raises(Invalid), work_for(runtime, hall.sales[0]) as work:
        questioning.answer_inquiry(work, hall.sales[0], AnswerInquiry(asked.id, asked.version, "It is on its way."))
    with pytest.raises(Invalid):
        send(runtime, hall.sales[0], asked)
    with pytest.raises(NotFound):
        send(runtime, hall.sales[0], asked, papers.stored(runtime, hall.sales[1]))
    with pytest.raises(NotFound):
        send(runtime, hall.sales[1], asked, own)
    made.move(runtime, timedelta(hours=25))
    with pytest.raises(IllegalStep):
        send(runtime, hall.sales[0], asked, own)
    with work_for(runtime, hall.evaluator) as work:
        judged = questioning.reject_answer(
            work, hall.evaluator, DecideInquiry(asked.id, asked.version, "Nothing came.")
        )
    assert (judged.status, judged.files) == (InquiryStatus.REJECTED, [])


def test_a_correction_that_nobody_decided_on_bars_the_award_at_every_step(runtime: Runtime, hall: Hall) -> None:
    tender_id = begun(runtime, hall)
    proposed = judging.propose(runtime, hall.purchaser, _turn(runtime, hall, tender_id))
    asked = ask(runtime, hall, tender_id, 1)
    with pytest.raises(rules.CorrectionOpen) as refused:
        judging.approve(runtime, hall.approver, proposed)
    assert refused.value.facts == {"bidders": _name(runtime, hall.sales[1])}
    with work_for(runtime, hall.approver) as work:
        returned = awarding.return_award(work, hall.approver, StepAward(proposed.id, proposed.version, "Decide first."))
    with pytest.raises(rules.CorrectionOpen):
        judging.propose(runtime, hall.purchaser, returned)
    assert _turn(runtime, hall, tender_id).version == returned.version, "nothing was changed"
    made.move(runtime, timedelta(hours=25))
    with pytest.raises(rules.CorrectionOpen):
        judging.propose(runtime, hall.purchaser, returned)
    with work_for(runtime, hall.evaluator) as work:
        questioning.reject_answer(work, hall.evaluator, DecideInquiry(asked.id, asked.version, "Nothing came."))
    award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, returned))
    assert award.status is TenderAwardStatus.ACTIVE


def test_a_disqualified_bid_has_nothing_left_to_correct(runtime: Runtime, hall: Hall) -> None:
    tender_id = begun(runtime, hall)
    asked = ask(runtime, hall, tender_id, 1)
    envelopes.disqualify(runtime, hall, tender_id, asked.bid_id)
    award = judging.propose(runtime, hall.purchaser, _turn(runtime, hall, tender_id))
    assert award.status is TenderAwardStatus.PROPOSED


def test_the_technical_result_is_not_signed_off_before_corrections_are_decided(runtime: Runtime, hall: Hall) -> None:
    found = envelopes.technical_opened(runtime, hall, ("100", "80"))
    judging.begin(runtime, hall, found.content)
    envelopes.score(runtime, hall, found.id, ("90", "60"))
    asked = ask(runtime, hall, found.id)
    with pytest.raises(rules.CorrectionOpen):
        envelopes.lock(runtime, hall.approver, found.id)
    assert judging.judged(runtime, hall.purchaser, found.id).sight.stage is None
    accept(runtime, hall, send(runtime, hall.sales[0], asked, papers.stored(runtime, hall.sales[0])))
    assert envelopes.lock(runtime, hall.approver, found.id).sight.stage is StageStatus.LOCKED


def test_candidates_are_not_published_before_corrections_are_decided(runtime: Runtime, hall: Hall) -> None:
    values = {**profile("private-open").values, "publicity": profile("china-open").values["publicity"]}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name="With candidates", base="private-open", values=values)
        procedure = str(procedures.compose_procedure(work, hall.purchaser, command).id)
    draft = made.tender_command(hall, lots=1, criteria=judging.PRICE_ALONE, procedure=procedure)
    content = judging.opened(runtime, hall, [{0: judging.content("90")}, {0: judging.content("95")}], draft)
    judging.begin(runtime, hall, content)
    ask(runtime, hall, content.tender.id)
    found = judging.judged(runtime, hall.purchaser, content.tender.id)
    with work_for(runtime, hall.purchaser) as work, pytest.raises(rules.CorrectionOpen):
        publicity.publish_candidates(work, hall.purchaser, PublishCandidates(found.lots[0].lot.id, found.version))


def test_the_api_and_the_page_name_who_may_correct(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    tender_id = begun(runtime, hall)
    ask(runtime, hall, tender_id)
    award, bidder = _turn(runtime, hall, tender_id), _name(runtime, hall.sales[0])
    buyer = caller_for(client, runtime, hall.purchaser)
    refused = buyer.post(f"/tender-awards/{award.id}/propose", {"text": "The best"}, version=award.version)
    assert (refused.status_code, refused.json()["code"]) == (409, "tender-correction-open"), refused.text
    assert refused.json()["facts"] == {"bidders": bidder}
    sign_in(client, hall.purchaser)
    fields = {"version": award.version, f"propose-{award.id}": "The best"}
    shown = post_form(client, f"/tender-awards/{award.id}/propose", fields)
    assert shown.status_code == 409, shown.text
    assert f"{bidder} may correct documents" in shown.text


def test_the_api_and_the_page_take_corrected_documents(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    tender_id = begun(runtime, hall)
    asked = [ask(runtime, hall, tender_id, place) for place in (0, 1)]
    sales = caller_for(client, runtime, hall.sales[0])
    body = {"text": "The licence", "file_ids": [str(papers.stored(runtime, hall.sales[0], "licence.pdf"))]}
    done = sales.post(f"/tender-inquiries/{asked[0].id}/corrections", body, version=asked[0].version)
    assert (done.status_code, done.json()["files"][0]["name"]) == (200, "licence.pdf"), done.text
    content = sales.get(f"/tender-inquiries/{asked[0].id}/files/0")
    assert (content.status_code, content.content) == (200, papers.PDF)
    sign_in(client, hall.sales[1])
    assert "Correct formal documents" in client.get(f"/tenders/{tender_id}/results").text
    fields = {"version": str(asked[1].version), f"correct-{asked[1].id}": "The licence"}
    at = f"/tender-inquiries/{asked[1].id}/corrections"
    assert sent(client, at, fields, None).status_code == 422
    assert sent(client, at, {**fields, f"correct-{asked[1].id}": ""}, papers.PDF).status_code == 422
    assert sent(client, at, fields, b"no pdf").status_code in (409, 415, 422)
    right = sent(client, at, fields, papers.PDF)
    assert (right.status_code, right.headers["location"]) == (303, f"/tenders/{tender_id}/results"), right.text
    assert client.get(f"/tender-inquiries/{asked[1].id}/files/0").content == papers.PDF
    shown = sign_in(client, hall.evaluator).get(f"/tenders/{tender_id}/evaluation").text
    assert f"/tender-inquiries/{asked[1].id}/files/0" in shown


def sent(client: TestClient, at: str, fields: dict[str, str], content: bytes | None) -> Any:
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
    given = {"file": ("licence.pdf", content, "application/pdf")} if content is not None else None
    return client.post(at, data=fields, files=given, headers=headers)
