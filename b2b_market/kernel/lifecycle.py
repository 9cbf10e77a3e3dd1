"""Lifecycles as data: named steps between statuses, read by services, buttons, the API, the diagrams and the tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from b2b_market.kernel.refusal import IllegalStep

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """A named move from any of ``sources`` to ``target``."""

    name: str
    sources: frozenset[S]
    target: S


class HasStatus(Protocol[S]):
    """Anything with a status that a lifecycle may move."""

    status: S


class Lifecycle(Generic[S]):
    """The table of steps of one kind of thing; the first status given is where it is born."""

    def __init__(self, initial: S, *steps: Step[S]) -> None:
        """Keep the steps by name; two steps of one name are a programming error (ValueError)."""
        self.initial = initial
        self.steps = {step.name: step for step in steps}
        if len(self.steps) != len(steps):
            message = "two steps of one lifecycle share a name"
            raise ValueError(message)

    def allowed(self, status: S) -> tuple[str, ...]:
        """Return the names of the steps that leave ``status``, in table order."""
        return tuple(step.name for step in self.steps.values() if status in step.sources)

    def statuses(self) -> tuple[S, ...]:
        """Return every status in the table, the initial one first, each once."""
        seen: dict[S, None] = {self.initial: None}
        for step in self.steps.values():
            seen.update(dict.fromkeys(sorted(step.sources)))
            seen[step.target] = None
        return tuple(seen)

    def terminal(self) -> frozenset[S]:
        """Return the statuses that no step leaves."""
        left: set[S] = set()
        for step in self.steps.values():
            left |= step.sources
        return frozenset(set(self.statuses()) - left)

    def require(self, status: S, name: str) -> Step[S]:
        """Return the step ``name`` if it may leave ``status``; raise IllegalStep otherwise."""
        step = self.steps[name]
        if status not in step.sources:
            raise IllegalStep(status=str(status), step=name, allowed_from=_listed(step.sources))
        return step

    def advance(self, thing: HasStatus[S], name: str) -> None:
        """Move ``thing`` along the step ``name``; raise IllegalStep where the table has no such move."""
        thing.status = self.require(thing.status, name).target


def _listed(statuses: Iterable[StrEnum]) -> str:
    return ", ".join(sorted(str(status) for status in statuses))
