"""A company's own roles."""

from b2b_market.infra.work import Work
from b2b_market.organizations.commands import DropOwnRole, ListOwnRoles, SaveOwnRole
from b2b_market.organizations.permissions import MemberPermission
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rbac.own_roles import OwnRoleView, drop_own_role, own_roles, save_own_role
from b2b_market.rbac.sides import own_role


@operation(MemberPermission.READ)
def list_own_roles(work: Work, scope: Scope, _command: ListOwnRoles) -> tuple[OwnRoleView, ...]:
    """Return the company's own roles by name."""
    return own_roles(work.session, scope.org_id)


@operation(MemberPermission.MANAGE)
def save_role(work: Work, scope: Scope, command: SaveOwnRole) -> OwnRoleView:
    """Make or change an own role of a side the actor administers; it holds from its people's next request."""
    wanted = OwnRoleView(own_role(command.side, command.label.strip()), command.permissions)
    return save_own_role(work, scope.actor, wanted, command.offered)


@operation(MemberPermission.MANAGE)
def drop_role(work: Work, scope: Scope, command: DropOwnRole) -> None:
    """Delete an own role that nobody holds."""
    drop_own_role(work, scope.actor, command.name)
