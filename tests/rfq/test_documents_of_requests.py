"""Documents of a request: attached, versioned, behind an agreement, and opened by whom they are for."""

from dataclasses import replace
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.attaching import AcceptNda, AttachFile, ReadAttachment, SetNda
from b2b_market.rfq.commands.requests import EditRfq, ReadEdition, ReadQuote, ReadRfq, StepRfq
from b2b_market.rfq.documents.differences import value_text
from b2b_market.rfq.rules.amending import NothingAmended, Wording
from b2b_market.rfq.rules.attaching import (
    DocumentFacts,
    FileAttached,
    NdaChanged,
    NdaNotAccepted,
    TooManyDocuments,
    nda_hash,
    new_places,
    with_documents,
)
from b2b_market.rfq.rules.quoting import OwnRequest
from b2b_market.rfq.service import attaching, drafting, editions, publishing, quoting
from b2b_market.rfq.service.attaching import Documents
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import QuoteStatus
from b2b_market.ui.security import CSRF_HEADER
from tests.rfq.forms import page, send, text_of
from tests.support.accounts import announced, trail
from tests.support.amendments import amend, amendment
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.guests import entered, published
from tests.support.people import form_token, make_company, make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, need, publish, read, submit
from tests.support.works import work_for

NDA = "What you read here stays with you.\n此处内容不得外传。"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


def stored(runtime: Runtime, actor: Actor, name: str = "drawing.pdf", content: bytes = PDF) -> UUID:
    prepared = files.prepare(runtime.settings, files.Upload(name, "application/pdf", content))
    with work_for(runtime, actor) as work:
        return files.register(work, actor, prepared).id


def attach(runtime: Runtime, actor: Actor, content: RfqContent, file_id: UUID, line: int | None = None) -> None:
    version = read(runtime, actor, content.rfq.id).rfq.version
    line_id = read(runtime, actor, content.rfq.id).lines[line].id if line is not None else None
    command = AttachFile(rfq_id=content.rfq.id, expected_version=version, file_id=file_id, line_id=line_id)
    with work_for(runtime, actor) as work:
        attaching.attach_file(work, actor, command)


def documents(runtime: Runtime, actor: Actor, rfq_id: UUID) -> Documents:
    with work_for(runtime, actor) as work:
        return attaching.list_documents(work, actor, ReadRfq(rfq_id))


def names(runtime: Runtime, actor: Actor, rfq_id: UUID) -> list[str]:
    return [one.name for one in documents(runtime, actor, rfq_id).attachments]


def opened(runtime: Runtime, actor: Actor, attachment_id: UUID) -> bytes:
    with work_for(runtime, actor) as work:
        view = attaching.open_document(work, actor, ReadAttachment(attachment_id))
    return files.read(runtime.settings, view)


def sent(runtime: Runtime, market: Market, nda: str = "") -> RfqContent:
    """Publish a request with one document for the whole and one for its second line."""
    content = make_draft(runtime, market)
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser))
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser, "line.pdf", PDF + b"%2"), 1)
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    with work_for(runtime, market.purchaser) as work:
        rfq = attaching.set_nda(
            work, market.purchaser, SetNda(rfq_id=content.rfq.id, expected_version=version, text=nda)
        )
        publishing.publish_rfq(work, market.purchaser, StepRfq(rfq.id, rfq.version))
    drain_outbox(runtime)
    return read(runtime, market.purchaser, content.rfq.id)


def wording(runtime: Runtime, actor: Actor, rfq_id: UUID, edition: int) -> Wording:
    with work_for(runtime, actor) as work:
        return editions.read_edition(work, actor, ReadEdition(rfq_id, edition)).wording


def post_file(client: TestClient, url: str, form: dict[str, object], file: tuple[str, bytes, str]) -> Response:
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
    return client.post(
        url, files={"file": file}, data={name: str(value) for name, value in form.items()}, headers=headers
    )


# ---- rules


def test_a_version_without_documents_reads_as_before() -> None:
    plain = Wording({"title": "x"}, ({"id": "1", "position": 1},))
    assert with_documents(plain, "", ()) is plain


def test_documents_stand_where_they_belong() -> None:
    line = UUID(int=7)
    plain = Wording({"title": "x"}, ({"id": str(line), "position": 1}, {"id": "other", "position": 2}))
    found = with_documents(plain, NDA, [DocumentFacts(None, "b.pdf", "b" * 64), DocumentFacts(line, "a.pdf", "a" * 64)])
    assert found.header == {"title": "x", "documents": f"b.pdf sha256:{'b' * 64}", "nda_text": NDA}
    assert [line.get("documents") for line in found.lines] == [f"a.pdf sha256:{'a' * 64}", None]
    assert value_text("documents", found.header["documents"], None) == "b.pdf #bbbbbbbb"  # type: ignore[arg-type]  # not asked


_KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from("xy"))


@given(st.lists(_KEYS, max_size=6), st.lists(_KEYS, max_size=6))
def test_lines_of_an_edited_draft_are_found_once(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]]
) -> None:
    before = {UUID(int=number): said for number, said in enumerate(old)}
    after = [(UUID(int=100 + number), said) for number, said in enumerate(new)]
    found = new_places(before, after)
    taken = [place for place in found.values() if place is not None]
    said = dict(after)
    assert set(found) == set(before)
    assert len(taken) == len(set(taken))
    assert all(said[place][:2] == before[line][:2] for line, place in found.items() if place is not None)
    if old == new:
        assert all(place is not None for place in found.values())


# ---- attaching


def test_documents_open_to_whoever_may_read_the_request(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market)
    sales, stranger = (
        market.sales[0],
        make_person(runtime, make_company(runtime, "Stranger", ("supplier",)), Role.SUPPLIER_SALES),
    )
    found = documents(runtime, sales, content.rfq.id)
    whole, line = found.attachments
    assert ([whole.name, line.name], line.line_id, found.closed) == (
        ["drawing.pdf", "line.pdf"],
        content.lines[1].id,
        False,
    )
    assert opened(runtime, sales, whole.id) == PDF
    assert opened(runtime, market.approver, whole.id) == PDF
    for act in (lambda: documents(runtime, stranger, content.rfq.id), lambda: opened(runtime, stranger, whole.id)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound), work_for(runtime, sales) as work:
        files.view_file(work, sales, whole.file_id)
    (entry,) = [event for event in trail(runtime, "rfq.document_opened") if sales.org_id in event.visible_to]
    assert entry.visible_to == [sales.org_id]


def test_a_draft_shows_its_documents_to_nobody_else(runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser))
    (row,) = documents(runtime, market.purchaser, content.rfq.id).attachments
    with pytest.raises(NotFound):
        opened(runtime, market.sales[0], row.id)
    with work_for(runtime, market.purchaser) as work:
        rfq = attaching.detach_file(work, market.purchaser, ReadAttachment(row.id))
        assert rfq.attachment_count == 0
    assert names(runtime, market.purchaser, content.rfq.id) == []


def test_what_cannot_be_attached(runtime: Runtime, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    content = make_draft(runtime, market)
    own = stored(runtime, market.purchaser)
    attach(runtime, market.purchaser, content, own)
    with pytest.raises(FileAttached):
        attach(runtime, market.purchaser, content, own)
    with pytest.raises(NotFound):
        attach(runtime, market.purchaser, content, stored(runtime, market.sales[0]))
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    strange = AttachFile(
        rfq_id=content.rfq.id, expected_version=version, file_id=stored(runtime, market.purchaser), line_id=UUID(int=1)
    )
    with pytest.raises(Invalid), work_for(runtime, market.purchaser) as work:
        attaching.attach_file(work, market.purchaser, strange)
    monkeypatch.setattr("b2b_market.rfq.rules.attaching.MOST_DOCUMENTS", 1)
    with pytest.raises(TooManyDocuments):
        attach(runtime, market.purchaser, content, stored(runtime, market.purchaser))
    assert names(runtime, market.purchaser, content.rfq.id) == ["drawing.pdf"]


def test_documents_follow_their_lines_through_an_edit(runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market, draft_command(market.suppliers, 3))
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser), 1)
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser, "gone.pdf", PDF + b"%3"), 2)
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    edited = replace(draft_command(market.suppliers, 0), lines=(need(9), need(2), need(1)))
    with work_for(runtime, market.purchaser) as work:
        drafting.edit_rfq(
            work, market.purchaser, EditRfq(rfq_id=content.rfq.id, expected_version=version, content=edited)
        )
    now = read(runtime, market.purchaser, content.rfq.id)
    kept, gone = documents(runtime, market.purchaser, content.rfq.id).attachments
    assert (kept.line_id, gone.line_id) == (now.lines[1].id, None)


# ---- versions


def test_a_version_says_its_documents(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market, NDA)
    said = wording(runtime, market.sales[0], content.rfq.id, 1)
    assert str(said.header["documents"]).startswith("drawing.pdf sha256:")
    assert said.header["nda_text"] == NDA
    assert [("documents" in line) for line in said.lines] == [False, True]


def test_documents_come_and_go_with_an_amendment(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market)
    quote = submit(runtime, market.sales[0], content, ["9", "8"]).quote
    whole, line = documents(runtime, market.purchaser, content.rfq.id).attachments
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser, "new.pdf", PDF + b"%4"))
    with work_for(runtime, market.purchaser) as work:
        attaching.detach_file(work, market.purchaser, ReadAttachment(whole.id))
    assert names(runtime, market.sales[0], content.rfq.id) == ["drawing.pdf", "line.pdf"], "nothing is sent yet"
    current = read(runtime, market.purchaser, content.rfq.id)
    assert current.rfq.attachment_count == 2
    amend(runtime, market.purchaser, amendment(current, without=[1]))
    drain_outbox(runtime)
    assert names(runtime, market.sales[0], content.rfq.id) == ["new.pdf"], "the withdrawn line took its document along"
    assert opened(runtime, market.sales[0], whole.id) == PDF, "who quoted on version 1 still reads what it said"
    assert opened(runtime, market.sales[0], line.id) == PDF + b"%2"
    with work_for(runtime, market.sales[0]) as work:
        assert quoting.read_quote(work, market.sales[0], ReadQuote(quote.id)).quote.status is (
            QuoteStatus.NEEDS_CONFIRMATION
        )
    assert "new.pdf" in str(wording(runtime, market.sales[0], content.rfq.id, 2).header["documents"])
    later = read(runtime, market.purchaser, content.rfq.id)
    assert later.rfq.attachment_count == 1
    with pytest.raises(NothingAmended):
        amend(runtime, market.purchaser, amendment(later))


def test_a_change_of_mind_changes_nothing(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market)
    whole, _ = documents(runtime, market.purchaser, content.rfq.id).attachments
    for _ in range(2):
        with work_for(runtime, market.purchaser) as work:
            attaching.detach_file(work, market.purchaser, ReadAttachment(whole.id))
    with pytest.raises(NothingAmended):
        amend(runtime, market.purchaser, amendment(read(runtime, market.purchaser, content.rfq.id)))


# ---- the agreement


def accept(runtime: Runtime, actor: Actor, rfq_id: UUID, text: str = NDA) -> Documents:
    with work_for(runtime, actor) as work:
        return attaching.accept_nda(work, actor, AcceptNda(rfq_id=rfq_id, text_hash=nda_hash(text).hex()))


def test_an_agreement_is_accepted_before_documents_open(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market, NDA)
    sales, rival = market.sales
    found = documents(runtime, sales, content.rfq.id)
    assert (found.closed, found.nda_text, [one.name for one in found.attachments]) == (
        True,
        NDA,
        ["drawing.pdf", "line.pdf"],
    )
    with pytest.raises(NdaNotAccepted):
        opened(runtime, sales, found.attachments[0].id)
    with pytest.raises(NdaChanged):
        accept(runtime, sales, content.rfq.id, "something else")
    with pytest.raises(OwnRequest):
        accept(runtime, make_person(runtime, market.buyer_id, Role.SUPPLIER_SALES), content.rfq.id)
    assert not accept(runtime, sales, content.rfq.id).closed
    assert len(accept(runtime, sales, content.rfq.id).acceptances) == 1
    drain_outbox(runtime)
    assert opened(runtime, sales, found.attachments[0].id) == PDF
    assert documents(runtime, rival, content.rfq.id).closed
    assert documents(runtime, rival, content.rfq.id).acceptances == []
    (seen,) = documents(runtime, market.purchaser, content.rfq.id).acceptances
    assert (seen.supplier_id, seen.person) == (sales.org_id, "Sal Sales")
    (told,) = announced(runtime, "rfq.nda_accepted.v1")
    assert (told["accepted_by"], told["text_hash"]) == (str(sales.user_id), nda_hash(NDA).hex())
    (entry,) = trail(runtime, "rfq.nda_accepted")
    assert set(entry.visible_to) == {market.buyer_id, sales.org_id}


def test_an_agreement_stands_from_the_publication_on(runtime: Runtime, market: Market) -> None:
    content = sent(runtime, market, NDA)
    command = SetNda(rfq_id=content.rfq.id, expected_version=content.rfq.version, text="")
    with pytest.raises(IllegalStep), work_for(runtime, market.purchaser) as work:
        attaching.set_nda(work, market.purchaser, command)
    with pytest.raises(NotFound):
        accept(runtime, market.sales[0], publish(runtime, market).rfq.id)


def test_a_guest_accepts_as_well(runtime: Runtime, client: TestClient, market: Market) -> None:
    content = published(runtime, market)
    guest = entered(client, runtime)
    assert documents(runtime, guest, content.rfq.id).attachments == ()
    attach(runtime, market.purchaser, content, stored(runtime, market.purchaser))
    amend(runtime, market.purchaser, amendment(read(runtime, market.purchaser, content.rfq.id)))
    (row,) = documents(runtime, guest, content.rfq.id).attachments
    assert opened(runtime, guest, row.id) == PDF


# ---- pages and API


def test_pages_from_upload_to_download(runtime: Runtime, client: TestClient, market: Market) -> None:
    content = make_draft(runtime, market)
    url = f"/rfqs/{content.rfq.id}/documents"
    sign_in(client, market.purchaser)
    assert url in page(client, f"/rfqs/{content.rfq.id}")
    form = {"version": content.rfq.version, "line_id": str(content.lines[0].id), "note": "rev. C"}
    assert send(client, url, form).status_code == 422
    wrong = post_file(client, url, form, ("run.exe", b"MZ", "application/x-msdownload"))
    assert wrong.status_code == 415
    done = post_file(client, url, form, ("图纸.pdf", PDF, "application/pdf"))
    assert done.status_code == 303, done.text
    nda = {"version": content.rfq.version + 1, "nda_text": NDA}
    assert send(client, f"/rfqs/{content.rfq.id}/nda", nda).status_code == 303
    shown = text_of(page(client, url))
    assert "图纸.pdf" in shown
    assert "rev. C" in shown
    assert "Line 1" in shown
    with work_for(runtime, market.purchaser) as work:
        publishing.publish_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.rfq.version + 2))
    (row,) = documents(runtime, market.purchaser, content.rfq.id).attachments
    sign_in(client, market.sales[0])
    assert "Behind a non-disclosure agreement" in text_of(page(client, f"/rfqs/{content.rfq.id}"))
    download = f"/rfq-attachments/{row.id}/content"
    assert download not in page(client, url)
    assert client.get(download, headers={"accept": "text/html"}).status_code == 403
    accepting = {"text_hash": nda_hash(NDA).hex()}
    assert send(client, f"/rfqs/{content.rfq.id}/nda/accept", accepting).status_code == 422
    assert send(client, f"/rfqs/{content.rfq.id}/nda/accept", {**accepting, "accept": "1"}).status_code == 303
    answer = client.get(download)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_documents_over_the_api(runtime: Runtime, client: TestClient, market: Market) -> None:
    content = make_draft(runtime, market)
    caller, url = caller_for(client, runtime, market.purchaser), f"/rfqs/{content.rfq.id}"
    file_id = str(stored(runtime, market.purchaser))
    assert caller.call("PUT", f"{url}/nda", {"text": NDA}, version=1).status_code == 200
    made = caller.post(f"{url}/attachments", {"file_id": file_id, "note": "rev. C"}, version=2)
    assert made.status_code == 200, made.text
    assert caller.post(f"{url}/attachments", {"file_id": file_id}, version=3).json()["code"] == "file-attached"
    assert caller.post(f"{url}/publish", version=3).status_code == 200
    supplier = caller_for(client, runtime, market.sales[0])
    found = supplier.get(f"{url}/attachments").json()
    assert (found["closed"], found["nda_hash"], found["items"][0]["note"]) == (True, nda_hash(NDA).hex(), "rev. C")
    path = f"/rfq-attachments/{found['items'][0]['id']}"
    assert supplier.get(f"{path}/content").json()["code"] == "nda-not-accepted"
    accepted = supplier.post(f"{url}/nda/accept", {"text_hash": found["nda_hash"]}).json()
    assert (accepted["closed"], len(accepted["acceptances"])) == (False, 1)
    assert supplier.get(f"{path}/content").content == PDF
    assert supplier.call("DELETE", path).status_code == 403
    assert caller.call("DELETE", path).status_code == 200
    assert caller.get(f"{url}/attachments").json()["items"][0]["leaving"] is True
