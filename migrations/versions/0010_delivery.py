"""The platform's auditor reads the outbox, as its operator does; delivering and sending again stay where they were."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE POLICY outbox_audit ON outbox FOR SELECT USING (app_platform() = 'auditor')")


def downgrade() -> None:
    op.execute("DROP POLICY outbox_audit ON outbox")
