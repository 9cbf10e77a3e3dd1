"""The audit log over HTTP: entries with proofs, checkpoints, and downloads that can be verified offline."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from b2b_market.audit.commands import (
    BeginExport,
    EntryFilter,
    ListCheckpoints,
    ListEntries,
    ProveConsistency,
    ReadCheckpointAt,
    ReadEntry,
    ReadKeys,
)
from b2b_market.audit.schemas import (
    CheckpointOut,
    ConsistencyOut,
    EntryDetailOut,
    EntryOut,
    KeyOut,
    checkpoint_out,
    consistency_out,
    entry_detail_out,
)
from b2b_market.audit.service.downloading import LINES, checkpoint_stream, download_headers, export_stream, log_keys
from b2b_market.audit.service.exploring import list_checkpoints, list_entries, read_checkpoint, read_entry, read_keys
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.service.proving import prove_consistency
from b2b_market.audit.states import Outcome
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireTime, WireUuid
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.edge import Answer, Call, CallContext, Edge
from b2b_market.rbac.responses import hands_out, reads

router = APIRouter(prefix="/audit", tags=["audit"], route_class=StrictRoute)
LARGEST: Final = 2**53 - 1
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
Size = Annotated[int, Query(ge=1, le=LARGEST)]
Name = Annotated[str | None, Query(max_length=100)]


@router.get("/entries", response_model=PageOut[EntryOut], responses=reads())
def entries(
    call: Call,
    limit: Limit = None,
    cursor: Cursor = None,
    *,
    actor_user_id: WireUuid | None = None,
    action: Name = None,
    object_type: Name = None,
    object_id: WireUuid | None = None,
    outcome: Outcome | None = None,
    since: WireTime | None = None,
    until: WireTime | None = None,
) -> Answer:
    """List the entries visible to the caller's company (the auditor: all), the newest first; ``until`` is excluded."""
    wanted = EntryFilter(
        actor_user_id=actor_user_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        outcome=outcome,
        since=since,
        until=until,
    )
    found = list_entries(call.work, call.actor, ListEntries(wanted, page_request(limit, cursor)))
    return call.answer_page(EntryOut, found)


@router.get("/entries/{event_id}", response_model=EntryDetailOut, responses=reads())
def entry(event_id: WireUuid, call: Call) -> Answer:
    """Return one entry with its values and its inclusion proof, both checked."""
    found = read_entry(call.work, call.actor, ReadEntry(event_id, log_keys(_runtime(call))))
    return call.answer(EntryDetailOut, entry_detail_out(found))


@router.get("/checkpoints", response_model=PageOut[CheckpointOut], responses=reads())
def checkpoints(call: Call, limit: Limit = None, cursor: Cursor = None) -> Answer:
    """List the checkpoints, the newest first."""
    found = list_checkpoints(call.work, call.actor, ListCheckpoints(page_request(limit, cursor)))
    return call.answer_page(CheckpointOut, found.map(checkpoint_out))


@router.get("/checkpoints/{size}", response_model=CheckpointOut, responses=reads())
def checkpoint(size: Annotated[int, Path(ge=1, le=LARGEST)], call: Call) -> Answer:
    """Return the checkpoint of exactly ``size`` leaves."""
    return call.answer(CheckpointOut, checkpoint_out(read_checkpoint(call.work, call.actor, ReadCheckpointAt(size))))


@router.get("/consistency", response_model=ConsistencyOut, responses=reads())
def consistency(first: Size, second: Size, call: Call) -> Answer:
    """Prove that the log of the smaller checkpoint is a prefix of the larger one's."""
    keys = log_keys(_runtime(call))
    found = prove_consistency(call.work, call.actor, ProveConsistency(first, second, keys))
    return call.answer(ConsistencyOut, consistency_out(found))


@router.get("/keys", response_model=ListOut[KeyOut], responses=reads())
def keys(call: Call) -> Answer:
    """List the public keys that ever signed this log; no sign-in is needed."""
    known = read_keys(call.work, call.actor, ReadKeys(log_keys(_runtime(call))))
    return call.answer_many(
        KeyOut, [KeyOut(key_id=key_id, algorithm="Ed25519", public_key=key.hex()) for key_id, key in known.items()]
    )


@router.get(
    "/witness",
    response_class=StreamingResponse,
    responses=hands_out("Checkpoints, one JSON line each", (LINES,)),
)
def witness(request: Request, after: Annotated[int, Query(ge=0, le=LARGEST)] = 0) -> StreamingResponse:
    """Download the checkpoints above ``after`` leaves, to keep as a witness that the platform does not control."""
    edge: Edge = request.app.state.edge
    with edge.open(request, "api") as (work, actor):
        list_checkpoints(work, actor, ListCheckpoints())
    return StreamingResponse(
        checkpoint_stream(edge.runtime, actor, work.cause, after), headers=download_headers("witness.jsonl")
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=hands_out("The export, one JSON line each", (LINES,)),
)
def export(
    request: Request,
    held: Annotated[str | None, Query(max_length=400, pattern=r"^[1-9]\d{0,14}(,[1-9]\d{0,14}){0,19}$")] = None,
) -> StreamingResponse:
    """Download the caller's entries with their proofs (the auditor: all entries), to be verified offline.

    ``held`` names up to 20 sizes of checkpoints that the caller keeps, separated by commas: the export then proves that
    the log has only grown since.
    """
    edge: Edge = request.app.state.edge
    with edge.open(request, "api") as (work, actor):
        plan = begin_export(work, actor, BeginExport(tuple(int(size) for size in (held or "").split(",") if size)))
    parts = export_stream(edge.runtime, actor, actor.tenant(), work.cause, plan)
    return StreamingResponse(parts, headers=download_headers("audit-export.jsonl"))


def _runtime(call: CallContext) -> Runtime:
    edge: Edge = call.request.app.state.edge
    return edge.runtime
