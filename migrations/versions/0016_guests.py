"""Companies that buyers invite by mail before they are registered, entering by mail, and documents of requests.

A provisional company is an ordinary company in a status of its own: the fences of its request show it that request and
nothing else, as it stands in no directory. Its name is shown to the buyer that invited it (``sponsor_id``).
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COMPANIES = """
ALTER TABLE organization
    ADD COLUMN sponsor_id uuid,
    DROP CONSTRAINT ck_organization_company_status,
    ADD CONSTRAINT ck_organization_company_status
        CHECK (status IN ('registered', 'approved', 'rejected', 'provisional', 'merged'));
DROP POLICY organization_read ON organization;
CREATE POLICY organization_read ON organization FOR SELECT USING (
    id = ANY (app_orgs()) OR app_machine() OR app_platform() IN ('operator', 'auditor')
    OR (status = 'approved' AND cardinality(app_orgs()) > 0) OR sponsor_id = ANY (app_orgs()));
"""
NO_COMPANIES = """
DROP POLICY organization_read ON organization;
CREATE POLICY organization_read ON organization FOR SELECT USING (
    id = ANY (app_orgs()) OR app_machine() OR app_platform() IN ('operator', 'auditor')
    OR (status = 'approved' AND cardinality(app_orgs()) > 0));
UPDATE organization SET status = 'rejected' WHERE status IN ('provisional', 'merged');
ALTER TABLE organization
    DROP COLUMN sponsor_id,
    DROP CONSTRAINT ck_organization_company_status,
    ADD CONSTRAINT ck_organization_company_status CHECK (status IN ('registered', 'approved', 'rejected'));
"""

ENTRY = """
ALTER TABLE identity_session ADD COLUMN light boolean NOT NULL DEFAULT false;
ALTER TABLE identity_session ALTER COLUMN light DROP DEFAULT;
ALTER TABLE identity_link
    ADD COLUMN org_id uuid,
    ADD COLUMN code_hash bytea,
    ADD COLUMN code_expires_at timestamptz,
    DROP CONSTRAINT ck_identity_link_link_purpose,
    ADD CONSTRAINT ck_identity_link_link_purpose CHECK (purpose IN ('invitation', 'reset', 'entry', 'takeover')),
    ADD CONSTRAINT ck_identity_link_code_whole CHECK ((code_hash IS NULL) = (code_expires_at IS NULL));
"""
NO_ENTRY = """
DELETE FROM identity_link WHERE purpose IN ('entry', 'takeover');
ALTER TABLE identity_link
    DROP CONSTRAINT ck_identity_link_code_whole,
    DROP CONSTRAINT ck_identity_link_link_purpose,
    ADD CONSTRAINT ck_identity_link_link_purpose CHECK (purpose IN ('invitation', 'reset')),
    DROP COLUMN code_expires_at,
    DROP COLUMN code_hash,
    DROP COLUMN org_id;
ALTER TABLE identity_session DROP COLUMN light;
"""

# the question of every request (see 0002), which tells now as well whether somebody came in by a mailed code
ANSWER = """
CREATE OR REPLACE FUNCTION identity_access(
    credential text, proof bytea, idle interval, every interval, person uuid, company uuid)
RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    me record;
    held record;
    org_name text;
    org_timezone text;
    roles_version integer;
    active boolean;
    platform text := '';
    own_roles json;
BEGIN
    IF credential = 'session' THEN
        SELECT s.id, s.user_id, s.org_id, s.last_seen_at AS seen_at, NULL::text[] AS narrowed_to,
               s.light INTO me
        FROM identity_session s
        WHERE s.token_hash = proof AND s.revoked_at IS NULL
          AND s.expires_at > now() AND s.last_seen_at > now() - idle;
    ELSIF credential = 'api_key' THEN
        SELECT k.id, k.user_id, k.org_id, coalesce(k.last_used_at, '-infinity') AS seen_at,
               k.permissions AS narrowed_to, false AS light
        INTO me
        FROM identity_api_key k
        WHERE k.secret_hash = proof AND k.revoked_at IS NULL AND k.expires_at > now();
    ELSE
        SELECT person AS id, person AS user_id, company AS org_id, now() AS seen_at, NULL::text[] AS narrowed_to,
               false AS light INTO me;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT json_agg(json_build_array(g.role, g.limit_amount::text, g.limit_currency) ORDER BY g.role) AS grants,
           bool_or(g.role = 'platform.auditor') AS auditor, bool_or(g.role = 'platform.operator') AS operator,
           bool_or(g.role LIKE '%.own:%') AS own
    INTO held
    FROM rbac_grant g
    WHERE g.user_id = me.user_id AND g.org_id = me.org_id AND g.revoked_at IS NULL
      AND (g.confirmed_by IS NOT NULL OR NOT g.needs_confirmation)
      AND g.valid_from <= now() AND (g.valid_until IS NULL OR g.valid_until > now());
    IF held.grants IS NOT NULL THEN
        SELECT d.name, d.timezone, d.policy_version, d.active,
               CASE WHEN d.platform <> 'operator' THEN '' WHEN held.auditor THEN 'auditor'
                    WHEN held.operator THEN 'operator' ELSE '' END
        INTO org_name, org_timezone, roles_version, active, platform
        FROM rbac_domain d WHERE d.org_id = me.org_id;
        IF held.own THEN
            SELECT json_agg(json_build_array(r.name, r.permissions)) INTO own_roles
            FROM rbac_role r WHERE r.org_id = me.org_id;
        END IF;
    END IF;
    PERFORM set_config('app.orgs', CASE WHEN org_name IS NULL THEN '{}' ELSE '{' || me.org_id || '}' END, true),
            set_config('app.machine', '', true), set_config('app.platform', coalesce(platform, ''), true),
            set_config('app.person', me.user_id::text, true);
    -- "last seen" is kept to the minute, and parallel requests of one session must not wait for each other over it
    IF me.seen_at <= now() - every AND credential = 'session' THEN
        UPDATE identity_session SET last_seen_at = now()
        WHERE id = (SELECT id FROM identity_session WHERE id = me.id FOR UPDATE SKIP LOCKED);
    ELSIF me.seen_at <= now() - every AND credential = 'api_key' THEN
        UPDATE identity_api_key SET last_used_at = now()
        WHERE id = (SELECT id FROM identity_api_key WHERE id = me.id FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN (
        SELECT json_build_object(
            'user_id', u.id, 'kind', u.kind, 'name', u.name, 'email', u.email, 'locale', u.locale,
            'timezone', u.timezone, 'theme', u.theme, 'density', u.density, 'shortcuts', u.single_key_shortcuts,
            'org_id', CASE WHEN org_name IS NOT NULL THEN me.org_id END, 'org_name', org_name,
            'org_timezone', org_timezone, 'version', roles_version, 'active', active, 'platform', platform,
            'grants', held.grants, 'own_roles', own_roles, 'narrowed_to', me.narrowed_to,
            'light', me.light)
        FROM identity_user u WHERE u.id = me.user_id);
END $$;
"""
OLD_ANSWER = """
CREATE OR REPLACE FUNCTION identity_access(
    credential text, proof bytea, idle interval, every interval, person uuid, company uuid)
RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    me record;
    held record;
    org_name text;
    org_timezone text;
    roles_version integer;
    active boolean;
    platform text := '';
    own_roles json;
BEGIN
    IF credential = 'session' THEN
        SELECT s.id, s.user_id, s.org_id, s.last_seen_at AS seen_at, NULL::text[] AS narrowed_to INTO me
        FROM identity_session s
        WHERE s.token_hash = proof AND s.revoked_at IS NULL
          AND s.expires_at > now() AND s.last_seen_at > now() - idle;
    ELSIF credential = 'api_key' THEN
        SELECT k.id, k.user_id, k.org_id, coalesce(k.last_used_at, '-infinity') AS seen_at,
               k.permissions AS narrowed_to
        INTO me
        FROM identity_api_key k
        WHERE k.secret_hash = proof AND k.revoked_at IS NULL AND k.expires_at > now();
    ELSE
        SELECT person AS id, person AS user_id, company AS org_id, now() AS seen_at, NULL::text[] AS narrowed_to
            INTO me;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT json_agg(json_build_array(g.role, g.limit_amount::text, g.limit_currency) ORDER BY g.role) AS grants,
           bool_or(g.role = 'platform.auditor') AS auditor, bool_or(g.role = 'platform.operator') AS operator,
           bool_or(g.role LIKE '%.own:%') AS own
    INTO held
    FROM rbac_grant g
    WHERE g.user_id = me.user_id AND g.org_id = me.org_id AND g.revoked_at IS NULL
      AND (g.confirmed_by IS NOT NULL OR NOT g.needs_confirmation)
      AND g.valid_from <= now() AND (g.valid_until IS NULL OR g.valid_until > now());
    IF held.grants IS NOT NULL THEN
        SELECT d.name, d.timezone, d.policy_version, d.active,
               CASE WHEN d.platform <> 'operator' THEN '' WHEN held.auditor THEN 'auditor'
                    WHEN held.operator THEN 'operator' ELSE '' END
        INTO org_name, org_timezone, roles_version, active, platform
        FROM rbac_domain d WHERE d.org_id = me.org_id;
        IF held.own THEN
            SELECT json_agg(json_build_array(r.name, r.permissions)) INTO own_roles
            FROM rbac_role r WHERE r.org_id = me.org_id;
        END IF;
    END IF;
    PERFORM set_config('app.orgs', CASE WHEN org_name IS NULL THEN '{}' ELSE '{' || me.org_id || '}' END, true),
            set_config('app.machine', '', true), set_config('app.platform', coalesce(platform, ''), true),
            set_config('app.person', me.user_id::text, true);
    -- "last seen" is kept to the minute, and parallel requests of one session must not wait for each other over it
    IF me.seen_at <= now() - every AND credential = 'session' THEN
        UPDATE identity_session SET last_seen_at = now()
        WHERE id = (SELECT id FROM identity_session WHERE id = me.id FOR UPDATE SKIP LOCKED);
    ELSIF me.seen_at <= now() - every AND credential = 'api_key' THEN
        UPDATE identity_api_key SET last_used_at = now()
        WHERE id = (SELECT id FROM identity_api_key WHERE id = me.id FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN (
        SELECT json_build_object(
            'user_id', u.id, 'kind', u.kind, 'name', u.name, 'email', u.email, 'locale', u.locale,
            'timezone', u.timezone, 'theme', u.theme, 'density', u.density, 'shortcuts', u.single_key_shortcuts,
            'org_id', CASE WHEN org_name IS NOT NULL THEN me.org_id END, 'org_name', org_name,
            'org_timezone', org_timezone, 'version', roles_version, 'active', active, 'platform', platform,
            'grants', held.grants, 'own_roles', own_roles, 'narrowed_to', me.narrowed_to)
        FROM identity_user u WHERE u.id = me.user_id);
END $$;
"""

GUESTS = """
ALTER TABLE rfq ADD COLUMN guest_count integer NOT NULL DEFAULT 0;
ALTER TABLE rfq_quote_revision
    ADD COLUMN signed_supplier_id uuid,
    ADD COLUMN signed_number text;
CREATE TABLE rfq_guest (
    id uuid NOT NULL CONSTRAINT pk_rfq_guest PRIMARY KEY,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    company_name text NOT NULL,
    contact_name text NOT NULL,
    locale varchar(40) NOT NULL CONSTRAINT ck_rfq_guest_language CHECK (locale IN ('zh-CN', 'en')),
    invited_by uuid NOT NULL,
    invited_at timestamptz NOT NULL,
    supplier_id uuid,
    CONSTRAINT uq_rfq_guest_rfq_id_email_key UNIQUE (rfq_id, email_key)
);
CREATE INDEX ix_rfq_guest_supplier_id ON rfq_guest (supplier_id);
ALTER TABLE rfq_guest ENABLE ROW LEVEL SECURITY;
ALTER TABLE rfq_guest FORCE ROW LEVEL SECURITY;
CREATE POLICY rfq_guest_own ON rfq_guest
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
GRANT SELECT, INSERT, UPDATE, DELETE ON rfq_guest TO b2b_app;
GRANT UPDATE (supplier_id) ON rfq_own_question TO b2b_app;
"""
NO_GUESTS = """
REVOKE UPDATE (supplier_id) ON rfq_own_question FROM b2b_app;
DROP TABLE rfq_guest;
ALTER TABLE rfq_quote_revision DROP COLUMN signed_number, DROP COLUMN signed_supplier_id;
ALTER TABLE rfq DROP COLUMN guest_count;
"""

# a document is there for whoever may read its request: the request's own fence answers the question
DOCUMENTS = """
ALTER TABLE rfq
    ADD COLUMN attachment_count integer NOT NULL DEFAULT 0,
    ADD COLUMN nda_text text NOT NULL DEFAULT '';
CREATE TABLE rfq_attachment (
    id uuid NOT NULL CONSTRAINT pk_rfq_attachment PRIMARY KEY,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    line_id uuid,
    file_id uuid NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    note text NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    since integer,
    until integer,
    leaving boolean NOT NULL
);
CREATE UNIQUE INDEX uq_rfq_attachment_rfq_id_file_id ON rfq_attachment (rfq_id, file_id) WHERE until IS NULL;
CREATE INDEX ix_rfq_attachment_rfq_id_id ON rfq_attachment (rfq_id, id);
CREATE TABLE rfq_nda_acceptance (
    id uuid NOT NULL CONSTRAINT pk_rfq_nda_acceptance PRIMARY KEY,
    rfq_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    accepted_by uuid NOT NULL,
    accepted_at timestamptz NOT NULL,
    text_hash bytea NOT NULL,
    CONSTRAINT uq_rfq_nda_acceptance_rfq_id_supplier_id_text_hash UNIQUE (rfq_id, supplier_id, text_hash)
);
ALTER TABLE rfq_attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE rfq_attachment FORCE ROW LEVEL SECURITY;
CREATE POLICY rfq_attachment_own ON rfq_attachment
    USING (buyer_id = ANY (app_orgs())) WITH CHECK (buyer_id = ANY (app_orgs()));
CREATE POLICY rfq_attachment_read ON rfq_attachment FOR SELECT
    USING (since IS NOT NULL AND EXISTS (SELECT FROM rfq WHERE rfq.id = rfq_attachment.rfq_id));
ALTER TABLE rfq_nda_acceptance ENABLE ROW LEVEL SECURITY;
ALTER TABLE rfq_nda_acceptance FORCE ROW LEVEL SECURITY;
CREATE POLICY rfq_nda_acceptance_read ON rfq_nda_acceptance FOR SELECT
    USING (buyer_id = ANY (app_orgs()) OR supplier_id = ANY (app_orgs()));
CREATE POLICY rfq_nda_acceptance_accept ON rfq_nda_acceptance FOR INSERT WITH CHECK (
    supplier_id = ANY (app_orgs()) AND EXISTS (
        SELECT FROM rfq WHERE rfq.id = rfq_nda_acceptance.rfq_id AND rfq.buyer_id = rfq_nda_acceptance.buyer_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON rfq_attachment TO b2b_app;
GRANT SELECT, INSERT ON rfq_nda_acceptance TO b2b_app;
"""
NO_DOCUMENTS = """
DROP TABLE rfq_nda_acceptance, rfq_attachment;
ALTER TABLE rfq DROP COLUMN nda_text, DROP COLUMN attachment_count;
"""


def upgrade() -> None:
    op.execute(COMPANIES)
    op.execute(ENTRY)
    op.execute(ANSWER)
    op.execute(GUESTS)
    op.execute(DOCUMENTS)


def downgrade() -> None:
    op.execute(NO_DOCUMENTS)
    op.execute(NO_GUESTS)
    op.execute(OLD_ANSWER)
    op.execute(NO_ENTRY)
    op.execute(NO_COMPANIES)
