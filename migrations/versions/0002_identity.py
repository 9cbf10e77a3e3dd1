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


def upgrade() -> None:
    op.execute(USERS)
    op.execute(ACCESS)


def downgrade() -> None:
    op.execute("DROP TABLE identity_link, identity_api_key, identity_session, identity_user")
