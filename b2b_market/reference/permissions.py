"""Everybody reads rates and classes; only the platform's operator enters them."""

from b2b_market.kernel.permission import Grants, Permission, Role


class RatePermission(Permission):
    """What may be done with exchange rates."""

    READ = "rate:read"
    ADD = "rate:add"
    WITHDRAW = "rate:withdraw"


GRANTS: Grants = {
    RatePermission.READ: frozenset(Role) - {Role.GUEST_SUPPLIER},
    RatePermission.ADD: frozenset({Role.PLATFORM_OPERATOR}),
    RatePermission.WITHDRAW: frozenset({Role.PLATFORM_OPERATOR}),
}
