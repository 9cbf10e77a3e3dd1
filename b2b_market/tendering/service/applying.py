"""Requests to participate: sent, replaced and taken back until their time is over; the buyer sees nothing before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry as AuditEntry
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.selecting import AddFile, SendApplication, StageFileId
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.selecting import ApplicationSent, ApplicationWithdrawn
from b2b_market.tendering.models.selecting import Application, Qualification, StageFile
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import selecting as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import qualifying as rules
from b2b_market.tendering.rules.bidding import require_fit
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import APPLICATION_LIFECYCLE, ApplicationStatus


@dataclass(frozen=True, slots=True)
class OwnApplication:
    """What a company sent, and its letter once the decision is out."""

    tender: Tender
    application: Application | None
    files: Sequence[StageFile]
    letter: Qualification | None

    @property
    def version(self) -> int:
        """The version of the application, which its ETag shows; 0 while there is none."""
        return self.application.version if self.application else 0


@operation(TenderPermission.BID_SUBMIT)
def send_application(work: Work, scope: Scope, command: SendApplication) -> OwnApplication:
    """Ask to take part, or replace what was sent, before the time for it is over.

    The end is judged by the database's clock after the gate is taken: what is acknowledged was in time.
    """
    tender, moment = _judged(work, scope, command.tender_id)
    answers = rules.require_replies(command.replies, tender.criteria)
    found = queries.own_application(work.session, scope, tender.id, lock=True)
    if found is None:
        found = Application(
            id=new_id(),
            created_at=moment,
            changed_at=moment,
            tender_id=tender.id,
            buyer_id=tender.buyer_id,
            supplier_id=scope.org_id,
            status=APPLICATION_LIFECYCLE.initial,
            opened=False,
        )
        work.session.add(found)
    else:
        APPLICATION_LIFECYCLE.advance(found, "replace")
        work.touch(found)
    found.answers, found.proposal = answers, command.proposal.strip()
    found.submitted_by, found.received_at = scope.user_id, moment
    sent = ApplicationSent(application_id=found.id, tender_id=tender.id, supplier_id=scope.org_id)
    work.emit(sent, found)
    work.session.flush()
    return _view(work, scope, tender, found)


@operation(TenderPermission.BID_SUBMIT)
def withdraw_application(work: Work, scope: Scope, command: ReadTender) -> OwnApplication:
    """Take the own application back before the time is over; it can be sent again until then."""
    tender, _ = _judged(work, scope, command.tender_id)
    found = _own(work, scope, tender)
    APPLICATION_LIFECYCLE.advance(found, "withdraw")
    work.touch(found)
    gone = ApplicationWithdrawn(application_id=found.id, tender_id=tender.id, supplier_id=scope.org_id)
    work.emit(gone, found)
    work.session.flush()
    return _view(work, scope, tender, found)


@operation(TenderPermission.BID_SUBMIT)
def add_evidence(work: Work, scope: Scope, command: AddFile) -> OwnApplication:
    """Add a file to the own application to a tender (``owner_id``) before the time is over."""
    tender, moment = _judged(work, scope, command.owner_id)
    found = _own(work, scope, tender)
    APPLICATION_LIFECYCLE.require(found.status, "withdraw")
    keep_file(work, scope, (found.id, tender), command, moment)
    work.touch(found)
    work.record("tender_application.evidence_added", found)
    work.session.flush()
    return _view(work, scope, tender, found)


@operation(TenderPermission.BID_SUBMIT)
def remove_evidence(work: Work, scope: Scope, command: StageFileId) -> OwnApplication:
    """Take a file of the own application back before the time is over."""
    known = queries.file(work.session, scope, command.stage_file_id)
    tender, _ = _judged(work, scope, known.tender_id)
    found = _own(work, scope, tender)
    if known.owner_id != found.id:
        raise NotFound(stage_file_id=str(known.id))
    queries.drop_file(work.session, scope, known.id)
    work.touch(found)
    work.record("tender_application.evidence_removed", found)
    work.session.flush()
    return _view(work, scope, tender, found)


@operation(TenderPermission.BID_READ)
def read_own_application(work: Work, scope: Scope, command: ReadTender) -> OwnApplication:
    """Return what the own company sent, and the letter once the decision on all applications is out."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return _view(work, scope, tender, queries.own_application(work.session, scope, tender.id))


@operation(TenderPermission.BID_READ)
def read_stage_file(work: Work, scope: Scope, command: StageFileId) -> StageFile:
    """Return what is known of a file to the company that added it, or to the buyer once it may be read."""
    return queries.file(work.session, scope, command.stage_file_id)


@operation(TenderPermission.BID_READ)
def open_stage_file(work: Work, scope: Scope, command: StageFileId) -> files.FileView:
    """Return such a file, whose bytes may be read once the transaction has ended; the reading is audited."""
    row = queries.file(work.session, scope, command.stage_file_id)
    work.note(AuditEntry("tender_stage_file.opened", "tender_stage_file", row.id, visible_to=scope.org_ids))
    return files.open_on_behalf(work, row.supplier_id, row.file_id)


def keep_file(
    work: Work, scope: Scope, owner: tuple[UUID, Tender], command: AddFile, moment: datetime, *, opened: bool = False
) -> None:
    """Add a file of the acting company; raise TooManyFiles beyond what one thing may have."""
    owner_id, tender = owner
    if queries.count_files(work.session, scope, owner_id) >= rules.MOST_FILES:
        raise rules.TooManyFiles(most=rules.MOST_FILES)
    (file,) = files.own_files(work, scope.actor, [command.file_id], "/file_id")
    row = {
        "id": new_id(),
        "tender_id": tender.id,
        "owner_id": owner_id,
        "buyer_id": tender.buyer_id,
        "supplier_id": scope.org_id,
        "opened": opened,
        "file_id": file.id,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "added_by": scope.user_id,
        "added_at": moment,
    }
    insert_rows(work.session, StageFile, [row])


def _judged(work: Work, scope: Scope, tender_id: UUID) -> tuple[Tender, datetime]:
    """Return the tender that the company may apply to, and the moment that it is judged by."""
    work.gate(tender_id)
    tender = tender_queries.party_tender(work.session, scope, tender_id)
    holders = {party for party in tender.party_ids if party != tender.buyer_id and party not in tender.supplier_ids}
    require_fit(scope.org_id, tender.buyer_id, frozenset(holders))
    invited = tender.entry is Entry.PUBLIC or scope.org_id in tender.supplier_ids
    if not invited or not organizations.company(work, scope.actor, scope.org_id).may_supply:
        raise NotFound(tender_id=str(tender_id))
    moment = work.judging_time()
    rules.require_applying(tender.applications_end_at, tender.status, moment)
    return tender, moment


def _own(work: Work, scope: Scope, tender: Tender) -> Application:
    found = queries.own_application(work.session, scope, tender.id, lock=True)
    if found is None:
        raise NotFound(tender_id=str(tender.id))
    return found


def _view(work: Work, scope: Scope, tender: Tender, found: Application | None) -> OwnApplication:
    if found is None:
        return OwnApplication(tender, None, (), None)
    evidence = queries.files_of(work.session, scope, tender.id).get(found.id, ())
    letters = {}
    if found.status is ApplicationStatus.RECEIVED:
        letters = {one.application_id: one for one in queries.qualifications_of(work.session, scope, tender.id)}
    return OwnApplication(tender, found, evidence, letters.get(found.id))
