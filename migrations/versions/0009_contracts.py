"""Contracts, their lines, the fingerprints of their documents, printing that is due, number counters.

``shown_to`` is the supplier from the release on and null before: a draft is the buyer's alone. The machine takes
fingerprints.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE contract (
    id uuid NOT NULL CONSTRAINT pk_contract PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    number text NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    shown_to uuid,
    status varchar(40) NOT NULL CONSTRAINT ck_contract_contract_status
        CHECK (status IN ('drafted', 'proposed', 'voided')),
    edition integer NOT NULL CONSTRAINT ck_contract_edition_counts CHECK (edition >= 1),
    edition_at timestamptz NOT NULL,
    award_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    rfq_number text NOT NULL,
    quote_id uuid NOT NULL,
    quote_number text NOT NULL,
    quote_revision integer NOT NULL,
    title text NOT NULL,
    currency char(3) NOT NULL,
    total numeric(20, 4) NOT NULL CONSTRAINT ck_contract_total_not_negative CHECK (total >= 0),
    line_count integer NOT NULL,
    buyer jsonb NOT NULL,
    supplier jsonb NOT NULL,
    incoterm text NOT NULL,
    incoterm_place text NOT NULL,
    delivery_note text NOT NULL,
    payment_terms text NOT NULL,
    governing_law text NOT NULL,
    dispute_forum varchar(40) NOT NULL CONSTRAINT ck_contract_dispute_forum
        CHECK (dispute_forum IN ('buyer_court', 'supplier_court', 'arbitration')),
    arbitration_body text NOT NULL,
    prevailing_language varchar(40) NOT NULL CONSTRAINT ck_contract_tongue CHECK (prevailing_language IN ('zh', 'en')),
    notes text NOT NULL,
    released_at timestamptz,
    void_reason text,
    lines_digest bytea NOT NULL,
    CONSTRAINT uq_contract_award_id_supplier_id UNIQUE (award_id, supplier_id),
    CONSTRAINT uq_contract_buyer_id_number UNIQUE (buyer_id, number),
    CONSTRAINT uq_contract_id_buyer_id UNIQUE (id, buyer_id),
    CONSTRAINT ck_contract_shown_to_its_supplier CHECK (shown_to IS NULL OR shown_to = supplier_id),
    CONSTRAINT ck_contract_proposed_is_shown CHECK (status <> 'proposed' OR shown_to IS NOT NULL),
    CONSTRAINT ck_contract_voided_has_reason CHECK ((status = 'voided') = (void_reason IS NOT NULL))
);
CREATE INDEX ix_contract_buyer_id_id ON contract (buyer_id, id);
CREATE INDEX ix_contract_shown_to_id ON contract (shown_to, id);
CREATE INDEX ix_contract_rfq_id ON contract (rfq_id);
CREATE TABLE contract_line (
    id uuid NOT NULL CONSTRAINT pk_contract_line PRIMARY KEY,
    contract_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    shown_to uuid,
    position integer NOT NULL,
    rfq_line_id uuid NOT NULL,
    item_name text NOT NULL,
    item_code text NOT NULL,
    specification text NOT NULL,
    alternative text NOT NULL,
    quantity numeric(20, 6) NOT NULL CONSTRAINT ck_contract_line_quantity_positive CHECK (quantity > 0),
    unit text NOT NULL,
    unit_price numeric(20, 6) NOT NULL CONSTRAINT ck_contract_line_price_not_negative CHECK (unit_price >= 0),
    amount numeric(20, 4) NOT NULL,
    required_on date,
    lead_days integer,
    delivery_place text NOT NULL,
    note text NOT NULL,
    CONSTRAINT uq_contract_line_contract_id_position UNIQUE (contract_id, position),
    CONSTRAINT fk_contract_line_contract_id_buyer_id
        FOREIGN KEY (contract_id, buyer_id) REFERENCES contract (id, buyer_id)
);
CREATE TABLE contract_document (
    id uuid NOT NULL CONSTRAINT pk_contract_document PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    contract_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    shown_to uuid,
    edition integer NOT NULL,
    printing varchar(40) NOT NULL CONSTRAINT ck_contract_document_printing CHECK (printing IN ('zh', 'en', 'both')),
    file_format varchar(40) NOT NULL CONSTRAINT ck_contract_document_file_format CHECK (file_format IN ('pdf', 'docx')),
    sha256 bytea NOT NULL CONSTRAINT ck_contract_document_sha256_length CHECK (length(sha256) = 32),
    size integer NOT NULL,
    pages integer NOT NULL,
    missing_characters text NOT NULL,
    CONSTRAINT uq_contract_document_contract_id_edition_sha256 UNIQUE (contract_id, edition, sha256),
    CONSTRAINT fk_contract_document_contract_id_buyer_id
        FOREIGN KEY (contract_id, buyer_id) REFERENCES contract (id, buyer_id)
);
CREATE TABLE contract_print_job (
    contract_id uuid NOT NULL,
    edition integer NOT NULL,
    buyer_id uuid NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    error text NOT NULL,
    CONSTRAINT pk_contract_print_job PRIMARY KEY (contract_id, edition)
);
CREATE INDEX ix_contract_print_job_next_attempt_at ON contract_print_job (next_attempt_at);
CREATE TABLE contract_counter (
    buyer_id uuid NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT pk_contract_counter PRIMARY KEY (buyer_id, year)
);
"""

FENCES = """
CREATE POLICY contract_buyer ON contract
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY contract_supplier ON contract FOR SELECT USING (shown_to = ANY (app_orgs()));
CREATE POLICY contract_printing ON contract FOR SELECT USING (app_machine());
CREATE POLICY contract_line_buyer ON contract_line
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY contract_line_supplier ON contract_line FOR SELECT USING (shown_to = ANY (app_orgs()));
CREATE POLICY contract_line_printing ON contract_line FOR SELECT USING (app_machine());
CREATE POLICY contract_document_buyer ON contract_document FOR SELECT USING (buyer_id = ANY (app_orgs()));
CREATE POLICY contract_document_show ON contract_document FOR UPDATE USING (buyer_id = ANY (app_orgs()));
CREATE POLICY contract_document_supplier ON contract_document FOR SELECT USING (shown_to = ANY (app_orgs()));
CREATE POLICY contract_document_read ON contract_document FOR SELECT USING (app_machine());
CREATE POLICY contract_document_printing ON contract_document FOR INSERT WITH CHECK (app_machine());
CREATE POLICY contract_print_job_order ON contract_print_job FOR INSERT WITH CHECK (true);
CREATE POLICY contract_print_job_machine ON contract_print_job USING (app_machine()) WITH CHECK (app_machine());
CREATE POLICY contract_counter_own ON contract_counter
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON contract, contract_line, contract_counter TO b2b_app;
GRANT SELECT, INSERT ON contract_document TO b2b_app;
GRANT UPDATE (shown_to) ON contract_document TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON contract_print_job TO b2b_app;
"""

NAMES = ("contract", "contract_line", "contract_document", "contract_print_job", "contract_counter")


def upgrade() -> None:
    op.execute(TABLES)
    for name in NAMES:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(FENCES)


def downgrade() -> None:
    op.execute("DROP TABLE contract_counter, contract_print_job, contract_document, contract_line, contract")
