"""``b2b-market operator``: the people who run the installation."""

from typing import Annotated

import typer

from b2b_market.identity.public import LinkPurpose, issue_link
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.settings import Settings
from b2b_market.infra.who import Cause
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid
from b2b_market.organizations.commands import MakePlatformPerson
from b2b_market.organizations.service.founding import make_platform_person
from b2b_market.rbac.actor import system_actor

app = typer.Typer(name="operator", help="The people who run the installation.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``create`` a word of its own, also while it is the only command."""


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="The mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="How colleagues see this person.")] = "",
    *,
    auditor: Annotated[bool, typer.Option(help="Give the auditor's role: reads all, changes nothing.")] = False,
    reviewer: Annotated[bool, typer.Option(help="Give the review body's role: decides on complaints.")] = False,
) -> None:
    """Make an operator and print a link, good once within seven days, to set the password."""
    if auditor and reviewer:
        typer.echo("Choose one of --auditor and --reviewer.", err=True)
        raise typer.Exit(2)
    role = Role.PLATFORM_AUDITOR if auditor else Role.PLATFORM_REVIEWER if reviewer else Role.PLATFORM_OPERATOR
    runtime = Runtime.open(Settings())
    try:
        typer.echo(link_for(runtime, MakePlatformPerson(email=email, name=name or email, role=role)))
    except Invalid as refusal:
        typer.echo(f"{email} is not a mail address.", err=True)
        raise typer.Exit(2) from refusal
    finally:
        runtime.close()


def link_for(runtime: Runtime, command: MakePlatformPerson) -> str:
    """Make the person and return the address of a fresh link to set their password."""
    actor = system_actor("command line")
    with runtime.work(actor.who, Tenant(machine=True), Cause("cli", new_correlation())) as work:
        person = make_platform_person(work, actor, command)
        token = issue_link(work, actor, person.id, LinkPurpose.INVITATION)
    return f"{runtime.settings.public_url.rstrip('/')}/set-password?token={token}"
