"""Operations: one function, one permission, one transaction.

``@operation(RfqPermission.PUBLISH)`` turns ``body(work, scope, command)`` into ``operation(work, actor, command)``:
the permission is checked first and the
body receives the scope it yields. No scope, no query: queries ask for one by type.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Generic, Protocol, TypeVar

from b2b_market.infra.settings import Settings
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.kernel.refusal import Forbidden, Unauthenticated
from b2b_market.rbac.actor import Actor, Scope

C = TypeVar("C")
R = TypeVar("R")


class Transactions(Protocol):
    """Opens the transactions of one caller one by one; each is committed at the end of its block.

    For slow work after a transaction or between two: printing, reading the bytes of a stored file.
    """

    @property
    def settings(self) -> Settings:
        """Of this installation."""

    def __call__(self) -> AbstractContextManager[tuple[Work, Actor]]:
        """Open the next one."""


class Operation(Generic[C, R]):
    """A declared operation; without ``permission`` it is a machine verb (``system``) or open to all (``public``)."""

    def __init__(
        self,
        body: Callable[[Work, Scope, C], R],
        permission: Permission | None,
        *,
        system: bool,
        public: bool,
        reason: str,
    ) -> None:
        """Keep the body and what it asks for; a verb without permission must say why (ValueError)."""
        if permission is None and not ((system or public) and reason):
            message = f"{body.__name__} declares no permission and gives no reason"
            raise ValueError(message)
        self.body = body
        self.permission = permission
        self.system = system
        self.public = public
        self.reason = reason
        self.name = body.__name__
        self.module = body.__module__
        self.__doc__ = body.__doc__
        self.__name__ = body.__name__

    def __call__(self, work: Work, actor: Actor, command: C) -> R:
        """Run for ``actor``; raise Unauthenticated or Forbidden before anything is read."""
        return self.body(work, self.admit(actor), command)

    def admit(self, actor: Actor) -> Scope:
        """Return the scope for ``actor``, or refuse.

        401 for strangers, 403 naming the permission for everybody else.
        """
        if self.allows(actor):
            return Scope(actor, self.permission)
        if actor.is_anonymous:
            raise Unauthenticated
        raise Forbidden(permission=self.permission.value if self.permission else "system")

    def allows(self, actor: Actor) -> bool:
        """Tell whether ``actor`` may call this; pages show a button exactly then."""
        if actor.is_system:
            return self.system
        if self.permission is None:
            return self.public
        return actor.may(self.permission)


def operation(
    permission: Permission | None = None, *, system: bool = False, public: bool = False, reason: str = ""
) -> Callable[[Callable[[Work, Scope, C], R]], Operation[C, R]]:
    """Declare an operation that needs ``permission``.

    ``system=True`` lets machine actors call it as well (alone, without a permission: only them); ``public=True``
    opens it to everybody. Both say their ``reason``.
    """

    def declare(body: Callable[[Work, Scope, C], R]) -> Operation[C, R]:
        return Operation(body, permission, system=system, public=public, reason=reason)

    return declare


def operations_of(rooms: Iterable[ModuleType]) -> tuple[Operation[object, object], ...]:
    """Return the operations declared in ``rooms`` (service modules), by name; imported ones are not theirs."""
    found = {
        value.name: value
        for room in rooms
        for value in vars(room).values()
        if isinstance(value, Operation) and value.module == room.__name__
    }
    return tuple(found[name] for name in sorted(found))
