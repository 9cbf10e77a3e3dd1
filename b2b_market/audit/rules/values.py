"""Whether the values that a person reads are the ones that the sealed entry commits to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from b2b_market.infra.audit_trail import commitment


class ValueState(StrEnum):
    """What is known of the values of a changed field."""

    PROVEN = "proven"
    """They give the commitment in the sealed entry."""
    ALTERED = "altered"
    """They do not: somebody changed them."""
    SECRET = "secret"  # noqa: S105 - no password: a field whose values are never stored
    ERASED = "erased"
    """They were erased; the sealed entry still says that the field changed."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """A changed field: its values as JSON (None also for nothing), and what is known of them."""

    name: str
    before: object
    after: object
    state: ValueState


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A changed field as a timeline shows it: its values as JSON, None also for nothing."""

    name: str
    before: object
    after: object


def shown_changes(changed: Sequence[str], details: Mapping[str, object] | None) -> tuple[FieldChange, ...]:
    """Return the changes whose values are kept for people; secret and erased ones are left out."""
    kept = ((name, (details or {}).get(name)) for name in changed)
    return tuple(
        FieldChange(name, values.get("before"), values.get("after"))
        for name, values in kept
        if isinstance(values, Mapping)
    )


def field_values(
    changed: Sequence[str], commitments: Mapping[str, Sequence[str]], details: Mapping[str, object] | None
) -> tuple[FieldValues, ...]:
    """Return the changed fields with their values; ``details`` None means that they were erased."""
    return tuple(_judged(name, commitments.get(name, ()), details) for name in changed)


def _judged(name: str, committed: Sequence[str], details: Mapping[str, object] | None) -> FieldValues:
    if details is None:
        return FieldValues(name, None, None, ValueState.ERASED)
    kept = details.get(name)
    if not isinstance(kept, Mapping):
        return FieldValues(name, None, None, ValueState.SECRET)
    before, after, salt = kept.get("before"), kept.get("after"), str(kept.get("salt"))
    given = [commitment(bytes.fromhex(salt), value) for value in (before, after)]
    state = ValueState.PROVEN if given == list(committed) else ValueState.ALTERED
    return FieldValues(name, before, after, state)
