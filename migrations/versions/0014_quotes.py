"""Quotations in full: price tiers, multiples, set-up cost, origin, capacity, tax basis, freight, instalments, bundles.

Every new column has a value that says "nothing was said"; rows and receipts of before keep their digests, because what
holds that value is no part of them. The index is what the clock asks every few minutes: which quotations ran out.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

QUOTES = """
ALTER TABLE rfq_quote
    ADD COLUMN tax_basis varchar(40) NOT NULL DEFAULT 'without_tax'
        CONSTRAINT ck_rfq_quote_tax_basis CHECK (tax_basis IN ('without_tax', 'with_tax')),
    ADD COLUMN tax_percent numeric(7, 4),
    ADD COLUMN incoterm text NOT NULL DEFAULT '',
    ADD COLUMN incoterm_place text NOT NULL DEFAULT '',
    ADD COLUMN freight numeric(20, 4),
    ADD COLUMN stated_freight numeric(20, 4),
    ADD COLUMN instalments jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN early_pay_percent numeric(7, 4),
    ADD COLUMN early_pay_days integer,
    ADD COLUMN bundles jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN capacity numeric(20, 6),
    ADD COLUMN capacity_unit text NOT NULL DEFAULT '';
CREATE INDEX ix_rfq_quote_valid_until ON rfq_quote (valid_until) WHERE status = 'submitted';
ALTER TABLE rfq_quote_line
    ADD COLUMN tiers jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN multiple_quantity numeric(20, 6),
    ADD COLUMN order_unit text NOT NULL DEFAULT '',
    ADD COLUMN setup_cost numeric(20, 4),
    ADD COLUMN alternative_specification text NOT NULL DEFAULT '',
    ADD COLUMN origin_country text NOT NULL DEFAULT '',
    ADD COLUMN capacity numeric(20, 6),
    ADD COLUMN stated jsonb;
"""
# the clock sees of sealed quotations only those whose last day is over everywhere, to mark them
CLOCK = """
CREATE POLICY rfq_quote_expiring ON rfq_quote FOR SELECT
    USING (app_machine() AND status = 'submitted'
        AND valid_until < ((now() - interval '12 hours') AT TIME ZONE 'UTC')::date);
"""


def upgrade() -> None:
    op.execute(QUOTES)
    op.execute(CLOCK)


def downgrade() -> None:
    op.execute("DROP POLICY rfq_quote_expiring ON rfq_quote")
    op.execute(
        "ALTER TABLE rfq_quote_line DROP COLUMN tiers, DROP COLUMN multiple_quantity, DROP COLUMN order_unit, "
        "DROP COLUMN setup_cost, DROP COLUMN alternative_specification, DROP COLUMN origin_country, "
        "DROP COLUMN capacity, DROP COLUMN stated"
    )
    op.execute("DROP INDEX ix_rfq_quote_valid_until")
    op.execute(
        "ALTER TABLE rfq_quote DROP COLUMN tax_basis, DROP COLUMN tax_percent, DROP COLUMN incoterm, "
        "DROP COLUMN incoterm_place, DROP COLUMN freight, DROP COLUMN stated_freight, DROP COLUMN instalments, "
        "DROP COLUMN early_pay_percent, DROP COLUMN early_pay_days, DROP COLUMN bundles, DROP COLUMN capacity, "
        "DROP COLUMN capacity_unit"
    )
