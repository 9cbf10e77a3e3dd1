"""Veils: entries of the trail and announced facts that nobody but their companies reads until something is opened.

``veil`` names the object that holds a row back; ``veil_lifted`` the objects that do so no more. What was written about
sealed bids and their bonds before is veiled by its tender, and the tenders that were opened or ended are lifted.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# In a sub-select of its own each setting is read once per statement, not once per row.
MACHINE = "(SELECT app_machine())"
PLATFORM = "(SELECT app_platform())"
ORGS = "(SELECT app_orgs())::uuid[]"
LIFTED = "({0}.veil IS NULL OR EXISTS (SELECT 1 FROM veil_lifted lifted WHERE lifted.veil = {0}.veil))"
SEES_EVENT = "EXISTS (SELECT 1 FROM audit_event seen WHERE seen.id = {0}.event_id)"

VEILS = f"""
CREATE TABLE veil_lifted (
    veil uuid NOT NULL CONSTRAINT pk_veil_lifted PRIMARY KEY,
    lifted_at timestamptz NOT NULL
);
ALTER TABLE veil_lifted ENABLE ROW LEVEL SECURITY;
ALTER TABLE veil_lifted FORCE ROW LEVEL SECURITY;
CREATE POLICY veil_lifted_add ON veil_lifted FOR INSERT WITH CHECK (true);
CREATE POLICY veil_lifted_read ON veil_lifted FOR SELECT USING ({MACHINE} OR {PLATFORM} <> '');
GRANT SELECT, INSERT ON veil_lifted TO b2b_app;
ALTER TABLE audit_event ADD COLUMN veil uuid;
ALTER TABLE outbox ADD COLUMN veil uuid;
ALTER TABLE notification_mail ADD COLUMN veil uuid;
ALTER TABLE audit_leaf ADD COLUMN veiled boolean NOT NULL DEFAULT false;
CREATE INDEX ix_audit_leaf_leaf_index ON audit_leaf (leaf_index) WHERE veiled;
"""

WRITTEN_BEFORE = """
INSERT INTO veil_lifted (veil, lifted_at)
    SELECT id, coalesce(opened_at, changed_at) FROM tender
    WHERE opened_at IS NOT NULL OR status IN ('cancelled', 'unsuccessful');
ALTER TABLE audit_event DISABLE TRIGGER USER;
UPDATE audit_event SET veil = bid.tender_id FROM tender_bid bid
    WHERE object_type = 'tender_bid' AND object_id = bid.id;
UPDATE audit_event SET veil = bond.tender_id FROM tender_bond bond
    WHERE object_type = 'tender_bond' AND object_id = bond.id;
UPDATE audit_event SET veil = object_id
    WHERE outcome = 'denied' AND rule = 'tender-bid-too-late' AND object_type = 'tenders' AND object_id IS NOT NULL;
ALTER TABLE audit_event ENABLE TRIGGER USER;
ALTER TABLE audit_leaf DISABLE TRIGGER USER;
UPDATE audit_leaf SET veiled = true FROM audit_event event WHERE event.id = event_id AND event.veil IS NOT NULL;
ALTER TABLE audit_leaf ENABLE TRIGGER USER;
UPDATE outbox SET veil = (payload ->> 'tender_id')::uuid WHERE aggregate_type IN ('tender_bid', 'tender_bond');
"""

PARTIES = "visible_to && " + ORGS
READERS = {
    "audit_event": f"{MACHINE} OR {PARTIES} OR {PLATFORM} = 'auditor' AND {LIFTED.format('audit_event')}",
    "audit_detail": f"{MACHINE} OR {PARTIES} OR {PLATFORM} = 'auditor' AND {SEES_EVENT.format('audit_detail')}",
    "audit_leaf": f"{MACHINE} OR {PLATFORM} = 'auditor' AND NOT veiled OR {SEES_EVENT.format('audit_leaf')}",
    "audit_party": f"{MACHINE} OR org_id = ANY ({ORGS})",
}
READERS_BEFORE = {
    "audit_event": f"{MACHINE} OR {PLATFORM} = 'auditor' OR {PARTIES}",
    "audit_detail": f"{MACHINE} OR {PLATFORM} = 'auditor' OR {PARTIES}",
    "audit_leaf": f"{MACHINE} OR {PLATFORM} = 'auditor' OR {SEES_EVENT.format('audit_leaf')}",
    "audit_party": f"{MACHINE} OR {PLATFORM} = 'auditor' OR org_id = ANY ({ORGS})",
}
OPERATOR = f"{MACHINE} OR {PLATFORM} = 'operator' AND {LIFTED.format('outbox')}"
DESK = {"read": OPERATOR, "deliver": OPERATOR, "audit": f"{PLATFORM} = 'auditor' AND {LIFTED.format('outbox')}"}
# which mails nobody took, and for whom
FAILED = f"{MACHINE} OR {PLATFORM} = 'operator' AND status = 'dead' AND {LIFTED.format('notification_mail')}"
FAILED_BEFORE = "app_machine() OR (app_platform() = 'operator' AND status = 'dead')"
OPERATOR_BEFORE = "app_machine() OR app_platform() = 'operator'"
DESK_BEFORE = {"read": OPERATOR_BEFORE, "deliver": OPERATOR_BEFORE, "audit": "app_platform() = 'auditor'"}


def upgrade() -> None:
    op.execute(VEILS)
    op.execute(WRITTEN_BEFORE)
    for table, readers in READERS.items():
        op.execute(f"ALTER POLICY {table}_read ON {table} USING ({readers})")
    for name, readers in DESK.items():
        op.execute(f"ALTER POLICY outbox_{name} ON outbox USING ({readers})")
    for name in ("read", "change"):
        op.execute(f"ALTER POLICY notification_mail_{name} ON notification_mail USING ({FAILED})")


def downgrade() -> None:
    for name in ("read", "change"):
        op.execute(f"ALTER POLICY notification_mail_{name} ON notification_mail USING ({FAILED_BEFORE})")
    for name, readers in DESK_BEFORE.items():
        op.execute(f"ALTER POLICY outbox_{name} ON outbox USING ({readers})")
    for table, readers in READERS_BEFORE.items():
        op.execute(f"ALTER POLICY {table}_read ON {table} USING ({readers})")
    op.execute("DROP INDEX ix_audit_leaf_leaf_index")
    op.execute("ALTER TABLE audit_leaf DROP COLUMN veiled")
    op.execute("ALTER TABLE notification_mail DROP COLUMN veil")
    op.execute("ALTER TABLE outbox DROP COLUMN veil")
    op.execute("ALTER TABLE audit_event DROP COLUMN veil")
    op.execute("DROP TABLE veil_lifted")
