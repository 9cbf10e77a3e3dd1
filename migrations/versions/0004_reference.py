"""Exchange rates. They belong to nobody, so there is no row-level security; the application may not delete them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE exchange_rate (
    id uuid NOT NULL CONSTRAINT pk_exchange_rate PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    base char(3) NOT NULL,
    quote char(3) NOT NULL,
    value numeric(24, 12) NOT NULL CONSTRAINT ck_exchange_rate_value_positive CHECK (value > 0),
    day date NOT NULL,
    source text NOT NULL,
    origin varchar(40) NOT NULL CONSTRAINT ck_exchange_rate_rate_origin CHECK (origin IN ('operator', 'demo')),
    withdrawn_at timestamptz,
    CONSTRAINT ck_exchange_rate_two_currencies CHECK (base <> quote)
);
CREATE UNIQUE INDEX uq_exchange_rate_pair_day ON exchange_rate (base, quote, day) WHERE withdrawn_at IS NULL;
CREATE INDEX ix_exchange_rate_quote ON exchange_rate (quote, day);
CREATE INDEX ix_exchange_rate_day ON exchange_rate (day, id);
GRANT SELECT, INSERT, UPDATE ON exchange_rate TO b2b_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE exchange_rate")
