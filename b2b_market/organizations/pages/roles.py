"""Pages of a company's own roles."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import DropOwnRole, ListOwnRoles, SaveOwnRole
from b2b_market.organizations.pages.edge import built_in_roles, offered_to
from b2b_market.organizations.pages.forms import role_name
from b2b_market.organizations.service import own_roles
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rbac.sides import COMPANY_SIDES, admin_sides, own_role_label, side_of
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/own-roles", route_class=PageRoute)


@router.get("")
def list_roles(call: PageCall, side: str = "", label: str = "") -> Response:
    """List the own roles; ``side`` and ``label`` name one to be edited below."""
    call.signed_in()
    known = {role.name: role for role in own_roles.list_own_roles(call.work, call.actor, ListOwnRoles())}
    chosen = next((r for n, r in known.items() if (side_of(n), own_role_label(n)) == (side, label)), None)
    initial = {"side": side, "label": label, "permissions": sorted(chosen.permissions)} if chosen else {}
    return _page(call, Form(initial=initial))


@router.post("")
def save_role(call: PageCall) -> Response:
    """Make or change a role."""
    call.signed_in()
    form = Form(call.form("permissions"))
    side = form.one_of("side", COMPANY_SIDES, required=True) or ""
    label = form.text("label", required=True, limit=40) or ""
    if not form.ok:
        return _page(call, form, status=422)
    chosen = frozenset(form.values("permissions"))
    command = SaveOwnRole(side=side, label=label, permissions=chosen, offered=offered_to(call.request, side))
    try:
        own_roles.save_role(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, form, status=STATUS[refusal.kind])
    return call.see("/own-roles", Flash(N_("The role {role} is saved."), facts={"role": label}))


@router.post("/drop")
def drop_role(call: PageCall) -> Response:
    """Delete a role."""
    call.signed_in()
    form = Form(call.form())
    try:
        own_roles.drop_role(call.work, call.actor, DropOwnRole(form.value("name")))
    except Refusal as refusal:
        call.refuse(refusal)
        again = Form()
        again.add_refusal(refusal)
        return _page(call, again, status=STATUS[refusal.kind])
    return call.see("/own-roles", Flash(N_("The role is deleted.")))


def _page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    found = own_roles.list_own_roles(call.work, call.actor, ListOwnRoles())
    sides = [side for side in COMPANY_SIDES if side in admin_sides(call.actor)]
    offered = sorted(set().union(*(offered_to(call.request, side) for side in sides)))
    context = {
        "form": form,
        "rows": [
            (role.name, side_of(role.name), own_role_label(role.name), sorted(role.permissions)) for role in found
        ],
        "built_in": [(role_name(call, role), permits) for role, permits in built_in_roles(call.request, sides)],
        "sides": sides,
        "offered": [(value, value, "") for value in offered],
    }
    return call.page("organizations/own_roles.html", context, status=status)
