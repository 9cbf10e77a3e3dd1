"""Documents of a tender: attached to the draft, announced by the signed notice, taken by who may read the tender.

The files stay the buyer's own: they are read here for whoever may read the tender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.documents import AttachDocument, ReadBoardDocument, ReadDocument
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.documents import DocumentTaking, TenderDocument
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import documents as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import attaching as rules
from b2b_market.tendering.rules.attaching import Paper
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.acting import on_behalf
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage, Takers
from b2b_market.tendering.states.tenders import LIVE, TENDER_LIFECYCLE, TenderStatus

PART = "tendering.documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """One version of a document as one side sees it; that it leaves with the next amendment only its buyer knows."""

    id: UUID
    tender_id: UUID
    series: UUID
    number: int
    kind: DocumentKind
    title: str
    language: DocumentLanguage
    material: bool
    note: str
    name: str
    size: int
    sha256: str
    since: int | None
    until: int | None
    leaving: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TenderDocuments:
    """The documents of a tender with their versions.

    ``takings`` is None where the procedure keeps none, and to the buyer until the opening; a supplier sees its own.
    """

    tender: Tender
    documents: Sequence[DocumentView]
    takings: Sequence[DocumentTaking] | None

    @property
    def version(self) -> int:
        """The version of the tender, which its ETag shows."""
        return self.tender.version


@operation(TenderPermission.DRAFT)
def attach_document(work: Work, scope: Scope, command: AttachDocument) -> TenderDocuments:
    """Attach an own file to a draft, or to a published tender from its next amendment on; or let it replace a version.

    TooManyTenderDocuments, TenderFileAttached, DocumentReplaced; NotFound for a file of another company.
    """
    tender = _editable(work, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    known = queries.documents_of(work.session, scope, tender.id)
    rules.require_room(len(known))
    title, note = rules.require_described(command.title, command.note)
    file = files.view_file(work, scope.actor, command.file_id)
    if file.org_id != tender.buyer_id:
        raise NotFound(file_id=str(command.file_id))
    if any(row.file_id == file.id and row.until is None for row in known):
        raise rules.TenderFileAttached
    number, own_id = 1, new_id()
    series = own_id
    if command.replaces is not None:
        before = next((row for row in known if row.id == command.replaces), None)
        if before is None:
            raise NotFound(document_id=str(command.replaces))
        series, number = _followed(work, known, before)
    row = TenderDocument(
        id=own_id,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        series=series,
        number=number,
        kind=command.kind,
        title=title,
        language=command.language,
        material=command.material,
        note=note,
        file_id=file.id,
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        added_by=scope.user_id,
        added_at=work.now(),
        since=None,
        until=None,
        leaving=False,
    )
    work.session.add(row)
    return _edited(work, scope, tender, "tender.document_attached")


@operation(TenderPermission.DRAFT)
def detach_document(work: Work, scope: Scope, command: ReadDocument) -> TenderDocuments:
    """Take a document off a draft at once, off a published tender with its next amendment; twice puts it back."""
    row = queries.own_document(work.session, scope, command.document_id)
    tender = _editable(work, scope, row.tender_id)
    row = queries.own_document(work.session, scope, command.document_id)
    if row.since is None:
        work.session.delete(row)
        _put_back(work, scope, row)
    else:
        _require_latest(queries.documents_of(work.session, scope, tender.id), row)
        row.leaving = not row.leaving
    return _edited(work, scope, tender, "tender.document_detached")


@operation(TenderPermission.READ)
def list_documents(work: Work, scope: Scope, command: ReadTender) -> TenderDocuments:
    """Return the documents of a tender, earlier versions too, to everybody who may read it."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return _view(work, scope, tender)


@operation(TenderPermission.READ)
def open_document(work: Work, scope: Scope, command: ReadDocument) -> files.FileView:
    """Return a document's file, whose bytes may be read once this transaction has ended.

    Who took it is kept where the procedure says so; that it was opened stands in the reader's own trail alone.
    """
    row = queries.document(work.session, scope, command.document_id)
    tender = tender_queries.party_tender(work.session, scope, row.tender_id)
    if keeps_takers(tender) and tender.buyer_id not in scope.org_ids:
        queries.keep_taking(work.session, scope, row, work.now())
    work.note(Entry("tender.document_opened", tender.audit_type, tender.id, visible_to=scope.org_ids))
    return files.open_on_behalf(work, row.buyer_id, row.file_id)


@operation(public=True, reason="documents of public tenders are there for everybody")
def open_board_document(work: Work, scope: Scope, command: ReadBoardDocument) -> files.FileView:
    """Return the file of a document of a tender on the public board; nobody is asked who takes it."""
    board = tender_queries.on_board(work.session, command.tender_id)
    if board is None:
        raise NotFound(tender_id=str(command.tender_id))
    with on_behalf(work, board.buyer_id, PART):
        row = queries.announced_document(work.session, scope, board.tender_id, command.document_id)
    return files.open_on_behalf(work, row.buyer_id, row.file_id)


def release(work: Work, scope: Scope, tender: Tender) -> None:
    """Let the documents of a draft belong to the edition that is published now."""
    for row in queries.documents_of(work.session, scope, tender.id):
        row.since = tender.edition + 1


def settle(work: Work, scope: Scope, tender: Tender) -> None:
    """Let documents come and go with the edition that is announced next."""
    for row in queries.documents_of(work.session, scope, tender.id):
        if row.since is None:
            row.since = tender.edition + 1
        elif row.leaving:
            row.leaving, row.until = False, tender.edition + 1


def coming(work: Work, scope: Scope, tender: Tender) -> Sequence[dict[str, Any]]:
    """Return the documents that count from the next amendment on, as a notice would say them."""
    rows = queries.documents_of(work.session, scope, tender.id)
    kept = [row for row in rows if row.until is None and not row.leaving]
    return [paper.document() for paper in papers_of(kept, tender.edition + 1)]


def announced(work: Work, scope: Scope, tender: Tender) -> Mapping[str, object]:
    """Return what the notice's document says of the documents, with every version that was announced."""
    return rules.announced(papers_of(queries.documents_of(work.session, scope, tender.id)))


def papers_of(rows: Sequence[TenderDocument], edition: int | None = None) -> Sequence[Paper]:
    """Return these versions as a notice says them; those that wait only where their first ``edition`` is given."""
    plain = [name for name in Paper.__dataclass_fields__ if name != "since"]
    found = [(row, row.since or edition) for row in rows]
    return [Paper(**{name: getattr(row, name) for name in plain}, since=since) for row, since in found if since]


def keeps_takers(tender: Tender) -> bool:
    """Tell whether the tender's procedure keeps who takes documents."""
    return read_procedure(tender.values).takers is Takers.SECRET


def _followed(work: Work, known: Sequence[TenderDocument], before: TenderDocument) -> tuple[UUID, int]:
    """Return series and number of the version that follows ``before``; one that waits gives its very place up."""
    _require_latest(known, before)
    if before.since is not None:
        before.leaving = True
        return before.series, before.number + 1
    work.session.delete(before)
    work.session.flush()
    return before.series, before.number


def _require_latest(known: Sequence[TenderDocument], row: TenderDocument) -> None:
    """Raise DocumentReplaced where another version follows, or the document does not count any more."""
    if row.until is not None or any(one.series == row.series and one.number > row.number for one in known):
        raise rules.DocumentReplaced


def _put_back(work: Work, scope: Scope, row: TenderDocument) -> None:
    """Let the announced version count on that a version which is taken off would have replaced."""
    for one in queries.documents_of(work.session, scope, row.tender_id):
        if one.series == row.series and one.until is None and one.number == row.number - 1:
            one.leaving = False


def _editable(work: Work, scope: Scope, tender_id: UUID) -> Tender:
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    if tender.status not in LIVE:
        TENDER_LIFECYCLE.require(tender.status, "submit")
    return tender


def _edited(work: Work, scope: Scope, tender: Tender, action: str) -> TenderDocuments:
    if tender.status is TenderStatus.DRAFT:
        tender.editor_id = scope.user_id
    work.touch(tender)
    work.record(action, tender)
    work.session.flush()
    return _view(work, scope, tender)


def _view(work: Work, scope: Scope, tender: Tender) -> TenderDocuments:
    own = tender.buyer_id in scope.org_ids
    plain = list(DocumentView.__dataclass_fields__)
    views = [
        DocumentView(**{name: getattr(row, name) for name in plain})
        for row in queries.documents_of(work.session, scope, tender.id)
    ]
    takings = None
    if keeps_takers(tender) and (not own or tender.opened_at is not None):
        takings = queries.takings_of(work.session, scope, tender.id)
    return TenderDocuments(tender, views if own else [replace(one, leaving=False) for one in views], takings)
