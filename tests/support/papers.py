"""Documents of tenders for tests: stored, attached, taken."""

from typing import Any
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.documents import AttachDocument, ReadDocument
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender
from b2b_market.tendering.service import attaching
from b2b_market.tendering.service.attaching import TenderDocuments
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage
from tests.support import committees
from tests.support import tenders as made
from tests.support.works import work_for

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def stored(runtime: Runtime, actor: Actor, name: str = "spec.pdf", content: bytes = PDF) -> UUID:
    """Store a file of the actor's company."""
    prepared = files.prepare(runtime.settings, files.Upload(name, "application/pdf", content))
    with work_for(runtime, actor) as work:
        return files.register(work, actor, prepared).id


def attach(runtime: Runtime, actor: Actor, tender_id: UUID, content: bytes = PDF, **changes: Any) -> TenderDocuments:
    """Store a file and attach it to a tender as it stands."""
    how = {
        "kind": DocumentKind.SPECIFICATION,
        "title": "Specification",
        "language": DocumentLanguage.EN,
        "file_id": changes.get("file_id") or stored(runtime, actor, content=content),
        **changes,
    }
    version = made.read(runtime, actor, tender_id).version
    with work_for(runtime, actor) as work:
        return attaching.attach_document(
            work, actor, AttachDocument(tender_id=tender_id, expected_version=version, **how)
        )


def listed(runtime: Runtime, actor: Actor, tender_id: UUID) -> TenderDocuments:
    """Return the documents as somebody sees them."""
    with work_for(runtime, actor) as work:
        return attaching.list_documents(work, actor, ReadTender(tender_id))


def taken(runtime: Runtime, actor: Actor, document_id: UUID) -> bytes:
    """Take a document and return its bytes."""
    with work_for(runtime, actor) as work:
        view = attaching.open_document(work, actor, ReadDocument(document_id))
    return files.read(runtime.settings, view)


def announce(runtime: Runtime, hall: made.Hall, public: DraftTender) -> dict[str, str]:
    """Publish a public tender with a committee and a document, which a supplier takes; return the ids."""
    tender_id = made.draft(runtime, hall, public).tender.id
    committees.name(runtime, hall.purchaser, tender_id)
    (document,) = attach(runtime, hall.purchaser, tender_id).documents
    made.publish(runtime, hall, tender_id)
    taken(runtime, hall.sales[0], document.id)
    return {"public_tender_id": str(tender_id), "public_document_id": str(document.id)}
