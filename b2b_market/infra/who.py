"""Who acts, as the trail records it: opaque ids, never more of a person than is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class WhoKind(StrEnum):
    """What sort of actor it is."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Who:
    """The acting person, service account or part of the system, and for which organisation it acts.

    ``session`` is the first 16 hex digits of the session's or key's hash; ``name`` is for the erasable detail only.
    """

    kind: WhoKind
    user_id: UUID | None = None
    org_id: UUID | None = None
    name: str = ""
    session: str = ""

    def to_json(self) -> dict[str, str | None]:
        """Return the wire form that outbox rows carry."""
        return {
            "kind": self.kind.value,
            "user_id": str(self.user_id) if self.user_id else None,
            "org_id": str(self.org_id) if self.org_id else None,
            "name": self.name,
            "session": self.session,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, str | None]) -> "Who":
        """Rebuild from the wire form."""
        user, org = value.get("user_id"), value.get("org_id")
        return cls(
            WhoKind(value["kind"] or ""),
            UUID(user) if user else None,
            UUID(org) if org else None,
            value.get("name") or "",
            value.get("session") or "",
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a transaction came from.

    The channel (api, page, task, handler, cli), the request, and the event that led to it.
    """

    channel: str
    correlation_id: str
    idempotency_key: str | None = None
    event_id: UUID | None = None
    network: str | None = None
    """The caller's network prefix (/24 or /48), never the whole address."""
