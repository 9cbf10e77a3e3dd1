"""Permissions of the board, and who may by default."""

from b2b_market.kernel.permission import Grants, Permission, Role


class BoardPermission(Permission):
    """Finding requests and being found."""

    READ = "board:read"
    SAVE = "board:save"
    """Keep searches of one's own and be told what is new."""


_PEOPLE = frozenset(
    {
        Role.BUYER_ADMIN,
        Role.BUYER_PURCHASER,
        Role.BUYER_APPROVER,
        Role.BUYER_EVALUATOR,
        Role.SUPPLIER_ADMIN,
        Role.SUPPLIER_SALES,
    }
)

GRANTS: Grants = {
    BoardPermission.READ: _PEOPLE | {Role.SERVICE_ACCOUNT},
    BoardPermission.SAVE: _PEOPLE,
}
