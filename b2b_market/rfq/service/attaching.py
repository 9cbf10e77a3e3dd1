"""Documents of a request: attaching them, the agreement they lie behind, and opening one.

The files stay the buyer's own: they are read here for whoever may read the request, so no company has to be let in to
the files themselves. After the publication documents come and go with the request's versions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from b2b_market.files import public as files
from b2b_market.identity.public import people
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid, NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.attaching import AcceptNda, AttachFile, ReadAttachment, SetNda
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.attaching import NdaAcceptance, RfqAttachment
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import attaching as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import attaching as rules
from b2b_market.rfq.rules.attaching import DocumentFacts
from b2b_market.rfq.rules.quoting import OwnRequest
from b2b_market.rfq.states import RFQ_LIFECYCLE, RfqStatus

PART = "rfq.documents"
Said = tuple[str, str, str]
"""What a line is found again by: name, code, specification."""


@dataclass(frozen=True, slots=True)
class AcceptanceView:
    """Who promised not to disclose, for which company, and when."""

    supplier_id: UUID
    accepted_by: UUID
    person: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a request as one side sees them; ``closed`` until the own company has accepted the agreement.

    ``acceptances`` are everybody's for the buyer, else the own company's.
    """

    rfq: Rfq
    attachments: Sequence[RfqAttachment]
    nda_text: str
    nda_hash: str
    acceptances: Sequence[AcceptanceView]
    closed: bool

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.rfq.version


@operation(RfqPermission.DRAFT)
def attach_file(work: Work, scope: Scope, command: AttachFile) -> Rfq:
    """Attach an own file to a draft, or to a published request from its next amendment on.

    TooManyDocuments, FileAttached where it is there already, NotFound for a file of another company.
    """
    rfq = _editable(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    known = queries.attachments_of(work.session, scope, rfq.id)
    rules.require_room(len(known))
    file = files.view_file(work, scope.actor, command.file_id)
    if file.org_id != rfq.buyer_id:
        raise NotFound(file_id=str(command.file_id))
    if any(one.file_id == file.id for one in known):
        raise rules.FileAttached
    lines = request_queries.needs_of(work.session, scope, rfq.id) if command.line_id is not None else {}
    if command.line_id is not None and command.line_id not in lines:
        raise Invalid(errors=[FieldError("/line_id", "unknown", N_("This line is not part of the request."))])
    row = RfqAttachment(
        id=new_id(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        line_id=command.line_id,
        file_id=file.id,
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        note=command.note.strip(),
        added_by=scope.user_id,
        added_at=work.now(),
        leaving=False,
    )
    work.session.add(row)
    rfq.attachment_count += int(rfq.status is not RfqStatus.PUBLISHED)
    return _edited(work, scope, rfq, "rfq.document_attached")


@operation(RfqPermission.DRAFT)
def detach_file(work: Work, scope: Scope, command: ReadAttachment) -> Rfq:
    """Take a document off a draft at once, off a published request with its next amendment; twice puts it back."""
    row = queries.own_attachment(work.session, scope, command.attachment_id)
    rfq = _editable(work, scope, row.rfq_id)
    row = queries.own_attachment(work.session, scope, command.attachment_id)
    if row.since is None:
        work.session.delete(row)
        rfq.attachment_count -= int(rfq.status is not RfqStatus.PUBLISHED)
    else:
        row.leaving = not row.leaving
    return _edited(work, scope, rfq, "rfq.document_detached")


@operation(RfqPermission.DRAFT)
def set_nda(work: Work, scope: Scope, command: SetNda) -> Rfq:
    """Put the documents of a draft behind an agreement, or take it away; IllegalStep once it is sent out."""
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "publish")
    rfq.nda_text = rules.require_nda(command.text)
    return _edited(work, scope, rfq, "rfq.nda_set")


@operation(RfqPermission.READ)
def list_documents(work: Work, scope: Scope, command: ReadRfq) -> Documents:
    """Return the documents of a request and the agreement they lie behind, to everybody who may read the request."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    own = rfq.buyer_id in scope.org_ids
    if not (own or rfq.attachment_count or rfq.nda_text):
        return Documents(rfq, (), "", "", (), closed=False)
    found = queries.attachments_of(work.session, scope, rfq.id)
    accepted = _acceptances(work, scope, rfq)
    standing = rules.nda_hash(rfq.nda_text).hex() if rfq.nda_text else ""
    return Documents(rfq, found, rfq.nda_text, standing, accepted, closed=bool(rfq.nda_text) and not (own or accepted))


@operation(RfqPermission.NDA_ACCEPT)
def accept_nda(work: Work, scope: Scope, command: AcceptNda) -> Documents:
    """Promise for the own company not to disclose the documents of a request; twice is once.

    Kept are who, when, and the hash of the text; NdaChanged where another text was read, NotFound where there is none.
    """
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        raise OwnRequest
    if not rfq.nda_text:
        raise NotFound(rfq_id=str(rfq.id))
    standing = rules.require_same_text(rfq.nda_text, command.text_hash)
    row = {
        "id": new_id(),
        "rfq_id": rfq.id,
        "buyer_id": rfq.buyer_id,
        "supplier_id": scope.org_id,
        "accepted_by": scope.user_id,
        "accepted_at": work.now(),
        "text_hash": standing,
    }
    stored = work.session.execute(
        insert(NdaAcceptance).values(row).on_conflict_do_nothing().returning(NdaAcceptance.id)
    )
    if stored.scalar_one_or_none() is not None:
        accepted = events.NdaAccepted(
            rfq_id=rfq.id,
            buyer_id=rfq.buyer_id,
            supplier_id=scope.org_id,
            accepted_by=scope.user_id,
            text_hash=standing.hex(),
        )
        work.emit(accepted, rfq)
    return list_documents.body(work, scope, ReadRfq(rfq.id))


@operation(RfqPermission.READ)
def open_document(work: Work, scope: Scope, command: ReadAttachment) -> files.FileView:
    """Return a document's file, whose bytes may be read once this transaction has ended; that it was opened is audited.

    NdaNotAccepted before the own company has accepted the agreement, and the refusals of the files module.
    """
    row = queries.attachment(work.session, scope, command.attachment_id)
    rfq = request_queries.party_rfq(work.session, scope, row.rfq_id)
    if rfq.nda_text and rfq.buyer_id not in scope.org_ids and not _acceptances(work, scope, rfq):
        raise rules.NdaNotAccepted
    work.note(Entry("rfq.document_opened", rfq.audit_type, rfq.id, rfq.version, visible_to=scope.org_ids))
    return files.open_on_behalf(work, rfq.buyer_id, row.file_id)


def release(work: Work, scope: Scope, rfq: Rfq) -> Sequence[DocumentFacts]:
    """Let the documents of a draft belong to the version that is published now; return them. None costs nothing."""
    if not rfq.attachment_count:
        return ()
    found = queries.attachments_of(work.session, scope, rfq.id)
    for row in found:
        row.since = rfq.edition
    return facts_of(found)


def amended(work: Work, scope: Scope, rfq: Rfq) -> tuple[Sequence[DocumentFacts], Sequence[DocumentFacts]]:
    """Return the documents of the version that stands and those of the next one."""
    found = queries.attachments_of(work.session, scope, rfq.id)
    return facts_of([row for row in found if row.since is not None]), facts_of(
        [row for row in found if not row.leaving]
    )


def settle(work: Work, scope: Scope, rfq: Rfq, line_ids: Sequence[UUID]) -> None:
    """Let documents come and go with the version that stands now; those of lines that are withdrawn go with them."""
    found = queries.attachments_of(work.session, scope, rfq.id)
    for row in found:
        if row.since is None:
            row.since = rfq.edition
        if row.leaving or (row.line_id is not None and row.line_id not in line_ids):
            row.leaving, row.until = False, rfq.edition
    rfq.attachment_count = sum(row.until is None for row in found)


def places_of(work: Work, scope: Scope, rfq: Rfq) -> Mapping[UUID, Said]:
    """Return what the lines of a draft with documents say, by which ``keep_places`` finds them again."""
    if not rfq.attachment_count:
        return {}
    lines = request_queries.lines_of(work.session, scope, rfq.id)
    return {line.id: (line.item_name, line.item_code, line.specification) for line in lines}


def keep_places(work: Work, rfq: Rfq, before: Mapping[UUID, Said], rows: Sequence[Mapping[str, object]]) -> None:
    """Let the documents of a draft's lines follow their lines, which an edit stores anew."""
    if not before:
        return
    now = [
        (UUID(str(row["id"])), (str(row["item_name"]), str(row["item_code"]), str(row["specification"])))
        for row in rows
    ]
    for line_id, place in rules.new_places(before, now).items():
        moved = update(RfqAttachment).where(RfqAttachment.rfq_id == rfq.id, RfqAttachment.line_id == line_id)
        work.session.execute(moved.values(line_id=place))


def facts_of(rows: Sequence[RfqAttachment]) -> Sequence[DocumentFacts]:
    """Return what a version says of documents."""
    return [DocumentFacts(row.line_id, row.name, row.sha256) for row in rows]


def _editable(work: Work, scope: Scope, rfq_id: UUID) -> Rfq:
    rfq = request_queries.lock_own_rfq(work.session, scope, rfq_id)
    if rfq.status is not RfqStatus.PUBLISHED:
        RFQ_LIFECYCLE.require(rfq.status, "publish")
    return rfq


def _edited(work: Work, scope: Scope, rfq: Rfq, action: str) -> Rfq:
    if rfq.status is not RfqStatus.PUBLISHED:
        rfq.editor_id = scope.user_id
    work.touch(rfq)
    work.record(action, rfq)
    work.session.flush()
    return rfq


def _acceptances(work: Work, scope: Scope, rfq: Rfq) -> Sequence[AcceptanceView]:
    if not rfq.nda_text:
        return ()
    found = queries.acceptances_of(work.session, scope, rfq.id, rules.nda_hash(rfq.nda_text))
    known = people(work, scope.actor, [row.accepted_by for row in found]) if found else {}
    return [
        AcceptanceView(
            row.supplier_id,
            row.accepted_by,
            known[row.accepted_by].name if row.accepted_by in known else "",
            row.accepted_at,
        )
        for row in found
    ]
