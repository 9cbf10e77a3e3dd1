"""The audit log at the command line: verify an export anywhere; seal, export, accept a restore where the log lives."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from b2b_market.audit.commands import BeginExport
from b2b_market.audit.rules.checkpoint import hex_of
from b2b_market.audit.rules.findings import Report
from b2b_market.audit.rules.lines import Kind, read_line
from b2b_market.audit.rules.trail import KEY_BYTES
from b2b_market.audit.rules.verification import NotAnExport, verify_export
from b2b_market.audit.service.downloading import export_stream
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.service.rounds import BATCHES, sealer_of
from b2b_market.infra.database import Database, Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.settings import Settings
from b2b_market.infra.signing import fingerprint
from b2b_market.infra.who import Cause
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import system_actor

app = typer.Typer(name="audit", no_args_is_help=True, help="Seal, export and verify the audit log.")
UNREADABLE: Final = 1
SHOWN: Final = 20
Existing = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


@app.command()
def verify(
    export: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="An exported log.")],
    witness: Existing = None,
    keys: Existing = None,
) -> None:
    """Check an export; nothing but files is needed.

    --witness is a file of checkpoints kept elsewhere; without it a log that was cut off at its end looks whole.
    --keys is a file with the public keys, such as a download of checkpoints that you have kept; without it those in
    the export are taken.

    Exit code 0: sound; 2: an entry was altered; 3: one is missing or there twice; 4: the log contradicts the witness;
    5: a signature is wrong; 6: business rows are not what the entries say; 1: the files cannot be read.
    """
    try:
        trusted = _keys_of(keys) if keys is not None else None
        with export.open("rb") as lines, _opened(witness) as seen:
            report = verify_export(lines, witness=seen, trusted=trusted)
    except (NotAnExport, ValueError) as error:
        typer.echo(f"{export}: this is not an export of the audit log, or the keys cannot be read", err=True)
        raise typer.Exit(UNREADABLE) from error
    _print(report)
    raise typer.Exit(report.exit_code)


@app.command()
def seal() -> None:
    """Seal every waiting entry now, as the schedule does every few seconds."""
    runtime = _runtime()
    sealed = 0
    try:
        sealer = sealer_of(runtime, "cli")
        while found := sealer.run(batches=BATCHES):
            sealed += found
    except Refusal as refusal:
        _refused(refusal)
    finally:
        runtime.close()
    typer.echo(f"{sealed} entries sealed.")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The file to write.")],
) -> None:
    """Export the whole log and the state of every business row (needs B2B_MARKET_MIGRATION_DATABASE_URL)."""
    runtime = _runtime()
    owner = runtime.settings.migration_database_url
    if owner is None:
        typer.echo("Set B2B_MARKET_MIGRATION_DATABASE_URL to the owner's login: it sees every row.", err=True)
        raise typer.Exit(UNREADABLE)
    sees_all = replace(runtime, database=Database(owner.get_secret_value(), pool_size=1))
    actor, cause, tenant = system_actor("export"), Cause("cli", new_correlation()), Tenant(machine=True)
    with sees_all.work(actor.who, tenant, cause) as work:
        plan = begin_export(work, actor, BeginExport())
    with out.open("wb") as file:
        size = sum(file.write(part) for part in export_stream(sees_all, actor, tenant, cause, plan))
    sees_all.close()
    typer.echo(f"{out}: {size} bytes.")


@app.command()
def accept_restore(
    reason: Annotated[str, typer.Option(help="Why the database was restored; signed into the witness file.")],
) -> None:
    """Say that the database was restored from a backup on purpose, so that sealing goes on from there."""
    runtime = _runtime()
    try:
        declared = sealer_of(runtime, "cli").accept_restore(reason)
    except Refusal as refusal:
        _refused(refusal)
    finally:
        runtime.close()
    typer.echo(f"Declared: the log goes on from {declared.size} leaves; {declared.lost - declared.size} were given up.")


def _runtime() -> Runtime:
    return Runtime.open(Settings())


def _refused(refusal: Refusal) -> NoReturn:
    typer.echo(f"{refusal.title}. {refusal.advice.format(**refusal.facts)}", err=True)
    raise typer.Exit(UNREADABLE) from refusal


@contextmanager
def _opened(path: Path | None) -> Iterator[Iterator[bytes] | None]:
    if path is None:
        yield None
        return
    with path.open("rb") as lines:
        yield lines


def _keys_of(path: Path) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    with path.open("rb") as lines:
        for raw in lines:
            line = read_line(raw)
            if line.kind is Kind.KEY:
                public_key = hex_of(line.fields, "public_key", KEY_BYTES)
                found[fingerprint(public_key)] = public_key
    return found


def _print(report: Report) -> None:
    tally = report.tally
    typer.echo(
        f"{tally.entries} sealed entries, {tally.checkpoints} checkpoints, {tally.states} business rows and "
        f"{tally.witnessed} witnessed checkpoints checked, up to {report.head} leaves."
    )
    for notice in report.notices:
        typer.echo(f"note: {notice.text()}")
    for finding in report.findings[:SHOWN]:
        typer.echo(f"{finding.fault.name.lower()}: {finding.text()}")
    found = sum(report.counts.values())
    if found > SHOWN:
        typer.echo(f"… and {found - SHOWN} more.")
    verdict = f"The log is NOT sound: {found} findings, exit code {report.exit_code}." if found else "The log is sound."
    typer.echo(verdict)
