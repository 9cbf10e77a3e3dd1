"""The last word after a fault: the trail sealed, exported and verified against the tables, and nothing waiting."""

import time
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import text

from b2b_market.audit.commands import BeginExport
from b2b_market.audit.rules.findings import Finding, Report
from b2b_market.audit.rules.replay import NO_EVENT
from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import export_stream, log_keys
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.service.rounds import sealer_of
from b2b_market.infra.database import Database, Tenant, set_tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor
from tests.support.house import House

MACHINE = Tenant(machine=True)
MADE_BY_INSERT = frozenset({"organization", "organization_settings", "user"})
"""What the tests' factories insert without announcing it."""
_WAITING = "SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.id)"


def require_sound_trail(house: House) -> Report:
    """Seal what waits and verify the whole log: leaves, roots, signatures, witness, and the state of every row."""
    seal_everything(house.runtime)
    report = verify(house)
    wrong = [finding for finding in report.findings if not _by_factory(finding)]
    assert wrong == [], [finding.text() for finding in wrong]
    assert report.tally.entries == report.head > 0
    assert report.tally.witnessed == report.tally.checkpoints > 0
    assert report.tally.states > 0
    return report


def seal_everything(runtime: Runtime) -> None:
    """Run the sealer until no entry waits."""
    sealer, end = sealer_of(runtime, "test"), time.monotonic() + 240
    while True:
        sealer.run(batches=100)
        with runtime.database.session() as session:
            set_tenant(session, MACHINE)
            waiting = session.execute(text(_WAITING)).scalar_one()
        if not waiting:
            return
        assert time.monotonic() < end, f"{waiting} entries are never sealed"
        time.sleep(0.05)


def verify(house: House) -> Report:
    """Export the log with the owner's login, as the command line does, and verify it against keys and witness."""
    database = Database(house.servers.url("owner", house.database), pool_size=1)
    runtime, actor = replace(house.runtime, database=database), system_actor("export")
    cause = Cause("test", new_correlation())
    try:
        with runtime.work(actor.who, MACHINE, cause) as work:
            plan = begin_export(work, actor, BeginExport(()))
        lines = b"".join(export_stream(runtime, actor, MACHINE, cause, plan)).splitlines(keepends=True)
    finally:
        database.dispose()
    with sealer_of(runtime, "test").witness.path.open("rb") as witness:
        return verify_export(lines, witness=witness, trusted=log_keys(runtime))


def _by_factory(finding: Finding) -> bool:
    return finding.message == NO_EVENT and finding.facts["object_type"] in MADE_BY_INSERT


def texts(findings: Iterable[Finding]) -> list[str]:
    """Return what findings say."""
    return [finding.text() for finding in findings]
