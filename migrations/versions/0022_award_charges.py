"""What is charged with awarded lines and contracts beside their prices; awarded lines that are cancelled again."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STATUSES = {
    ("rfq_award", "status", "ck_rfq_award_award_status"): (
        ("pending_approval", "approved", "returned", "void"),
        ("cancelled",),
    ),
    ("rfq_quote", "status", "ck_rfq_quote_quote_status"): (
        (
            "submitted",
            "needs_confirmation",
            "withdrawn",
            "expired",
            "awarded",
            "partly_awarded",
            "lost",
            "replaced",
        ),
        ("dropped",),
    ),
    ("rfq_letter", "kind", "ck_rfq_letter_letter_kind"): (("award", "regret"), ("cancellation",)),
}


def allow(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IN ({listed}))")


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE rfq_award_line
            ADD COLUMN charges jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN cancelled_at timestamptz,
            ADD COLUMN cancel_code varchar(40)
                CONSTRAINT ck_rfq_award_line_cancel_reason
                CHECK (cancel_code IN ('declined', 'not_confirmed', 'fell_through')),
            ADD COLUMN cancel_text text
        """
    )
    op.execute("ALTER TABLE contract ADD COLUMN charges jsonb NOT NULL DEFAULT '[]'")
    op.execute("GRANT DELETE ON contract_line TO b2b_app")
    for place, (before, added) in STATUSES.items():
        allow(*place, (*before, *added))
    op.execute("ALTER TABLE rfq_letter DROP CONSTRAINT uq_rfq_letter_award_id_supplier_id")
    op.execute(
        "CREATE UNIQUE INDEX uq_rfq_letter_award_id_supplier_id ON rfq_letter (award_id, supplier_id) "
        "WHERE kind <> 'cancellation'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX uq_rfq_letter_award_id_supplier_id")
    op.execute(
        "ALTER TABLE rfq_letter ADD CONSTRAINT uq_rfq_letter_award_id_supplier_id UNIQUE (award_id, supplier_id)"
    )
    for place, (before, _) in STATUSES.items():
        allow(*place, before)
    op.execute("REVOKE DELETE ON contract_line FROM b2b_app")
    op.execute("ALTER TABLE contract DROP COLUMN charges")
    op.execute(
        "ALTER TABLE rfq_award_line DROP COLUMN cancel_text, DROP COLUMN cancel_code, DROP COLUMN cancelled_at, "
        "DROP COLUMN charges"
    )
