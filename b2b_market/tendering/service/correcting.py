"""Formal documents that a bidder corrects after the opening: asked for once, sent within the procedure's hours."""

from collections.abc import Iterable
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.evaluation import CorrectDocuments, ReadCorrection
from b2b_market.tendering.models.evaluation import Inquiry
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.rules import correcting as rules
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.evaluating import JudgedLot
from b2b_market.tendering.service.questioning import answered, lock_own_inquiry
from b2b_market.tendering.states.evaluation import UNDECIDED, InquiryKind


@operation(TenderPermission.BID_SUBMIT)
def correct_documents(work: Work, scope: Scope, command: CorrectDocuments) -> Inquiry:
    """Send corrected documents as the answer to such a question, before its time is over.

    The bid itself does not change: prices and what is offered are read from what was sealed. NotFound for a question of
    another kind, and for files of another company.
    """
    inquiry = lock_own_inquiry(work, scope, command.inquiry_id, command.expected_version)
    if inquiry.kind is not InquiryKind.CORRECTION:
        raise NotFound(inquiry_id=str(inquiry.id))
    file_ids = list(dict.fromkeys(command.file_ids))
    rules.require_files(len(file_ids))
    kept = []
    for file_id in file_ids:
        file = files.view_file(work, scope.actor, file_id)
        if file.org_id != inquiry.supplier_id:
            raise NotFound(file_id=str(file_id))
        kept.append(file.facts)
    files.share(work, scope.actor, file_ids, [inquiry.buyer_id])
    inquiry.files = kept
    return answered(work, scope, inquiry, command.text)


def require_decided(work: Work, scope: Scope, lots: Iterable[JudgedLot]) -> None:
    """Refuse with CorrectionOpen while a bid of the lots that is not disqualified waits for a decided correction."""
    waiting = {
        one.supplier_id
        for lot in lots
        for one in lot.inquiries
        if one.kind is InquiryKind.CORRECTION and one.status in UNDECIDED and one.bid_id not in lot.barred
    }
    names = organizations.companies(work, scope.actor, waiting)
    rules.require_decided(sorted(names[one].name for one in waiting))


@operation(TenderPermission.BID_READ)
def open_correction(work: Work, scope: Scope, command: ReadCorrection) -> files.FileView:
    """Return a corrected document to its bidder or to the buyer, whose bytes may be read after this transaction."""
    inquiry = queries.inquiry(work.session, scope, command.inquiry_id)
    if inquiry.buyer_id in scope.org_ids:
        seated.require_reader(work, scope, inquiry.tender_id)
    if not 0 <= command.position < len(inquiry.files):
        raise NotFound(inquiry_id=str(inquiry.id))
    own = inquiry.files[command.position]
    return files.open_file(work, scope.actor, UUID(own["id"]))
