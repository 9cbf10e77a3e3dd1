"""Users, sessions, API keys, links. Read before a tenant is known: on the reviewed list without row-level security."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

USERS = """
CREATE TABLE identity_user (
    id uuid NOT NULL CONSTRAINT pk_identity_user PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    kind varchar(40) NOT NULL,
    email text,
    email_key text,
    name text NOT NULL,
    locale varchar(40) NOT NULL,
    timezone text NOT NULL,
    theme varchar(40) NOT NULL,
    density varchar(40) NOT NULL,
    single_key_shortcuts boolean NOT NULL,
    password_hash text,
    password_changed_at timestamptz,
    CONSTRAINT ck_identity_user_user_kind CHECK (kind IN ('person', 'service')),
    CONSTRAINT ck_identity_user_language CHECK (locale IN ('zh-CN', 'en')),
    CONSTRAINT ck_identity_user_theme CHECK (theme IN ('auto', 'light', 'dark')),
    CONSTRAINT ck_identity_user_density CHECK (density IN ('comfortable', 'default', 'compact')),
    CONSTRAINT ck_identity_user_address CHECK ((kind = 'person') = (email_key IS NOT NULL)),
    CONSTRAINT ck_identity_user_address_whole CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT ck_identity_user_password CHECK (kind = 'person' OR password_hash IS NULL)
);
CREATE UNIQUE INDEX uq_identity_user_email_key ON identity_user (email_key);
"""

ACCESS = """
CREATE TABLE identity_session (
    id uuid NOT NULL CONSTRAINT pk_identity_session PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_identity_session_user_id REFERENCES identity_user (id),
    org_id uuid,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    network text,
    agent text NOT NULL
);
CREATE UNIQUE INDEX uq_identity_session_token_hash ON identity_session (token_hash);
CREATE INDEX ix_identity_session_user_id_last_seen_at ON identity_session (user_id, last_seen_at);
CREATE INDEX ix_identity_session_expires_at ON identity_session (expires_at);
CREATE TABLE identity_api_key (
    id uuid NOT NULL CONSTRAINT pk_identity_api_key PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_identity_api_key_user_id REFERENCES identity_user (id),
    org_id uuid NOT NULL,
    label text NOT NULL,
    hint text NOT NULL,
    secret_hash bytea NOT NULL,
    permissions text[] NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid
);
CREATE UNIQUE INDEX uq_identity_api_key_secret_hash ON identity_api_key (secret_hash);
CREATE INDEX ix_identity_api_key_org_id ON identity_api_key (org_id, id);
CREATE TABLE identity_link (
    id uuid NOT NULL CONSTRAINT pk_identity_link PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_identity_link_user_id REFERENCES identity_user (id),
    purpose varchar(40) NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT ck_identity_link_link_purpose CHECK (purpose IN ('invitation', 'reset'))
);
CREATE UNIQUE INDEX uq_identity_link_token_hash ON identity_link (token_hash);
CREATE INDEX ix_identity_link_user_id ON identity_link (user_id) WHERE used_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON identity_user, identity_api_key TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_session, identity_link TO b2b_app;
"""

# The one question of every request. A function, because its statements are planned once per connection: the same
# question as a plain statement costs six times as much, nearly all of it planning. It runs with the caller's rights and
# reads tables without row-level security only; the tenant it sets holds for the caller's transaction.
ANSWER = """
CREATE FUNCTION identity_access(credential text, proof bytea, idle interval, every interval, person uuid, company uuid)
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


def upgrade() -> None:
    op.execute(USERS)
    op.execute(ACCESS)
    op.execute(ANSWER)


def downgrade() -> None:
    op.execute("DROP FUNCTION identity_access(text, bytea, interval, interval, uuid, uuid)")
    op.execute("DROP TABLE identity_link, identity_api_key, identity_session, identity_user")
