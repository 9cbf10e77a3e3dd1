"""Framework agreements with members, call-offs, competitions and their contracts; companies that buy jointly.

The constraints ``ceiling_kept`` are the last guard of the ceilings: whatever the application does, no row says that
more was called off than was agreed.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""
MODES = "'cascade', 'competition'"

FRAMEWORKS = f"""
CREATE TABLE tender_framework_terms ({ROOT.format("tender_framework_terms")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    members integer NOT NULL,
    months integer NOT NULL,
    mode varchar(40) NOT NULL CONSTRAINT ck_tender_framework_terms_call_off_mode CHECK (mode IN ({MODES})),
    answer_hours integer NOT NULL,
    lots jsonb NOT NULL,
    CONSTRAINT uq_tender_framework_terms_tender_id UNIQUE (tender_id)
);
CREATE POLICY tender_framework_terms_read ON tender_framework_terms FOR SELECT USING (
    buyer_id = ANY (app_orgs())
    OR EXISTS (SELECT FROM tender WHERE tender.id = tender_id AND tender.published_at IS NOT NULL));
CREATE POLICY tender_framework_terms_add ON tender_framework_terms FOR INSERT
    WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_framework_terms_change ON tender_framework_terms FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE framework ({ROOT.format("framework")}
    number text NOT NULL,
    title text NOT NULL,
    buyer_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    tender_number text NOT NULL,
    lot_id uuid NOT NULL,
    award_id uuid NOT NULL CONSTRAINT uq_framework_award_id UNIQUE,
    party_ids uuid[] NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_framework_framework_status
        CHECK (status IN ('active', 'exhausted', 'expired', 'terminated')),
    mode varchar(40) NOT NULL CONSTRAINT ck_framework_call_off_mode CHECK (mode IN ({MODES})),
    answer_hours integer NOT NULL,
    rehearsal_factor integer NOT NULL,
    currency char(3) NOT NULL,
    ceiling numeric(20, 4) NOT NULL,
    called numeric(20, 4) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text,
    lines_digest bytea NOT NULL,
    CONSTRAINT uq_framework_buyer_id_number UNIQUE (buyer_id, number),
    CONSTRAINT ck_framework_ceiling_kept CHECK (called >= 0 AND called <= ceiling),
    CONSTRAINT ck_framework_terminated_has_reason CHECK ((status = 'terminated') = (reason IS NOT NULL))
);
CREATE INDEX ix_framework_buyer_id_id ON framework (buyer_id, id);
CREATE INDEX ix_framework_party_ids ON framework USING gin (party_ids);
CREATE INDEX ix_framework_ends_at ON framework (ends_at) WHERE status IN ('active', 'exhausted');
CREATE POLICY framework_read ON framework FOR SELECT USING (party_ids && app_orgs() OR app_machine());
CREATE POLICY framework_add ON framework FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY framework_change ON framework FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE framework_item (
    framework_id uuid NOT NULL,
    position integer NOT NULL,
    buyer_id uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    name text NOT NULL,
    specification text NOT NULL,
    classification text NOT NULL,
    unit text NOT NULL,
    quantity numeric(20, 6) NOT NULL,
    ceiling numeric(20, 6),
    called numeric(20, 6) NOT NULL,
    CONSTRAINT pk_framework_item PRIMARY KEY (framework_id, position),
    CONSTRAINT ck_framework_item_ceiling_kept CHECK (called >= 0 AND (ceiling IS NULL OR called <= ceiling))
);
CREATE POLICY framework_item_read ON framework_item FOR SELECT USING (party_ids && app_orgs());
CREATE POLICY framework_item_add ON framework_item FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY framework_item_change ON framework_item FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE framework_member (
    id uuid NOT NULL CONSTRAINT pk_framework_member PRIMARY KEY,
    framework_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    rank integer NOT NULL,
    bid_id uuid NOT NULL,
    bid_number text NOT NULL,
    bid_version integer NOT NULL,
    currency char(3) NOT NULL,
    rate numeric(24, 12) NOT NULL,
    prices jsonb NOT NULL,
    payment_terms text NOT NULL,
    note text NOT NULL,
    CONSTRAINT uq_framework_member_framework_id_supplier_id UNIQUE (framework_id, supplier_id),
    CONSTRAINT uq_framework_member_framework_id_rank UNIQUE (framework_id, rank),
    CONSTRAINT ck_framework_member_rate_positive CHECK (rate > 0)
);
CREATE POLICY framework_member_read ON framework_member FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY framework_member_add ON framework_member FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_framework_terms, framework, framework_item TO b2b_app;
GRANT SELECT, INSERT ON framework_member TO b2b_app
"""  # noqa: S608 - put together from the constants of this file

CALL_OFFS = f"""
CREATE TABLE framework_call_off ({ROOT.format("framework_call_off")}
    audit_salt bytea NOT NULL,
    number text NOT NULL,
    framework_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid,
    member_id uuid,
    author_id uuid,
    approver_id uuid,
    status varchar(40) NOT NULL CONSTRAINT ck_framework_call_off_call_off_status CHECK (status IN (
        'pending_approval', 'returned', 'offered', 'declined', 'accepted', 'unplaced', 'cancelled')),
    lines jsonb NOT NULL,
    note text NOT NULL,
    currency char(3) NOT NULL,
    amount numeric(20, 4) NOT NULL,
    booked numeric(20, 4) NOT NULL,
    due_at timestamptz,
    reason text,
    tender_id uuid,
    award_id uuid,
    CONSTRAINT uq_framework_call_off_buyer_id_number UNIQUE (buyer_id, number),
    CONSTRAINT ck_framework_call_off_booked_not_negative CHECK (booked >= 0),
    -- S1 at the table: who placed a call-off never approves it
    CONSTRAINT ck_framework_call_off_another_approves CHECK (approver_id IS NULL OR approver_id <> author_id),
    CONSTRAINT ck_framework_call_off_booked_while_it_counts CHECK (
        booked > 0 OR status NOT IN ('offered', 'declined', 'accepted') OR amount = 0)
);
CREATE INDEX ix_framework_call_off_framework_id_id ON framework_call_off (framework_id, id);
CREATE INDEX ix_framework_call_off_due_at ON framework_call_off (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX uq_framework_call_off_award_id ON framework_call_off (award_id) WHERE status <> 'cancelled';
CREATE POLICY framework_call_off_read ON framework_call_off FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()) OR app_machine());
CREATE POLICY framework_call_off_add ON framework_call_off FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY framework_call_off_change ON framework_call_off FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR (status = 'offered' AND supplier_id = ANY (app_orgs())))
    WITH CHECK (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE TABLE framework_offer (
    id uuid NOT NULL CONSTRAINT pk_framework_offer PRIMARY KEY,
    call_off_id uuid NOT NULL,
    framework_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    member_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_framework_offer_offer_status
        CHECK (status IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')),
    amount numeric(20, 4) NOT NULL,
    currency char(3) NOT NULL,
    offered_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by uuid,
    reason text NOT NULL,
    CONSTRAINT uq_framework_offer_call_off_id_supplier_id UNIQUE (call_off_id, supplier_id)
);
CREATE INDEX ix_framework_offer_supplier_id_id ON framework_offer (supplier_id, id);
CREATE POLICY framework_offer_read ON framework_offer FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY framework_offer_add ON framework_offer FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY framework_offer_change ON framework_offer FOR UPDATE
    USING (buyer_id = ANY (app_orgs()) OR (status = 'open' AND supplier_id = ANY (app_orgs())))
    WITH CHECK (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE TABLE framework_competition (
    tender_id uuid NOT NULL CONSTRAINT pk_framework_competition PRIMARY KEY,
    framework_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    positions jsonb NOT NULL
);
CREATE INDEX ix_framework_competition_framework_id ON framework_competition (framework_id);
CREATE POLICY framework_competition_own ON framework_competition
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON framework_call_off, framework_offer TO b2b_app;
GRANT SELECT, INSERT ON framework_competition TO b2b_app
"""
JOINT = f"""
CREATE TABLE tender_participant ({ROOT.format("tender_participant")}
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    org_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_participant_participant_status
        CHECK (status IN ('invited', 'confirmed', 'declined')),
    quantities jsonb NOT NULL,
    confirmed bytea,
    answered_by uuid,
    answered_at timestamptz,
    reason text NOT NULL,
    CONSTRAINT uq_tender_participant_tender_id_org_id UNIQUE (tender_id, org_id)
);
CREATE INDEX ix_tender_participant_org_id_id ON tender_participant (org_id, id);
CREATE POLICY tender_participant_read ON tender_participant FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR org_id = ANY (app_orgs()));
CREATE POLICY tender_participant_add ON tender_participant FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_participant_change ON tender_participant FOR UPDATE
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
CREATE POLICY tender_participant_drop ON tender_participant FOR DELETE USING (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE, DELETE ON tender_participant TO b2b_app;
-- who buys with the lead buyer does not see how many documents came in
DROP POLICY tender_counter_read ON tender_counter;
DROP POLICY tender_counter_count ON tender_counter;
CREATE POLICY tender_counter_read ON tender_counter FOR SELECT USING (app_machine() OR ({{0}} AND {{1}}));
CREATE POLICY tender_counter_count ON tender_counter FOR UPDATE USING ({{0}} AND {{1}});
ALTER TABLE contract DROP CONSTRAINT uq_contract_award_id_supplier_id;
ALTER TABLE contract ADD CONSTRAINT uq_contract_award_id_supplier_id_buyer_id UNIQUE (award_id, supplier_id, buyer_id)
"""
BIDS = "NOT buyer_id = ANY (app_orgs()) AND EXISTS (SELECT FROM tender WHERE id = tender_id)"
ALONE = """NOT EXISTS (SELECT FROM tender_participant AS part
    WHERE part.tender_id = tender_counter.tender_id AND part.org_id = ANY (app_orgs()))"""
SEPARATE = """
DROP POLICY tender_counter_read ON tender_counter;
DROP POLICY tender_counter_count ON tender_counter;
CREATE POLICY tender_counter_read ON tender_counter FOR SELECT USING (app_machine() OR ({0}));
CREATE POLICY tender_counter_count ON tender_counter FOR UPDATE USING ({0});
ALTER TABLE contract DROP CONSTRAINT uq_contract_award_id_supplier_id_buyer_id;
ALTER TABLE contract ADD CONSTRAINT uq_contract_award_id_supplier_id UNIQUE (award_id, supplier_id)
"""
FENCED = (
    "tender_participant",
    "tender_framework_terms",
    "framework",
    "framework_item",
    "framework_member",
    "framework_call_off",
    "framework_offer",
    "framework_competition",
)
SOURCES = "'rfq', 'tender', 'framework', 'call_off'"
CONTRACTS = f"""
ALTER TABLE contract DROP CONSTRAINT ck_contract_contract_source;
ALTER TABLE contract ADD CONSTRAINT ck_contract_contract_source CHECK (source IN ({SOURCES}));
ALTER TABLE contract ADD COLUMN agreed jsonb
"""


def upgrade() -> None:
    op.execute(FRAMEWORKS)
    op.execute(CALL_OFFS)
    op.execute(JOINT.format(BIDS, ALONE))
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(CONTRACTS)


def downgrade() -> None:
    op.execute(SEPARATE.format(BIDS))
    op.execute("ALTER TABLE contract DROP COLUMN agreed")
    op.execute("UPDATE contract SET source = 'tender' WHERE source NOT IN ('rfq', 'tender')")
    op.execute("ALTER TABLE contract DROP CONSTRAINT ck_contract_contract_source")
    op.execute("ALTER TABLE contract ADD CONSTRAINT ck_contract_contract_source CHECK (source IN ('rfq', 'tender'))")
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
