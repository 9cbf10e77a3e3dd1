"""Downloads as streams of bytes: an export, or checkpoints to keep as a witness of one's own.

Each opens its own transactions while it runs, after the one that allowed it has been committed.
"""

from collections.abc import Iterator
from typing import Final

from b2b_market.audit.commands import ReadCheckpointsAfter, WriteExport
from b2b_market.audit.rules.lines import checkpoint_line, key_line
from b2b_market.audit.service.exporting import CHECKPOINTS_AT_ONCE, ExportPlan, snapshot, write_export
from b2b_market.audit.service.sealing import read_checkpoints_after
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import public_keys
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import Actor

LINES: Final = "application/x-ndjson"
CHUNK: Final = 64 * 1024
PURPOSE: Final = "checkpoints"


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that is saved, not shown, and not kept by any cache."""
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": LINES,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def log_keys(runtime: Runtime) -> dict[str, bytes]:
    """Return every public key that ever signed this log, by id."""
    return public_keys(runtime.settings.data_dir / "keys", PURPOSE)


def export_stream(runtime: Runtime, actor: Actor, tenant: Tenant, cause: Cause, plan: ExportPlan) -> Iterator[bytes]:
    """Stream the export that was begun, in parts of about 64 kB."""
    command = WriteExport(plan.reach, plan.made_at, plan.held, runtime.checkpoints, log_keys(runtime))
    with snapshot(runtime, actor, tenant, cause) as work:
        yield from chunked(write_export(work, actor, command))


def checkpoint_stream(runtime: Runtime, actor: Actor, cause: Cause, after: int) -> Iterator[bytes]:
    """Stream the keys and then the checkpoints above ``after`` leaves, as a witness file holds them."""
    yield from (key_line(key) for _, key in sorted(log_keys(runtime).items()))
    size = after
    while True:
        with runtime.work(actor.who, actor.tenant(), cause) as work:
            found = read_checkpoints_after(work, actor, ReadCheckpointsAfter(size, CHECKPOINTS_AT_ONCE))
        if not found:
            return
        yield b"".join(checkpoint_line(signed) for signed in found)
        size = found[-1].size


def chunked(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Join lines into parts worth sending."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
