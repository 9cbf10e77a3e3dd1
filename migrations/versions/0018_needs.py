"""Further terms of a line, and what a request asks of every quotation: currencies and how long prices must hold.

Every new column has a value that says "nothing was said"; what was hashed and signed before keeps its digests.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE rfq_line
            ADD COLUMN category text NOT NULL DEFAULT '',
            ADD COLUMN attributes jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN incoterm text NOT NULL DEFAULT '',
            ADD COLUMN incoterm_place text NOT NULL DEFAULT '',
            ADD COLUMN substitutes boolean NOT NULL DEFAULT true;
        ALTER TABLE rfq
            ADD COLUMN currencies text[] NOT NULL DEFAULT '{}',
            ADD COLUMN validity_days integer;
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE rfq DROP COLUMN currencies, DROP COLUMN validity_days")
    op.execute(
        "ALTER TABLE rfq_line DROP COLUMN category, DROP COLUMN attributes, DROP COLUMN incoterm, "
        "DROP COLUMN incoterm_place, DROP COLUMN substitutes"
    )
