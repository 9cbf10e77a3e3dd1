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
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.evaluation import (
    AnswerInquiry,
    DecideInquiry,
    ReadCorrection,
)
from b2b_market.tendering.models.bids import BidContent
from b2b_market.tendering.rules import correcting as rules
from b2b_market.tendering.service import correcting, questioning
from b2b_market.tendering.states.evaluation import InquiryKind, InquiryStatus
from b2b_market.ui.security import CSRF_HEADER
from tests.support import judging, papers
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.corrections import ask, send
from tests.support.people import form_token, sign_in
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


def begun(runtime: Runtime, hall: Hall) -> UUID:
    content = judging.opened(runtime, hall, [{0: judging.content("90")}, {0: judging.content("95")}])
    judging.begin(runtime, hall, content)
    return content.tender.id


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
