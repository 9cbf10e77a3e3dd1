"""Public requests, seen and quoted on by every approved supplier, and the board on which they are found.

``board_entry`` and ``board_word`` hold only what every signed-in company may see, so they are on the reviewed list
without row-level security: text search under a policy could not use an index, and has nothing to hide there.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

VISIBILITY = """
CREATE FUNCTION app_supplies() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT EXISTS (SELECT FROM organization_directory WHERE org_id = ANY (app_orgs()) AND is_supplier) $$;
ALTER TABLE rfq ADD COLUMN visibility varchar(40) NOT NULL DEFAULT 'invited'
    CONSTRAINT ck_rfq_visibility CHECK (visibility IN ('invited', 'public'));
ALTER TABLE rfq ALTER COLUMN visibility DROP DEFAULT;
ALTER TABLE rfq_line ADD COLUMN public boolean NOT NULL DEFAULT false;
ALTER TABLE rfq_line ALTER COLUMN public DROP DEFAULT;
ALTER TABLE rfq_edition ADD COLUMN public boolean NOT NULL DEFAULT false;
ALTER TABLE rfq_edition ALTER COLUMN public DROP DEFAULT;
ALTER TABLE rfq_question ADD COLUMN public boolean NOT NULL DEFAULT false;
ALTER TABLE rfq_question ALTER COLUMN public DROP DEFAULT;
ALTER TABLE rfq_reply ADD COLUMN public boolean NOT NULL DEFAULT false;
ALTER TABLE rfq_reply ALTER COLUMN public DROP DEFAULT;
ALTER TABLE rfq_invitation ADD COLUMN origin varchar(40) NOT NULL DEFAULT 'buyer'
    CONSTRAINT ck_rfq_invitation_origin CHECK (origin IN ('buyer', 'board'));
ALTER TABLE rfq_invitation ALTER COLUMN origin DROP DEFAULT;
ALTER TABLE rfq_invitation DROP CONSTRAINT ck_rfq_invitation_invitation_status;
ALTER TABLE rfq_invitation ADD CONSTRAINT ck_rfq_invitation_invitation_status
    CHECK (status IN ('invited', 'viewed', 'intended', 'declined', 'quoted'));
"""
# the subselect makes the question one init plan per statement, asked only where a row is not the reader's own
FENCES = """
DROP POLICY rfq_read ON rfq;
CREATE POLICY rfq_read ON rfq FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine()
    OR (visibility = 'public' AND published_at IS NOT NULL AND (SELECT app_supplies())));
DROP POLICY rfq_line_read ON rfq_line;
CREATE POLICY rfq_line_read ON rfq_line FOR SELECT
    USING (party_ids && app_orgs() OR (public AND (SELECT app_supplies())));
DROP POLICY rfq_edition_read ON rfq_edition;
CREATE POLICY rfq_edition_read ON rfq_edition FOR SELECT
    USING (party_ids && app_orgs() OR (public AND (SELECT app_supplies())));
DROP POLICY rfq_question_read ON rfq_question;
CREATE POLICY rfq_question_read ON rfq_question FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR (released AND (party_ids && app_orgs() OR (public AND (SELECT app_supplies())))));
DROP POLICY rfq_question_ask ON rfq_question;
CREATE POLICY rfq_question_ask ON rfq_question FOR INSERT WITH CHECK (
    NOT buyer_id = ANY (app_orgs()) AND (party_ids && app_orgs() OR (public AND (SELECT app_supplies()) AND EXISTS (
        SELECT FROM rfq WHERE rfq.id = rfq_question.rfq_id AND rfq.buyer_id = rfq_question.buyer_id
            AND rfq.visibility = 'public' AND rfq.published_at IS NOT NULL))));
DROP POLICY rfq_reply_read ON rfq_reply;
CREATE POLICY rfq_reply_read ON rfq_reply FOR SELECT
    USING (party_ids && app_orgs() OR (public AND (SELECT app_supplies())));
CREATE POLICY rfq_invitation_join ON rfq_invitation FOR INSERT WITH CHECK (
    supplier_id = ANY (app_orgs()) AND origin = 'board' AND released AND (SELECT app_supplies())
    AND EXISTS (
        SELECT FROM rfq WHERE rfq.id = rfq_invitation.rfq_id AND rfq.buyer_id = rfq_invitation.buyer_id
            AND rfq.visibility = 'public' AND rfq.published_at IS NOT NULL
            AND rfq.buyer_id <> rfq_invitation.supplier_id));
"""
NO_FENCES = """
DROP POLICY rfq_invitation_join ON rfq_invitation;
DROP POLICY rfq_reply_read ON rfq_reply;
CREATE POLICY rfq_reply_read ON rfq_reply FOR SELECT USING (party_ids && app_orgs());
DROP POLICY rfq_question_ask ON rfq_question;
CREATE POLICY rfq_question_ask ON rfq_question FOR INSERT
    WITH CHECK (party_ids && app_orgs() AND NOT buyer_id = ANY (app_orgs()));
DROP POLICY rfq_question_read ON rfq_question;
CREATE POLICY rfq_question_read ON rfq_question FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR (released AND party_ids && app_orgs()));
DROP POLICY rfq_edition_read ON rfq_edition;
CREATE POLICY rfq_edition_read ON rfq_edition FOR SELECT USING (party_ids && app_orgs());
DROP POLICY rfq_line_read ON rfq_line;
CREATE POLICY rfq_line_read ON rfq_line FOR SELECT USING (party_ids && app_orgs());
DROP POLICY rfq_read ON rfq;
CREATE POLICY rfq_read ON rfq FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR party_ids && app_orgs() OR app_machine());
"""

BOARD = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE board_entry (
    rfq_id uuid NOT NULL CONSTRAINT pk_board_entry PRIMARY KEY,
    buyer_id uuid NOT NULL,
    buyer_name_zh text NOT NULL,
    buyer_name_en text NOT NULL,
    country char(2) NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    currency char(3) NOT NULL,
    closes_at timestamptz NOT NULL,
    listed_at timestamptz NOT NULL,
    line_count integer NOT NULL,
    sealed boolean NOT NULL,
    incoterm text NOT NULL,
    places text[] NOT NULL,
    items text[] NOT NULL,
    keys text[] NOT NULL,
    categories text[] NOT NULL,
    title_key text NOT NULL,
    document tsvector NOT NULL,
    woken boolean NOT NULL,
    vocabulary text NOT NULL
);
CREATE INDEX ix_board_entry_document ON board_entry USING gin (document);
CREATE INDEX ix_board_entry_keys ON board_entry USING gin (keys);
CREATE INDEX ix_board_entry_listed_at_rfq_id ON board_entry (listed_at, rfq_id);
CREATE INDEX ix_board_entry_closes_at_rfq_id ON board_entry (closes_at, rfq_id);
CREATE INDEX ix_board_entry_title_key_rfq_id ON board_entry (title_key, rfq_id);
CREATE INDEX ix_board_entry_country_listed_at_rfq_id ON board_entry (country, listed_at, rfq_id);
CREATE INDEX ix_board_entry_country_closes_at_rfq_id ON board_entry (country, closes_at, rfq_id);
CREATE INDEX ix_board_entry_currency_listed_at_rfq_id ON board_entry (currency, listed_at, rfq_id);
CREATE INDEX ix_board_entry_currency_closes_at_rfq_id ON board_entry (currency, closes_at, rfq_id);
CREATE INDEX ix_board_entry_not_woken ON board_entry (listed_at) WHERE NOT woken;
CREATE TABLE board_word (
    word text NOT NULL CONSTRAINT pk_board_word PRIMARY KEY,
    sound text NOT NULL
);
CREATE INDEX ix_board_word_sound ON board_word (sound) WHERE sound <> '';
CREATE INDEX ix_board_word_trigrams ON board_word USING gin (word gin_trgm_ops);
CREATE TABLE board_experience (
    org_id uuid NOT NULL,
    key text NOT NULL,
    quoted integer NOT NULL,
    won integer NOT NULL,
    strength integer NOT NULL,
    CONSTRAINT pk_board_experience PRIMARY KEY (org_id, key)
);
CREATE INDEX ix_board_experience_key_strength_org_id ON board_experience (key, strength, org_id);
CREATE INDEX ix_board_experience_org_id_strength ON board_experience (org_id, strength);
GRANT SELECT, INSERT, UPDATE, DELETE ON board_entry, board_word, board_experience TO b2b_app;
"""
SEARCHES = """
CREATE TABLE board_search (
    id uuid NOT NULL CONSTRAINT pk_board_search PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    org_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    filters jsonb NOT NULL,
    country text NOT NULL,
    currency text NOT NULL,
    query tsquery,
    cadence varchar(40) NOT NULL CONSTRAINT ck_board_search_cadence CHECK (cadence IN ('at_once', 'daily', 'never')),
    told_at timestamptz NOT NULL,
    next_due_at timestamptz
);
CREATE INDEX ix_board_search_org_id_user_id_id ON board_search (org_id, user_id, id);
CREATE INDEX ix_board_search_next_due_at ON board_search (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX ix_board_search_cadence ON board_search (cadence) WHERE cadence = 'at_once';
CREATE TABLE board_told (
    search_id uuid NOT NULL,
    rfq_id uuid NOT NULL,
    org_id uuid NOT NULL,
    CONSTRAINT pk_board_told PRIMARY KEY (search_id, rfq_id),
    CONSTRAINT fk_board_told_search_id FOREIGN KEY (search_id) REFERENCES board_search (id) ON DELETE CASCADE,
    CONSTRAINT fk_board_told_rfq_id FOREIGN KEY (rfq_id) REFERENCES board_entry (rfq_id) ON DELETE CASCADE
);
CREATE INDEX ix_board_told_rfq_id ON board_told (rfq_id);
ALTER TABLE board_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE board_search FORCE ROW LEVEL SECURITY;
CREATE POLICY board_search_own ON board_search USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
CREATE POLICY board_search_due ON board_search FOR SELECT USING (app_machine());
CREATE POLICY board_search_wake ON board_search FOR UPDATE USING (app_machine());
ALTER TABLE board_told ENABLE ROW LEVEL SECURITY;
ALTER TABLE board_told FORCE ROW LEVEL SECURITY;
CREATE POLICY board_told_own ON board_told USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE, DELETE ON board_search, board_told TO b2b_app;
"""


def upgrade() -> None:
    op.execute(VISIBILITY)
    op.execute(FENCES)
    op.execute(BOARD)
    op.execute(SEARCHES)


def downgrade() -> None:
    op.execute("DROP TABLE board_told, board_search, board_experience, board_word, board_entry")
    op.execute("DROP EXTENSION pg_trgm")
    op.execute(NO_FENCES)
    op.execute("ALTER TABLE rfq_invitation DROP COLUMN origin")
    for table in ("rfq_reply", "rfq_question", "rfq_edition"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN public")
    op.execute("UPDATE rfq_invitation SET status = 'viewed' WHERE status = 'intended'")
    op.execute("ALTER TABLE rfq_invitation DROP CONSTRAINT ck_rfq_invitation_invitation_status")
    op.execute(
        "ALTER TABLE rfq_invitation ADD CONSTRAINT ck_rfq_invitation_invitation_status "
        "CHECK (status IN ('invited', 'viewed', 'declined', 'quoted'))"
    )
    op.execute("ALTER TABLE rfq_line DROP COLUMN public")
    op.execute("ALTER TABLE rfq DROP COLUMN visibility")
    op.execute("DROP FUNCTION app_supplies()")
