"""Documents of a tender: attached, announced by hash, taken by who may read it; takers secret until the opening."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.tendering.commands.documents import ReadDocument
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.rules import attaching as rules
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import attaching, procedures
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.tasks import advance_due
from b2b_market.ui.security import CSRF_HEADER
from tests.support import papers
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import form_token, make_company, make_person, post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for


def secret_procedure(runtime: Runtime, hall: Hall) -> str:
    values = {**profile("private-open").values, "documents": {"takers": "secret"}}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name=f"Secret takers {new_id()}", base="private-open", values=values)
        return str(procedures.compose_procedure(work, hall.purchaser, command).id)


class TestRules:
    def test_a_title_is_needed_and_texts_have_an_end(self) -> None:
        assert rules.require_described(" Spec ", " as asked ") == ("Spec", "as asked")
        for title, note, pointers in ((" ", "", {"/title"}), ("x" * 201, "n" * 1001, {"/title", "/note"})):
            with pytest.raises(Invalid) as refused:
                rules.require_described(title, note)
            assert {error.pointer for error in refused.value.errors} == pointers

    def test_a_tender_is_no_archive(self) -> None:
        rules.require_room(99)
        with pytest.raises(rules.TooManyTenderDocuments):
            rules.require_room(100)

    def test_a_notice_without_documents_says_nothing_of_them(self) -> None:
        assert rules.announced([]) == {}
        paper = rules.Paper(
            id=new_id(),
            series=new_id(),
            number=2,
            kind=DocumentKind.DRAWING,
            title="Plan",
            language=DocumentLanguage.ZH,
            material=True,
            note="",
            name="plan.pdf",
            size=3,
            sha256="00",
            since=2,
            until=None,
        )
        said = paper.document()
        assert rules.announced([paper]) == {"documents": [said]}
        assert (said["kind"], said["language"], said["number"], said["until"]) == ("drawing", "zh", 2, None)


class TestDraft:
    def test_a_document_is_attached_replaced_and_taken_off(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.draft(runtime, hall).tender.id
        (one,) = papers.attach(runtime, hall.purchaser, tender_id).documents
        (two,) = papers.attach(runtime, hall.purchaser, tender_id, papers.PDF + b"%2", replaces=one.id).documents
        assert (two.series, two.number, two.since) == (one.series, 1, None)
        with pytest.raises(NotFound):
            papers.attach(runtime, hall.purchaser, tender_id, replaces=one.id)
        with work_for(runtime, hall.purchaser) as work:
            left = attaching.detach_document(work, hall.purchaser, ReadDocument(two.id))
        assert left.documents == []

    def test_what_is_not_ones_own_or_there_already_is_refused(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.draft(runtime, hall).tender.id
        file_id = papers.stored(runtime, hall.purchaser)
        (document,) = papers.attach(runtime, hall.purchaser, tender_id, file_id=file_id).documents
        with pytest.raises(rules.TenderFileAttached):
            papers.attach(runtime, hall.purchaser, tender_id, file_id=file_id)
        with pytest.raises(NotFound):
            papers.attach(runtime, hall.purchaser, tender_id, file_id=papers.stored(runtime, hall.sales[0]))
        with pytest.raises(NotFound):
            papers.taken(runtime, hall.sales[0], document.id)
        assert len(papers.listed(runtime, hall.purchaser, tender_id).documents) == 1


class TestPublished:
    def test_the_signed_notice_names_each_document_and_those_invited_take_it(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        tender_id = made.draft(runtime, hall).tender.id
        papers.attach(runtime, hall.purchaser, tender_id, title="Specification", note="first")
        content = made.publish(runtime, hall, tender_id)
        assert content.tender.document is not None
        (said,) = content.tender.document["documents"]
        assert (said["title"], said["number"], said["name"], said["since"]) == ("Specification", 1, "spec.pdf", 1)
        (document,) = papers.listed(runtime, hall.sales[0], tender_id).documents
        content_bytes = papers.taken(runtime, hall.sales[0], document.id)
        assert said["sha256"] == hashlib.sha256(content_bytes).hexdigest() == document.sha256
        assert papers.listed(runtime, hall.purchaser, tender_id).takings is None
        stranger = make_person(runtime, make_company(runtime, "Stranger", ("supplier",)), Role.SUPPLIER_SALES)
        with pytest.raises(NotFound):
            papers.taken(runtime, stranger, document.id)
        for _ in range(2):
            made.close(runtime)
        with pytest.raises(IllegalStep), work_for(runtime, hall.purchaser) as work:
            attaching.detach_document(work, hall.purchaser, ReadDocument(document.id))

    def test_takers_are_secret_until_the_opening(self, runtime: Runtime, hall: Hall) -> None:
        command = made.tender_command(hall, procedure=secret_procedure(runtime, hall))
        tender_id = made.draft(runtime, hall, command).tender.id
        (document,) = papers.attach(runtime, hall.purchaser, tender_id).documents
        made.publish(runtime, hall, tender_id)
        for _ in range(2):
            papers.taken(runtime, hall.sales[0], document.id)
        papers.taken(runtime, hall.purchaser, document.id)
        assert papers.listed(runtime, hall.purchaser, tender_id).takings is None
        own = papers.listed(runtime, hall.sales[0], tender_id).takings
        assert own is not None
        assert [one.supplier_id for one in own] == [hall.suppliers[0]]
        assert papers.listed(runtime, hall.sales[1], tender_id).takings == []
        made.move(runtime, made.QUESTIONS_END + timedelta(minutes=1))
        advance_due(runtime)
        content = made.read(runtime, hall.purchaser, tender_id)
        made.bid(runtime, hall, content, 0)
        made.close(runtime)
        assert papers.listed(runtime, hall.purchaser, tender_id).takings is None
        made.open_bids(runtime, hall, tender_id)
        told = papers.listed(runtime, hall.purchaser, tender_id).takings
        assert told is not None
        assert [(one.document_id, one.supplier_id) for one in told] == [(document.id, hall.suppliers[0])]


class TestEdges:
    def test_the_api_attaches_lists_and_takes(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        tender_id = made.draft(runtime, hall).tender.id
        buyer = caller_for(client, runtime, hall.purchaser)
        path = f"/tenders/{tender_id}/documents"
        body = {"file_id": str(papers.stored(runtime, hall.purchaser)), "title": "Plan", "kind": "drawing"}
        assert buyer.post(path, body).status_code == 428
        attached = buyer.post(path, body, version=1)
        assert attached.status_code == 200, attached.text
        (item,) = attached.json()["items"]
        assert (item["kind"], item["since"]) == ("drawing", None)
        gone = buyer.call("DELETE", f"/tender-documents/{item['id']}", version=2)
        assert (gone.status_code, gone.json()["items"]) == (200, [])

    def test_documents_of_a_public_tender_are_taken_without_signing_in(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        now = datetime.now(UTC)
        command = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure="eu-open")
        command = replace(command, enquiry_ends_at=now + timedelta(days=20), closes_at=now + timedelta(days=90))
        tender_id = made.draft(runtime, hall, command).tender.id
        (document,) = papers.attach(runtime, hall.purchaser, tender_id).documents
        (hidden,) = papers.attach(runtime, hall.purchaser, made.draft(runtime, hall).tender.id).documents
        assert client.get(f"/api/v1/tender-board/{tender_id}/documents/{document.id}").status_code == 404
        made.publish(runtime, hall, tender_id)
        sign_out(client)
        for path in (f"/api/v1/tender-board/{tender_id}", f"/tender-board/{tender_id}"):
            answer = client.get(f"{path}/documents/{document.id}")
            assert (answer.status_code, answer.content) == (200, papers.PDF)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert client.get(f"{path}/documents/{hidden.id}").status_code == 404
        assert "spec.pdf" in client.get(f"/tender-board/{tender_id}").text

    def test_the_page_attaches_and_says_what_is_wrong(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        tender_id = made.draft(runtime, hall).tender.id
        sign_in(client, hall.purchaser)
        at = f"/tenders/{tender_id}/documents"
        fields = {"version": "1", "title": "Plan", "kind": "drawing", "language": "zh", "material": "1"}
        assert "Choose a file." in self.send(client, at, fields, None).text
        wrong = self.send(client, at, {**fields, "title": ""}, papers.PDF)
        assert wrong.status_code == 422
        assert self.send(client, at, fields, b"no pdf").status_code in (409, 415, 422)
        done = self.send(client, at, fields, papers.PDF)
        assert (done.status_code, done.headers["location"]) == (303, at), done.text
        shown = client.get(at).text
        assert "Plan" in shown
        assert hashlib.sha256(papers.PDF).hexdigest() in shown
        document = papers.listed(runtime, hall.purchaser, tender_id).documents[0]
        assert client.get(f"/tender-documents/{document.id}/content").content == papers.PDF
        gone = post_form(client, f"/tender-documents/{document.id}/remove", {})
        assert (gone.status_code, gone.headers["location"]) == (303, at)

    @staticmethod
    def send(client: TestClient, at: str, fields: dict[str, str], content: bytes | None) -> Any:
        if content is None:
            return post_form(client, at, fields)
        headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
        return client.post(at, data=fields, files={"file": ("plan.pdf", content, "application/pdf")}, headers=headers)
