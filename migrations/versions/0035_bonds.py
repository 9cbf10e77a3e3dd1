"""Bid bonds.

A bond is its bidder's alone until the opening of its bid, or until its bidder asks for it back; then the buyer sees it.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

STATUSES = "'registered', 'withdrawn', 'held', 'returned', 'forfeiture_proposed', 'forfeited'"
FORMS = "'cash', 'bank_guarantee', 'insurance', 'e_guarantee'"
GROUNDS = "'withdrew', 'no_contract', 'no_security', 'misconduct'"
SEES = "supplier_id = ANY (app_orgs()) OR (opened AND buyer_id = ANY (app_orgs())) OR app_machine()"

BONDS = f"""
CREATE TABLE tender_bond (
    id uuid NOT NULL CONSTRAINT pk_tender_bond PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_bond_bond_status CHECK (status IN ({STATUSES})),
    opened boolean NOT NULL,
    form varchar(40) NOT NULL CONSTRAINT ck_tender_bond_bond_form CHECK (form IN ({FORMS})),
    amount numeric(20, 4) NOT NULL,
    currency char(3) NOT NULL,
    issuer text NOT NULL,
    reference text NOT NULL,
    held_where text NOT NULL,
    valid_until date,
    letter jsonb,
    registered_by uuid NOT NULL,
    held_since timestamptz,
    claimed boolean NOT NULL,
    settled_by uuid,
    settled_at timestamptz,
    return_reference text,
    ground varchar(40) CONSTRAINT ck_tender_bond_forfeiture_ground CHECK (ground IN ({GROUNDS})),
    reason text,
    proposer_id uuid,
    decider_id uuid,
    decided_at timestamptz,
    remark text,
    CONSTRAINT uq_tender_bond_lot_id_supplier_id UNIQUE (lot_id, supplier_id),
    -- S1 at the table: who proposes to keep a bond never decides on it
    CONSTRAINT ck_tender_bond_another_decides CHECK (decider_id IS NULL OR decider_id <> proposer_id)
);
CREATE INDEX ix_tender_bond_tender_id_id ON tender_bond (tender_id, id);
CREATE POLICY tender_bond_read ON tender_bond FOR SELECT USING ({SEES});
CREATE POLICY tender_bond_add ON tender_bond FOR INSERT
    WITH CHECK (supplier_id = ANY (app_orgs()) AND NOT opened);
CREATE POLICY tender_bond_change ON tender_bond FOR UPDATE USING ({SEES}) WITH CHECK ({SEES});
GRANT SELECT, INSERT, UPDATE ON tender_bond TO b2b_app;
ALTER TABLE tender_bond ENABLE ROW LEVEL SECURITY;
ALTER TABLE tender_bond FORCE ROW LEVEL SECURITY
"""


def upgrade() -> None:
    op.execute(BONDS)


def downgrade() -> None:
    op.execute("DROP TABLE tender_bond")
