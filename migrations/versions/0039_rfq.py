"""Receipts of withdrawals: each stands with the revision that was taken back."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
ALTER TABLE rfq_quote_revision
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN withdrawal_key_id text,
    ADD COLUMN withdrawal_signature bytea,
    ADD CONSTRAINT ck_rfq_quote_revision_withdrawal_signed CHECK (
        (withdrawn_at IS NULL) = (withdrawal_signature IS NULL)
        AND (withdrawn_at IS NULL) = (withdrawal_key_id IS NULL)
    );
"""
    )


def downgrade() -> None:
    op.execute(
        """
ALTER TABLE rfq_quote_revision
    DROP COLUMN withdrawal_signature, DROP COLUMN withdrawal_key_id, DROP COLUMN withdrawn_at;
"""
    )
