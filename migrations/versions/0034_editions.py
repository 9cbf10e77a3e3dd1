"""Editions of the notice, amendments of published tenders, and corrected documents.

Nothing is written to bids when a tender is amended: one for an edition before the tender's binding one is void until
it is confirmed.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ROOT = """
    id uuid NOT NULL CONSTRAINT pk_{0} PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
"""

AMENDMENTS = f"""
ALTER TABLE tender ADD COLUMN binding_edition integer NOT NULL DEFAULT 1;
ALTER TABLE tender ALTER COLUMN binding_edition DROP DEFAULT;
ALTER TABLE tender_bid ADD COLUMN edition integer NOT NULL DEFAULT 1;
ALTER TABLE tender_bid ALTER COLUMN edition DROP DEFAULT;
ALTER TABLE tender_bid DROP CONSTRAINT ck_tender_bid_bid_status;
ALTER TABLE tender_bid ADD CONSTRAINT ck_tender_bid_bid_status
    CHECK (status IN ('sealed', 'withdrawn', 'void', 'opened', 'unreadable'));
CREATE TABLE tender_edition (
    tender_id uuid NOT NULL,
    edition integer NOT NULL,
    buyer_id uuid NOT NULL,
    reason text NOT NULL,
    published_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    notice jsonb NOT NULL,
    CONSTRAINT pk_tender_edition PRIMARY KEY (tender_id, edition)
);
INSERT INTO tender_edition (tender_id, edition, buyer_id, reason, published_at, document, notice)
    SELECT id, edition, buyer_id, CASE WHEN edition > 1 THEN coalesce(reason, '') ELSE '' END,
        CASE WHEN edition > 1 THEN changed_at ELSE published_at END, document, notice
    FROM tender WHERE notice IS NOT NULL;
CREATE POLICY tender_edition_read ON tender_edition FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR app_machine()
    OR EXISTS (SELECT FROM tender WHERE tender.id = tender_edition.tender_id));
CREATE POLICY tender_edition_add ON tender_edition FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_amendment ({ROOT.format("tender_amendment")}
    audit_salt bytea NOT NULL,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    author_id uuid NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_tender_amendment_tender_amendment_status
        CHECK (status IN ('pending_approval', 'published', 'returned', 'withdrawn', 'lapsed')),
    reason text NOT NULL,
    content jsonb NOT NULL,
    base bytea NOT NULL,
    edition integer,
    decider_id uuid,
    decided_at timestamptz,
    remark text NOT NULL,
    -- S1 at the table: who wrote an amendment never approves it
    CONSTRAINT ck_tender_amendment_another_decides CHECK (decider_id IS NULL OR decider_id <> author_id)
);
CREATE INDEX ix_tender_amendment_tender_id_id ON tender_amendment (tender_id, id);
CREATE UNIQUE INDEX uq_tender_amendment_waiting ON tender_amendment (tender_id) WHERE status = 'pending_approval';
CREATE POLICY tender_amendment_own ON tender_amendment
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_edition TO b2b_app;
GRANT SELECT, INSERT ON tender_amendment TO b2b_app;
GRANT UPDATE (version, changed_at, status, edition, decider_id, decided_at, remark) ON tender_amendment TO b2b_app
"""  # noqa: S608 - put together from the constants of this file
CORRECTIONS = """
ALTER TABLE tender_inquiry ADD COLUMN files jsonb NOT NULL DEFAULT '[]';
ALTER TABLE tender_inquiry ALTER COLUMN files DROP DEFAULT;
ALTER TABLE tender_inquiry DROP CONSTRAINT ck_tender_inquiry_inquiry_kind;
ALTER TABLE tender_inquiry ADD CONSTRAINT ck_tender_inquiry_inquiry_kind
    CHECK (kind IN ('low_price', 'clarification', 'correction'));
CREATE UNIQUE INDEX uq_tender_inquiry_correction ON tender_inquiry (bid_id) WHERE kind = 'correction'
"""
NO_CORRECTIONS = """
DELETE FROM tender_inquiry WHERE kind = 'correction';
DROP INDEX uq_tender_inquiry_correction;
ALTER TABLE tender_inquiry DROP CONSTRAINT ck_tender_inquiry_inquiry_kind;
ALTER TABLE tender_inquiry ADD CONSTRAINT ck_tender_inquiry_inquiry_kind CHECK (kind IN ('low_price', 'clarification'));
ALTER TABLE tender_inquiry DROP COLUMN files
"""
NO_AMENDMENTS = """
ALTER TABLE tender_bid DROP CONSTRAINT ck_tender_bid_bid_status;
UPDATE tender_bid SET status = 'withdrawn' WHERE status = 'void';
ALTER TABLE tender_bid ADD CONSTRAINT ck_tender_bid_bid_status
    CHECK (status IN ('sealed', 'withdrawn', 'opened', 'unreadable'));
ALTER TABLE tender_bid DROP COLUMN edition;
ALTER TABLE tender DROP COLUMN binding_edition
"""

FENCED = ("tender_edition", "tender_amendment")


def upgrade() -> None:
    op.execute(AMENDMENTS)
    op.execute(CORRECTIONS)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(NO_CORRECTIONS)
    op.execute(f"DROP TABLE {', '.join(reversed(FENCED))}")
    op.execute(NO_AMENDMENTS)
