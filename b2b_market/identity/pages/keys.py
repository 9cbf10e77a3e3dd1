"""The page of a company's API keys."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.identity.commands import ListApiKeys, MakeApiKey, RevokeApiKey
from b2b_market.identity.pages.edge import machine_permissions
from b2b_market.identity.service import keys
from b2b_market.identity.service.views import ApiKeyView, MadeApiKey
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(prefix="/api-keys", route_class=PageRoute)
USUAL_LIFE = timedelta(days=90)
BADGES = {
    "live": Badge(N_("In use"), "brand"),
    "expired": Badge(N_("Expired"), "neutral", "cross"),
    "revoked": Badge(N_("Revoked"), "bad"),
}


@router.get("")
def list_keys(call: PageCall, cursor: str | None = None) -> Response:
    """List the keys and offer to make one."""
    call.signed_in()
    suggested = (call.work.now() + USUAL_LIFE).date()
    return _page(call, Form(initial={"expires_at": suggested.isoformat()}), cursor=cursor)


@router.post("")
def make_key(call: PageCall) -> Response:
    """Make a key and show it, this once."""
    call.signed_in()
    form = Form(call.form("permissions"))
    label = form.text("label", required=True)
    day = form.day("expires_at", required=True)
    if not form.ok or label is None or day is None:
        return _page(call, form, status=422)
    offered = machine_permissions(call.request)
    chosen = frozenset(form.values("permissions"))
    ends = datetime.combine(day, time.min, call.viewer().timezone).astimezone(UTC)
    try:
        made = keys.make_api_key(
            call.work, call.actor, MakeApiKey(label=label, permissions=chosen, offered=offered, expires_at=ends)
        )
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, form, status=STATUS[refusal.kind])
    return _page(call, Form(), made=made, status=201)


@router.post("/{key_id}/revoke")
def revoke_key(key_id: UUID, call: PageCall) -> Response:
    """End a key at once."""
    call.signed_in()
    view = keys.revoke_api_key(call.work, call.actor, RevokeApiKey(key_id))
    return call.see("/api-keys", Flash(N_("The key {label} has ended."), facts={"label": view.label}))


def _page(
    call: PageContext, form: Form, *, cursor: str | None = None, made: MadeApiKey | None = None, status: int = 200
) -> Response:
    found = keys.list_api_keys(call.work, call.actor, ListApiKeys(page_request(None, cursor)))
    offered = sorted(machine_permissions(call.request) & call.actor.permissions)
    context = {
        "form": form,
        "made": made,
        "keys": [(view, _state(call, view)) for view in found.items],
        "next": f"/api-keys?cursor={encode_cursor(found.next_after)}" if found.next_after else None,
        "badges": BADGES,
        "offered": [(value, value, "") for value in offered],
    }
    return call.page("identity/api_keys.html", context, status=status)


def _state(call: PageContext, view: ApiKeyView) -> str:
    if view.revoked_at is not None:
        return "revoked"
    return "live" if view.expires_at > call.work.now() else "expired"
