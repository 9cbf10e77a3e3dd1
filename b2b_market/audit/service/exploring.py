"""Looking into the trail: lists, one entry with its values and proof, timelines, checkpoints."""

from b2b_market.audit.commands import ListCheckpoints, ListEntries, ReadCheckpointAt, ReadEntry, ReadKeys, ReadTimeline
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.queries import trail, tree
from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.rules.values import field_values, shown_changes
from b2b_market.audit.service.proving import prove_entry
from b2b_market.audit.service.views import EntrySummary, EntryView, TimelineView, entry_summary
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(AuditPermission.READ)
def list_entries(work: Work, scope: Scope, command: ListEntries) -> Page[EntrySummary]:
    """List the entries that the caller's company may see (the auditor: all), the newest first."""
    return trail.page(work.session, scope, command).map(entry_summary)


@operation(AuditPermission.READ)
def read_entry(work: Work, scope: Scope, command: ReadEntry) -> EntryView:
    """Return one entry with its values and its proof against the newest checkpoint, both checked."""
    row = trail.entry(work.session, scope, command.event_id)
    sealed = row.leaf_index is not None
    return EntryView(
        entry_summary(row),
        row.schema_version,
        row.session,
        row.network,
        row.correlation_id,
        row.idempotency_key,
        row.cause_event_id,
        None if row.state_hash is None else bytes(row.state_hash),
        field_values(row.changed, row.commitments, row.changes),
        prove_entry(work.session, scope, (row.leaf_index, row.entry_text), command.keys) if sealed else None,
    )


@operation(system=True, public=True, reason="a module shows the history of a thing whose reader it has checked")
def read_timeline(work: Work, scope: Scope, command: ReadTimeline) -> list[TimelineView]:
    """Return the newest entries about one thing that are visible to the caller's companies, with their values."""
    rows = trail.timeline(work.session, scope, command.object_id, command.object_type, command.limit)
    return [TimelineView(entry_summary(row), shown_changes(row.changed, row.changes)) for row in rows]


@operation(public=True, reason="whoever verifies a document or an export needs the public keys")
def read_keys(_work: Work, _scope: Scope, command: ReadKeys) -> dict[str, bytes]:
    """Return the public keys of the log, by id."""
    return dict(sorted(command.keys.items()))


@operation(AuditPermission.READ)
def list_checkpoints(work: Work, scope: Scope, command: ListCheckpoints) -> Page[SignedCheckpoint]:
    """List the checkpoints, the newest first. They are the whole log's, hashes without content."""
    return tree.checkpoint_page(work.session, scope, command.page)


@operation(AuditPermission.READ)
def read_checkpoint(work: Work, scope: Scope, command: ReadCheckpointAt) -> SignedCheckpoint:
    """Return the checkpoint of exactly that size."""
    found = tree.checkpoint(work.session, scope, command.size)
    if found is None:
        raise NotFound(size=str(command.size))
    return found
