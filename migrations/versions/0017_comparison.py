"""Comparing on the landed cost: what a buyer assumes about the costs of the way."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LEGS = (
    "'loading', 'export_clearance', 'origin_carriage', 'boarding', 'freight', 'insurance', 'arrival_handling', "
    "'import_clearance', 'duty', 'inland', 'unloading', 'inspection', 'risk', 'switching'"
)
COSTING = """
CREATE TABLE rfq_costing (
    id uuid NOT NULL CONSTRAINT pk_rfq_costing PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL CONSTRAINT uq_rfq_costing_rfq_id UNIQUE,
    buyer_id uuid NOT NULL,
    editor_id uuid NOT NULL,
    annual_percent numeric(9,4) NOT NULL,
    rate_source text NOT NULL,
    customs_basis varchar(40) NOT NULL CONSTRAINT ck_rfq_costing_customs_basis CHECK (customs_basis IN ('cif', 'fob')),
    import_vat_percent numeric(9,4),
    domestic boolean NOT NULL,
    incoterm text NOT NULL,
    incoterm_place text NOT NULL,
    lines_digest bytea NOT NULL
)
"""
COST = f"""
CREATE TABLE rfq_cost (
    costing_id uuid NOT NULL,
    position integer NOT NULL,
    buyer_id uuid NOT NULL,
    leg varchar(40) NOT NULL CONSTRAINT ck_rfq_cost_leg CHECK (leg IN ({LEGS})),
    measure varchar(40) NOT NULL
        CONSTRAINT ck_rfq_cost_cost_measure CHECK (measure IN ('per_unit', 'percent', 'per_quote')),
    value numeric(20,6) NOT NULL,
    currency char(3),
    day integer NOT NULL,
    source text NOT NULL,
    supplier_id uuid,
    line_id uuid,
    CONSTRAINT pk_rfq_cost PRIMARY KEY (costing_id, position)
)
"""
SCORING = """
CREATE TABLE rfq_scoring (
    id uuid NOT NULL CONSTRAINT pk_rfq_scoring PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL CONSTRAINT uq_rfq_scoring_rfq_id UNIQUE,
    buyer_id uuid NOT NULL,
    editor_id uuid NOT NULL,
    landed boolean NOT NULL,
    lines_digest bytea NOT NULL,
    assessments_digest bytea NOT NULL
)
"""
CRITERION = """
CREATE TABLE rfq_criterion (
    scoring_id uuid NOT NULL,
    position integer NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    weight numeric(9,4) NOT NULL,
    formula varchar(40) NOT NULL CONSTRAINT ck_rfq_criterion_formula CHECK (formula IN (
        'lowest_ratio', 'lowest_range', 'share_of_maximum', 'between', 'yes_no', 'points')),
    maximum numeric(20,6) NOT NULL,
    worst numeric(20,6) NOT NULL,
    best numeric(20,6) NOT NULL,
    points jsonb NOT NULL,
    CONSTRAINT pk_rfq_criterion PRIMARY KEY (scoring_id, position)
)
"""
ASSESSMENT = """
CREATE TABLE rfq_assessment (
    scoring_id uuid NOT NULL,
    position integer NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT pk_rfq_assessment PRIMARY KEY (scoring_id, position)
)
"""
# who sees a published request sees what it is judged by; a handful of rows, found by the primary key
PUBLISHED = """
CREATE POLICY {table}_read ON {table} FOR SELECT USING (EXISTS (
    SELECT FROM rfq WHERE rfq.id = {table}.rfq_id AND rfq.published_at IS NOT NULL))
"""
PRICES = """
CREATE TABLE rfq_price_point (
    award_id uuid NOT NULL,
    position integer NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    line_id uuid NOT NULL,
    item_key text NOT NULL,
    unit text NOT NULL,
    quantity numeric(20,6) NOT NULL,
    quoted numeric(20,6) NOT NULL,
    quoted_currency char(3) NOT NULL,
    value numeric(20,6) NOT NULL,
    currency char(3) NOT NULL,
    awarded_at timestamptz NOT NULL,
    CONSTRAINT pk_rfq_price_point PRIMARY KEY (award_id, position)
);
CREATE INDEX ix_rfq_price_point_buyer_id_item_key
    ON rfq_price_point (buyer_id, item_key, unit, currency, awarded_at)
"""
SCENARIOS = """
CREATE TABLE rfq_scenario (
    id uuid NOT NULL CONSTRAINT pk_rfq_scenario PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    audit_salt bytea NOT NULL,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    name text NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_rfq_scenario_scenario_kind
        CHECK (kind IN ('best', 'single', 'at_most', 'manual', 'optimised')),
    landed boolean NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_rfq_scenario_scenario_status
        CHECK (status IN ('waiting', 'searching', 'ready', 'infeasible', 'not_found')),
    settings jsonb NOT NULL,
    picks jsonb NOT NULL,
    standby jsonb NOT NULL,
    snapshot_hash bytea,
    conflict jsonb,
    proven boolean NOT NULL,
    gap numeric(12,6),
    solver text NOT NULL,
    seconds numeric(12,6) NOT NULL,
    award_id uuid,
    searched_at timestamptz
);
CREATE INDEX ix_rfq_scenario_rfq_id ON rfq_scenario (rfq_id, id);
CREATE INDEX ix_rfq_scenario_waiting ON rfq_scenario (changed_at) WHERE status IN ('waiting', 'searching')
"""
# awards that stood before; NFKC, lower case and single blanks are what rules/history.py does for all but rare letters
BACKFILL = """
INSERT INTO rfq_price_point
SELECT l.award_id, l.position, l.buyer_id, l.supplier_id, l.rfq_id, l.line_id,
    CASE WHEN btrim(n.item_code) <> '' THEN 'code:' || k.code ELSE 'text:' || k.words END,
    n.unit, l.quantity, l.unit_price, l.currency, round(l.unit_price * coalesce(r.value, 1), 6), a.currency,
    coalesce(a.decided_at, a.changed_at)
FROM rfq_award_line l
JOIN rfq_award a ON a.id = l.award_id AND a.status = 'approved'
JOIN rfq_line n ON n.id = l.line_id
LEFT JOIN rfq_rate r ON r.rfq_id = l.rfq_id AND r.base = l.currency AND r.quote = a.currency
CROSS JOIN LATERAL (SELECT
    btrim(regexp_replace(lower(normalize(n.item_code, NFKC)), '\\s+', ' ', 'g')) AS code,
    btrim(regexp_replace(lower(normalize(n.item_name || ' ' || n.specification, NFKC)), '\\s+', ' ', 'g')) AS words) k
"""
TABLES = {
    "rfq_costing": COSTING,
    "rfq_cost": COST,
    "rfq_scoring": SCORING,
    "rfq_criterion": CRITERION,
    "rfq_assessment": ASSESSMENT,
    "rfq_price_point": PRICES,
    "rfq_scenario": SCENARIOS,
}


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
    op.execute("CREATE POLICY rfq_scenario_due ON rfq_scenario FOR SELECT USING (app_machine())")
    noted = op.get_bind().exec_driver_sql(BACKFILL).rowcount
    print(f"0016: {noted} awarded prices noted")  # noqa: T201 - a backfill reports how many rows it touched
    for table in ("rfq_scoring", "rfq_criterion"):
        op.execute(PUBLISHED.format(table=table))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
