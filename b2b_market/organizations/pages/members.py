"""Pages of a company's people and their roles."""

from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import (
    ConfirmRole,
    GiveRole,
    InviteMember,
    ListMembers,
    ListOwnRoles,
    ReadMember,
    ReadSettings,
    RemoveMember,
    TakeRole,
)
from b2b_market.organizations.pages.forms import read_order, role_name
from b2b_market.organizations.service import members, own_roles, settings
from b2b_market.organizations.service.views import MemberView
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rbac.sides import admin_sides, roles_of_side, side_of
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/members", route_class=PageRoute)


@router.get("")
def list_members(call: PageCall, cursor: str | None = None) -> Response:
    """List the people of the company."""
    call.signed_in()
    found = members.list_members(call.work, call.actor, ListMembers(page_request(None, cursor)))
    context = {
        "rows": [(view, _roles(call, view)) for view in found.items],
        "next": f"/members?cursor={encode_cursor(found.next_after)}" if found.next_after else None,
    }
    return call.page("organizations/members.html", context)


def _roles(call: PageContext, view: MemberView) -> list[tuple[object, str]]:
    return [(grant, role_name(call, grant.role)) for grant in view.grants]


@router.get("/invite")
def invite_form(call: PageCall) -> Response:
    """Ask whom to invite, with which roles."""
    call.signed_in()
    return _invite_page(call, Form(initial={"locale": call.viewer().locale.value}))


@router.post("/invite")
def invite(call: PageCall) -> Response:
    """Invite the person."""
    call.signed_in()
    form = Form(call.form("roles"))
    currency = _currency(call)
    command = InviteMember(
        email=form.text("email", required=True, limit=254) or "",
        name=form.text("name", required=True) or "",
        locale=form.choice("locale", Language, required=True) or Language.EN,
        roles=tuple(read_order(form, role, currency) for role in form.values("roles")),
    )
    if not form.ok:
        return _invite_page(call, form, status=422)
    try:
        view = members.invite_member(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _invite_page(call, form, status=STATUS[refusal.kind])
    return call.see(f"/members/{view.user_id}", Flash(N_("{name} is invited."), facts={"name": view.name}))


def _invite_page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    context = {
        "form": form,
        "roles": _offered(call),
        "currency": _currency(call).code,
        "languages": ((Language.ZH.value, "中文"), (Language.EN.value, "English")),
    }
    return call.page("organizations/invite.html", context, status=status)


def _offered(call: PageContext) -> list[tuple[str, str, str]]:
    sides = admin_sides(call.actor)
    built_in = [role.value for side in sorted(sides) for role in roles_of_side(side)]
    own = [role.name for role in own_roles.list_own_roles(call.work, call.actor, ListOwnRoles())]
    return [(role, role_name(call, role), "") for role in (*built_in, *own) if side_of(role) in sides]


def _currency(call: PageContext) -> Currency:
    return settings.read_settings(call.work, call.actor, ReadSettings()).base_currency


@router.get("/{user_id}")
def member(user_id: UUID, call: PageCall) -> Response:
    """Show one person with their roles."""
    call.signed_in()
    return _member_page(call, user_id, Form())


def _member_page(call: PageContext, user_id: UUID, form: Form, *, status: int = 200) -> Response:
    view = members.read_member(call.work, call.actor, ReadMember(user_id))
    context = {
        "form": form,
        "member": view,
        "held": _roles(call, view),
        "roles": [(value, label) for value, label, _ in _offered(call)],
        "currency": _currency(call).code,
    }
    return call.page("organizations/member.html", context, status=status)


@router.post("/{user_id}/roles")
def give_role(user_id: UUID, call: PageCall) -> Response:
    """Give a role, or change its limit."""
    call.signed_in()
    form = Form(call.form())
    role = form.text("role", required=True, limit=80) or ""
    command = GiveRole(user_id=user_id, order=read_order(form, role, _currency(call)))
    if not form.ok:
        return _member_page(call, user_id, form, status=422)
    try:
        members.give_role(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _member_page(call, user_id, form, status=STATUS[refusal.kind])
    return call.see(f"/members/{user_id}", Flash(N_("The role is given.")))


@router.post("/{user_id}/roles/{grant_id}/take")
def take_role(user_id: UUID, grant_id: UUID, call: PageCall) -> Response:
    """End a role."""
    call.signed_in()
    try:
        members.take_role(call.work, call.actor, TakeRole(user_id=user_id, grant_id=grant_id))
    except Refusal as refusal:
        return _refused(call, user_id, refusal)
    return call.see("/members", Flash(N_("The role has ended.")))


@router.post("/{user_id}/roles/{grant_id}/confirm")
def confirm_role(user_id: UUID, grant_id: UUID, call: PageCall) -> Response:
    """Confirm a waiting role as its second person."""
    call.signed_in()
    try:
        members.confirm_role(call.work, call.actor, ConfirmRole(grant_id=grant_id))
    except Refusal as refusal:
        return _refused(call, user_id, refusal)
    return call.see(f"/members/{user_id}", Flash(N_("The role is in force.")))


@router.post("/{user_id}/remove")
def remove(user_id: UUID, call: PageCall) -> Response:
    """Take every role from the person."""
    call.signed_in()
    try:
        members.remove_member(call.work, call.actor, RemoveMember(user_id))
    except Refusal as refusal:
        return _refused(call, user_id, refusal)
    return call.see("/members", Flash(N_("The person no longer works for the company.")))


def _refused(call: PageContext, user_id: UUID, refusal: Refusal) -> Response:
    call.refuse(refusal)
    form = Form()
    form.add_refusal(refusal)
    return _member_page(call, user_id, form, status=STATUS[refusal.kind])
