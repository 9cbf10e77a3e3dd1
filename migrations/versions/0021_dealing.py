"""Standings while quotations are taken, counter-offers beyond the unit price, amendments that wait for approval.

A standing is written by the machine alone, and read by its supplier and the buyer: nobody's row policy on quotations
opens for it. Amendments that wait are the buyer's alone; what was submitted cannot be changed.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STANDING = """
ALTER TABLE rfq
    ADD COLUMN disclosure varchar(40) NOT NULL DEFAULT 'nothing'
        CONSTRAINT ck_rfq_disclosure CHECK (disclosure IN ('nothing', 'rank', 'lead', 'all')),
    ADD CONSTRAINT ck_rfq_sealed_shows_nothing CHECK (NOT sealed OR disclosure = 'nothing');
CREATE TABLE rfq_standing (
    rfq_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    round integer NOT NULL,
    edition integer NOT NULL,
    disclosure varchar(40) NOT NULL
        CONSTRAINT ck_rfq_standing_disclosure CHECK (disclosure IN ('nothing', 'rank', 'lead', 'all')),
    currency char(3) NOT NULL,
    content jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_rfq_standing PRIMARY KEY (rfq_id, supplier_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rfq_standing TO b2b_app;
CREATE POLICY rfq_standing_read ON rfq_standing FOR SELECT
    USING (supplier_id = ANY (app_orgs()) OR buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_standing_write ON rfq_standing FOR INSERT
    WITH CHECK (buyer_id = ANY (app_orgs()) AND app_machine());
CREATE POLICY rfq_standing_change ON rfq_standing FOR UPDATE USING (buyer_id = ANY (app_orgs()) AND app_machine());
CREATE POLICY rfq_standing_drop ON rfq_standing FOR DELETE USING (buyer_id = ANY (app_orgs()) AND app_machine());
"""
COUNTERS = """
ALTER TABLE rfq_counter
    ADD COLUMN freight numeric(20, 4),
    ADD COLUMN valid_until date,
    ADD COLUMN early_pay_percent numeric(7, 4),
    ADD COLUMN early_pay_days integer,
    ADD COLUMN pay_days integer[];
ALTER TABLE rfq_counter_line
    ALTER COLUMN unit_price DROP NOT NULL,
    ADD COLUMN lead_days integer,
    ADD COLUMN min_quantity numeric(20, 6),
    ADD COLUMN setup_cost numeric(20, 4);
"""
AMENDMENTS = """
ALTER TABLE rfq ADD COLUMN waiting_amendment_id uuid;
CREATE TABLE rfq_amendment (
    id uuid NOT NULL CONSTRAINT pk_rfq_amendment PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_amendment_amendment_status CHECK (
        status IN ('pending_approval', 'approved', 'returned', 'withdrawn', 'lapsed')),
    base_edition integer NOT NULL,
    edition integer,
    reason text NOT NULL,
    content jsonb NOT NULL,
    documents_hash bytea NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    decision_reason text
);
CREATE INDEX ix_rfq_amendment_rfq_id ON rfq_amendment (rfq_id, id);
CREATE UNIQUE INDEX uq_rfq_amendment_waiting ON rfq_amendment (rfq_id) WHERE status = 'pending_approval';
GRANT SELECT, INSERT ON rfq_amendment TO b2b_app;
GRANT UPDATE (version, changed_at, status, edition, decided_by, decided_at, decision_reason) ON rfq_amendment
    TO b2b_app;
CREATE POLICY rfq_amendment_own ON rfq_amendment
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
"""
TABLES = ("rfq_standing", "rfq_amendment")


def upgrade() -> None:
    op.execute(STANDING)
    op.execute(COUNTERS)
    op.execute(AMENDMENTS)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    # lines that name no price had no words before
    op.execute("DELETE FROM rfq_counter_line WHERE unit_price IS NULL")
    op.execute(
        "ALTER TABLE rfq_counter_line ALTER COLUMN unit_price SET NOT NULL, DROP COLUMN lead_days, "
        "DROP COLUMN min_quantity, DROP COLUMN setup_cost"
    )
    op.execute(
        "ALTER TABLE rfq_counter DROP COLUMN freight, DROP COLUMN valid_until, DROP COLUMN early_pay_percent, "
        "DROP COLUMN early_pay_days, DROP COLUMN pay_days"
    )
    op.execute(
        "ALTER TABLE rfq DROP CONSTRAINT ck_rfq_sealed_shows_nothing, DROP COLUMN disclosure, "
        "DROP COLUMN waiting_amendment_id"
    )
