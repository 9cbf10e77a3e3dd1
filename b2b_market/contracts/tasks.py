"""Background work of contracts: taking the fingerprints of every edition."""

from typing import Final

import structlog

from b2b_market.contracts.commands import ClaimPrintJobs, KeepFingerprints, PrintFailed, PrintJob, ReadSheet
from b2b_market.contracts.documents.files import print_all
from b2b_market.contracts.service import printing
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor

# A batch at a second an edition ends long before its lease of five minutes does.
BATCH: Final = 20
_PRINTER: Final = system_actor("schedule")
log = structlog.get_logger("contracts")


def take_fingerprints(runtime: Runtime) -> int:
    """Print what is due and keep its fingerprints; return how many were new.

    Leases are committed before anything is printed, so several workers share the work; printing happens outside
    transactions.
    """
    kept = 0
    while True:
        with runtime.work(_PRINTER.who, _PRINTER.tenant(), _cause()) as work:
            jobs = printing.claim_print_jobs(work, _PRINTER, ClaimPrintJobs(BATCH))
        kept += sum(_settle(runtime, job) for job in jobs)
        if len(jobs) < BATCH:
            return kept


def _settle(runtime: Runtime, job: PrintJob) -> int:
    try:
        return _print(runtime, job)
    except Exception as error:
        log.warning("printing failed", contract_id=str(job.contract_id), edition=job.edition, exc_info=True)
        with runtime.work(_PRINTER.who, _PRINTER.tenant(), _cause()) as work:
            printing.note_print_failed(work, _PRINTER, PrintFailed(job, f"{type(error).__name__}: {error}"))
        return 0


def _print(runtime: Runtime, job: PrintJob) -> int:
    with runtime.work(_PRINTER.who, _PRINTER.tenant(), _cause()) as work:
        sheet = printing.read_sheet(work, _PRINTER, ReadSheet(job, runtime.settings.public_url))
    if sheet is None:
        return 0
    fingerprints = tuple(printed.fingerprint() for printed in print_all(sheet))
    with runtime.work(_PRINTER.who, _PRINTER.tenant(), _cause()) as work:
        return printing.keep_fingerprints(work, _PRINTER, KeepFingerprints(job, fingerprints))


def _cause() -> Cause:
    return Cause("task", new_correlation())


TASKS: Final = (Task("contracts.take_fingerprints", take_fingerprints, 5.0),)
