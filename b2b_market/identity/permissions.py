"""Who may do what with accounts and keys.

Both of the account's are over one's own only: every person holds them, with or without a role in a company; who came in
by a mailed code holds ``account:use`` alone.
"""

from b2b_market.kernel.permission import Grants, Permission, Role


class AccountPermission(Permission):
    """One's own account: name, password, sessions; to use it is to sign out and to choose company and looks."""

    USE = "account:use"
    MANAGE = "account:manage"


class ApiKeyPermission(Permission):
    """The company's keys for machines."""

    READ = "api_key:read"
    MANAGE = "api_key:manage"


_ADMINS = frozenset({Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN})
GRANTS: Grants = {
    AccountPermission.USE: frozenset(Role) - {Role.SERVICE_ACCOUNT},
    AccountPermission.MANAGE: frozenset(Role) - {Role.SERVICE_ACCOUNT, Role.GUEST_SUPPLIER},
    ApiKeyPermission.READ: _ADMINS,
    ApiKeyPermission.MANAGE: _ADMINS,
}
