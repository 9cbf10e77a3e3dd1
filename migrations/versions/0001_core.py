"""The ground: tenant functions, outbox, inbox, idempotency keys, audit trail, grants.

The role ``b2b_app`` is the application's login. It owns nothing and has no BYPASSRLS, so FORCE row-level security
binds it.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION app_orgs() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.orgs', true), ''), '{}')::uuid[];
CREATE FUNCTION app_machine() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.machine', true), '') = 'on';
CREATE FUNCTION app_platform() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.platform', true), '');
CREATE FUNCTION app_person() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.person', true), '');
"""

DELIVERY = """
CREATE TABLE outbox (
    id uuid NOT NULL CONSTRAINT pk_outbox PRIMARY KEY,
    topic text NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version integer NOT NULL,
    org_ids uuid[] NOT NULL,
    actor jsonb NOT NULL,
    correlation_id text NOT NULL,
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    done_at timestamptz,
    dead_at timestamptz,
    error text
);
CREATE INDEX ix_outbox_due ON outbox (next_attempt_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX ix_outbox_waiting ON outbox (aggregate_id, aggregate_version, id) WHERE done_at IS NULL;
CREATE INDEX ix_outbox_dead ON outbox (dead_at, id) WHERE dead_at IS NOT NULL;
CREATE TABLE inbox (
    event_id uuid NOT NULL,
    handler text NOT NULL,
    handled_at timestamptz NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (event_id, handler)
);
CREATE TABLE idempotency (
    org_id uuid NOT NULL,
    actor text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    headers text,
    body bytea,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (org_id, actor, operation, key)
);
CREATE TABLE document_number (
    org_id uuid NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT pk_document_number PRIMARY KEY (org_id, kind, year)
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);
"""

TRAIL = """
CREATE TABLE audit_event (
    id uuid NOT NULL CONSTRAINT pk_audit_event PRIMARY KEY,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    schema_version integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_user_id uuid,
    actor_org_id uuid,
    session text NOT NULL,
    channel text NOT NULL,
    network text,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id uuid,
    object_version integer,
    visible_to uuid[] NOT NULL,
    outcome text NOT NULL,
    rule text,
    changed text[] NOT NULL,
    commitments jsonb NOT NULL,
    state_hash bytea,
    correlation_id text NOT NULL,
    idempotency_key text,
    cause_event_id uuid
);
CREATE INDEX ix_audit_event_xid_id ON audit_event (xid, id);
CREATE INDEX ix_audit_event_object_id ON audit_event (object_id, id);
CREATE INDEX ix_audit_event_actor_org_id ON audit_event (actor_org_id, id);
CREATE INDEX ix_audit_event_visible_to ON audit_event USING gin (visible_to);
CREATE TABLE audit_detail (
    event_id uuid NOT NULL CONSTRAINT pk_audit_detail PRIMARY KEY,
    visible_to uuid[] NOT NULL,
    actor_name text NOT NULL,
    changes jsonb NOT NULL
);
CREATE FUNCTION audit_event_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is insert-only';
END $$;
CREATE TRIGGER audit_event_insert_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_is_insert_only();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_insert_only();
"""

RBAC = """
CREATE TABLE rbac_domain (
    org_id uuid NOT NULL CONSTRAINT pk_rbac_domain PRIMARY KEY,
    name text NOT NULL,
    timezone text NOT NULL,
    platform text NOT NULL,
    policy_version integer NOT NULL,
    active boolean NOT NULL
);
CREATE TABLE rbac_grant (
    id uuid NOT NULL CONSTRAINT pk_rbac_grant PRIMARY KEY,
    user_id uuid NOT NULL,
    org_id uuid NOT NULL,
    role text NOT NULL,
    limit_amount numeric(20, 4),
    limit_currency char(3),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    granted_by uuid,
    confirmed_by uuid,
    needs_confirmation boolean NOT NULL,
    revoked_at timestamptz,
    revoked_by uuid,
    CONSTRAINT ck_rbac_grant_limit_whole CHECK ((limit_amount IS NULL) = (limit_currency IS NULL))
);
CREATE INDEX ix_rbac_grant_user_id_org_id ON rbac_grant (user_id, org_id);
CREATE INDEX ix_rbac_grant_org_id ON rbac_grant (org_id);
CREATE UNIQUE INDEX uq_rbac_grant_live ON rbac_grant (user_id, org_id, role) WHERE revoked_at IS NULL;
CREATE TABLE rbac_role (
    org_id uuid NOT NULL,
    name text NOT NULL,
    permissions text[] NOT NULL,
    CONSTRAINT pk_rbac_role PRIMARY KEY (org_id, name)
);
"""

FENCES = """
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_write ON outbox FOR INSERT WITH CHECK (true);
CREATE POLICY outbox_read ON outbox FOR SELECT USING (app_machine() OR app_platform() = 'operator');
CREATE POLICY outbox_deliver ON outbox FOR UPDATE USING (app_machine() OR app_platform() = 'operator');
CREATE POLICY outbox_prune ON outbox FOR DELETE USING (app_machine());
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox_write ON inbox FOR INSERT WITH CHECK (true);
CREATE POLICY inbox_read ON inbox FOR SELECT USING (app_machine());
CREATE POLICY inbox_prune ON inbox FOR DELETE USING (app_machine());
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_own ON idempotency
    USING (actor = app_person()) WITH CHECK (actor = app_person());
CREATE POLICY idempotency_prune ON idempotency FOR DELETE USING (app_machine());
CREATE POLICY idempotency_sweep ON idempotency FOR SELECT USING (app_machine());
ALTER TABLE document_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_number FORCE ROW LEVEL SECURITY;
CREATE POLICY document_number_own ON document_number
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_event_write ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY audit_event_read ON audit_event FOR SELECT
    USING (visible_to && app_orgs() OR app_machine() OR app_platform() = 'auditor');
ALTER TABLE audit_detail ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_detail FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_detail_write ON audit_detail FOR INSERT WITH CHECK (true);
CREATE POLICY audit_detail_read ON audit_detail FOR SELECT
    USING (visible_to && app_orgs() OR app_machine() OR app_platform() = 'auditor');
CREATE POLICY audit_detail_erase ON audit_detail FOR DELETE USING (app_machine());
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, inbox, idempotency TO b2b_app;
GRANT SELECT, INSERT, UPDATE ON document_number TO b2b_app;
GRANT SELECT, INSERT ON audit_event TO b2b_app;
GRANT SELECT, INSERT, DELETE ON audit_detail TO b2b_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rbac_domain, rbac_grant, rbac_role TO b2b_app;
GRANT SELECT ON alembic_version TO b2b_app;
"""


def upgrade() -> None:
    for block in (FUNCTIONS, DELIVERY, TRAIL, RBAC, FENCES):
        op.execute(block)


def downgrade() -> None:
    op.execute(
        "DROP TABLE rbac_role, rbac_grant, rbac_domain, audit_detail, audit_event, document_number, idempotency, "
        "inbox, outbox"
    )
    op.execute("REVOKE SELECT ON alembic_version FROM b2b_app")
    op.execute("DROP FUNCTION audit_event_is_insert_only(), app_person(), app_platform(), app_machine(), app_orgs()")
