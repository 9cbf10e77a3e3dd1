"""Evaluation and award of tenders, and contracts that follow from a tender.

The bidder reads what it is asked, its own confirmed disqualification and its own result; everything else is the
buyer's. The four eyes of a disqualification and of an award (S1) are held at the table too.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""
GROUNDS = "'excluded', 'not_qualified', 'not_responsive', 'arithmetic', 'abnormally_low', 'withdrew'"
BEFORE = (
    "'draft', 'pending_approval', 'enquiries', 'tendering', 'closed', 'opened', 'evaluating', 'unsuccessful', "
    "'cancelled'"
)
AFTER = (
    "'draft', 'pending_approval', 'enquiries', 'tendering', 'closed', 'opened', 'evaluating', 'awarded', 'complete', "
    "'unsuccessful', 'cancelled'"
)

EVALUATION = f"""
CREATE TABLE tender_evaluation ({ROOT.format("tender_evaluation")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    begun_by uuid NOT NULL,
    evaluator_ids uuid[] NOT NULL,
    rates jsonb NOT NULL,
    scores jsonb NOT NULL,
    scored_by uuid,
    scored_at timestamptz,
    CONSTRAINT uq_tender_evaluation_tender_id UNIQUE (tender_id)
);
CREATE INDEX ix_tender_evaluation_buyer_id_id ON tender_evaluation (buyer_id, id);
CREATE POLICY tender_evaluation_own ON tender_evaluation
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_ruling ({ROOT.format("tender_ruling")}
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    bid_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    ground varchar(40) NOT NULL CONSTRAINT ck_tender_ruling_ruling_ground CHECK (ground IN ({GROUNDS})),
    reason text NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_ruling_ruling_status CHECK (status IN ('proposed', 'confirmed', 'dismissed')),
    proposer_id uuid NOT NULL,
    decider_id uuid,
    decided_at timestamptz,
    remark text NOT NULL,
    -- S1 at the table: who proposes a disqualification never decides on it
    CONSTRAINT ck_tender_ruling_another_decides CHECK (decider_id IS NULL OR decider_id <> proposer_id)
);
CREATE INDEX ix_tender_ruling_tender_id_id ON tender_ruling (tender_id, id);
CREATE UNIQUE INDEX uq_tender_ruling_standing ON tender_ruling (bid_id) WHERE status <> 'dismissed';
CREATE POLICY tender_ruling_read ON tender_ruling FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR (status = 'confirmed' AND supplier_id = ANY (app_orgs())));
CREATE POLICY tender_ruling_add ON tender_ruling FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_ruling_change ON tender_ruling FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_inquiry ({ROOT.format("tender_inquiry")}
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    bid_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    kind varchar(40) NOT NULL
        CONSTRAINT ck_tender_inquiry_inquiry_kind CHECK (kind IN ('low_price', 'clarification')),
    question text NOT NULL,
    asked_by uuid NOT NULL,
    due_at timestamptz NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_inquiry_inquiry_status
        CHECK (status IN ('asked', 'answered', 'accepted', 'rejected')),
    answer text,
    answered_by uuid,
    answered_at timestamptz,
    finding text,
    decider_id uuid,
    decided_at timestamptz
);
CREATE INDEX ix_tender_inquiry_tender_id_id ON tender_inquiry (tender_id, id);
CREATE UNIQUE INDEX uq_tender_inquiry_low_price ON tender_inquiry (bid_id) WHERE kind = 'low_price';
CREATE POLICY tender_inquiry_read ON tender_inquiry FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_inquiry_add ON tender_inquiry FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_inquiry_change ON tender_inquiry FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()))
    WITH CHECK (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE TABLE tender_award ({ROOT.format("tender_award")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    bid_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_award_tender_award_status
        CHECK (status IN ('pending', 'proposed', 'active', 'unsuccessful', 'cancelled')),
    amount numeric(20, 4) NOT NULL,
    currency char(3) NOT NULL,
    proposer_id uuid,
    comment text NOT NULL,
    approver_id uuid,
    decided_at timestamptz,
    standstill_ends_at timestamptz,
    record jsonb,
    signature bytea,
    key_id text,
    reason text,
    -- S1 at the table: who proposes an award never approves it
    CONSTRAINT ck_tender_award_another_approves CHECK (approver_id IS NULL OR approver_id <> proposer_id)
);
CREATE INDEX ix_tender_award_tender_id_id ON tender_award (tender_id, id);
CREATE UNIQUE INDEX uq_tender_award_under_way ON tender_award (lot_id) WHERE status IN ('proposed', 'active');
CREATE UNIQUE INDEX uq_tender_award_open ON tender_award (bid_id) WHERE status <> 'cancelled';
CREATE POLICY tender_award_own ON tender_award
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_result (
    bid_id uuid NOT NULL CONSTRAINT pk_tender_result PRIMARY KEY,
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    award_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    outcome varchar(40) NOT NULL
        CONSTRAINT ck_tender_result_outcome CHECK (outcome IN ('won', 'lost', 'disqualified')),
    place integer,
    admitted integer NOT NULL,
    ground varchar(40) CONSTRAINT ck_tender_result_ruling_ground CHECK (ground IN ({GROUNDS})),
    reason text NOT NULL,
    winner text NOT NULL,
    winning_amount numeric(20, 4),
    currency char(3) NOT NULL,
    decided_at timestamptz NOT NULL,
    standstill_ends_at timestamptz NOT NULL
);
CREATE INDEX ix_tender_result_tender_id ON tender_result (tender_id);
CREATE POLICY tender_result_read ON tender_result FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_result_add ON tender_result FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_result_drop ON tender_result FOR DELETE USING (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_evaluation, tender_ruling, tender_inquiry, tender_award TO b2b_app;
GRANT SELECT, INSERT, DELETE ON tender_result TO b2b_app
"""
FENCED = ("tender_evaluation", "tender_ruling", "tender_inquiry", "tender_award", "tender_result")


def upgrade() -> None:
    op.execute(EVALUATION)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _statuses(AFTER)
    op.execute(
        "ALTER TABLE contract ADD COLUMN source varchar(40) NOT NULL DEFAULT 'rfq' "
        "CONSTRAINT ck_contract_contract_source CHECK (source IN ('rfq', 'tender'))"
    )
    op.execute("ALTER TABLE contract ALTER COLUMN source DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE contract DROP COLUMN source")
    _statuses(BEFORE)
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")


def _statuses(allowed: str) -> None:
    for table in ("tender", "tender_board"):
        name = f"ck_{table}_tender_status"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (status IN ({allowed}))")
