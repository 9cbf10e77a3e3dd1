"""The people of a company and their roles; the duties behind them are checked in ``rbac.grants``."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.identity.public import PersonView, ensure_person, people
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import FieldError, Invalid, NotFound
from b2b_market.kernel.text import N_
from b2b_market.organizations import queries, rules
from b2b_market.organizations.commands import (
    ConfirmRole,
    GiveRole,
    InviteMember,
    ListMembers,
    ReadMember,
    RemoveMember,
    RoleOrder,
    TakeRole,
)
from b2b_market.organizations.events import MemberInvited, RoleConfirmed, RoleWaiting
from b2b_market.organizations.models import Organization
from b2b_market.organizations.permissions import MemberPermission
from b2b_market.organizations.service.views import GrantView, MemberView
from b2b_market.rbac import grants
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.held import Grant, admins_of, live_grants, members_page
from b2b_market.rbac.operation import operation
from b2b_market.rbac.sides import admin_role_of


@operation(MemberPermission.READ)
def list_members(work: Work, scope: Scope, command: ListMembers) -> Page[MemberView]:
    """Return the people of the company in the order they joined, with their roles."""
    page = members_page(work.session, scope.org_id, command.page)
    found = {view.user_id: view for view in _views(work, scope, page.items)}
    return Page([found[user_id] for user_id in page.items if user_id in found], page.next_after)


@operation(MemberPermission.READ)
def read_member(work: Work, scope: Scope, command: ReadMember) -> MemberView:
    """Return one person of the company; NotFound for anybody who has no role in it."""
    return _member(work, scope, command.user_id)


def _member(work: Work, scope: Scope, user_id: UUID) -> MemberView:
    found = _views(work, scope, [user_id])
    if not found:
        raise NotFound(user_id=str(user_id))
    return found[0]


def _views(work: Work, scope: Scope, user_ids: Sequence[UUID]) -> list[MemberView]:
    held: dict[UUID, list[Grant]] = {}
    for one in live_grants(work.session, scope.org_id, user_ids):
        held.setdefault(one.user_id, []).append(one)
    known = people(work, scope.actor, held)
    admins = admins_of(work.session, [scope.org_id], work.now() - work.shift)
    return [
        _view(scope.actor, known[user_id], [_grant_view(scope.actor, one, admins) for one in roles])
        for user_id, roles in held.items()
    ]


def _view(actor: Actor, person: PersonView, roles: Iterable[GrantView]) -> MemberView:
    return MemberView(
        person.id, person.name, person.email, person.can_sign_in, person.id == actor.user_id, tuple(roles)
    )


def _grant_view(actor: Actor, one: Grant, admins: dict[tuple[UUID, str], frozenset[UUID]]) -> GrantView:
    second = admins.get((one.org_id, admin_role_of(one.role)), frozenset()) - {one.granted_by, one.user_id}
    confirmable = one.waits and actor.user_id in second
    return GrantView(one.id, one.role, one.limit, one.valid_from, one.valid_until, one.waits, confirmable)


@operation(MemberPermission.MANAGE)
def invite_member(work: Work, scope: Scope, command: InviteMember) -> MemberView:
    """Give a person first roles in the company; who is new to the product gets a mailed link to set a password."""
    if not command.roles:
        raise Invalid(errors=[FieldError("/roles", "empty", N_("Choose at least one role."))])
    if not command.name.strip():
        raise Invalid(errors=[FieldError("/name", "empty", N_("Fill this in."))])
    company, settings = _company(work, scope), queries.settings(work.session, scope, scope.org_id)
    person, _ = ensure_person(
        work,
        scope.actor,
        email=command.email,
        name=command.name,
        locale=command.locale,
        timezone=settings.timezone,
    )
    is_new_here = not live_grants(work.session, scope.org_id, [person.id])
    for order in command.roles:
        _give(work, scope, company, person.id, order)
    if is_new_here:
        told = MemberInvited(organization_id=company.id, user_id=person.id, invited_by=scope.user_id)
        work.emit(told, company)
    return _member(work, scope, person.id)


@operation(MemberPermission.MANAGE)
def give_role(work: Work, scope: Scope, command: GiveRole) -> MemberView:
    """Give a role to a person of the company, or change the limit and dates of one they have."""
    _member(work, scope, command.user_id)
    _give(work, scope, _company(work, scope), command.user_id, command.order)
    return _member(work, scope, command.user_id)


def _give(work: Work, scope: Scope, company: Organization, user_id: UUID, order: RoleOrder) -> None:
    settings = queries.settings(work.session, scope, scope.org_id)
    rules.require_limit_currency(order.limit, rules.require_settings(settings.base_currency, settings.timezone))
    given = grants.grant(
        work,
        scope.actor,
        grants.GrantOrder(
            user_id=user_id,
            org_id=scope.org_id,
            role=order.role,
            limit=order.limit,
            valid_from=order.valid_from,
            valid_until=order.valid_until,
        ),
    )
    if given.waits:
        told = RoleWaiting(organization_id=company.id, grant_id=given.id, user_id=user_id, granted_by=scope.user_id)
        work.emit(told, company)


@operation(MemberPermission.MANAGE)
def take_role(work: Work, scope: Scope, command: TakeRole) -> None:
    """End a role at once; a person whose last role ends is no longer of the company."""
    held = live_grants(work.session, scope.org_id, [command.user_id])
    if command.grant_id not in {one.id for one in held}:
        raise NotFound(grant_id=str(command.grant_id))
    grants.revoke(work, scope.actor, scope.org_id, command.grant_id)


@operation(MemberPermission.MANAGE)
def confirm_role(work: Work, scope: Scope, command: ConfirmRole) -> MemberView:
    """Put a waiting role into force as its second person."""
    confirmed = grants.confirm(work, scope.actor, scope.org_id, command.grant_id)
    announce_confirmed(work, _company(work, scope), confirmed)
    return _member(work, scope, confirmed.user_id)


def announce_confirmed(work: Work, company: Organization, confirmed: Grant) -> None:
    """Tell the person that a role of theirs is in force now."""
    told = RoleConfirmed(organization_id=company.id, grant_id=confirmed.id, user_id=confirmed.user_id)
    work.emit(told, company)


@operation(MemberPermission.MANAGE)
def remove_member(work: Work, scope: Scope, command: RemoveMember) -> None:
    """Take every role from a person of the company; holds from their next request."""
    grants.remove_person(work, scope.actor, scope.org_id, command.user_id)


def _company(work: Work, scope: Scope) -> Organization:
    return queries.company(work.session, scope, scope.org_id)[0]
