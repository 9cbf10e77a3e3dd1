"""Documents: printing them on demand, taking the fingerprint of each edition once, showing fingerprints to anybody."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.contracts import queries
from b2b_market.contracts.commands import (
    ClaimPrintJobs,
    Fingerprint,
    KeepFingerprints,
    OrderFingerprint,
    PrintContract,
    PrintFailed,
    PrintJob,
    ReadSheet,
    VerifyEdition,
)
from b2b_market.contracts.documents.files import PRINTING, PrintedFile, print_file
from b2b_market.contracts.documents.sheet import Sheet
from b2b_market.contracts.models import Contract, ContractDocument
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.rules import printing as rules
from b2b_market.contracts.service.jobs import order_print
from b2b_market.contracts.service.views import DocumentView, document_view, sheet_of
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation

_MACHINE = "the schedule takes the fingerprints of every edition"
_OPEN_TO_ALL = "whoever holds a document may check it; nothing but hashes is shown"


@dataclass(frozen=True, slots=True)
class Verification:
    """The fingerprints of one edition; none yet while they are being taken."""

    contract_id: UUID
    edition: int
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True, slots=True)
class OpenedSheet:
    """The text of the present edition, and the fingerprints (SHA-256) that its files are known by."""

    sheet: Sheet
    known: frozenset[bytes]


def print_contract(transactions: Transactions, command: PrintContract) -> PrintedFile:
    """Return the present edition as a file, printed while no transaction is open.

    The same edition always gives the same bytes, so nothing but the fingerprint is stored. Should another release of
    the software print other bytes, their fingerprint is ordered as well. Raise PrintersBusy where all printing places
    stay taken.
    """
    with transactions() as (work, actor):
        opened = open_sheet(work, actor, command)
    with PRINTING.held():
        printed = print_file(opened.sheet, command.printing, command.file_format)
    if printed.fingerprint().sha256 not in opened.known:
        with transactions() as (work, actor):
            order_fingerprint(work, actor, OrderFingerprint(command.contract_id))
    return printed


@operation(ContractPermission.READ)
def open_sheet(work: Work, scope: Scope, command: PrintContract) -> OpenedSheet:
    """Return what is to be printed, and audit that it was taken out."""
    contract = queries.contract(work.session, scope, command.contract_id)
    lines = queries.lines(work.session, scope, contract.id)
    documents = queries.documents(work.session, scope, contract.id, contract.edition)
    entry = Entry(
        "contracts.printed", contract.audit_type, contract.id, contract.version, visible_to=contract.parties()
    )
    work.note(entry)
    return OpenedSheet(sheet_of(contract, lines, command.site), frozenset(row.sha256 for row in documents))


@operation(ContractPermission.READ)
def order_fingerprint(work: Work, scope: Scope, command: OrderFingerprint) -> None:
    """Have the fingerprints of the present edition taken (again)."""
    order_print(work, queries.contract(work.session, scope, command.contract_id))


@operation(system=True, reason=_MACHINE)
def claim_print_jobs(work: Work, scope: Scope, command: ClaimPrintJobs) -> tuple[PrintJob, ...]:
    """Lease due jobs to the caller; a lease that is not settled ends by itself."""
    work.act_for(Tenant(machine=True))
    jobs = queries.due_print_jobs(work.session, scope, work.now(), command.batch)
    for job in jobs:
        job.attempts += 1
        job.next_attempt_at = work.now() + rules.LEASE
    return tuple(PrintJob(job.contract_id, job.edition) for job in jobs)


@operation(system=True, reason=_MACHINE)
def read_sheet(work: Work, scope: Scope, command: ReadSheet) -> Sheet | None:
    """Return the text of a leased job, or None where a later edition has taken its place (the job is dropped)."""
    work.act_for(Tenant(machine=True))
    contract = queries.contract_for_printing(work.session, scope, command.job.contract_id)
    if contract is None or contract.edition != command.job.edition:
        _drop(work, scope, command.job)
        return None
    return sheet_of(contract, queries.lines(work.session, scope, contract.id), command.site)


@operation(system=True, reason=_MACHINE)
def keep_fingerprints(work: Work, scope: Scope, command: KeepFingerprints) -> int:
    """Store and audit the fingerprints of a job that are not known yet, and drop the job; return how many were new."""
    work.act_for(Tenant(machine=True))
    work.gate(command.job.contract_id)
    contract = queries.contract_for_printing(work.session, scope, command.job.contract_id)
    new: list[ContractDocument] = []
    if contract is not None:
        known = {row.sha256 for row in queries.documents(work.session, scope, contract.id, command.job.edition)}
        fresh = [found for found in command.fingerprints if found.sha256 not in known]
        new = [_document(work, contract, command.job.edition, found) for found in fresh]
    for document in new:
        work.session.add(document)
        work.record("contract_document.printed", document)
    _drop(work, scope, command.job)
    return len(new)


@operation(system=True, reason=_MACHINE)
def note_print_failed(work: Work, scope: Scope, command: PrintFailed) -> None:
    """Put a job back with a doubling delay; it is never given up, because its document may be in somebody's hands."""
    work.act_for(Tenant(machine=True))
    job = queries.lock_print_job(work.session, scope, command.job.contract_id, command.job.edition)
    if job is not None:
        job.error = command.error[:500]
        job.next_attempt_at = rules.next_attempt(job.attempts, work.now())


@operation(public=True, reason=_OPEN_TO_ALL)
def verify_edition(work: Work, scope: Scope, command: VerifyEdition) -> Verification:
    """Return the fingerprints of an edition to anybody; raise NotFound where no such edition was ever made."""
    with work.reaching(Tenant(machine=True)):
        contract = queries.contract_for_printing(work.session, scope, command.contract_id)
        rows = queries.documents(work.session, scope, command.contract_id, command.edition)
    if contract is None or not 1 <= command.edition <= contract.edition:
        raise NotFound(contract_id=str(command.contract_id))
    return Verification(contract.id, command.edition, tuple(document_view(row) for row in rows))


def _document(work: Work, contract: Contract, edition: int, found: Fingerprint) -> ContractDocument:
    return ContractDocument(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        contract_id=contract.id,
        buyer_id=contract.buyer_id,
        shown_to=contract.shown_to,
        edition=edition,
        printing=found.printing,
        file_format=found.file_format,
        sha256=found.sha256,
        size=found.size,
        pages=found.pages,
        missing_characters=found.missing_characters,
    )


def _drop(work: Work, scope: Scope, job: PrintJob) -> None:
    found = queries.lock_print_job(work.session, scope, job.contract_id, job.edition)
    if found is not None:
        work.session.delete(found)
