"""Who may do what with companies, their people and the directory."""

from b2b_market.kernel.permission import Grants, Permission, Role


class OrganizationPermission(Permission):
    """The own company; for the platform also the others."""

    READ = "organization:read"
    CHANGE = "organization:change"
    READ_ALL = "organization:read_all"
    REVIEW = "organization:review"
    CLAIM = "organization:claim"


class MemberPermission(Permission):
    """The people of the own company and their roles."""

    READ = "member:read"
    MANAGE = "member:manage"


class PlatformPermission(Permission):
    """What falls to the operator because a company has nobody else for it."""

    READ_ROLES = "platform:read_roles"
    CONFIRM_ROLE = "platform:confirm_role"


class DirectoryPermission(Permission):
    """Finding business partners."""

    READ = "directory:read"


_ADMINS = frozenset({Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN})
_PLATFORM = frozenset({Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR})
GRANTS: Grants = {
    OrganizationPermission.READ: frozenset(Role) - {Role.BUYER_EVALUATOR, Role.GUEST_SUPPLIER},
    OrganizationPermission.CLAIM: frozenset({Role.GUEST_SUPPLIER}),
    OrganizationPermission.CHANGE: _ADMINS,
    OrganizationPermission.READ_ALL: _PLATFORM,
    OrganizationPermission.REVIEW: frozenset({Role.PLATFORM_OPERATOR}),
    MemberPermission.READ: _ADMINS,
    MemberPermission.MANAGE: _ADMINS,
    PlatformPermission.READ_ROLES: _PLATFORM,
    PlatformPermission.CONFIRM_ROLE: frozenset({Role.PLATFORM_OPERATOR}),
    DirectoryPermission.READ: frozenset(Role) - {Role.SERVICE_ACCOUNT, Role.GUEST_SUPPLIER},
}
