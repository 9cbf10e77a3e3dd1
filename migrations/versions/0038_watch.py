"""Public tenders on the board, and names by language beside those kept with what is published.

Tenders that are open now are put on the board unindexed and wake nobody; the task that indexes entries of an older
vocabulary completes them.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NAMES = """
ALTER TABLE tender_result ADD COLUMN winner_names jsonb NOT NULL DEFAULT '{}';
ALTER TABLE tender_result ALTER COLUMN winner_names DROP DEFAULT;
ALTER TABLE tender_technical ADD COLUMN bidder_names jsonb NOT NULL DEFAULT '{}';
ALTER TABLE tender_technical ALTER COLUMN bidder_names DROP DEFAULT
"""
NO_NAMES = """
ALTER TABLE tender_technical DROP COLUMN bidder_names;
ALTER TABLE tender_result DROP COLUMN winner_names
"""
BOARD = """
ALTER TABLE board_entry ADD COLUMN kind varchar(40) NOT NULL DEFAULT 'request'
    CONSTRAINT ck_board_entry_subject CHECK (kind IN ('request', 'tender'));
ALTER TABLE board_entry ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN classes text[] NOT NULL DEFAULT '{}';
ALTER TABLE board_entry ALTER COLUMN classes DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN procedure text NOT NULL DEFAULT '';
ALTER TABLE board_entry ALTER COLUMN procedure DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN value numeric(20, 4);
CREATE INDEX ix_board_entry_classes ON board_entry USING gin (classes);
INSERT INTO board_entry (subject_id, kind, buyer_id, buyer_name_zh, buyer_name_en, country, number, title, currency,
    closes_at, listed_at, line_count, sealed, incoterm, places, items, keys, categories, classes, procedure, value,
    title_key, document, woken, vocabulary)
SELECT tender_id, 'tender', buyer_id, '', buyer_name, '', number, title, document ->> 'currency', closes_at,
    published_at, 0, true, '', '{}', '{}', '{}', '{}', codes, kind, NULL, '', '', true, ''
FROM tender_board WHERE entry = 'public' AND status IN ('applications', 'enquiries', 'tendering')
"""
NO_BOARD = """
DELETE FROM board_entry WHERE kind = 'tender';
ALTER TABLE board_entry DROP COLUMN value, DROP COLUMN procedure, DROP COLUMN classes, DROP COLUMN kind
"""
SORTED = (
    *("listed_at", "closes_at", "title_key", "country_listed_at", "country_closes_at"),
    *("currency_listed_at", "currency_closes_at"),
)


def _renamed(old: str, new: str) -> None:
    """Call what an entry is about by what it is now."""
    for table in ("board_entry", "board_told"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for columns in SORTED:
        op.execute(f"ALTER INDEX ix_board_entry_{columns}_{old} RENAME TO ix_board_entry_{columns}_{new}")
    op.execute(f"ALTER INDEX ix_board_told_{old} RENAME TO ix_board_told_{new}")
    op.execute(f"ALTER TABLE board_told RENAME CONSTRAINT fk_board_told_{old} TO fk_board_told_{new}")


def upgrade() -> None:
    op.execute(NAMES)
    _renamed("rfq_id", "subject_id")
    op.execute(BOARD)


def downgrade() -> None:
    op.execute(NO_BOARD)
    _renamed("subject_id", "rfq_id")
    op.execute(NO_NAMES)
