"""Permissions of the board, and who may by default."""

from b2b_market.kernel.permission import Grants, Permission, Role


class BoardPermission(Permission):
    """Finding requests and being found."""

    READ = "board:read"


GRANTS: Grants = {
    BoardPermission.READ: frozenset(
        {
            Role.BUYER_ADMIN,
            Role.BUYER_PURCHASER,
            Role.BUYER_APPROVER,
            Role.BUYER_EVALUATOR,
            Role.SUPPLIER_ADMIN,
            Role.SUPPLIER_SALES,
            Role.SERVICE_ACCOUNT,
        }
    ),
}
