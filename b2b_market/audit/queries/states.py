"""What the business rows are now, as the hashes that the trail's events carry."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.infra.aggregate import Aggregate, LineSpec
from b2b_market.infra.canonical import digest, lines_digest
from b2b_market.infra.database import Base
from b2b_market.rbac.actor import Scope

ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class State:
    """One business object: its version, and SHA-256 over its present columns and lines."""

    object_type: str
    object_id: UUID
    version: int
    state_hash: bytes


def audited_kinds() -> tuple[type[Aggregate], ...]:
    """Return every mapped aggregate that the trail follows, by the name it has there."""
    kinds = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Aggregate)}
    return tuple(sorted(kinds, key=lambda kind: kind.audit_type))


def states(session: Session, _scope: Scope, kind: type[Aggregate]) -> Iterator[State]:
    """Stream the states of every row of ``kind`` that the transaction may see."""
    wanted = select(kind).order_by(kind.id).execution_options(yield_per=ROWS_AT_ONCE)
    for part in session.scalars(wanted).partitions():
        digests = {spec.digest_column: _line_digests(session, spec, part) for spec in kind.audit_lines}
        for root in part:
            state = root.audit_state() | {name: found[root.id] for name, found in digests.items()}
            yield State(kind.audit_type, root.id, root.version, digest(state))
            session.expunge(root)


def _line_digests(session: Session, spec: LineSpec, roots: Sequence[Aggregate]) -> Mapping[UUID, bytes]:
    """Return the digest of each root's lines, recomputed from the rows: a line changed in silence shows in its root."""
    table = Base.metadata.tables[spec.table]
    parent = table.c[spec.parent]
    wanted = (
        select(parent.label("audit_parent"), *(table.c[name] for name in (*spec.columns, *spec.added)))
        .where(parent.in_([root.id for root in roots]))
        .order_by(parent, table.c[spec.order])
    )
    lines: defaultdict[UUID, list[dict[str, object]]] = defaultdict(list)
    for row in session.execute(wanted).mappings():
        lines[row["audit_parent"]].append(spec.content(dict(row)))
    return {root.id: lines_digest(lines[root.id]) for root in roots}
