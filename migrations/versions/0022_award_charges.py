"""What is charged with awarded lines beside their prices, and with contracts: set-up, freight, discounts."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE rfq_award_line ADD COLUMN charges jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE contract ADD COLUMN charges jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE contract DROP COLUMN charges")
    op.execute("ALTER TABLE rfq_award_line DROP COLUMN charges")
