"""Documents of tenders with their versions, and who took them.

Who took a document is there for the company that took it; the buyer reads it once the bids are opened.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

DOCUMENTS = """
CREATE TABLE tender_document (
    id uuid NOT NULL CONSTRAINT pk_tender_document PRIMARY KEY,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    series uuid NOT NULL,
    number integer NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_tender_document_document_kind
        CHECK (kind IN ('specification', 'drawing', 'contract_draft', 'form', 'other')),
    title text NOT NULL,
    language varchar(40) NOT NULL
        CONSTRAINT ck_tender_document_document_language CHECK (language IN ('zh', 'en', 'both', 'other')),
    material boolean NOT NULL,
    note text NOT NULL,
    file_id uuid NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    since integer,
    until integer,
    leaving boolean NOT NULL
);
CREATE UNIQUE INDEX uq_tender_document_tender_id_file_id ON tender_document (tender_id, file_id) WHERE until IS NULL;
CREATE INDEX ix_tender_document_tender_id_id ON tender_document (tender_id, id);
CREATE POLICY tender_document_own ON tender_document
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_document_read ON tender_document FOR SELECT
    USING (since IS NOT NULL AND EXISTS (SELECT FROM tender WHERE tender.id = tender_document.tender_id));
CREATE TABLE tender_taking (
    document_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    taken_by uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT pk_tender_taking PRIMARY KEY (document_id, supplier_id)
);
CREATE POLICY tender_taking_read ON tender_taking FOR SELECT USING (
    supplier_id = ANY (app_orgs()) OR (buyer_id = ANY (app_orgs()) AND EXISTS (
        SELECT FROM tender WHERE tender.id = tender_taking.tender_id AND tender.opened_at IS NOT NULL)));
CREATE POLICY tender_taking_add ON tender_taking FOR INSERT WITH CHECK (
    supplier_id = ANY (app_orgs()) AND EXISTS (
        SELECT FROM tender WHERE tender.id = tender_taking.tender_id AND tender.buyer_id = tender_taking.buyer_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON tender_document TO b2b_app;
GRANT SELECT, INSERT ON tender_taking TO b2b_app
"""

FENCED = ("tender_document", "tender_taking")


def upgrade() -> None:
    op.execute(DOCUMENTS)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
