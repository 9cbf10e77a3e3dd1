"""Reading one's own messages needs no permission; looking after undelivered mail does."""

from b2b_market.kernel.permission import Grants, Permission, Role


class MailPermission(Permission):
    """What may be done with mail that could not be delivered."""

    READ = "mail:read"
    RETRY = "mail:retry"


GRANTS: Grants = {
    MailPermission.READ: frozenset({Role.PLATFORM_OPERATOR}),
    MailPermission.RETRY: frozenset({Role.PLATFORM_OPERATOR}),
}
