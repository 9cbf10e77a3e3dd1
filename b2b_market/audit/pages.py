"""The explorer: the trail with filters, one entry with its proof, the checkpoints, downloads."""

from datetime import datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from b2b_market.audit.commands import (
    BeginExport,
    EntryFilter,
    ListCheckpoints,
    ListEntries,
    ProveConsistency,
    ReadEntry,
)
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.public import as_text
from b2b_market.audit.rules.values import ValueState
from b2b_market.audit.service.downloading import checkpoint_stream, download_headers, export_stream, log_keys
from b2b_market.audit.service.exploring import list_checkpoints, list_entries, read_entry
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.service.proving import prove_consistency
from b2b_market.audit.service.views import Verdict
from b2b_market.audit.states import Outcome
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, PageShell
from b2b_market.ui.forms import Form, parse_form
from b2b_market.ui.viewer import Badge

router = APIRouter(prefix="/audit", route_class=PageRoute)
FILTERS: Final = ("action", "object_type", "object_id", "actor_user_id", "outcome", "since", "until")
OUTCOMES: Final = {Outcome.DONE: Badge(N_("Done"), "ok"), Outcome.DENIED: Badge(N_("Refused"), "bad")}
VERDICTS: Final = {
    Verdict.PROVEN: Badge(N_("Proven"), "ok"),
    Verdict.ALTERED: Badge(N_("Altered"), "bad"),
    Verdict.UNSIGNED: Badge(N_("Signature unknown"), "bad"),
    Verdict.UNSEALED: Badge(N_("Waiting for the sealer"), "violet"),
}
VALUES: Final = {
    ValueState.PROVEN: Badge(N_("As sealed"), "ok"),
    ValueState.ALTERED: Badge(N_("Altered"), "bad"),
    ValueState.SECRET: Badge(N_("Never stored"), "neutral"),
    ValueState.ERASED: Badge(N_("Erased"), "neutral"),
}


@router.get("")
def explorer(call: PageCall, cursor: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Show the trail, the newest entry first, filtered by the fields of the address."""
    actor = call.signed_in()
    sent = [(name, value) for name, value in call.request.query_params.multi_items() if name in FILTERS]
    form = Form(parse_form(sent))
    wanted = _filter(form, ZoneInfo(actor.person.timezone))
    page = list_entries(call.work, actor, ListEntries(wanted, page_request(None, cursor or None)))
    newest = list_checkpoints(call.work, actor, ListCheckpoints(page_request(1, None)))
    query = {name: form.value(name) for name in FILTERS if form.value(name)}
    following = encode_cursor(page.next_after)
    return call.page(
        "audit/explorer.html",
        {
            "page": page,
            "form": form,
            "filtered": bool(query),
            "newest": newest.items[0] if newest.items else None,
            "outcomes": OUTCOMES,
            "narrowed": lambda **more: (
                f"/audit?{urlencode(query | {name: str(value) for name, value in more.items()})}"
            ),
            "next_href": f"/audit?{urlencode(query | {'cursor': following})}" if following else None,
            "first_href": f"/audit?{urlencode(query)}" if cursor else None,
            "may_export": actor.may(AuditPermission.EXPORT),
            "holds_back": actor.platform == "auditor",
        },
    )


def _filter(form: Form, zone: ZoneInfo) -> EntryFilter:
    since, until = form.day("since"), form.day("until")
    return EntryFilter(
        actor_user_id=form.uuid("actor_user_id"),
        action=form.text("action", limit=100),
        object_type=form.text("object_type", limit=100),
        object_id=form.uuid("object_id"),
        outcome=form.choice("outcome", Outcome),
        since=None if since is None else datetime.combine(since, time(), zone),
        until=None if until is None else datetime.combine(until + timedelta(days=1), time(), zone),
    )


@router.get("/checkpoints")
def checkpoints(
    call: PageCall,
    cursor: Annotated[str, Query(max_length=500)] = "",
    first: Annotated[str, Query(max_length=20)] = "",
    second: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the checkpoints, and whether the log of one is a prefix of another's where two were chosen."""
    actor = call.signed_in()
    page = list_checkpoints(call.work, actor, ListCheckpoints(page_request(None, cursor or None)))
    form = Form(parse_form([("first", first), ("second", second)])) if first or second else Form()
    following = encode_cursor(page.next_after)
    return call.page(
        "audit/checkpoints.html",
        {
            "page": page,
            "form": form,
            "comparison": _comparison(call, form) if first or second else None,
            "next_href": f"/audit/checkpoints?{urlencode({'cursor': following})}" if following else None,
            "first_href": "/audit/checkpoints" if cursor else None,
        },
    )


def _comparison(call: PageContext, form: Form) -> object:
    first = form.integer("first", required=True, least=1, most=2**53 - 1)
    second = form.integer("second", required=True, least=1, most=2**53 - 1)
    if first is None or second is None:
        return None
    try:
        command = ProveConsistency(first, second, log_keys(_shell(call.request).edge.runtime))
        return prove_consistency(call.work, call.actor, command)
    except NotFound as refusal:
        form.add_error("", N_("There is no checkpoint of {size} leaves."), size=str(refusal.facts["size"]))
        return None


@router.get("/export")
def export(request: Request) -> StreamingResponse:
    """Save the export of what the reader may see."""
    edge = _shell(request).edge
    with edge.open(request, "page") as (work, actor):
        plan = begin_export(work, actor, BeginExport())
    parts = export_stream(edge.runtime, actor, actor.tenant(), work.cause, plan)
    return StreamingResponse(parts, headers=download_headers("audit-export.jsonl"))


@router.get("/witness")
def witness(request: Request) -> StreamingResponse:
    """Save the checkpoints, to keep them as a witness."""
    edge = _shell(request).edge
    with edge.open(request, "page") as (work, actor):
        list_checkpoints(work, actor, ListCheckpoints())
    return StreamingResponse(
        checkpoint_stream(edge.runtime, actor, work.cause, 0), headers=download_headers("witness.jsonl")
    )


@router.get("/{event_id}")
def entry(event_id: WireUuid, call: PageCall) -> Response:
    """Show one entry: what was done, the values before and after, its place in the log, and its proof, checked now."""
    actor = call.signed_in()
    keys = log_keys(_shell(call.request).edge.runtime)
    view = read_entry(call.work, actor, ReadEntry(event_id, keys))
    context = {
        "view": view,
        "checked_at": call.work.now(),
        "outcomes": OUTCOMES,
        "verdicts": VERDICTS,
        "values": VALUES,
        "written": as_text,
    }
    return call.page("audit/_proof.html" if call.is_fragment else "audit/entry.html", context)


def _shell(request: Request) -> PageShell:
    found: PageShell = request.app.state.pages
    return found
