"""Talks that go on with fewer companies: proposals of the buyer, and who left or was dropped; complaints about it.

A proposal with everybody's scores is the buyer's; a departure is between the buyer and its company.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
"""
BEFORE = "'tender', 'lot', 'award', 'disqualification', 'candidates'"
AFTER = f"{BEFORE}, 'departure'"

REDUCING = f"""
CREATE TABLE tender_reduction ({ROOT.format("tender_reduction")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    round integer NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_reduction_reduction_status
        CHECK (status IN ('proposed', 'confirmed', 'dismissed')),
    scores jsonb NOT NULL,
    dropped_ids uuid[] NOT NULL,
    reason text NOT NULL,
    proposer_id uuid NOT NULL,
    decider_id uuid,
    decided_at timestamptz,
    remark text NOT NULL,
    -- S1 at the table: who proposes to drop companies never decides on it
    CONSTRAINT ck_tender_reduction_another_decides CHECK (decider_id IS NULL OR decider_id <> proposer_id)
);
CREATE INDEX ix_tender_reduction_tender_id_id ON tender_reduction (tender_id, id);
CREATE UNIQUE INDEX uq_tender_reduction_proposed ON tender_reduction (tender_id) WHERE status = 'proposed';
CREATE POLICY tender_reduction_own ON tender_reduction
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_departure ({ROOT.format("tender_departure")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    kind varchar(40) NOT NULL
        CONSTRAINT ck_tender_departure_departure_kind CHECK (kind IN ('dropped', 'left')),
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_departure_departure_status CHECK (status IN ('out', 'readmitted')),
    round integer NOT NULL,
    reduction_id uuid,
    reason text NOT NULL,
    scores jsonb NOT NULL,
    place integer,
    compared integer,
    standstill_ends_at timestamptz,
    remark text NOT NULL,
    CONSTRAINT ck_tender_departure_dropped_by_a_reduction CHECK ((kind = 'dropped') = (reduction_id IS NOT NULL))
);
CREATE INDEX ix_tender_departure_tender_id_id ON tender_departure (tender_id, id);
CREATE UNIQUE INDEX uq_tender_departure_out ON tender_departure (tender_id, supplier_id) WHERE status = 'out';
CREATE POLICY tender_departure_read ON tender_departure FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY tender_departure_add ON tender_departure FOR INSERT
    WITH CHECK (buyer_id = ANY (app_orgs()) OR (kind = 'left' AND supplier_id = ANY (app_orgs())));
CREATE POLICY tender_departure_change ON tender_departure FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_reduction, tender_departure TO b2b_app
"""
FENCED = ("tender_reduction", "tender_departure")


def upgrade() -> None:
    op.execute(REDUCING)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _targets(AFTER)


def downgrade() -> None:
    _targets(BEFORE)
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")


def _targets(allowed: str) -> None:
    for table in ("tender_complaint", "tender_complaint_notice"):
        name = f"ck_{table}_complaint_target"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (target IN ({allowed}))")
