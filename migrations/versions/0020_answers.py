"""Quantities at which a buyer wants prices, several offers to one line, and criteria that suppliers answer.

Every new column has a value that says "nothing was said"; what was hashed and signed before keeps its digests.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE rfq_line ADD COLUMN breaks jsonb NOT NULL DEFAULT '[]';
        ALTER TABLE rfq_quote_line ADD COLUMN alternates jsonb NOT NULL DEFAULT '[]';
        ALTER TABLE rfq_award_line
            ADD COLUMN variant integer NOT NULL DEFAULT 0,
            ADD COLUMN alternative text NOT NULL DEFAULT '';
        ALTER TABLE rfq ADD COLUMN asked_answers integer NOT NULL DEFAULT 0;
        ALTER TABLE rfq_quote ADD COLUMN answers jsonb NOT NULL DEFAULT '[]';
        ALTER TABLE rfq_criterion
            ADD COLUMN answered varchar(40) NOT NULL DEFAULT 'buyer'
                CONSTRAINT ck_rfq_criterion_answered CHECK (answered IN ('buyer', 'supplier', 'words')),
            ADD COLUMN required boolean NOT NULL DEFAULT false;
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE rfq_criterion DROP COLUMN answered, DROP COLUMN required")
    op.execute("ALTER TABLE rfq_quote DROP COLUMN answers")
    op.execute("ALTER TABLE rfq DROP COLUMN asked_answers")
    op.execute("ALTER TABLE rfq_award_line DROP COLUMN variant, DROP COLUMN alternative")
    op.execute("ALTER TABLE rfq_quote_line DROP COLUMN alternates")
    op.execute("ALTER TABLE rfq_line DROP COLUMN breaks")
