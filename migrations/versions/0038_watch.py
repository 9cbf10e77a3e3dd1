"""Names by language beside the names of winners and bidders that are kept with what is published."""

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


def upgrade() -> None:
    op.execute(NAMES)


def downgrade() -> None:
    op.execute(NO_NAMES)
