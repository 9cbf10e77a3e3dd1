"""Messages in the product, mail on its way, and each person's channels.

Everybody may write a message, only its readers' company sees it. Mail is for the machine that sends it, and what it
gave up for the platform's operator. ``notification_setting`` says nothing about any company and has no row-level
security: whoever writes a message reads the choices of its readers.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE notification (
    id uuid NOT NULL CONSTRAINT pk_notification PRIMARY KEY,
    user_id uuid NOT NULL,
    org_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    facts jsonb NOT NULL,
    link text NOT NULL,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    object_name text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz
);
CREATE INDEX ix_notification_inbox ON notification (user_id, org_id, created_at, id);
CREATE INDEX ix_notification_unread ON notification (user_id, org_id) WHERE read_at IS NULL;
CREATE INDEX ix_notification_object ON notification (user_id, org_id, object_type, object_id, created_at);
CREATE TABLE notification_mail (
    id uuid NOT NULL CONSTRAINT pk_notification_mail PRIMARY KEY,
    kind text NOT NULL,
    user_id uuid,
    org_id uuid,
    address text NOT NULL,
    name text NOT NULL,
    locale text NOT NULL,
    timezone text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    facts jsonb NOT NULL,
    secrets jsonb,
    link text NOT NULL,
    obligatory boolean NOT NULL,
    status varchar(40) NOT NULL CONSTRAINT ck_notification_mail_mail_status
        CHECK (status IN ('queued', 'sent', 'kept', 'dead')),
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    error text NOT NULL
);
CREATE INDEX ix_notification_mail_due ON notification_mail (next_attempt_at) WHERE status = 'queued';
CREATE INDEX ix_notification_mail_created ON notification_mail (created_at, id);
CREATE TABLE notification_setting (
    user_id uuid NOT NULL,
    kind text NOT NULL,
    in_app boolean NOT NULL,
    mail boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_notification_setting PRIMARY KEY (user_id, kind)
);
"""

FENCE = """
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_add ON notification FOR INSERT WITH CHECK (true);
CREATE POLICY notification_read ON notification FOR SELECT USING (org_id = ANY (app_orgs()));
CREATE POLICY notification_change ON notification FOR UPDATE
    USING (org_id = ANY (app_orgs())) WITH CHECK (org_id = ANY (app_orgs()));
ALTER TABLE notification_mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_mail FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_mail_add ON notification_mail FOR INSERT WITH CHECK (true);
CREATE POLICY notification_mail_read ON notification_mail FOR SELECT
    USING (app_machine() OR (app_platform() = 'operator' AND status = 'dead'));
CREATE POLICY notification_mail_change ON notification_mail FOR UPDATE
    USING (app_machine() OR (app_platform() = 'operator' AND status = 'dead'))
    WITH CHECK (app_machine() OR app_platform() = 'operator');
GRANT SELECT, INSERT, UPDATE ON notification, notification_mail, notification_setting TO b2b_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FENCE)


def downgrade() -> None:
    op.execute("DROP TABLE notification_setting, notification_mail, notification")
