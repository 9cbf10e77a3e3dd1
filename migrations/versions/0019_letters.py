"""Letters after an award: one for each supplier that quoted, never changed once issued."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LETTER = """
CREATE TABLE rfq_letter (
    id uuid NOT NULL CONSTRAINT pk_rfq_letter PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    award_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_rfq_letter_letter_kind CHECK (kind IN ('award', 'regret')),
    issued_by uuid NOT NULL,
    issued_at timestamptz NOT NULL,
    content jsonb NOT NULL,
    content_hash bytea NOT NULL,
    CONSTRAINT uq_rfq_letter_award_id_supplier_id UNIQUE (award_id, supplier_id)
);
CREATE INDEX ix_rfq_letter_rfq_id_supplier_id ON rfq_letter (rfq_id, supplier_id)
"""


def upgrade() -> None:
    op.execute(LETTER)
    op.execute("ALTER TABLE rfq_letter ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rfq_letter FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY rfq_letter_own ON rfq_letter "
        "USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs())) "
        "WITH CHECK (buyer_id = ANY (app_orgs()))"
    )
    # what a letter says is out of the application's reach; only a takeover moves it to another company
    op.execute("GRANT SELECT, INSERT ON rfq_letter TO b2b_app")
    op.execute("GRANT UPDATE (supplier_id, version, changed_at) ON rfq_letter TO b2b_app")


def downgrade() -> None:
    op.execute("DROP TABLE rfq_letter")
