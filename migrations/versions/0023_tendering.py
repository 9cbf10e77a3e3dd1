"""Tendering: procedures, officers' keys, tenders with their lots, questions, sealed bids and their opening.

What a supplier sends before the opening lies in tables that the buyer's company cannot see: bids, documents, boxes and
the counter of what was received. The machine branch is for closing and opening alone.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""

PROCEDURES = f"""
CREATE TABLE tender_procedure ({ROOT.format("tender_procedure")}
    org_id uuid NOT NULL,
    name text NOT NULL,
    base text NOT NULL,
    base_edition integer NOT NULL,
    edition integer NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_procedure_procedure_status CHECK (status IN ('active', 'retired')),
    content jsonb NOT NULL,
    editor_id uuid NOT NULL,
    CONSTRAINT uq_tender_procedure_org_id_name UNIQUE (org_id, name)
);
CREATE INDEX ix_tender_procedure_org_id_id ON tender_procedure (org_id, id);
CREATE POLICY tender_procedure_own ON tender_procedure
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_procedure TO b2b_app;
CREATE TABLE tender_key ({ROOT.format("tender_key")}
    org_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    department text NOT NULL,
    fingerprint text NOT NULL,
    card jsonb NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_key_key_status CHECK (status IN ('pending', 'proven', 'revoked')),
    secret bytea,
    challenge bytea,
    CONSTRAINT uq_tender_key_fingerprint UNIQUE (fingerprint)
);
CREATE INDEX ix_tender_key_org_id_id ON tender_key (org_id, id);
CREATE POLICY tender_key_read ON tender_key FOR SELECT
    USING (org_id = ANY (app_orgs()) OR (status = 'proven' AND cardinality(app_orgs()) > 0) OR app_machine());
CREATE POLICY tender_key_add ON tender_key FOR INSERT WITH CHECK (org_id = ANY (app_orgs()));
CREATE POLICY tender_key_change ON tender_key FOR UPDATE
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_key TO b2b_app
"""

STATUS = (
    "'draft', 'pending_approval', 'enquiries', 'tendering', 'closed', 'opened', 'evaluating', 'unsuccessful', "
    "'cancelled'"
)

TENDERS = f"""
CREATE TABLE tender ({ROOT.format("tender")}
    audit_salt bytea NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    editor_id uuid NOT NULL,
    approver_id uuid,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_tender_status CHECK (status IN ({STATUS})),
    procedure text NOT NULL,
    "values" jsonb NOT NULL,
    entry varchar(40) NOT NULL CONSTRAINT ck_tender_entry CHECK (entry IN ('public', 'invited', 'either')),
    currency char(3) NOT NULL,
    criteria jsonb NOT NULL,
    bond jsonb NOT NULL,
    estimate_shown boolean NOT NULL,
    budget_approved boolean NOT NULL,
    minimum_bidders integer NOT NULL,
    key_ids uuid[] NOT NULL,
    officer_ids uuid[] NOT NULL,
    rehearsal_factor integer NOT NULL,
    supplier_ids uuid[] NOT NULL,
    party_ids uuid[] NOT NULL,
    enquiry_ends_at timestamptz,
    closes_at timestamptz,
    published_at timestamptz,
    closed_at timestamptz,
    opened_at timestamptz,
    next_due_at timestamptz,
    edition integer NOT NULL,
    document jsonb,
    notice jsonb,
    close_record jsonb,
    reason text,
    lot_count integer NOT NULL,
    lines_digest bytea NOT NULL,
    CONSTRAINT uq_tender_buyer_id_number UNIQUE (buyer_id, number),
    CONSTRAINT ck_tender_published_has_deadline CHECK (published_at IS NULL OR closes_at IS NOT NULL),
    -- S1 at the table: who wrote or last edited a tender never approves it
    CONSTRAINT ck_tender_another_approves CHECK (approver_id IS NULL OR approver_id NOT IN (author_id, editor_id))
);
CREATE INDEX ix_tender_buyer_id_id ON tender (buyer_id, id);
CREATE INDEX ix_tender_party_ids ON tender USING gin (party_ids);
CREATE INDEX ix_tender_next_due_at ON tender (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE POLICY tender_read ON tender FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine()
    OR (entry = 'public' AND published_at IS NOT NULL AND (SELECT app_supplies())));
CREATE POLICY tender_add ON tender FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_change ON tender FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender TO b2b_app;
CREATE TABLE tender_lot (
    id uuid NOT NULL CONSTRAINT pk_tender_lot PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    public boolean NOT NULL,
    position integer NOT NULL,
    title text NOT NULL,
    classification text NOT NULL,
    items jsonb NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_lot_lot_status CHECK (status IN ('active', 'unsuccessful', 'cancelled')),
    estimate numeric(20, 4),
    CONSTRAINT uq_tender_lot_tender_id_position UNIQUE (tender_id, position)
);
CREATE POLICY tender_lot_read ON tender_lot FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine() OR (public AND (SELECT app_supplies())));
CREATE POLICY tender_lot_add ON tender_lot FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_lot_change ON tender_lot FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_lot_drop ON tender_lot FOR DELETE USING (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE, DELETE ON tender_lot TO b2b_app;
CREATE TABLE tender_private (
    lot_id uuid NOT NULL CONSTRAINT pk_tender_private PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    estimate numeric(20, 4) NOT NULL
);
CREATE POLICY tender_private_own ON tender_private
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, DELETE ON tender_private TO b2b_app;
CREATE TABLE tender_enquiry ({ROOT.format("tender_enquiry")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    public boolean NOT NULL,
    text text NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_enquiry_enquiry_status CHECK (status IN ('open', 'answered')),
    answer text,
    answered_at timestamptz
);
CREATE INDEX ix_tender_enquiry_tender_id_id ON tender_enquiry (tender_id, id);
CREATE POLICY tender_enquiry_read ON tender_enquiry FOR SELECT USING (
    buyer_id = ANY (app_orgs())
    OR (status = 'answered' AND (party_ids && app_orgs() OR (public AND (SELECT app_supplies())))));
CREATE POLICY tender_enquiry_ask ON tender_enquiry FOR INSERT WITH CHECK (
    NOT buyer_id = ANY (app_orgs()) AND EXISTS (
        SELECT FROM tender WHERE tender.id = tender_enquiry.tender_id AND tender.buyer_id = tender_enquiry.buyer_id
            AND tender.published_at IS NOT NULL));
CREATE POLICY tender_enquiry_answer ON tender_enquiry FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_enquiry TO b2b_app;
GRANT UPDATE (version, changed_at, status, answer, answered_at) ON tender_enquiry TO b2b_app;
CREATE TABLE tender_own_enquiry (
    enquiry_id uuid NOT NULL CONSTRAINT pk_tender_own_enquiry PRIMARY KEY,
    tender_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    text text NOT NULL
);
CREATE POLICY tender_own_enquiry_own ON tender_own_enquiry
    USING (supplier_id = ANY (app_orgs())) WITH CHECK (supplier_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_own_enquiry TO b2b_app;
CREATE TABLE tender_board (
    tender_id uuid NOT NULL CONSTRAINT pk_tender_board PRIMARY KEY,
    buyer_id uuid NOT NULL,
    buyer_name text NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_board_tender_status CHECK (status IN ({STATUS})),
    published_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    notice jsonb NOT NULL
);
CREATE INDEX ix_tender_board_published_at ON tender_board (published_at);
GRANT SELECT, INSERT, UPDATE ON tender_board TO b2b_app
"""  # noqa: S608 - put together from the constants of this file

BIDS = f"""
CREATE TABLE tender_counter (
    tender_id uuid NOT NULL CONSTRAINT pk_tender_counter PRIMARY KEY,
    buyer_id uuid NOT NULL,
    last integer NOT NULL
);
CREATE POLICY tender_counter_begin ON tender_counter FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_counter_read ON tender_counter FOR SELECT USING (
    app_machine() OR (NOT buyer_id = ANY (app_orgs()) AND EXISTS (SELECT FROM tender WHERE id = tender_id)));
CREATE POLICY tender_counter_count ON tender_counter FOR UPDATE USING (
    NOT buyer_id = ANY (app_orgs()) AND EXISTS (SELECT FROM tender WHERE id = tender_id));
GRANT SELECT, INSERT ON tender_counter TO b2b_app;
GRANT UPDATE (last) ON tender_counter TO b2b_app;
CREATE TABLE tender_bid ({ROOT.format("tender_bid")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    number integer NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_bid_bid_status CHECK (status IN ('sealed', 'withdrawn', 'opened', 'unreadable')),
    opened boolean NOT NULL,
    signer bytea NOT NULL,
    digest bytea NOT NULL,
    sequence integer NOT NULL,
    received_at timestamptz NOT NULL,
    submitted_by uuid NOT NULL,
    fault jsonb,
    CONSTRAINT uq_tender_bid_lot_id_supplier_id UNIQUE (lot_id, supplier_id)
);
CREATE INDEX ix_tender_bid_tender_id_id ON tender_bid (tender_id, id);
CREATE INDEX ix_tender_bid_supplier_id_id ON tender_bid (supplier_id, id);
CREATE POLICY tender_bid_read ON tender_bid FOR SELECT
    USING (supplier_id = ANY (app_orgs()) OR (opened AND buyer_id = ANY (app_orgs())) OR app_machine());
CREATE POLICY tender_bid_add ON tender_bid FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE POLICY tender_bid_change ON tender_bid FOR UPDATE USING (supplier_id = ANY (app_orgs()) OR app_machine());
GRANT SELECT, INSERT, UPDATE ON tender_bid TO b2b_app;
CREATE TABLE tender_received (
    id uuid NOT NULL CONSTRAINT pk_tender_received PRIMARY KEY,
    tender_id uuid NOT NULL,
    bid_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    sequence integer NOT NULL,
    number integer NOT NULL,
    entry text NOT NULL,
    document bytea NOT NULL,
    receipt jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT uq_tender_received_tender_id_sequence UNIQUE (tender_id, sequence)
);
CREATE INDEX ix_tender_received_bid_id ON tender_received (bid_id);
CREATE POLICY tender_received_read ON tender_received FOR SELECT
    USING (supplier_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY tender_received_add ON tender_received FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE TABLE tender_box (
    received_id uuid NOT NULL,
    part text NOT NULL,
    box text NOT NULL,
    supplier_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_tender_box PRIMARY KEY (received_id, part, box)
);
CREATE POLICY tender_box_read ON tender_box FOR SELECT USING (supplier_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY tender_box_add ON tender_box FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_received, tender_box TO b2b_app
"""  # noqa: S608 - put together from the constants of this file

OPENING = """
CREATE TABLE tender_contribution (
    id uuid NOT NULL CONSTRAINT pk_tender_contribution PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    user_id uuid NOT NULL,
    org_id uuid NOT NULL,
    part text NOT NULL,
    fingerprint text NOT NULL,
    team text NOT NULL,
    layer integer NOT NULL,
    document bytea NOT NULL,
    contributed_at timestamptz NOT NULL,
    CONSTRAINT uq_tender_contribution_tender_id_team_fingerprint UNIQUE (tender_id, team, fingerprint)
);
CREATE POLICY tender_contribution_read ON tender_contribution FOR SELECT
    USING (org_id = ANY (app_orgs()) OR buyer_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY tender_contribution_add ON tender_contribution FOR INSERT WITH CHECK (org_id = ANY (app_orgs()));
CREATE TABLE tender_opening (
    tender_id uuid NOT NULL,
    part text NOT NULL,
    buyer_id uuid NOT NULL,
    record jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT pk_tender_opening PRIMARY KEY (tender_id, part)
);
CREATE POLICY tender_opening_read ON tender_opening FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR EXISTS (SELECT FROM tender WHERE id = tender_id));
CREATE POLICY tender_opening_add ON tender_opening FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_bid_content (
    bid_id uuid NOT NULL,
    part text NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT pk_tender_bid_content PRIMARY KEY (bid_id, part)
);
CREATE POLICY tender_bid_content_read ON tender_bid_content FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_bid_content_add ON tender_bid_content FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_bid_file (
    bid_id uuid NOT NULL,
    part text NOT NULL,
    position integer NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_tender_bid_file PRIMARY KEY (bid_id, part, position)
);
CREATE POLICY tender_bid_file_read ON tender_bid_file FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_bid_file_add ON tender_bid_file FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_contribution, tender_opening, tender_bid_content, tender_bid_file TO b2b_app
"""

FENCED = (
    "tender_procedure",
    "tender_key",
    "tender",
    "tender_lot",
    "tender_private",
    "tender_enquiry",
    "tender_own_enquiry",
    "tender_counter",
    "tender_bid",
    "tender_received",
    "tender_box",
    "tender_contribution",
    "tender_opening",
    "tender_bid_content",
    "tender_bid_file",
)


def upgrade() -> None:
    for part in (PROCEDURES, TENDERS, BIDS, OPENING):
        op.execute(part)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE tender_board, {', '.join(reversed(FENCED))}")
