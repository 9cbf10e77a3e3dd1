"""Requests for quotation, quotations, awards, import drafts.

Hidden figures (estimate, targets) have tables of their own, because row-level security hides rows, not columns. A
sealed quotation is not visible to its buyer until ``opened``.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RFQ_STATUS = (
    "'draft', 'pending_approval', 'published', 'closed', 'evaluating', 'awarded_partial', 'awarded', 'closed_done', "
    "'unsuccessful', 'cancelled'"
)

REQUESTS = f"""
CREATE TABLE rfq (
    id uuid NOT NULL CONSTRAINT pk_rfq PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
    number text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    editor_id uuid NOT NULL,
    approver_id uuid,
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_rfq_status CHECK (status IN ({RFQ_STATUS})),
    sealed boolean NOT NULL,
    currency char(3) NOT NULL,
    payment_terms text NOT NULL,
    incoterm text NOT NULL,
    incoterm_place text NOT NULL,
    closes_at timestamptz,
    published_at timestamptz,
    closed_at timestamptz,
    reason text,
    line_count integer NOT NULL,
    lines_digest bytea NOT NULL,
    targets_digest bytea NOT NULL,
    party_ids uuid[] NOT NULL,
    next_due_at timestamptz,
    CONSTRAINT uq_rfq_buyer_id_number UNIQUE (buyer_id, number),
    CONSTRAINT ck_rfq_published_has_deadline CHECK (status <> 'published' OR closes_at IS NOT NULL)
);
CREATE INDEX ix_rfq_buyer_id_id ON rfq (buyer_id, id);
CREATE INDEX ix_rfq_buyer_id_status_id ON rfq (buyer_id, status, id);
CREATE INDEX ix_rfq_buyer_id_closes_at_id ON rfq (buyer_id, closes_at, id);
CREATE INDEX ix_rfq_next_due_at ON rfq (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE TABLE rfq_line (
    id uuid NOT NULL CONSTRAINT pk_rfq_line PRIMARY KEY,
    rfq_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    position integer NOT NULL,
    item_name text NOT NULL,
    item_code text NOT NULL,
    specification text NOT NULL,
    quantity numeric(20, 6) NOT NULL,
    unit text NOT NULL,
    required_on date NOT NULL,
    delivery_place text NOT NULL,
    note text NOT NULL,
    CONSTRAINT uq_rfq_line_rfq_id_position UNIQUE (rfq_id, position),
    CONSTRAINT fk_rfq_line_rfq_id FOREIGN KEY (rfq_id) REFERENCES rfq (id)
);
CREATE TABLE rfq_target (
    line_id uuid NOT NULL CONSTRAINT pk_rfq_target PRIMARY KEY,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    target_price numeric(20, 6) NOT NULL
);
CREATE INDEX ix_rfq_target_rfq_id ON rfq_target (rfq_id);
CREATE TABLE rfq_private (
    rfq_id uuid NOT NULL CONSTRAINT pk_rfq_private PRIMARY KEY,
    buyer_id uuid NOT NULL,
    estimate numeric(20, 4)
);
CREATE TABLE rfq_invitation (
    id uuid NOT NULL CONSTRAINT pk_rfq_invitation PRIMARY KEY,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_rfq_invitation_invitation_status CHECK (status IN ('invited', 'viewed', 'declined', 'quoted')),
    released boolean NOT NULL,
    viewed_at timestamptz,
    answered_at timestamptz,
    decline_reason text,
    CONSTRAINT uq_rfq_invitation_rfq_id_supplier_id UNIQUE (rfq_id, supplier_id)
);
CREATE INDEX ix_rfq_invitation_supplier_id_rfq_id ON rfq_invitation (supplier_id, rfq_id);
CREATE TABLE rfq_rate (
    rfq_id uuid NOT NULL,
    base char(3) NOT NULL,
    quote char(3) NOT NULL,
    buyer_id uuid NOT NULL,
    value numeric(24, 12) NOT NULL,
    source text NOT NULL,
    as_of text NOT NULL,
    frozen_at timestamptz NOT NULL,
    CONSTRAINT pk_rfq_rate PRIMARY KEY (rfq_id, base, quote)
);
CREATE TABLE rfq_import (
    id uuid NOT NULL CONSTRAINT pk_rfq_import PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    filename text NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_import_import_status CHECK (status IN ('preview', 'confirmed')),
    content jsonb NOT NULL,
    choices jsonb NOT NULL,
    rfq_id uuid
);
CREATE INDEX ix_rfq_import_buyer_id_id ON rfq_import (buyer_id, id);
"""

QUOTES = """
CREATE TABLE rfq_quote (
    id uuid NOT NULL CONSTRAINT pk_rfq_quote PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
    number text NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    round integer NOT NULL,
    revision integer NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_quote_quote_status CHECK (
        status IN ('submitted', 'withdrawn', 'expired', 'awarded', 'partly_awarded', 'lost')),
    opened boolean NOT NULL,
    currency char(3) NOT NULL,
    total numeric(20, 4) NOT NULL,
    line_count integer NOT NULL,
    valid_until date NOT NULL,
    payment_terms text NOT NULL,
    note text NOT NULL,
    submitted_by uuid NOT NULL,
    received_at timestamptz NOT NULL,
    lines_digest bytea NOT NULL,
    content_hash bytea NOT NULL,
    CONSTRAINT uq_rfq_quote_rfq_id_supplier_id_round UNIQUE (rfq_id, supplier_id, round),
    CONSTRAINT uq_rfq_quote_supplier_id_number UNIQUE (supplier_id, number)
);
CREATE INDEX ix_rfq_quote_supplier_id_id ON rfq_quote (supplier_id, id);
CREATE TABLE rfq_quote_line (
    quote_id uuid NOT NULL,
    line_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    opened boolean NOT NULL,
    position integer NOT NULL,
    quantity numeric(20, 6) NOT NULL,
    unit_price numeric(20, 6) NOT NULL,
    lead_days integer,
    min_quantity numeric(20, 6),
    alternative text NOT NULL,
    note text NOT NULL,
    CONSTRAINT pk_rfq_quote_line PRIMARY KEY (quote_id, line_id)
);
CREATE INDEX ix_rfq_quote_line_rfq_id ON rfq_quote_line (rfq_id);
CREATE TABLE rfq_quote_revision (
    quote_id uuid NOT NULL,
    revision integer NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    opened boolean NOT NULL,
    content jsonb NOT NULL,
    content_hash bytea NOT NULL,
    received_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_rfq_quote_revision PRIMARY KEY (quote_id, revision)
);
CREATE TABLE rfq_award (
    id uuid NOT NULL CONSTRAINT pk_rfq_award PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_rfq_award_award_status CHECK (status IN ('pending_approval', 'approved', 'returned', 'void')),
    proposer_id uuid NOT NULL,
    decider_id uuid,
    decided_at timestamptz,
    currency char(3) NOT NULL,
    total numeric(20, 4) NOT NULL,
    saving numeric(20, 4),
    final boolean NOT NULL,
    comment text NOT NULL,
    reason text,
    snapshot_hash bytea NOT NULL,
    lines_digest bytea NOT NULL,
    supplier_ids uuid[] NOT NULL,
    lost_supplier_ids uuid[] NOT NULL
);
CREATE INDEX ix_rfq_award_rfq_id ON rfq_award (rfq_id);
CREATE UNIQUE INDEX uq_rfq_award_undecided ON rfq_award (rfq_id) WHERE status = 'pending_approval';
CREATE TABLE rfq_award_line (
    award_id uuid NOT NULL,
    position integer NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    released boolean NOT NULL,
    line_id uuid NOT NULL,
    quote_id uuid NOT NULL,
    quantity numeric(20, 6) NOT NULL,
    unit_price numeric(20, 6) NOT NULL,
    currency char(3) NOT NULL,
    CONSTRAINT pk_rfq_award_line PRIMARY KEY (award_id, position)
);
CREATE INDEX ix_rfq_award_line_rfq_id ON rfq_award_line (rfq_id);
"""

TABLES = (
    "rfq",
    "rfq_line",
    "rfq_target",
    "rfq_private",
    "rfq_invitation",
    "rfq_rate",
    "rfq_import",
    "rfq_quote",
    "rfq_quote_line",
    "rfq_quote_revision",
    "rfq_award",
    "rfq_award_line",
)
OWN = ("rfq_target", "rfq_private", "rfq_rate", "rfq_import", "rfq_award")
OPENED = ("rfq_quote", "rfq_quote_line", "rfq_quote_revision")

FENCES = """
CREATE POLICY rfq_read ON rfq FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine());
CREATE POLICY rfq_write ON rfq FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_change ON rfq FOR UPDATE USING (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_import_sweep ON rfq_import FOR SELECT USING (app_machine());
CREATE POLICY rfq_line_read ON rfq_line FOR SELECT USING (party_ids && app_orgs());
CREATE POLICY rfq_line_write ON rfq_line FOR INSERT WITH CHECK (party_ids[1] = ANY (app_orgs()));
CREATE POLICY rfq_line_change ON rfq_line FOR UPDATE USING (party_ids[1] = ANY (app_orgs()));
CREATE POLICY rfq_line_drop ON rfq_line FOR DELETE USING (party_ids[1] = ANY (app_orgs()));
CREATE POLICY rfq_invitation_read ON rfq_invitation FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR (supplier_id = ANY (app_orgs()) AND released));
CREATE POLICY rfq_invitation_write ON rfq_invitation FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_invitation_change ON rfq_invitation FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR (supplier_id = ANY (app_orgs()) AND released));
CREATE POLICY rfq_invitation_drop ON rfq_invitation FOR DELETE USING (buyer_id = ANY (app_orgs()) AND NOT released);
CREATE POLICY rfq_award_line_read ON rfq_award_line FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR (supplier_id = ANY (app_orgs()) AND released));
CREATE POLICY rfq_award_line_write ON rfq_award_line FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_award_line_change ON rfq_award_line FOR UPDATE USING (buyer_id = ANY (app_orgs()));
"""


def upgrade() -> None:
    op.execute(REQUESTS)
    op.execute(QUOTES)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO b2b_app")
    for table in OWN:
        op.execute(
            f"CREATE POLICY {table}_own ON {table} "
            "USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()))"
        )
    for table in OPENED:
        op.execute(
            f"CREATE POLICY {table}_read ON {table} FOR SELECT "
            "USING (supplier_id = ANY (app_orgs()) OR (buyer_id = ANY (app_orgs()) AND opened) "
            "OR (buyer_id = ANY (app_orgs()) AND app_machine()))"
        )
        op.execute(f"CREATE POLICY {table}_write ON {table} FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()))")
        op.execute(
            f"CREATE POLICY {table}_change ON {table} FOR UPDATE "
            "USING (supplier_id = ANY (app_orgs()) OR (buyer_id = ANY (app_orgs()) AND (opened OR app_machine())))"
        )
        op.execute(f"CREATE POLICY {table}_drop ON {table} FOR DELETE USING (supplier_id = ANY (app_orgs()))")
    op.execute(FENCES)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
