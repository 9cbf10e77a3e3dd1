"""Who may do what with accounts and keys.

``account:manage`` is over one's own account only: every person holds it, with or without a role in a company.
"""

from b2b_market.kernel.permission import Grants, Permission, Role


class AccountPermission(Permission):
    """One's own account: sessions, password, preferences, the company worked for."""

    MANAGE = "account:manage"


class ApiKeyPermission(Permission):
    """The company's keys for machines."""

    READ = "api_key:read"
    MANAGE = "api_key:manage"


_ADMINS = frozenset({Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN})
GRANTS: Grants = {
    AccountPermission.MANAGE: frozenset(Role) - {Role.SERVICE_ACCOUNT},
    ApiKeyPermission.READ: _ADMINS,
    ApiKeyPermission.MANAGE: _ADMINS,
}
