"""What a new draft takes along of an earlier request beside its content: criteria, documents, guests."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.attaching import AttachFile, SetNda
from b2b_market.rfq.commands.redoing import CopyRfq, RepeatAward, SaveTemplate, UseTemplate
from b2b_market.rfq.commands.requests import ReadRfq, StepRfq
from b2b_market.rfq.commands.scoring import SetCriteria
from b2b_market.rfq.service import attaching, copying, publishing, scoring, templates
from b2b_market.rfq.service.copying import NewDraft
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing.public import Criterion, Formula
from tests.rfq.forms import filled, followed, page, send, text_of
from tests.rfq.redoing import LATER, actions, awarded
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.guests import ADDRESS, entered, guests, invite, mails_to
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, read
from tests.support.rows import rows_of
from tests.support.works import work_for

NDA = "What you read here stays with you."
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CRITERIA = (
    Criterion(key="price", name="Price", weight=Decimal(60), formula=Formula.LOWEST_RATIO),
    Criterion(
        key="own-1",
        name="Sample",
        weight=Decimal(40),
        formula=Formula.POINTS,
        points={"good": Decimal(100), "fair": Decimal("40.5"), "bad": Decimal(0)},
    ),
)
COLLEAGUE = "colleague@nordguss.example"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 2)


def rich(runtime: Runtime, market: Market, *, lines: int = 2) -> RfqContent:
    """Publish a request with criteria, two documents behind an agreement (one at the second line), and a guest."""
    buyer = market.purchaser
    content = make_draft(runtime, market, draft_command(market.suppliers, lines))
    invite(runtime, market, content)
    with work_for(runtime, buyer) as work:
        wanted = SetCriteria(rfq_id=content.rfq.id, expected_version=None, criteria=CRITERIA, landed=True)
        scoring.set_criteria(work, buyer, wanted)
        version = read(runtime, buyer, content.rfq.id).rfq.version
        rfq = attaching.set_nda(work, buyer, SetNda(rfq_id=content.rfq.id, expected_version=version, text=NDA))
    for name, line_id in (("whole.pdf", None), ("line.pdf", content.lines[1].id)):
        prepared = files.prepare(runtime.settings, files.Upload(name, "application/pdf", PDF + name.encode()))
        with work_for(runtime, buyer) as work:
            kept = files.register(work, buyer, prepared)
            command = AttachFile(
                rfq_id=rfq.id, expected_version=rfq.version, file_id=kept.id, line_id=line_id, note=f"of {name}"
            )
            rfq = attaching.attach_file(work, buyer, command)
    with work_for(runtime, buyer) as work:
        publishing.publish_rfq(work, buyer, StepRfq(rfq.id, rfq.version))
    drain_outbox(runtime)
    return read(runtime, buyer, content.rfq.id)


def copy(runtime: Runtime, actor: Actor, rfq_id: UUID, wanted: Sequence[str] | None = None) -> NewDraft:
    command = CopyRfq(rfq_id=rfq_id, guests=None if wanted is None else tuple(wanted))
    with work_for(runtime, actor) as work:
        return copying.copy_rfq(work, actor, command)


def documents(runtime: Runtime, actor: Actor, content: RfqContent) -> set[tuple[str, UUID, str, int | None]]:
    """Return the documents of a request: name, file, note, and the place of their line."""
    places = {line.id: place for place, line in enumerate(content.lines)}
    with work_for(runtime, actor) as work:
        found = attaching.list_documents(work, actor, ReadRfq(content.rfq.id)).attachments
    return {(one.name, one.file_id, one.note, None if one.line_id is None else places[one.line_id]) for one in found}


def judged_by(runtime: Runtime, actor: Actor, rfq_id: UUID) -> tuple[tuple[Criterion, ...], bool]:
    with work_for(runtime, actor) as work:
        found = scoring.read_criteria(work, actor, ReadRfq(rfq_id))
    return found.criteria, found.row is not None and found.row.landed


def set_status(runtime: Runtime, org_id: UUID, status: str, *, supplier: bool = True) -> None:
    with runtime.database.session() as session:
        set_tenant(session, Tenant((org_id,)))
        statement = text("UPDATE organization SET status = :status, is_supplier = :supplier WHERE id = :id")
        session.execute(statement, {"id": org_id, "status": status, "supplier": supplier})
        session.commit()


def test_a_copy_takes_everything_along(runtime: Runtime, client: TestClient, market: Market) -> None:
    source = rich(runtime, market)
    made = copy(runtime, market.purchaser, source.rfq.id)
    content = read(runtime, market.purchaser, made.content.rfq.id)
    rfq = content.rfq
    assert (rfq.nda_text, rfq.attachment_count, rfq.guest_count, rfq.version) == (NDA, 2, 1, 1)
    assert judged_by(runtime, market.purchaser, rfq.id) == (CRITERIA, True)
    assert list(judged_by(runtime, market.purchaser, rfq.id)[0][1].points) == ["good", "fair", "bad"]
    assert documents(runtime, market.purchaser, content) == documents(runtime, market.purchaser, source)
    assert {(name, line) for name, _, _, line in documents(runtime, market.purchaser, content)} == {
        ("whole.pdf", None),
        ("line.pdf", 1),
    }
    (guest,) = guests(runtime, market, rfq.id)
    assert (guest.email, guest.company_name, guest.supplier_id) == (ADDRESS, "Nordguss GmbH", None)
    assert {item.supplier_id for item in content.invitations} == set(market.suppliers)
    assert (made.dropped, made.carried.unasked, made.carried.lost) == ((), (), ())
    assert actions(runtime, rfq.id) == ["rfq.copied"]
    entries = rows_of(runtime, market.purchaser, select(AuditEvent).where(AuditEvent.object_id == rfq.id))
    assert [bytes(entry.state_hash) for entry in entries] == [rfq.state_hash()]
    before = entered(client, runtime)
    with pytest.raises(NotFound):
        read(runtime, before, rfq.id)
    assert len(mails_to(runtime, ADDRESS)) == 2, "the invitation of before and the code; a draft mails to nobody"


def test_guests_are_chosen(runtime: Runtime, market: Market) -> None:
    source = rich(runtime, market)
    made = copy(runtime, market.purchaser, source.rfq.id, [])
    assert guests(runtime, market, made.content.rfq.id) == []
    assert read(runtime, market.purchaser, made.content.rfq.id).rfq.guest_count == 0


def test_a_guest_that_became_a_supplier_is_invited_as_one(runtime: Runtime, market: Market) -> None:
    source = rich(runtime, market)
    (guest,) = guests(runtime, market, source.rfq.id)
    assert guest.supplier_id is not None
    set_status(runtime, guest.supplier_id, "approved")
    made = copy(runtime, market.purchaser, source.rfq.id)
    assert {item.supplier_id for item in made.content.invitations} == {*market.suppliers, guest.supplier_id}
    assert guests(runtime, market, made.content.rfq.id) == []
    set_status(runtime, guest.supplier_id, "rejected")
    again = copy(runtime, market.purchaser, source.rfq.id)
    assert (again.carried.unasked, again.dropped) == ((ADDRESS,), ())
    assert {item.supplier_id for item in again.content.invitations} == set(market.suppliers)


def test_a_guest_that_became_a_colleague_is_not_mailed_to(runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    invite(runtime, market, content, COLLEAGUE)
    person = make_person(runtime, market.buyer_id, Role.BUYER_EVALUATOR)
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        known = text("UPDATE rfq_guest SET email = :email, email_key = :email WHERE rfq_id = :rfq")
        set_tenant(session, Tenant((market.buyer_id,)))
        session.execute(known, {"email": person.person.email, "rfq": content.rfq.id})
        session.commit()
    made = copy(runtime, market.purchaser, content.rfq.id)
    assert (made.carried.unasked, guests(runtime, market, made.content.rfq.id)) == ((person.person.email,), [])


def test_documents_that_are_gone_are_named(runtime: Runtime, market: Market) -> None:
    source = rich(runtime, market)
    (condemned,) = [file for name, file, _, _ in documents(runtime, market.purchaser, source) if name == "whole.pdf"]
    with runtime.database.session() as session:
        set_tenant(session, Tenant((market.buyer_id,)))
        session.execute(text("UPDATE stored_file SET status = 'condemned' WHERE id = :id"), {"id": condemned})
        session.commit()
    made = copy(runtime, market.purchaser, source.rfq.id)
    assert made.carried.lost == ("whole.pdf",)
    content = read(runtime, market.purchaser, made.content.rfq.id)
    assert [name for name, *_ in documents(runtime, market.purchaser, content)] == ["line.pdf"]
    assert content.rfq.attachment_count == 1


def test_an_award_takes_the_documents_of_its_lines_along(runtime: Runtime, market: Market) -> None:
    content, award = awarded(runtime, market, (("9", "8"), ("7", "6")), [(1, 0, "70")])
    prepared = files.prepare(runtime.settings, files.Upload("line.pdf", "application/pdf", PDF))
    with work_for(runtime, market.purchaser) as work:
        kept = files.register(work, market.purchaser, prepared)
        rows = (
            "INSERT INTO rfq_attachment (id, rfq_id, buyer_id, line_id, file_id, name, size, sha256, note, added_by, "
        )
        rows += "added_at, since, leaving) VALUES (gen_random_uuid(), :rfq, :buyer, :line, :file, :name, 1, '', '', "
        rows += ":buyer, now(), 1, false)"
        for place, name in ((0, "other.pdf"), (1, "line.pdf")):
            values = {"rfq": content.rfq.id, "buyer": market.buyer_id, "line": content.lines[place].id}
            file_id = kept.id if place else UUID(int=7)
            work.session.execute(text(rows), {**values, "file": file_id, "name": name})
        work.session.execute(text("UPDATE rfq SET attachment_count = 2 WHERE id = :id"), {"id": content.rfq.id})
    with work_for(runtime, market.purchaser) as work:
        made = copying.repeat_award(work, market.purchaser, RepeatAward(award_id=award.award.id, required_on=LATER))
    found = documents(runtime, market.purchaser, read(runtime, market.purchaser, made.content.rfq.id))
    assert {(name, line) for name, _, _, line in found} == {("line.pdf", 0)}


def test_a_template_keeps_everything_over_the_api(runtime: Runtime, client: TestClient, market: Market) -> None:
    source = rich(runtime, market)
    caller = caller_for(client, runtime, market.purchaser)
    kept = caller.post(f"/rfqs/{source.rfq.id}/template", {"name": "Rich"}).json()
    assert [(one["key"], one["weight"]) for one in kept["criteria"]] == [("price", "60"), ("own-1", "40")]
    assert kept["criteria"][1]["points"] == {"good": "100", "fair": "40.5", "bad": "0"}
    assert (kept["landed"], kept["nda_text"]) == (True, NDA)
    assert [(one["name"], one["line"]) for one in kept["documents"]] == [("whole.pdf", None), ("line.pdf", 1)]
    assert [one["email"] for one in kept["guests"]] == [ADDRESS]
    assert len(kept["supplier_ids"]) == 2
    body = {"title": "Once more", "required_on": LATER.isoformat()}
    used = caller.post(f"/rfq-templates/{kept['id']}/use", body).json()
    told = ("criteria", "documents", "lost_documents", "guests", "dropped_guests")
    assert [used[name] for name in told] == [2, 2, [], [ADDRESS], []]
    rfq_id = UUID(used["request"]["id"])
    assert judged_by(runtime, market.purchaser, rfq_id) == (CRITERIA, True)
    content = read(runtime, market.purchaser, rfq_id)
    assert documents(runtime, market.purchaser, content) == documents(runtime, market.purchaser, source)
    none = caller.post(f"/rfq-templates/{kept['id']}/use", {**body, "guests": []}).json()
    assert none["guests"] == []


def test_a_template_of_before_has_nothing_beside(runtime: Runtime, market: Market) -> None:
    source = make_draft(runtime, market)
    with work_for(runtime, market.purchaser) as work:
        kept = templates.save_template(work, market.purchaser, SaveTemplate(source.rfq.id, "Plain"))
        assert "beside" not in kept.row.content
        made = templates.use_template(work, market.purchaser, UseTemplate(template_id=kept.row.id, required_on=LATER))
    assert (made.content.rfq.attachment_count, made.content.rfq.guest_count) == (0, 0)


def test_the_pages_show_what_comes_along(runtime: Runtime, client: TestClient, market: Market) -> None:
    source = rich(runtime, market)
    sign_in(client, market.purchaser)
    path = f"/rfqs/{source.rfq.id}/copy"
    shown = page(client, path)
    assert "Nordguss GmbH" in text_of(shown)
    assert "Criteria2" in text_of(shown)
    assert "Documents2" in text_of(shown)
    form = filled(shown.replace('class="form"', 'class="form" id="again"'), "again")
    assert form["guests"] == ADDRESS
    form.pop("guests")
    edited = followed(client, send(client, path, form))
    assert f"made from {source.rfq.number}" in edited
    with work_for(runtime, market.purchaser) as work:
        kept = templates.save_template(work, market.purchaser, SaveTemplate(source.rfq.id, "Rich"))
    text_shown = text_of(page(client, f"/rfqs/templates/{kept.row.id}"))
    for words in ("Price 60 %, Sample 40 %", "whole.pdf, line.pdf", "Invited by mailNordguss GmbH"):
        assert words in text_shown
