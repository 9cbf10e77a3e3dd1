"""Evaluation committees: the announced draw, its pool and seed, and score sheets that only their writer reads.

A sheet is fenced by person, not by company: operations of a member name the person for the transaction
(``app.member``). Only the machine branch reads a seed.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""

COMMITTEE = f"""
CREATE FUNCTION app_member() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.member', true), '')::uuid;
CREATE TABLE tender_committee ({ROOT.format("tender_committee")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_committee_committee_status
        CHECK (status IN ('named', 'drawn', 'scored', 'short')),
    seats integer NOT NULL,
    commitment bytea NOT NULL,
    pool bytea NOT NULL,
    named_by uuid NOT NULL,
    draw jsonb,
    drawn_at timestamptz,
    opened_at timestamptz,
    CONSTRAINT uq_tender_committee_tender_id UNIQUE (tender_id)
);
CREATE POLICY tender_committee_read ON tender_committee FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR app_machine()
    OR EXISTS (SELECT FROM tender WHERE tender.id = tender_id AND tender.published_at IS NOT NULL));
CREATE POLICY tender_committee_add ON tender_committee FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_committee_change ON tender_committee FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_juror ({ROOT.format("tender_juror")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    user_id uuid NOT NULL,
    org_id uuid NOT NULL,
    name text NOT NULL,
    expert boolean NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_juror_juror_status
        CHECK (status IN ('pooled', 'reserve', 'barred', 'seated', 'conflicted', 'recused')),
    declared_at timestamptz,
    statement text NOT NULL,
    handed_in_at timestamptz,
    CONSTRAINT uq_tender_juror_tender_id_user_id UNIQUE (tender_id, user_id)
);
CREATE INDEX ix_tender_juror_user_id ON tender_juror (user_id);
CREATE POLICY tender_juror_read ON tender_juror FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR (org_id = ANY (app_orgs()) AND status <> 'pooled') OR app_machine());
CREATE POLICY tender_juror_add ON tender_juror FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_juror_change ON tender_juror FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR (org_id = ANY (app_orgs()) AND user_id = app_member()));
CREATE POLICY tender_juror_drop ON tender_juror FOR DELETE USING (buyer_id = ANY (app_orgs()) AND status = 'pooled');
CREATE TABLE tender_seed (
    commitment bytea NOT NULL CONSTRAINT pk_tender_seed PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seed bytea NOT NULL
);
CREATE POLICY tender_seed_read ON tender_seed FOR SELECT USING (app_machine());
CREATE POLICY tender_seed_add ON tender_seed FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_sheet ({ROOT.format("tender_sheet")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    user_id uuid NOT NULL,
    scores jsonb NOT NULL,
    opened boolean NOT NULL,
    CONSTRAINT uq_tender_sheet_tender_id_user_id UNIQUE (tender_id, user_id)
);
CREATE POLICY tender_sheet_read ON tender_sheet FOR SELECT
    USING (user_id = app_member() OR (opened AND buyer_id = ANY (app_orgs())) OR app_machine());
CREATE POLICY tender_sheet_add ON tender_sheet FOR INSERT WITH CHECK (user_id = app_member() AND NOT opened);
CREATE POLICY tender_sheet_change ON tender_sheet FOR UPDATE
    USING ((user_id = app_member() AND NOT opened) OR app_machine())
    WITH CHECK ((user_id = app_member() AND NOT opened) OR app_machine());
GRANT SELECT, INSERT, UPDATE ON tender_committee, tender_sheet TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tender_juror TO b2b_app;
GRANT SELECT, INSERT ON tender_seed TO b2b_app
"""  # noqa: S608 - put together from the constants of this file
FENCED = ("tender_committee", "tender_juror", "tender_seed", "tender_sheet")


def upgrade() -> None:
    op.execute(COMMITTEE)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
    op.execute("DROP FUNCTION app_member()")
