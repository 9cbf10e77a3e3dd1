"""What may be done with tenders, and who may by default (security design, section 2)."""

from b2b_market.kernel.permission import Grants, Permission, Role


class TenderPermission(Permission):
    """Permissions of the module."""

    PROCEDURE_READ = "procedure:read"
    PROCEDURE_COMPOSE = "procedure:compose"


_BUYERS = frozenset({Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR})
_SUPPLIERS = frozenset({Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES})
_PURCHASER = frozenset({Role.BUYER_PURCHASER})

GRANTS: Grants = {
    TenderPermission.PROCEDURE_READ: _BUYERS | _SUPPLIERS | {Role.SERVICE_ACCOUNT},
    TenderPermission.PROCEDURE_COMPOSE: _PURCHASER,
}
