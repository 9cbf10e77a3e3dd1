"""Roles that wait for the operator, because their company has nobody else who could confirm them (S6)."""

from b2b_market.identity.public import people
from b2b_market.infra.work import Work
from b2b_market.organizations import queries
from b2b_market.organizations.commands import ConfirmRole, ListWaitingRoles
from b2b_market.organizations.permissions import PlatformPermission
from b2b_market.organizations.service.directory import companies
from b2b_market.organizations.service.members import announce_confirmed
from b2b_market.organizations.service.views import WaitingRole
from b2b_market.rbac import grants
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.held import admins_of, waiting_grants
from b2b_market.rbac.operation import operation
from b2b_market.rbac.sides import admin_role_of


@operation(PlatformPermission.READ_ROLES)
def list_waiting_roles(work: Work, scope: Scope, _command: ListWaitingRoles) -> tuple[WaitingRole, ...]:
    """Return the roles of all companies that wait for a second person, the oldest first."""
    waiting = waiting_grants(work.session)
    org_ids = list({one.org_id for one in waiting})
    admins = admins_of(work.session, org_ids, work.now() - work.shift)
    names = companies(work, scope, org_ids)
    known = people(
        work, scope.actor, {one.user_id for one in waiting} | {one.granted_by for one in waiting if one.granted_by}
    )
    return tuple(
        WaitingRole(
            one.id,
            one.org_id,
            names[one.org_id].name if one.org_id in names else "",
            one.role,
            one.limit,
            known[one.user_id].name,
            known[one.granted_by].name if one.granted_by in known else "",
            not admins.get((one.org_id, admin_role_of(one.role)), frozenset()) - {one.granted_by, one.user_id},
        )
        for one in waiting
    )


@operation(PlatformPermission.CONFIRM_ROLE)
def confirm_role_for_company(work: Work, scope: Scope, command: ConfirmRole) -> None:
    """Confirm a role for a company whose only admin gave it."""
    org_id = command.organization_id or scope.org_id
    confirmed = grants.confirm(work, scope.actor, org_id, command.grant_id)
    announce_confirmed(work, queries.company(work.session, scope, org_id)[0], confirmed)
