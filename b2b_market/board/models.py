"""The board: open public requests and tenders as they are searched, the words on it, and searches that people keep.

The entries and words are only what every signed-in company may see, so they have no row-level security: text search
under a policy could not use an index, and has nothing to hide here.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CHAR, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.board.states import Cadence, Subject
from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type


class BoardEntry(Base):
    """A public request or tender that takes answers, with what it is found and sorted by. No hidden figure is in it."""

    __tablename__ = "board_entry"
    __table_args__ = (
        Index("ix_board_entry_document", "document", postgresql_using="gin"),
        Index("ix_board_entry_classes", "classes", postgresql_using="gin"),
        Index("ix_board_entry_keys", "keys", postgresql_using="gin"),
        Index("ix_board_entry_listed_at_subject_id", "listed_at", "subject_id"),
        Index("ix_board_entry_not_woken", "listed_at", postgresql_where="NOT woken"),
        Index("ix_board_entry_closes_at_subject_id", "closes_at", "subject_id"),
        Index("ix_board_entry_title_key_subject_id", "title_key", "subject_id"),
        Index("ix_board_entry_country_listed_at_subject_id", "country", "listed_at", "subject_id"),
        Index("ix_board_entry_country_closes_at_subject_id", "country", "closes_at", "subject_id"),
        Index("ix_board_entry_currency_listed_at_subject_id", "currency", "listed_at", "subject_id"),
        Index("ix_board_entry_currency_closes_at_subject_id", "currency", "closes_at", "subject_id"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The id of the request or the tender."""
    kind: Mapped[Subject] = mapped_column(enum_type(Subject))
    buyer_id: Mapped[UUID]
    buyer_name_zh: Mapped[str]
    buyer_name_en: Mapped[str]
    country: Mapped[str] = mapped_column(CHAR(2))
    number: Mapped[str]
    title: Mapped[str]
    currency: Mapped[str] = mapped_column(CURRENCY)
    closes_at: Mapped[datetime]
    listed_at: Mapped[datetime]
    line_count: Mapped[int]
    sealed: Mapped[bool]
    incoterm: Mapped[str]
    places: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Where the goods are needed, each place once."""
    items: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The names of the first needs."""
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What its items are recognised by when requests are recommended."""
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The classes of a tender's lots and items, and those above them."""
    procedure: Mapped[str]
    """The profile that a tender's procedure is or was composed from; empty for a request."""
    value: Mapped[Decimal | None] = mapped_column(TOTAL)
    """What a tender is estimated at in all, where it shows that."""
    title_key: Mapped[str]
    document: Mapped[Any] = mapped_column(TSVECTOR)
    woken: Mapped[bool]
    """Whether the searches that tell at once have been woken for it."""
    vocabulary: Mapped[str]
    """The version of the vocabulary that it was indexed by."""


class BoardWord(Base):
    """A word that stands on the board or names what stands there; ``sound`` is its pinyin, empty if not Chinese."""

    __tablename__ = "board_word"
    __table_args__ = (Index("ix_board_word_sound", "sound", postgresql_where="sound <> ''"),)

    word: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str]


class BoardExperience(Base):
    """How many items of a key a supplier has quoted and won, over all requests that are closed.

    Keys are kinds and categories of the vocabulary, and hashes: no code, word, buyer, request or price is in it.
    """

    __tablename__ = "board_experience"
    __table_args__ = (
        Index("ix_board_experience_key_strength_org_id", "key", "strength", "org_id"),
        Index("ix_board_experience_org_id_strength", "org_id", "strength"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    quoted: Mapped[int]
    won: Mapped[int]
    strength: Mapped[int]


class BoardSearch(Aggregate, Base):
    """A search of the board that a person keeps for one company.

    ``query`` is what its words were read as when it was saved; it only wakes the search, which is then made anew.
    """

    __tablename__ = "board_search"
    __table_args__ = (
        Index("ix_board_search_org_id_user_id_id", "org_id", "user_id", "id"),
        Index("ix_board_search_next_due_at", "next_due_at", postgresql_where="next_due_at IS NOT NULL"),
        Index("ix_board_search_cadence", "cadence", postgresql_where="cadence = 'at_once'"),
    )
    audit_type = "board_search"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"query", "told_at", "next_due_at"})

    org_id: Mapped[UUID]
    user_id: Mapped[UUID]
    name: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    country: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    query: Mapped[str | None] = mapped_column(TSQUERY)
    cadence: Mapped[Cadence] = mapped_column(enum_type(Cadence))
    told_at: Mapped[datetime]
    """Until when the board has been searched for it."""
    next_due_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the company that it is kept for."""
        return (self.org_id,)


class BoardTold(Base):
    """What the owner of a saved search has been told of, so that nobody is told twice."""

    __tablename__ = "board_told"

    search_id: Mapped[UUID] = mapped_column(ForeignKey("board_search.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(
        ForeignKey("board_entry.subject_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    org_id: Mapped[UUID]
