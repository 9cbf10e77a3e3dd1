"""The scanner's work, and the sweep of blobs that no row knows."""

from datetime import timedelta

from b2b_market.files import queries
from b2b_market.files.commands import ClaimQuarantined, FindUnreferenced, SettleScan
from b2b_market.files.service.views import FileView, file_view
from b2b_market.files.states import LIFECYCLE
from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

LEASE = timedelta(minutes=5)
_MACHINE = "the schedule looks after the files of every company"


@operation(system=True, reason=_MACHINE)
def claim_quarantined(work: Work, scope: Scope, command: ClaimQuarantined) -> tuple[FileView, ...]:
    """Lease files that wait for the scanner to the caller, who scans them after this transaction."""
    work.act_for(Tenant(machine=True))
    rows = queries.quarantined(work.session, scope, work.now(), command.batch)
    for row in rows:
        row.scan_after = work.now() + LEASE
    return tuple(file_view(row) for row in rows)


@operation(system=True, reason=_MACHINE)
def settle_scan(work: Work, scope: Scope, command: SettleScan) -> FileView:
    """Release a clean file, condemn any other; a file that another worker settled meanwhile refuses (IllegalStep)."""
    work.act_for(Tenant(machine=True))
    row = queries.lock_any(work.session, scope, command.file_id)
    LIFECYCLE.advance(row, "release" if command.found is None else "condemn")
    row.scan_result = (command.found or "")[:200]
    row.changed_at = work.now()
    work.record("file.released" if command.found is None else "file.condemned", row)
    work.session.flush()
    return file_view(row)


@operation(system=True, reason=_MACHINE)
def find_unreferenced(work: Work, scope: Scope, command: FindUnreferenced) -> tuple[str, ...]:
    """Return those of the given blobs that no row knows."""
    work.act_for(Tenant(machine=True))
    known = queries.known_keys(work.session, scope, command.storage_keys)
    return tuple(key for key in command.storage_keys if key not in known)
