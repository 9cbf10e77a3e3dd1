"""Features and life-cycle costs of a lot, which the price is weighed with."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE tender_lot ADD COLUMN features jsonb NOT NULL DEFAULT '[]', "
        "ADD COLUMN costs jsonb NOT NULL DEFAULT '[]'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE tender_lot DROP COLUMN costs, DROP COLUMN features")
