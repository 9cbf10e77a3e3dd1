"""The board: open public requests as they are searched, and the words that stand on it.

Both tables hold only what every signed-in company may see, so they have no row-level security: text search under a
policy could not use an index, and has nothing to hide here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import CURRENCY, Base


class BoardEntry(Base):
    """A public request that takes quotations, with what it is found by and sorted by. No hidden figure is in it."""

    __tablename__ = "board_entry"
    __table_args__ = (
        Index("ix_board_entry_document", "document", postgresql_using="gin"),
        Index("ix_board_entry_listed_at_rfq_id", "listed_at", "rfq_id"),
        Index("ix_board_entry_closes_at_rfq_id", "closes_at", "rfq_id"),
        Index("ix_board_entry_title_key_rfq_id", "title_key", "rfq_id"),
        Index("ix_board_entry_country_listed_at_rfq_id", "country", "listed_at", "rfq_id"),
        Index("ix_board_entry_country_closes_at_rfq_id", "country", "closes_at", "rfq_id"),
        Index("ix_board_entry_currency_listed_at_rfq_id", "currency", "listed_at", "rfq_id"),
        Index("ix_board_entry_currency_closes_at_rfq_id", "currency", "closes_at", "rfq_id"),
    )

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
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
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    title_key: Mapped[str]
    document: Mapped[Any] = mapped_column(TSVECTOR)
    vocabulary: Mapped[str]
    """The version of the vocabulary that it was indexed by."""


class BoardWord(Base):
    """A word that stands on the board or names what stands there; ``sound`` is its pinyin, empty if not Chinese."""

    __tablename__ = "board_word"
    __table_args__ = (Index("ix_board_word_sound", "sound", postgresql_where="sound <> ''"),)

    word: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str]
