"""Public tenders on the board, prior notices, and names by language beside those kept with what is published.

Tenders that are open now are put on the board unindexed and wake nobody; the task that indexes entries of an older
vocabulary completes them.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NAMES = """
ALTER TABLE tender_result ADD COLUMN winner_names jsonb NOT NULL DEFAULT '{}';
ALTER TABLE tender_result ALTER COLUMN winner_names DROP DEFAULT;
ALTER TABLE tender_technical ADD COLUMN bidder_names jsonb NOT NULL DEFAULT '{}';
ALTER TABLE tender_technical ALTER COLUMN bidder_names DROP DEFAULT
"""
NO_NAMES = """
ALTER TABLE tender_technical DROP COLUMN bidder_names;
ALTER TABLE tender_result DROP COLUMN winner_names
"""
BOARD = """
ALTER TABLE board_entry ADD COLUMN kind varchar(40) NOT NULL DEFAULT 'request'
    CONSTRAINT ck_board_entry_subject CHECK (kind IN ('request', 'tender'));
ALTER TABLE board_entry ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN classes text[] NOT NULL DEFAULT '{}';
ALTER TABLE board_entry ALTER COLUMN classes DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN procedure text NOT NULL DEFAULT '';
ALTER TABLE board_entry ALTER COLUMN procedure DROP DEFAULT;
ALTER TABLE board_entry ADD COLUMN value numeric(20, 4);
CREATE INDEX ix_board_entry_classes ON board_entry USING gin (classes);
INSERT INTO board_entry (subject_id, kind, buyer_id, buyer_name_zh, buyer_name_en, country, number, title, currency,
    closes_at, listed_at, line_count, sealed, incoterm, places, items, keys, categories, classes, procedure, value,
    title_key, document, woken, vocabulary)
SELECT notice.tender_id, 'tender', notice.buyer_id, company.legal_name_zh, company.legal_name_en, company.country,
    notice.number, notice.title, notice.document ->> 'currency', notice.closes_at, notice.published_at, 0, true, '',
    '{}', '{}', '{}', '{}', notice.codes, notice.kind, NULL, '', '', true, ''
FROM tender_board notice JOIN organization company ON company.id = notice.buyer_id
WHERE notice.entry = 'public' AND notice.status IN ('applications', 'enquiries', 'tendering')
"""
NO_BOARD = """
DELETE FROM board_entry WHERE kind = 'tender';
ALTER TABLE board_entry DROP COLUMN value, DROP COLUMN procedure, DROP COLUMN classes, DROP COLUMN kind
"""
STEPS = (
    *("published", "amended", "answered", "lot_cancelled", "cancelled", "unsuccessful", "opened", "prices_opened"),
    *("awarded", "award_cancelled", "concluded", "contracted", "contract_voided"),
)
PLANS = """
CREATE TABLE tender_prior_notice (
    id uuid NOT NULL CONSTRAINT pk_tender_prior_notice PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    buyer_name text NOT NULL,
    buyer_names jsonb NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    classes text[] NOT NULL,
    codes text[] NOT NULL,
    search text NOT NULL,
    currency char(3) NOT NULL,
    value numeric(20, 4),
    planned_on date NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT ck_tender_prior_notice_plan_status CHECK (status IN ('planned', 'followed', 'withdrawn')),
    published_by uuid NOT NULL,
    published_at timestamptz NOT NULL,
    reason text
);
CREATE UNIQUE INDEX uq_tender_prior_notice_standing ON tender_prior_notice (tender_id) WHERE status <> 'withdrawn';
CREATE INDEX ix_tender_prior_notice_tender_id_id ON tender_prior_notice (tender_id, id);
CREATE INDEX ix_tender_prior_notice_planned_on_id ON tender_prior_notice (planned_on, id) WHERE status = 'planned';
-- everybody reads what is announced, and its buyer alone writes it
CREATE POLICY tender_prior_notice_read ON tender_prior_notice FOR SELECT USING (true);
CREATE POLICY tender_prior_notice_add ON tender_prior_notice FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY tender_prior_notice_change ON tender_prior_notice FOR UPDATE
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE ON tender_prior_notice TO b2b_app;
ALTER TABLE tender_prior_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE tender_prior_notice FORCE ROW LEVEL SECURITY
"""
SORTED = (
    *("listed_at", "closes_at", "title_key", "country_listed_at", "country_closes_at"),
    *("currency_listed_at", "currency_closes_at"),
)


def _renamed(old: str, new: str) -> None:
    """Call what an entry is about by what it is now."""
    for table in ("board_entry", "board_told"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for columns in SORTED:
        op.execute(f"ALTER INDEX ix_board_entry_{columns}_{old} RENAME TO ix_board_entry_{columns}_{new}")
    op.execute(f"ALTER INDEX ix_board_told_{old} RENAME TO ix_board_told_{new}")
    op.execute(f"ALTER TABLE board_told RENAME CONSTRAINT fk_board_told_{old} TO fk_board_told_{new}")


def _steps(*kinds: str) -> None:
    """Let a public step be of these kinds."""
    op.execute("ALTER TABLE tender_public_step DROP CONSTRAINT ck_tender_public_step_step_kind")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        f"ALTER TABLE tender_public_step ADD CONSTRAINT ck_tender_public_step_step_kind CHECK (kind IN ({listed}))"
    )


def upgrade() -> None:
    op.execute(NAMES)
    _renamed("rfq_id", "subject_id")
    op.execute(BOARD)
    op.execute(PLANS)
    _steps("planned", "plan_withdrawn", *STEPS)


def downgrade() -> None:
    op.execute("DELETE FROM tender_public_step WHERE kind IN ('planned', 'plan_withdrawn')")
    _steps(*STEPS)
    op.execute("DROP TABLE tender_prior_notice")
    op.execute(NO_BOARD)
    _renamed("subject_id", "rfq_id")
    op.execute(NO_NAMES)
