"""Stored files: seen by their owner and the companies they were shared with, changed by their owner only.

The machine branch is for the scanner and for the sweep of blobs without a row.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = "'pdf', 'png', 'jpeg', 'webp', 'xlsx', 'docx', 'csv', 'text', 'xml', 'step', 'dwg'"

TABLES = f"""
CREATE TABLE stored_file (
    id uuid NOT NULL CONSTRAINT pk_stored_file PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    org_id uuid NOT NULL,
    reader_ids uuid[] NOT NULL,
    uploaded_by uuid,
    name text NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_stored_file_file_kind CHECK (kind IN ({KINDS})),
    size bigint NOT NULL CONSTRAINT ck_stored_file_size_positive CHECK (size > 0),
    sha256 text NOT NULL CONSTRAINT ck_stored_file_sha256_hex CHECK (sha256 ~ '^[0-9a-f]{{64}}$'),
    storage_key text NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_stored_file_file_status
        CHECK (status IN ('quarantined', 'available', 'condemned')),
    scan_after timestamptz NOT NULL,
    scan_result text NOT NULL
);
CREATE INDEX ix_stored_file_org_id ON stored_file (org_id, id);
CREATE INDEX ix_stored_file_reader_ids ON stored_file USING gin (reader_ids);
CREATE UNIQUE INDEX uq_stored_file_storage_key ON stored_file (storage_key);
CREATE INDEX ix_stored_file_scan_after ON stored_file (scan_after) WHERE status = 'quarantined';
"""

FENCE = """
ALTER TABLE stored_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE stored_file FORCE ROW LEVEL SECURITY;
CREATE POLICY stored_file_read ON stored_file FOR SELECT
    USING (org_id = ANY (app_orgs()) OR reader_ids && app_orgs() OR app_machine());
CREATE POLICY stored_file_add ON stored_file FOR INSERT WITH CHECK (org_id = ANY (app_orgs()));
CREATE POLICY stored_file_change ON stored_file FOR UPDATE
    USING (org_id = ANY (app_orgs()) OR app_machine()) WITH CHECK (org_id = ANY (app_orgs()) OR app_machine());
GRANT SELECT, INSERT, UPDATE ON stored_file TO b2b_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FENCE)


def downgrade() -> None:
    op.execute("DROP TABLE stored_file")
