"""Companies, their identifiers and private settings, and the directory.

``organization_directory`` holds what every signed-in reader may see of approved companies, so it is on the reviewed
list without row-level security: searching text under a policy could not use an index, and has nothing to hide there.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COMPANIES = """
CREATE TABLE organization (
    id uuid NOT NULL CONSTRAINT pk_organization PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    status varchar(40) NOT NULL,
    legal_name_zh text NOT NULL,
    legal_name_en text NOT NULL,
    country char(2) NOT NULL,
    street text NOT NULL,
    city text NOT NULL,
    region text NOT NULL,
    postcode text NOT NULL,
    is_buyer boolean NOT NULL,
    is_supplier boolean NOT NULL,
    is_platform boolean NOT NULL,
    registered_by uuid NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    decision_reason text NOT NULL,
    lines_digest bytea NOT NULL,
    CONSTRAINT ck_organization_company_status CHECK (status IN ('registered', 'approved', 'rejected')),
    CONSTRAINT ck_organization_named CHECK (legal_name_zh <> '' OR legal_name_en <> ''),
    CONSTRAINT ck_organization_sided CHECK (is_platform OR is_buyer OR is_supplier)
);
CREATE INDEX ix_organization_status_id ON organization (status, id);
CREATE TABLE organization_identifier (
    id uuid NOT NULL CONSTRAINT pk_organization_identifier PRIMARY KEY,
    organization_id uuid NOT NULL
        CONSTRAINT fk_organization_identifier_organization_id REFERENCES organization (id),
    position integer NOT NULL,
    scheme varchar(40) NOT NULL,
    label text NOT NULL,
    value text NOT NULL,
    checked boolean NOT NULL,
    shown boolean NOT NULL,
    CONSTRAINT ck_organization_identifier_identifier_scheme CHECK (scheme IN ('uscc', 'eu_vat', 'lei', 'other')),
    CONSTRAINT uq_organization_identifier_organization_id_position UNIQUE (organization_id, position)
);
CREATE INDEX ix_organization_identifier_scheme_value ON organization_identifier (scheme, value);
CREATE TABLE organization_settings (
    id uuid NOT NULL CONSTRAINT pk_organization_settings PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    minimum_quoting_hours integer NOT NULL,
    base_currency char(3) NOT NULL,
    timezone text NOT NULL,
    default_delivery_place text NOT NULL,
    default_unit text NOT NULL,
    CONSTRAINT ck_organization_settings_quoting_time CHECK (minimum_quoting_hours BETWEEN 0 AND 2160)
);
CREATE TABLE organization_directory (
    org_id uuid NOT NULL CONSTRAINT pk_organization_directory PRIMARY KEY,
    legal_name_zh text NOT NULL,
    legal_name_en text NOT NULL,
    country char(2) NOT NULL,
    city text NOT NULL,
    is_buyer boolean NOT NULL,
    is_supplier boolean NOT NULL,
    sort_name text NOT NULL,
    search_text text NOT NULL
);
CREATE INDEX ix_organization_directory_sort_name_org_id ON organization_directory (sort_name, org_id);
"""

FENCES = """
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization FORCE ROW LEVEL SECURITY;
CREATE POLICY organization_read ON organization FOR SELECT USING (
    id = ANY (app_orgs()) OR app_machine() OR app_platform() IN ('operator', 'auditor')
    OR (status = 'approved' AND cardinality(app_orgs()) > 0));
CREATE POLICY organization_register ON organization FOR INSERT WITH CHECK (id = ANY (app_orgs()));
CREATE POLICY organization_change ON organization FOR UPDATE
    USING (id = ANY (app_orgs()) OR app_platform() = 'operator');
ALTER TABLE organization_identifier ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization_identifier FORCE ROW LEVEL SECURITY;
CREATE POLICY organization_identifier_read ON organization_identifier FOR SELECT USING (
    organization_id = ANY (app_orgs()) OR app_machine() OR app_platform() IN ('operator', 'auditor')
    OR (shown AND cardinality(app_orgs()) > 0));
CREATE POLICY organization_identifier_own ON organization_identifier
    USING (organization_id = ANY (app_orgs())) WITH CHECK (organization_id = ANY (app_orgs()));
CREATE POLICY organization_identifier_review ON organization_identifier FOR UPDATE
    USING (app_platform() = 'operator') WITH CHECK (app_platform() = 'operator');
ALTER TABLE organization_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY organization_settings_own ON organization_settings
    USING (id = ANY (app_orgs())) WITH CHECK (id = ANY (app_orgs()));
CREATE POLICY organization_settings_overseen ON organization_settings FOR SELECT
    USING (app_platform() IN ('operator', 'auditor'));
GRANT SELECT, INSERT, UPDATE ON organization, organization_settings TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON organization_identifier, organization_directory TO b2b_app;
"""


def upgrade() -> None:
    op.execute(COMPANIES)
    op.execute(FENCES)


def downgrade() -> None:
    op.execute("DROP TABLE organization_directory, organization_settings, organization_identifier, organization")
