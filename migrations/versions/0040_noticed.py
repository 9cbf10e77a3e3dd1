"""The buyer of a public tender by language, a notice found by either of its names, and one row for each edition.

Editions of public notices were kept twice, for the parties and for everybody.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ADDED = """
ALTER TABLE tender_board ADD COLUMN buyer_names jsonb NOT NULL DEFAULT '{}';
ALTER TABLE tender_board ALTER COLUMN buyer_names DROP DEFAULT
"""
NAMED = """
UPDATE tender_board notice
SET buyer_names = jsonb_build_object('zh', company.legal_name_zh, 'en', company.legal_name_en),
    search = notice.search || E'\\n' || lower(company.legal_name_zh) || E'\\n' || lower(company.legal_name_en)
FROM organization company
WHERE company.id = notice.buyer_id AND company.legal_name_zh <> '' AND company.legal_name_en <> ''
"""
READ = """
CREATE POLICY tender_edition_read ON tender_edition FOR SELECT USING (
    buyer_id = ANY (app_orgs()) OR app_machine()
    OR EXISTS (SELECT FROM tender WHERE tender.id = tender_edition.tender_id){0})
"""
PUBLIC = "\n    OR EXISTS (SELECT FROM tender_board WHERE tender_board.tender_id = tender_edition.tender_id)"
MOVED = """
INSERT INTO tender_edition (tender_id, edition, buyer_id, reason, published_at, document, notice)
    SELECT tender_id, edition, buyer_id, reason, stood_at, document, notice FROM tender_board_edition
    ON CONFLICT DO NOTHING
"""
BACK = """
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
    SELECT kept.tender_id, kept.edition, kept.buyer_id, kept.published_at, kept.reason, kept.document, kept.notice
    FROM tender_edition kept JOIN tender_board ON tender_board.tender_id = kept.tender_id;
CREATE POLICY tender_board_edition_read ON tender_board_edition FOR SELECT USING (true);
CREATE POLICY tender_board_edition_add ON tender_board_edition FOR INSERT WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT ON tender_board_edition TO b2b_app;
ALTER TABLE tender_board_edition ENABLE ROW LEVEL SECURITY;
ALTER TABLE tender_board_edition FORCE ROW LEVEL SECURITY
"""


def _readable(more: str) -> None:
    op.execute("DROP POLICY tender_edition_read ON tender_edition")
    op.execute(READ.format(more))


def upgrade() -> None:
    op.execute(ADDED)
    named = op.get_bind().exec_driver_sql(NAMED).rowcount
    print(f"0040: {named} public notices name their buyer by language")  # noqa: T201 - a backfill reports its rows
    moved = op.get_bind().exec_driver_sql(MOVED).rowcount
    print(f"0040: {moved} editions of public notices were kept for everybody alone")  # noqa: T201 - as above
    _readable(PUBLIC)
    op.execute("DROP TABLE tender_board_edition")


def downgrade() -> None:
    op.execute(BACK)
    _readable("")
    op.execute("ALTER TABLE tender_board DROP COLUMN buyer_names")
