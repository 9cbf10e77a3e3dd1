"""Further rounds with their shortlists, counter-offers, and talks between a buyer and one supplier.

Why a supplier goes on or not lies in a table that the buyer alone reads; the suppliers read the round they go on to.
Counter-offers and messages are read by the two companies and by nobody else.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROUNDS = """
ALTER TABLE rfq
    ADD COLUMN round integer NOT NULL DEFAULT 1,
    ADD COLUMN most_rounds integer NOT NULL DEFAULT 3,
    ADD COLUMN most_counters integer NOT NULL DEFAULT 3,
    ADD COLUMN round_hash bytea,
    ADD CONSTRAINT ck_rfq_rounds CHECK (round BETWEEN 1 AND most_rounds),
    DROP CONSTRAINT ck_rfq_rfq_status,
    ADD CONSTRAINT ck_rfq_rfq_status CHECK (status IN (
        'draft', 'pending_approval', 'published', 'closed', 'evaluating', 'round_open', 'awarded_partial', 'awarded',
        'closed_done', 'unsuccessful', 'cancelled'));
ALTER TABLE rfq_invitation ADD COLUMN last_round integer NOT NULL DEFAULT 1;
ALTER TABLE rfq_quote
    DROP CONSTRAINT ck_rfq_quote_quote_status,
    ADD CONSTRAINT ck_rfq_quote_quote_status CHECK (status IN (
        'submitted', 'needs_confirmation', 'withdrawn', 'expired', 'awarded', 'partly_awarded', 'lost', 'replaced'));
CREATE TABLE rfq_round (
    rfq_id uuid NOT NULL,
    round integer NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    closed_at timestamptz,
    targets_shown boolean NOT NULL,
    note text NOT NULL,
    CONSTRAINT pk_rfq_round PRIMARY KEY (rfq_id, round)
);
CREATE TABLE rfq_shortlisting (
    rfq_id uuid NOT NULL,
    round integer NOT NULL,
    supplier_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    goes_on boolean NOT NULL,
    reason text NOT NULL,
    quote_id uuid NOT NULL,
    quote_revision integer NOT NULL,
    chosen_by uuid NOT NULL,
    chosen_at timestamptz NOT NULL,
    CONSTRAINT pk_rfq_shortlisting PRIMARY KEY (rfq_id, round, supplier_id)
);
CREATE TABLE rfq_round_target (
    rfq_id uuid NOT NULL,
    round integer NOT NULL,
    line_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    target_price numeric(20, 6) NOT NULL,
    CONSTRAINT pk_rfq_round_target PRIMARY KEY (rfq_id, round, line_id)
);
"""

BARGAINING = """
CREATE TABLE rfq_counter (
    id uuid NOT NULL CONSTRAINT pk_rfq_counter PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    quote_id uuid NOT NULL,
    quote_revision integer NOT NULL,
    round integer NOT NULL,
    side varchar(40) NOT NULL CONSTRAINT ck_rfq_counter_side CHECK (side IN ('buyer', 'supplier')),
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_counter_counter_status CHECK (
        status IN ('open', 'accepted', 'declined', 'answered', 'withdrawn', 'expired', 'void')),
    currency char(3) NOT NULL,
    note text NOT NULL,
    expires_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason text NOT NULL,
    lines_digest bytea NOT NULL
);
CREATE INDEX ix_rfq_counter_rfq_id_supplier_id_id ON rfq_counter (rfq_id, supplier_id, id);
CREATE UNIQUE INDEX uq_rfq_counter_open ON rfq_counter (quote_id) WHERE status = 'open';
CREATE INDEX ix_rfq_counter_expires_at ON rfq_counter (expires_at) WHERE status = 'open';
CREATE TABLE rfq_counter_line (
    counter_id uuid NOT NULL,
    line_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    position integer NOT NULL,
    unit_price numeric(20, 6) NOT NULL,
    CONSTRAINT pk_rfq_counter_line PRIMARY KEY (counter_id, line_id)
);
CREATE TABLE rfq_message (
    id uuid NOT NULL CONSTRAINT pk_rfq_message PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    line_id uuid,
    side varchar(40) NOT NULL CONSTRAINT ck_rfq_message_side CHECK (side IN ('buyer', 'supplier')),
    author_id uuid NOT NULL,
    text text NOT NULL,
    file_ids uuid[] NOT NULL
);
CREATE INDEX ix_rfq_message_rfq_id_supplier_id_id ON rfq_message (rfq_id, supplier_id, id);
CREATE TABLE rfq_talk_mark (
    user_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    org_id uuid NOT NULL,
    message_id uuid NOT NULL,
    CONSTRAINT pk_rfq_talk_mark PRIMARY KEY (user_id, rfq_id, supplier_id)
);
"""

TABLES = (
    "rfq_round",
    "rfq_shortlisting",
    "rfq_round_target",
    "rfq_counter",
    "rfq_counter_line",
    "rfq_message",
    "rfq_talk_mark",
)
FENCES = """
GRANT SELECT, INSERT ON rfq_round, rfq_shortlisting, rfq_round_target, rfq_counter, rfq_counter_line, rfq_message
    TO b2b_app;
GRANT UPDATE (closed_at) ON rfq_round TO b2b_app;
GRANT UPDATE (version, changed_at, status, decided_by, decided_at, reason) ON rfq_counter TO b2b_app;
GRANT SELECT, INSERT, UPDATE ON rfq_talk_mark TO b2b_app;
CREATE POLICY rfq_round_read ON rfq_round FOR SELECT USING (party_ids && app_orgs());
CREATE POLICY rfq_round_write ON rfq_round FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_round_close ON rfq_round FOR UPDATE USING (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_shortlisting_own ON rfq_shortlisting
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_round_target_read ON rfq_round_target FOR SELECT USING (party_ids && app_orgs());
CREATE POLICY rfq_round_target_write ON rfq_round_target FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_counter_read ON rfq_counter FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY rfq_counter_make ON rfq_counter FOR INSERT WITH CHECK (
    (side = 'buyer' AND buyer_id = ANY (app_orgs())) OR (side = 'supplier' AND supplier_id = ANY (app_orgs())));
CREATE POLICY rfq_counter_settle ON rfq_counter FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY rfq_counter_line_read ON rfq_counter_line FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY rfq_counter_line_make ON rfq_counter_line FOR INSERT
    WITH CHECK (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY rfq_message_read ON rfq_message FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY rfq_message_send ON rfq_message FOR INSERT WITH CHECK (
    (side = 'buyer' AND buyer_id = ANY (app_orgs())) OR (side = 'supplier' AND supplier_id = ANY (app_orgs())));
CREATE POLICY rfq_talk_mark_own ON rfq_talk_mark
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
"""


def upgrade() -> None:
    op.execute(ROUNDS)
    op.execute(BARGAINING)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(FENCES)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    # there were no such words before: a round that is open is closed, a bettered quotation counts as lost
    op.execute("UPDATE rfq_quote SET status = 'lost' WHERE status = 'replaced'")
    op.execute(
        "ALTER TABLE rfq_quote DROP CONSTRAINT ck_rfq_quote_quote_status, "
        "ADD CONSTRAINT ck_rfq_quote_quote_status CHECK (status IN ("
        "'submitted', 'needs_confirmation', 'withdrawn', 'expired', 'awarded', 'partly_awarded', 'lost'))"
    )
    op.execute("ALTER TABLE rfq_invitation DROP COLUMN last_round")
    op.execute("UPDATE rfq SET status = 'closed', next_due_at = NULL WHERE status = 'round_open'")
    op.execute(
        "ALTER TABLE rfq DROP CONSTRAINT ck_rfq_rounds, DROP COLUMN round, DROP COLUMN most_rounds, "
        "DROP COLUMN most_counters, DROP COLUMN round_hash, DROP CONSTRAINT ck_rfq_rfq_status, "
        "ADD CONSTRAINT ck_rfq_rfq_status CHECK (status IN ('draft', 'pending_approval', 'published', 'closed', "
        "'evaluating', 'awarded_partial', 'awarded', 'closed_done', 'unsuccessful', 'cancelled'))"
    )
