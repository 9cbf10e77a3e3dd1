"""Lost keys and empty seats: windows in which bidders reveal, what they revealed, and supplementary draws.

A reveal is its bidder's alone; only the platform's own work reads it besides, once the window is over.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""

REVEALS = f"""
CREATE TABLE tender_reveal_window ({ROOT.format("tender_reveal_window")}
    tender_id uuid NOT NULL,
    part text NOT NULL,
    buyer_id uuid NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_reveal_window_reveal_status CHECK (status IN ('open', 'settled')),
    reason text NOT NULL,
    declared_by uuid NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    CONSTRAINT uq_tender_reveal_window_tender_id_part UNIQUE (tender_id, part)
);
CREATE INDEX ix_tender_reveal_window_closes_at ON tender_reveal_window (closes_at) WHERE status = 'open';
CREATE POLICY tender_reveal_window_read ON tender_reveal_window FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR app_machine() OR EXISTS (SELECT FROM tender WHERE tender.id = tender_id));
CREATE POLICY tender_reveal_window_add ON tender_reveal_window FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_reveal_window_change ON tender_reveal_window FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_reveal (
    bid_id uuid NOT NULL,
    part text NOT NULL,
    tender_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    submitted_by uuid NOT NULL,
    received_at timestamptz NOT NULL,
    document bytea NOT NULL,
    CONSTRAINT pk_tender_reveal PRIMARY KEY (bid_id, part)
);
CREATE POLICY tender_reveal_read ON tender_reveal FOR SELECT USING (supplier_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY tender_reveal_add ON tender_reveal FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE TABLE tender_supplement ({ROOT.format("tender_supplement")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_supplement_supplement_status CHECK (status IN ('named', 'drawn', 'failed')),
    seats integer NOT NULL,
    experts integer NOT NULL,
    commitment bytea NOT NULL,
    pool bytea NOT NULL,
    named_by uuid NOT NULL,
    draw jsonb
);
CREATE INDEX ix_tender_supplement_tender_id ON tender_supplement (tender_id);
CREATE POLICY tender_supplement_read ON tender_supplement FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR app_machine()
    OR EXISTS (SELECT FROM tender WHERE tender.id = tender_id AND tender.published_at IS NOT NULL));
CREATE POLICY tender_supplement_add ON tender_supplement FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_supplement_change ON tender_supplement FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_supplement TO b2b_app;
GRANT SELECT, INSERT, UPDATE ON tender_reveal_window TO b2b_app;
GRANT SELECT, INSERT ON tender_reveal TO b2b_app
"""  # noqa: S608 - put together from the constants of this file
FENCED = ("tender_reveal_window", "tender_reveal", "tender_supplement")


def upgrade() -> None:
    op.execute(REVEALS)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
