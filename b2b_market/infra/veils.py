"""Veils: what is held back of the trail and the outbox until something is opened.

Whoever writes an entry or announces a fact says which object veils it. Until that object is lifted, nobody reads it but
the companies that it is visible to: neither the platform's auditor nor its operator. Its leaf stands in the tree from
the beginning, so nothing of it can be changed meanwhile. A veil that is lifted stays lifted.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, literal_column
from sqlalchemy.orm import Mapped, Session, mapped_column

from b2b_market.infra.database import Base, run_fixed


class LiftedVeil(Base):
    """An object whose veil was lifted; the rows are only ever added."""

    __tablename__ = "veil_lifted"

    veil: Mapped[UUID] = mapped_column(primary_key=True)
    lifted_at: Mapped[datetime]


_LIFT: Final = "INSERT INTO veil_lifted (veil, lifted_at) VALUES (%(veil)s, %(now)s) ON CONFLICT DO NOTHING"


def lift(session: Session, veil: UUID, now: datetime) -> None:
    """Let everybody read what ``veil`` held back, who may read it otherwise; a second time changes nothing."""
    run_fixed(session, _LIFT, {"veil": veil, "now": now})


def unveiled_in(table: str) -> str:
    """Return the condition that what the column ``veil`` of ``table`` names veils a row no more, or that nothing does.

    ``table`` is the name that a statement gives the table.
    """
    return f"({table}.veil IS NULL OR EXISTS (SELECT 1 FROM veil_lifted lifted WHERE lifted.veil = {table}.veil))"  # noqa: S608 - written here


def unveiled(table: type[Base]) -> ColumnElement[bool]:
    """Return the same condition for statements that are built."""
    return literal_column(unveiled_in(table.__tablename__), Boolean())
