"""The manifest of the audit log."""

from pathlib import Path

from b2b_market.audit import api, cli, models, pages, tasks
from b2b_market.audit.permissions import GRANTS, AuditPermission
from b2b_market.audit.rules.agreement import NothingToAccept, WitnessContradicts, WitnessUnreadable
from b2b_market.audit.rules.sealing import LogDamaged, SigningKeyUnknown
from b2b_market.audit.rules.verification import NotAnExport
from b2b_market.audit.service import exploring, exporting, proving, sealing, witnessing
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Manifest
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="audit",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[pages.router],
    tasks=tasks.TASKS,
    permissions=[AuditPermission],
    grants=[GRANTS],
    refusals=[
        NotAnExport,
        LogDamaged,
        SigningKeyUnknown,
        WitnessContradicts,
        WitnessUnreadable,
        NothingToAccept,
    ],
    services=[sealing, witnessing, exploring, proving, exporting],
    models=[models],
    nav=[NavGroup(N_("Company"), (NavItem(N_("Audit trail"), "/audit", "shield", AuditPermission.READ.value),))],
    cli=cli.app,
)
