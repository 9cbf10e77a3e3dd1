"""The Merkle tree over the audit trail: each entry's hash as a leaf, positions, kept nodes, checkpoints; lists to read.

``audit_event.leaf_hash`` is SHA-256(0x00 || text), text being the row in canonical JSON (RFC 8785). The application
writes it with the entry, so that sealing need not read entries again; where it is missing the database fills it in.
``audit_entry_text`` writes the text anew from the columns, so an altered one shows. The tree tables are the sealer's;
hashes tell nothing, so anybody signed in may read them. Which leaf is which event stays behind the event's own fence.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# in the order of audit_event; everything but xid, which a restore into another cluster makes meaningless
COLUMNS = {
    "id": "uuid",
    "schema_version": "integer",
    "occurred_at": "timestamptz",
    "actor_kind": "text",
    "actor_user_id": "uuid",
    "actor_org_id": "uuid",
    "session": "text",
    "channel": "text",
    "network": "text",
    "action": "text",
    "object_type": "text",
    "object_id": "uuid",
    "object_version": "integer",
    "visible_to": "uuid[]",
    "outcome": "text",
    "rule": "text",
    "changed": "text[]",
    "commitments": "jsonb",
    "state_hash": "bytea",
    "correlation_id": "text",
    "idempotency_key": "text",
    "cause_event_id": "uuid",
}

# RFC 8785 wants the keys sorted; PostgreSQL's to_json escapes strings exactly as it demands (a property test compares).
TEXT = """
    IF commitments <> '{}' THEN
        SELECT string_agg(concat(to_json(name), ':[', pair -> 0, ',', pair -> 1, ']'), ',' ORDER BY name COLLATE "C")
        INTO pairs FROM jsonb_each(commitments) AS each_pair (name, pair);
    END IF;
    line := concat(
        '{"action":', to_json(action),
        ',"actor_kind":', to_json(actor_kind),
        ',"actor_org_id":', coalesce(to_json(actor_org_id), 'null'),
        ',"actor_user_id":', coalesce(to_json(actor_user_id), 'null'),
        ',"cause_event_id":', coalesce(to_json(cause_event_id), 'null'),
        ',"changed":', array_to_json(changed),
        ',"channel":', to_json(channel),
        ',"commitments":{', pairs,
        '},"correlation_id":', to_json(correlation_id),
        ',"id":', to_json(id),
        ',"idempotency_key":', coalesce(to_json(idempotency_key), 'null'),
        ',"network":', coalesce(to_json(network), 'null'),
        ',"object_id":', coalesce(to_json(object_id), 'null'),
        ',"object_type":', to_json(object_type),
        ',"object_version":', coalesce(to_json(object_version), 'null'),
        ',"occurred_at":"', to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        '","outcome":', to_json(outcome),
        ',"rule":', coalesce(to_json(rule), 'null'),
        ',"schema_version":', schema_version,
        ',"session":', to_json(session),
        ',"state_hash":', coalesce(to_json(encode(state_hash, 'hex')), 'null'),
        ',"visible_to":', array_to_json(visible_to),
        '}');
"""

ARGUMENTS = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
NAMES = ", ".join(COLUMNS)
KINDS = ", ".join(COLUMNS.values())


def function(name: str, returns: str, result: str) -> str:
    """Write a function of an entry's columns; it names functions of pg_catalog only, so no search path can bend it."""
    return f"""
CREATE FUNCTION {name}({ARGUMENTS}) RETURNS {returns} LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    pairs text := '';
    line text;
BEGIN
{TEXT}
    RETURN {result};
END $$;
"""


NEW_COLUMNS = ", ".join(f"NEW.{name}" for name in COLUMNS)
LEAF = f"""
ALTER TABLE audit_event ADD COLUMN leaf_hash bytea;
ALTER TABLE audit_event DISABLE TRIGGER USER;
UPDATE audit_event SET leaf_hash = audit_leaf_hash({NAMES});
ALTER TABLE audit_event ENABLE TRIGGER USER;
ALTER TABLE audit_event ALTER COLUMN leaf_hash SET NOT NULL;
CREATE FUNCTION audit_event_hashes_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.leaf_hash := audit_leaf_hash({NEW_COLUMNS});
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_leaf BEFORE INSERT ON audit_event FOR EACH ROW
    WHEN (NEW.leaf_hash IS NULL) EXECUTE FUNCTION audit_event_hashes_itself();
"""  # noqa: S608 - the names are those above

# The operator && is not leakproof, so no index on visible_to can be used behind the row policy: a company's list would
# read the whole trail. audit_party holds each company's entries in the order of its list; the sealer writes it, off the
# request, and audit_listed says how far. The other indexes serve the filters, whose operators are leakproof.
LISTS = """
DROP INDEX ix_audit_event_visible_to;
DROP INDEX ix_audit_event_actor_org_id;
CREATE INDEX ix_audit_event_occurred_at ON audit_event (occurred_at, id);
CREATE INDEX ix_audit_event_action ON audit_event (action, occurred_at, id);
CREATE INDEX ix_audit_event_actor_user_id ON audit_event (actor_user_id, occurred_at, id)
    WHERE actor_user_id IS NOT NULL;
CREATE INDEX ix_audit_event_denied ON audit_event (occurred_at, id) WHERE outcome = 'denied';
CREATE TABLE audit_party (
    org_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT pk_audit_party PRIMARY KEY (org_id, occurred_at, event_id)
);
CREATE TABLE audit_listed (
    only_row boolean NOT NULL CONSTRAINT pk_audit_listed PRIMARY KEY,
    up_to bigint NOT NULL,
    cursor_xid bigint NOT NULL,
    cursor_id uuid NOT NULL,
    CONSTRAINT ck_audit_listed_one_row CHECK (only_row)
);
ALTER TABLE audit_listed ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_listed FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_listed_begin ON audit_listed FOR INSERT WITH CHECK (app_machine());
CREATE POLICY audit_listed_move ON audit_listed FOR UPDATE USING (app_machine()) WITH CHECK (app_machine());
GRANT SELECT, INSERT, UPDATE ON audit_listed TO b2b_app;
"""

TREE = """
CREATE TABLE audit_checkpoint (
    size bigint NOT NULL CONSTRAINT pk_audit_checkpoint PRIMARY KEY,
    covers_from bigint NOT NULL CONSTRAINT uq_audit_checkpoint_covers_from UNIQUE,
    origin text NOT NULL,
    root bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    previous bytea,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    leaf_hashes bytea NOT NULL,
    frontier bytea NOT NULL,
    cursor_xid bigint NOT NULL,
    cursor_id uuid NOT NULL,
    CONSTRAINT ck_audit_checkpoint_grows CHECK (size > covers_from AND covers_from >= 0),
    CONSTRAINT ck_audit_checkpoint_leaves_whole CHECK (octet_length(leaf_hashes) = 32 * (size - covers_from))
);
-- hashes do not compress; kept out of line they can be read in slices
ALTER TABLE audit_checkpoint ALTER COLUMN leaf_hashes SET STORAGE EXTERNAL;
CREATE TABLE audit_leaf (
    leaf_index bigint NOT NULL CONSTRAINT pk_audit_leaf PRIMARY KEY,
    event_id uuid NOT NULL CONSTRAINT uq_audit_leaf_event_id UNIQUE
);
CREATE TABLE audit_node (
    level smallint NOT NULL,
    place bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_node PRIMARY KEY (level, place)
);
CREATE FUNCTION audit_tree_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END $$;
"""

FENCE = """
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_tree_is_insert_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_is_insert_only();
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_write ON {table} FOR INSERT WITH CHECK ({writers});
CREATE POLICY {table}_read ON {table} FOR SELECT USING ({readers});
GRANT SELECT, INSERT ON {table} TO b2b_app;
"""

# In a sub-select of its own each setting is read once per statement, not once per row.
MACHINE = "(SELECT app_machine())"
PLATFORM = "(SELECT app_platform())"
ORGS = "(SELECT app_orgs())::uuid[]"
AUDITORS = f"{MACHINE} OR {PLATFORM} = 'auditor'"
PARTIES = f"{AUDITORS} OR visible_to && {ORGS}"
# looked up one event at a time, so the subquery costs one index probe
SEES_EVENT = "EXISTS (SELECT 1 FROM audit_event seen WHERE seen.id = audit_leaf.event_id)"
SOMEBODY = f"{MACHINE} OR {PLATFORM} <> '' OR {ORGS} <> '{{}}'"
FENCES = {
    "audit_checkpoint": (MACHINE, SOMEBODY),
    "audit_node": (MACHINE, SOMEBODY),
    "audit_leaf": (MACHINE, f"{AUDITORS} OR {SEES_EVENT}"),
    "audit_party": (MACHINE, f"{AUDITORS} OR org_id = ANY ({ORGS})"),
}


def upgrade() -> None:
    op.execute(function("audit_entry_text", "text", "line"))
    op.execute(function("audit_leaf_hash", "bytea", r"sha256('\x00'::bytea || convert_to(line, 'UTF8'))"))
    op.execute(LEAF)
    op.execute(LISTS)
    for table in ("audit_event", "audit_detail"):
        op.execute(f"ALTER POLICY {table}_read ON {table} USING ({PARTIES})")
    op.execute(f"CREATE POLICY audit_listed_read ON audit_listed FOR SELECT USING ({SOMEBODY})")
    op.execute(TREE)
    for table, (writers, readers) in FENCES.items():
        op.execute(FENCE.format(table=table, writers=writers, readers=readers))


def downgrade() -> None:
    for table in ("audit_event", "audit_detail"):
        before = "visible_to && app_orgs() OR app_machine() OR app_platform() = 'auditor'"
        op.execute(f"ALTER POLICY {table}_read ON {table} USING ({before})")
    op.execute("DROP TRIGGER audit_event_leaf ON audit_event")
    op.execute("DROP TABLE audit_listed, audit_party, audit_node, audit_leaf, audit_checkpoint")
    op.execute("DROP FUNCTION audit_event_hashes_itself(), audit_tree_is_insert_only()")
    for name in ("occurred_at", "action", "actor_user_id", "denied"):
        op.execute(f"DROP INDEX ix_audit_event_{name}")
    op.execute("CREATE INDEX ix_audit_event_actor_org_id ON audit_event (actor_org_id, id)")
    op.execute("CREATE INDEX ix_audit_event_visible_to ON audit_event USING gin (visible_to)")
    op.execute("ALTER TABLE audit_event DROP COLUMN leaf_hash")
    op.execute(f"DROP FUNCTION audit_leaf_hash({KINDS}), audit_entry_text({KINDS})")
