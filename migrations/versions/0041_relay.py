"""Fences of the outbox that cost the relay little: it is the machine, and veils are asked about for nobody else.

PostgreSQL starts every part of a statement's plan, whether it will run or not, and a veil asked about within a policy
is a query with policies of its own. The relay's claim names the outbox six times and had a plan of 180 such parts. As
a function the question is one part, which is never reached for the machine. The same rows are read and changed by the
same people as before; the policies of operator and auditor, who read the same, are one.

``identity_access`` (0016), which nothing asks any more, stays for the release before this one.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LIFTED = """
CREATE FUNCTION veil_is_lifted(asked uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM veil_lifted WHERE veil = asked);
"""
UNVEILED = "(veil IS NULL OR veil_is_lifted(veil))"
FENCES = f"""
DROP POLICY outbox_audit ON outbox;
ALTER POLICY outbox_read ON outbox
    USING (app_machine() OR app_platform() IN ('operator', 'auditor') AND {UNVEILED});
ALTER POLICY outbox_deliver ON outbox
    USING (app_machine() OR app_platform() = 'operator' AND {UNVEILED});
"""

# as 0036 wrote them
LIFTED_BEFORE = "(outbox.veil IS NULL OR EXISTS (SELECT 1 FROM veil_lifted lifted WHERE lifted.veil = outbox.veil))"
OPERATOR_BEFORE = f"(SELECT app_machine()) OR (SELECT app_platform()) = 'operator' AND {LIFTED_BEFORE}"
FENCES_BEFORE = f"""
ALTER POLICY outbox_deliver ON outbox USING ({OPERATOR_BEFORE});
ALTER POLICY outbox_read ON outbox USING ({OPERATOR_BEFORE});
CREATE POLICY outbox_audit ON outbox FOR SELECT USING ((SELECT app_platform()) = 'auditor' AND {LIFTED_BEFORE});
"""


def upgrade() -> None:
    op.execute(LIFTED)
    op.execute(FENCES)


def downgrade() -> None:
    op.execute(FENCES_BEFORE)
    op.execute("DROP FUNCTION veil_is_lifted(uuid)")
