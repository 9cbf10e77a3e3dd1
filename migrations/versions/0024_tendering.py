"""Tendering: procedures that companies compose for themselves."""

from alembic import op

revision = "0024"
down_revision = "0019"
branch_labels = None
depends_on = None

PROCEDURES = """
CREATE TABLE tender_procedure (
    id uuid NOT NULL CONSTRAINT pk_tender_procedure PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
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
ALTER TABLE tender_procedure ENABLE ROW LEVEL SECURITY;
ALTER TABLE tender_procedure FORCE ROW LEVEL SECURITY;
CREATE POLICY tender_procedure_own ON tender_procedure
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_procedure TO b2b_app
"""


def upgrade() -> None:
    op.execute(PROCEDURES)


def downgrade() -> None:
    op.execute("DROP TABLE tender_procedure")
