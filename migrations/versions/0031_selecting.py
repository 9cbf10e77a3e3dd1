"""Stages of a tender before its bids and between two rounds of them: applications, their judgement, and talks.

An application and its files are fenced as sealed bids are: the buyer's company does not see them until the machine has
opened them at the end of the period. A judgement is the buyer's until it is released. A talk is between two companies.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""
BEFORE = (
    "'draft', 'pending_approval', 'enquiries', 'tendering', 'closed', 'opened', 'evaluating', 'awarded', 'complete', "
    "'unsuccessful', 'cancelled'"
)
AFTER = f"{BEFORE}, 'applications', 'qualifying', 'shortlisted', 'dialogue', 'negotiating', 'continued'"

STAGES = f"""
CREATE TABLE tender_application ({ROOT.format("tender_application")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_application_application_status
        CHECK (status IN ('submitted', 'withdrawn', 'received')),
    opened boolean NOT NULL,
    answers jsonb NOT NULL,
    proposal text NOT NULL,
    submitted_by uuid NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT uq_tender_application_tender_id_supplier_id UNIQUE (tender_id, supplier_id)
);
CREATE POLICY tender_application_read ON tender_application FOR SELECT
    USING (supplier_id = ANY (app_orgs()) OR (opened AND buyer_id = ANY (app_orgs())) OR app_machine());
CREATE POLICY tender_application_add ON tender_application FOR INSERT
    WITH CHECK (supplier_id = ANY (app_orgs()) AND NOT opened);
CREATE POLICY tender_application_change ON tender_application FOR UPDATE
    USING ((supplier_id = ANY (app_orgs()) AND NOT opened) OR app_machine());
CREATE TABLE tender_qualification ({ROOT.format("tender_qualification")}
    tender_id uuid NOT NULL,
    application_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_qualification_qualification_status
        CHECK (status IN ('pending', 'qualified', 'failing', 'failed', 'shortlisted', 'left_out')),
    findings jsonb NOT NULL,
    judge_id uuid,
    decider_id uuid,
    remark text NOT NULL,
    place integer,
    released boolean NOT NULL,
    standstill_ends_at timestamptz,
    CONSTRAINT uq_tender_qualification_application_id UNIQUE (application_id),
    -- S1 at the table: who finds that an application fails never confirms it
    CONSTRAINT ck_tender_qualification_another_decides CHECK (decider_id IS NULL OR decider_id <> judge_id)
);
CREATE INDEX ix_tender_qualification_tender_id_id ON tender_qualification (tender_id, id);
CREATE POLICY tender_qualification_read ON tender_qualification FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR (released AND supplier_id = ANY (app_orgs())));
CREATE POLICY tender_qualification_add ON tender_qualification FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_qualification_change ON tender_qualification FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_talk ({ROOT.format("tender_talk")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    lot_id uuid,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    round integer NOT NULL,
    kind varchar(40) NOT NULL
        CONSTRAINT ck_tender_talk_talk_kind CHECK (kind IN ('session', 'question', 'information')),
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_talk_talk_status CHECK (status IN ('open', 'answered', 'noted')),
    text text NOT NULL,
    author_id uuid NOT NULL,
    held_at timestamptz,
    answer text,
    answered_by uuid,
    answered_at timestamptz
);
CREATE INDEX ix_tender_talk_tender_id_id ON tender_talk (tender_id, id);
CREATE INDEX ix_tender_talk_supplier_id ON tender_talk (supplier_id);
CREATE POLICY tender_talk_read ON tender_talk FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_talk_add ON tender_talk FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_talk_change ON tender_talk FOR UPDATE
    USING (supplier_id = ANY (app_orgs())) WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE TABLE tender_stage_file (
    id uuid NOT NULL CONSTRAINT pk_tender_stage_file PRIMARY KEY,
    tender_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    opened boolean NOT NULL,
    file_id uuid NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 char(64) NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX ix_tender_stage_file_owner_id ON tender_stage_file (owner_id);
CREATE POLICY tender_stage_file_read ON tender_stage_file FOR SELECT
    USING (supplier_id = ANY (app_orgs()) OR (opened AND buyer_id = ANY (app_orgs())) OR app_machine());
CREATE POLICY tender_stage_file_add ON tender_stage_file FOR INSERT WITH CHECK (supplier_id = ANY (app_orgs()));
CREATE POLICY tender_stage_file_open ON tender_stage_file FOR UPDATE USING (app_machine());
CREATE POLICY tender_stage_file_drop ON tender_stage_file FOR DELETE
    USING (supplier_id = ANY (app_orgs()) AND NOT opened);
GRANT SELECT, INSERT, UPDATE ON tender_application, tender_qualification TO b2b_app;
GRANT SELECT, INSERT ON tender_talk TO b2b_app;
GRANT UPDATE (version, changed_at, status, answer, answered_by, answered_at) ON tender_talk TO b2b_app;
GRANT SELECT, INSERT, DELETE ON tender_stage_file TO b2b_app;
GRANT UPDATE (opened) ON tender_stage_file TO b2b_app
"""
COLUMNS = """
ALTER TABLE tender
    ADD COLUMN parent_id uuid,
    ADD COLUMN applications_end_at timestamptz,
    ADD COLUMN most_invited integer,
    ADD COLUMN ground text NOT NULL DEFAULT '',
    ADD COLUMN admitted_ids uuid[],
    ADD COLUMN talk_round integer NOT NULL DEFAULT 0;
ALTER TABLE tender ALTER COLUMN ground DROP DEFAULT, ALTER COLUMN talk_round DROP DEFAULT;
CREATE INDEX ix_tender_parent_id ON tender (parent_id) WHERE parent_id IS NOT NULL
"""
FENCED = ("tender_application", "tender_qualification", "tender_talk", "tender_stage_file")


def upgrade() -> None:
    op.execute(STAGES)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(COLUMNS)
    _statuses(AFTER)


def downgrade() -> None:
    _statuses(BEFORE)
    op.execute(
        "ALTER TABLE tender DROP COLUMN parent_id, DROP COLUMN applications_end_at, DROP COLUMN most_invited, "
        "DROP COLUMN ground, DROP COLUMN admitted_ids, DROP COLUMN talk_round"
    )
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")


def _statuses(allowed: str) -> None:
    for table in ("tender", "tender_board"):
        name = f"ck_{table}_tender_status"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (status IN ({allowed}))")
