"""What a company keeps to draft with: templates of requests, and what the columns of its lists mean."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEMPLATES = """
CREATE TABLE rfq_template (
    id uuid NOT NULL CONSTRAINT pk_rfq_template PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    line_count integer NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT uq_rfq_template_buyer_id_name_key UNIQUE (buyer_id, name_key)
)
"""

MAPPINGS = """
CREATE TABLE rfq_mapping (
    id uuid NOT NULL CONSTRAINT pk_rfq_mapping PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    headings_key text NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT uq_rfq_mapping_buyer_id_headings_key UNIQUE (buyer_id, headings_key)
)
"""

TABLES = {"rfq_template": TEMPLATES, "rfq_mapping": MAPPINGS}


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_own ON {table} "
            "USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()))"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO b2b_app")
    # previews that wait say no more that something was taken over: what it was is kept elsewhere from now on
    op.execute("UPDATE rfq_import SET content = content - 'remembered' WHERE content ? 'remembered'")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
