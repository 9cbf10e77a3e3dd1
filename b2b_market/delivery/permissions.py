"""Who looks after delivery. Events hold ids and plain values, never what a company keeps from another one."""

from b2b_market.kernel.permission import Grants, Permission, Role


class DeliveryPermission(Permission):
    """What may be done with events that did not reach their subscribers."""

    READ = "delivery:read"
    RETRY = "delivery:retry"


GRANTS: Grants = {
    DeliveryPermission.READ: frozenset({Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR}),
    DeliveryPermission.RETRY: frozenset({Role.PLATFORM_OPERATOR}),
}
