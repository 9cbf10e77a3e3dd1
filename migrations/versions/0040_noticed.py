"""The buyer of a public tender by language, and a notice that is found by either of its names."""

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


def upgrade() -> None:
    op.execute(ADDED)
    named = op.get_bind().exec_driver_sql(NAMED).rowcount
    print(f"0040: {named} public notices name their buyer by language")  # noqa: T201 - a backfill reports its rows


def downgrade() -> None:
    op.execute("ALTER TABLE tender_board DROP COLUMN buyer_names")
