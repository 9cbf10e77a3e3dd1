"""Two envelopes: the signed technical result, and openings of a tender part by part.

Who reads the result follows the procedure: its buyer and each bidder always, everybody who reads the tender where it is
public. It holds no price.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""

STAGES = f"""
CREATE TABLE tender_stage ({ROOT.format("tender_stage")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    public boolean NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_stage_stage_status CHECK (status IN ('locked', 'opened', 'compared')),
    locked_by uuid NOT NULL,
    locked_at timestamptz NOT NULL,
    record jsonb NOT NULL,
    signature bytea NOT NULL,
    key_id text NOT NULL,
    opened_at timestamptz,
    compared_by uuid,
    compared_at timestamptz,
    CONSTRAINT uq_tender_stage_tender_id UNIQUE (tender_id)
);
CREATE POLICY tender_stage_read ON tender_stage FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR app_machine()
    OR (public AND EXISTS (SELECT FROM tender WHERE tender.id = tender_id)));
CREATE POLICY tender_stage_add ON tender_stage FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_stage_change ON tender_stage FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_technical (
    bid_id uuid NOT NULL CONSTRAINT pk_tender_technical PRIMARY KEY,
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    public boolean NOT NULL,
    bidder text NOT NULL,
    outcome varchar(40) NOT NULL CONSTRAINT ck_tender_technical_technical_outcome
        CHECK (outcome IN ('passed', 'below_least', 'disqualified', 'unreadable')),
    score text
);
CREATE INDEX ix_tender_technical_tender_id ON tender_technical (tender_id);
CREATE POLICY tender_technical_read ON tender_technical FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()) OR app_machine()
    OR (public AND EXISTS (SELECT FROM tender WHERE tender.id = tender_id)));
CREATE POLICY tender_technical_add ON tender_technical FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_stage TO b2b_app;
GRANT SELECT, INSERT ON tender_technical TO b2b_app
"""  # noqa: S608 - put together from the constants of this file
FENCED = ("tender_stage", "tender_technical")
ONCE = "uq_tender_contribution_tender_id_team_fingerprint"
ONCE_EACH = "uq_tender_contribution_tender_id_part_team_fingerprint"


def upgrade() -> None:
    op.execute(STAGES)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(ONCE, "tender_contribution")
    op.create_unique_constraint(ONCE_EACH, "tender_contribution", ["tender_id", "part", "team", "fingerprint"])


def downgrade() -> None:
    op.drop_constraint(ONCE_EACH, "tender_contribution")
    op.create_unique_constraint(ONCE, "tender_contribution", ["tender_id", "team", "fingerprint"])
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
