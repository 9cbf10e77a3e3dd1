"""Complaints about tenders, and the publicity of candidates.

A complaint is its company's alone until it is lodged; then its review body sees it, and the buyer once it counts. What
is published of it stands in a table of its own, which the buyer's company writes and those read who read the tender.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""
KINDS = "'complaint', 'objection'"
TARGETS = "'tender', 'lot', 'award', 'disqualification', 'candidates'"
STATUSES = (
    "'draft', 'awaiting_fee', 'pending', 'accepted', 'invalid', 'mistaken', 'declined', 'satisfied', 'stopped', "
    "'resolved'"
)
SEES = """
    supplier_id = ANY (app_orgs())
    OR (lodged_at IS NOT NULL AND body_id = ANY (app_orgs()))
    OR (pending_at IS NOT NULL AND buyer_id = ANY (app_orgs()))
"""

COMPLAINTS = f"""
CREATE TABLE tender_complaint ({ROOT.format("tender_complaint")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    body_id uuid NOT NULL,
    author_id uuid NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_tender_complaint_complaint_kind CHECK (kind IN ({KINDS})),
    target varchar(40) NOT NULL CONSTRAINT ck_tender_complaint_complaint_target CHECK (target IN ({TARGETS})),
    target_id uuid,
    lot_id uuid,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_complaint_complaint_status CHECK (status IN ({STATUSES})),
    number text NOT NULL,
    tender_number text NOT NULL,
    tender_title text NOT NULL,
    buyer_name text NOT NULL,
    supplier_name text NOT NULL,
    lot_title text NOT NULL,
    grounds text NOT NULL,
    demand text NOT NULL,
    files jsonb NOT NULL,
    fee numeric(20, 4),
    fee_formula jsonb,
    currency char(3) NOT NULL,
    fee_reference text,
    window_ends_at timestamptz NOT NULL,
    lodged_at timestamptz,
    pending_at timestamptz,
    due_at timestamptz,
    statement text,
    stated_by uuid,
    decision text,
    decider_id uuid,
    decided_at timestamptz,
    edition integer NOT NULL,
    remedy text,
    -- S14 at the table: who complains never decides
    CONSTRAINT ck_tender_complaint_another_decides CHECK (decider_id IS NULL OR decider_id <> author_id)
);
CREATE INDEX ix_tender_complaint_tender_id_id ON tender_complaint (tender_id, id);
CREATE INDEX ix_tender_complaint_body_id_id ON tender_complaint (body_id, id);
CREATE INDEX ix_tender_complaint_supplier_id_id ON tender_complaint (supplier_id, id);
CREATE INDEX ix_tender_complaint_window_ends_at ON tender_complaint (window_ends_at)
    WHERE status IN ('draft', 'awaiting_fee');
CREATE POLICY tender_complaint_read ON tender_complaint FOR SELECT USING ({SEES} OR app_machine());
CREATE POLICY tender_complaint_add ON tender_complaint FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE POLICY tender_complaint_change ON tender_complaint FOR UPDATE USING ({SEES}) WITH CHECK ({SEES});
GRANT SELECT, INSERT, UPDATE ON tender_complaint TO b2b_app;
CREATE TABLE tender_complaint_notice (
    complaint_id uuid NOT NULL CONSTRAINT pk_tender_complaint_notice PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    public boolean NOT NULL,
    number text NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_tender_complaint_notice_complaint_kind CHECK (kind IN ({KINDS})),
    target varchar(40) NOT NULL CONSTRAINT ck_tender_complaint_notice_complaint_target CHECK (target IN ({TARGETS})),
    lot_title text NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_complaint_notice_complaint_status CHECK (status IN ({STATUSES})),
    complainant text NOT NULL,
    grounds text NOT NULL,
    demand text NOT NULL,
    lodged_at timestamptz NOT NULL,
    decision text,
    decided_at timestamptz,
    remedy text
);
CREATE INDEX ix_tender_complaint_notice_tender_id ON tender_complaint_notice (tender_id);
CREATE POLICY tender_complaint_notice_read ON tender_complaint_notice FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine() OR (public AND (SELECT app_supplies())));
CREATE POLICY tender_complaint_notice_add ON tender_complaint_notice FOR INSERT
    WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_complaint_notice_change ON tender_complaint_notice FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_complaint_notice TO b2b_app;
CREATE TABLE tender_publicity ({ROOT.format("tender_publicity")}
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    bidder_ids uuid[] NOT NULL,
    public boolean NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_publicity_publicity_status CHECK (status IN ('running', 'over', 'withdrawn')),
    candidates jsonb NOT NULL,
    published_by uuid NOT NULL,
    due_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    reason text
);
CREATE INDEX ix_tender_publicity_tender_id_id ON tender_publicity (tender_id, id);
CREATE INDEX ix_tender_publicity_ends_at ON tender_publicity (ends_at) WHERE status = 'running';
CREATE UNIQUE INDEX uq_tender_publicity_standing ON tender_publicity (lot_id) WHERE status <> 'withdrawn';
CREATE POLICY tender_publicity_read ON tender_publicity FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine() OR (public AND (SELECT app_supplies())));
CREATE POLICY tender_publicity_add ON tender_publicity FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_publicity_change ON tender_publicity FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_publicity TO b2b_app
"""
FENCED = ("tender_complaint", "tender_complaint_notice", "tender_publicity")


def upgrade() -> None:
    op.execute(COMPLAINTS)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
