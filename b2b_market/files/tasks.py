"""Background work of files: scanning what is in quarantine, sweeping blobs that no row knows."""

from datetime import timedelta
from typing import Final

import structlog

from b2b_market.files.commands import ClaimQuarantined, FindUnreferenced, SettleScan
from b2b_market.files.service import reading, scanning
from b2b_market.files.service.views import FileView
from b2b_market.infra.antivirus import Scanner, ScannerUnavailable
from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.storage import BlobStore
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.kernel.clock import SystemClock
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.actor import system_actor

BATCH: Final = 20
# Longer than any request or task may take between storing a blob and committing its row.
ABANDONED_AFTER: Final = timedelta(hours=24)
log = structlog.get_logger("files")


def scan(runtime: Runtime) -> int:
    """Scan what waits in quarantine; return how many files got a verdict. Without a scanner nothing is done.

    A file whose scan fails stays in quarantine and is tried again when its lease ends.
    """
    address = runtime.settings.clamd_address
    if address is None:
        return 0
    actor, cause = system_actor("schedule"), Cause("task", new_correlation())
    with runtime.work(actor.who, actor.tenant(), cause) as work:
        waiting = scanning.claim_quarantined(work, actor, ClaimQuarantined(BATCH))
    return sum(_scan_one(runtime, Scanner(address), file) for file in waiting)


def _scan_one(runtime: Runtime, scanner: Scanner, file: FileView) -> int:
    try:
        found = scanner.find(reading.stream(runtime.settings, file))
    except (ScannerUnavailable, Unavailable) as error:
        log.warning("scan failed", file_id=str(file.id), reason=f"{type(error).__name__}: {error}")
        return 0
    actor, cause = system_actor("schedule", file.org_id), Cause("task", new_correlation())
    try:
        with runtime.work(actor.who, actor.tenant(), cause) as work:
            scanning.settle_scan(work, actor, SettleScan(file.id, found))
    except IllegalStep:  # another worker settled it after this one's lease ended
        return 0
    return 1


def sweep(runtime: Runtime) -> int:
    """Remove blobs that no row knows and that are older than any storing can take; return how many went."""
    store = BlobStore.open(runtime.settings)
    actor, gone = system_actor("schedule"), 0
    for names in store.older_than(SystemClock().now() - ABANDONED_AFTER):
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            lost = scanning.find_unreferenced(work, actor, FindUnreferenced(names))
        store.delete(lost)
        gone += len(lost)
    return gone


TASKS: Final = (Task("files.scan", scan, 10.0), Task("files.sweep", sweep, 6 * 3600.0))
