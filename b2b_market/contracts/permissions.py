"""What may be done with contracts, and who may by default (security design, section 2)."""

from b2b_market.kernel.permission import Grants, Permission, Role


class ContractPermission(Permission):
    """Permissions of the module."""

    READ = "contract:read"
    EDIT = "contract:edit"
    RELEASE = "contract:release"
    VOID = "contract:void"


_PURCHASER = frozenset({Role.BUYER_PURCHASER})

GRANTS: Grants = {
    ContractPermission.READ: frozenset(
        {
            Role.BUYER_ADMIN,
            Role.BUYER_PURCHASER,
            Role.BUYER_APPROVER,
            Role.SUPPLIER_ADMIN,
            Role.SUPPLIER_SALES,
            Role.SERVICE_ACCOUNT,
        }
    ),
    ContractPermission.EDIT: _PURCHASER,
    ContractPermission.RELEASE: _PURCHASER,
    ContractPermission.VOID: _PURCHASER | {Role.BUYER_APPROVER},
}
