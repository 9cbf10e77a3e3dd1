"""Who may look into the audit log. Whose entries they see there is decided by the entries themselves."""

from b2b_market.kernel.permission import Grants, Permission, Role

_ADMINS = {Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN}


class AuditPermission(Permission):
    """What may be done with the audit log."""

    READ = "audit:read"
    EXPORT = "audit:export"


GRANTS: Grants = {
    AuditPermission.READ: frozenset({*_ADMINS, Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR}),
    AuditPermission.EXPORT: frozenset({*_ADMINS, Role.PLATFORM_AUDITOR}),
}
