"""The public side of tenders, and classifications.

The board gets what it is searched by. Editions of public notices and the steps of public tenders are only ever added,
by the buyer's side, and read by everybody. Classifications belong to nobody; who runs the installation imports them.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KINDS = (
    "'published', 'amended', 'answered', 'lot_cancelled', 'cancelled', 'unsuccessful', 'opened', "
    "'prices_opened', 'awarded', 'award_cancelled', 'concluded', 'contracted', 'contract_voided'"
)

BOARD = """
ALTER TABLE tender_board
    ADD COLUMN entry varchar(40) NOT NULL DEFAULT 'public'
        CONSTRAINT ck_tender_board_entry CHECK (entry IN ('public', 'invited', 'either')),
    ADD COLUMN kind text NOT NULL DEFAULT '',
    ADD COLUMN codes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN search text NOT NULL DEFAULT '';
UPDATE tender_board SET
    entry = document ->> 'entry',
    kind = document ->> 'procedure',
    search = lower(concat_ws(E'\\n', number, title, document ->> 'description', buyer_name));
ALTER TABLE tender_board
    ALTER COLUMN entry DROP DEFAULT,
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN codes DROP DEFAULT,
    ALTER COLUMN search DROP DEFAULT;
DROP INDEX ix_tender_board_published_at;
CREATE INDEX ix_tender_board_published_at_tender_id ON tender_board (published_at, tender_id);
CREATE INDEX ix_tender_board_codes ON tender_board USING gin (codes);
CREATE INDEX ix_tender_board_search ON tender_board USING gin (search gin_trgm_ops)
"""

STEPS = f"""
CREATE TABLE tender_board_edition (
    tender_id uuid NOT NULL,
    edition integer NOT NULL,
    buyer_id uuid NOT NULL,
    stood_at timestamptz NOT NULL,
    reason text NOT NULL,
    document jsonb NOT NULL,
    notice jsonb NOT NULL,
    CONSTRAINT pk_tender_board_edition PRIMARY KEY (tender_id, edition)
);
INSERT INTO tender_board_edition
    SELECT tender_id, (document ->> 'edition')::integer, buyer_id, changed_at, '', document, notice FROM tender_board;
CREATE POLICY tender_board_edition_read ON tender_board_edition FOR SELECT USING (true);
CREATE POLICY tender_board_edition_add ON tender_board_edition FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE TABLE tender_public_step (
    id uuid NOT NULL CONSTRAINT pk_tender_public_step PRIMARY KEY,
    position bigint NOT NULL CONSTRAINT uq_tender_public_step_position UNIQUE,
    tender_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    ocid text NOT NULL,
    step text NOT NULL,
    kind varchar(40) NOT NULL CONSTRAINT ck_tender_public_step_step_kind CHECK (kind IN ({KINDS})),
    happened_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    facts jsonb NOT NULL,
    release text NOT NULL,
    CONSTRAINT uq_tender_public_step_tender_id_step UNIQUE (tender_id, step)
);
CREATE INDEX ix_tender_public_step_tender_id_position ON tender_public_step (tender_id, position);
CREATE INDEX ix_tender_public_step_ocid ON tender_public_step (ocid);
CREATE POLICY tender_public_step_read ON tender_public_step FOR SELECT USING (true);
CREATE POLICY tender_public_step_add ON tender_public_step FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_board_edition, tender_public_step TO b2b_app
"""  # noqa: S608 - put together from the constants of this file

CLASSES = """
CREATE TABLE classification_scheme (
    id uuid NOT NULL CONSTRAINT pk_classification_scheme PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    code text NOT NULL CONSTRAINT uq_classification_scheme_code UNIQUE,
    edition text NOT NULL,
    code_count integer NOT NULL,
    digest bytea NOT NULL
);
CREATE POLICY classification_scheme_read ON classification_scheme FOR SELECT USING (true);
CREATE POLICY classification_scheme_add ON classification_scheme FOR INSERT WITH CHECK (app_machine());
CREATE POLICY classification_scheme_change ON classification_scheme FOR UPDATE
    USING (app_machine()) WITH CHECK (app_machine());
CREATE TABLE classification_code (
    scheme text NOT NULL,
    code text NOT NULL,
    stem text NOT NULL,
    path text[] NOT NULL,
    titles jsonb NOT NULL,
    search text NOT NULL,
    retired boolean NOT NULL,
    CONSTRAINT pk_classification_code PRIMARY KEY (scheme, code)
);
CREATE INDEX ix_classification_code_stem ON classification_code (stem);
CREATE INDEX ix_classification_code_search ON classification_code USING gin (search gin_trgm_ops);
CREATE POLICY classification_code_read ON classification_code FOR SELECT USING (true);
CREATE POLICY classification_code_add ON classification_code FOR INSERT WITH CHECK (app_machine());
CREATE POLICY classification_code_change ON classification_code FOR UPDATE
    USING (app_machine()) WITH CHECK (app_machine());
CREATE POLICY classification_code_drop ON classification_code FOR DELETE USING (app_machine());
GRANT SELECT, INSERT, UPDATE ON classification_scheme TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON classification_code TO b2b_app
"""
FENCED = ("tender_board_edition", "tender_public_step", "classification_scheme", "classification_code")


def upgrade() -> None:
    for part in (BOARD, STEPS, CLASSES):
        op.execute(part)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(FENCED)}")
    op.execute("DROP INDEX ix_tender_board_published_at_tender_id")
    op.execute("CREATE INDEX ix_tender_board_published_at ON tender_board (published_at)")
    op.execute("ALTER TABLE tender_board DROP COLUMN entry, DROP COLUMN kind, DROP COLUMN codes, DROP COLUMN search")
