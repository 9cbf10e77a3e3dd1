"""What every aggregate root has.

An id, a version, the parties that may see its history, and a state the audit can hash.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary, inspect
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column
from sqlalchemy.orm.attributes import History

from b2b_market.infra.canonical import digest


@dataclass(frozen=True, slots=True)
class LineSpec:
    """Where an aggregate's lines live, so that the audit can recompute ``digest_column`` of the root from the rows.

    ``added`` are columns that a migration added to lines that were there, with the value that it gave them: while one
    holds that value it is no part of the line, so digests made before still verify.
    """

    table: str
    parent: str
    order: str
    columns: tuple[str, ...]
    digest_column: str = "lines_digest"
    added: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def content(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return what the digest covers of one line; a row may leave added columns out."""
        found = {name: row[name] for name in self.columns}
        if not self.added.keys().isdisjoint(row):
            found |= {name: row[name] for name, given in self.added.items() if row.get(name, given) != given}
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field: its value before and after, JSON-ready."""

    before: object
    after: object


class Aggregate:
    """Mixin of mapped roots.

    ``audit_type`` names the kind of thing in the trail. ``audit_hidden`` columns are left out of the state (they move
    without meaning, such as
    ``changed_at``); ``audit_secret`` columns are hashed but their values never reach the timeline.
    """

    audit_type: ClassVar[str]
    audit_hidden: ClassVar[frozenset[str]] = frozenset()
    audit_secret: ClassVar[frozenset[str]] = frozenset()
    audit_lines: ClassVar[tuple[LineSpec, ...]] = ()
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({})
    """Columns that a migration added to rows that were there, with the value that it gave them.

    While such a column holds that value it is no part of the state, so states hashed before still verify.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column()

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> Mapping[str, Any]:
        """Let SQLAlchemy raise the version with each update and refuse a stale one."""
        return {"version_id_col": cls.version}

    def parties(self) -> tuple[UUID, ...]:
        """Return the organisations that may see this thing's events and audit entries."""
        message = f"{type(self).__name__} does not say whose it is"
        raise TypeError(message)

    def readers(self) -> tuple[UUID, ...]:
        """Return the organisations that may read its audit entries: the parties, unless one may know more than others.

        An entry shows all of its readers to each of them. Whoever acted reads the entry of the own act besides.
        """
        return self.parties()

    def veil(self) -> UUID | None:
        """Return what holds this thing's entries and events back from all but its readers, None for nothing.

        See :mod:`b2b_market.infra.veils`.
        """
        return None

    def audit_state(self) -> dict[str, object]:
        """Return the columns that the state hash covers, by name."""
        state = {name: getattr(self, name) for name in _audited(inspect(self).mapper)}
        for name, given in self.audit_added.items():
            if state.get(name) == given:
                state.pop(name, None)
        return state

    def state_hash(self) -> bytes:
        """Return SHA-256 over the canonical form of the state."""
        return digest(self.audit_state())

    def pending_changes(self) -> dict[str, Change]:
        """Return what was set on this object since it was read or created, before the flush.

        A new object's added columns that say nothing are left out, as they are of its state.
        """
        state = inspect(self)
        fresh = not state.has_identity
        found: dict[str, Change] = {}
        for key in _audited(state.mapper):
            if key not in state.committed_state or key in _TECHNICAL:
                continue
            after = state.dict.get(key)
            before = None if fresh else _before(state.attrs[key].history)
            silent = fresh and key in self.audit_added and after == self.audit_added[key]
            if before != after and not silent:
                found[key] = Change(before, after)
        return found


def _new_salt() -> bytes:
    return secrets.token_bytes(16)


class Salted:
    """Mixin of roots whose state could be guessed, such as a price: a random salt is part of the state.

    The state hash is in the trail that every reader of the entry holds. Without a salt a rival could confirm a guess by
    hashing it; with one, only who can read the row can work the hash out.
    """

    audit_salt: Mapped[bytes] = mapped_column(LargeBinary, default=_new_salt)


@cache
def _audited(mapper: Mapper[Any]) -> tuple[str, ...]:
    """Return the columns that the state of such a root has."""
    hidden = mapper.class_.audit_hidden | {"changed_at"}
    return tuple(column.key for column in mapper.column_attrs if column.key not in hidden)


def _before(history: History) -> object:
    return history.deleted[0] if history.deleted else None


_TECHNICAL = frozenset({"id", "version", "created_at", "changed_at", "audit_salt"})
