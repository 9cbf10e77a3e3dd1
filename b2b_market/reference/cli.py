"""``b2b-market import-classification FILE``: a scheme of classes into this installation's database."""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.settings import Settings
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor
from b2b_market.reference.intake import Wanted, read_classification
from b2b_market.reference.rules.classes import Classification, ClassificationUnreadable
from b2b_market.reference.service import classes
from b2b_market.reference.service.classes import Imported

app = typer.Typer()
NOT_IMPORTED: Final = 1
MOST_BYTES: Final = 256 * 1024 * 1024
ClassFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON or CSV, in UTF-8.")]
Scheme = Annotated[str, typer.Option(help="Of the codes, such as CPV, where the file does not say it.")]
Edition = Annotated[str, typer.Option(help="Of the scheme, such as 2008, where the file does not say it.")]
Language = Annotated[str, typer.Option(help="Of titles whose language the file does not say: en, zh, …")]


@app.command("import-classification")
def import_classification(
    file: ClassFile, *, scheme: Scheme = "", edition: Edition = "", language: Language = "en"
) -> None:
    """Import a classification such as CPV: every code with its titles, for lots and items to be classed by.

    A new edition replaces the one before; codes that it leaves out are kept for what names them, and offered no more.
    Exit code 1: the file is refused, what is wrong with it is printed, and nothing was changed.
    """
    if file.stat().st_size > MOST_BYTES:
        _stop(f"it is larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        found = read_classification(file.read_bytes(), Wanted(scheme, edition, language))
    except ClassificationUnreadable as refusal:
        _stop(str(refusal.facts["found"]))
    runtime = Runtime.open(Settings())
    try:
        done = imported(runtime, found)
    finally:
        runtime.close()
    if done.unchanged:
        typer.echo(f"{done.scheme} {done.edition}: nothing new in {done.codes} codes.")
    else:
        typer.echo(f"{done.scheme} {done.edition}: {done.codes} codes imported, {done.retired} retired.")


def imported(runtime: Runtime, found: Classification) -> Imported:
    """Import a classification in a transaction of its own."""
    actor = system_actor("reference.import_classification")
    with runtime.work(actor.who, Tenant(machine=True), Cause("cli", new_correlation())) as work:
        return classes.import_classification(work, actor, found)


def _stop(found: str) -> NoReturn:
    typer.echo(f"Not imported: {found}. Nothing was changed.", err=True)
    raise typer.Exit(NOT_IMPORTED)
