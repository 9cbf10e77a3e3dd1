"""The command line: ``b2b-market``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from b2b_market.entrypoints.modules import NAMES, load_manifests

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The exchange that an industry runs on.")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema (B2B_MARKET_MIGRATION_DATABASE_URL, the owner's login)."""
    from b2b_market.entrypoints.migrating import migrate as upgrade  # noqa: PLC0415 - keeps other commands quick
    from b2b_market.infra.settings import Settings  # noqa: PLC0415

    settings = Settings()
    if settings.migration_database_url is None:
        typer.echo("Set B2B_MARKET_MIGRATION_DATABASE_URL to the login that owns the tables.", err=True)
        raise typer.Exit(2)
    upgrade(settings.migration_database_url.get_secret_value())
    typer.echo("The database has the newest schema.")


@app.command()
def serve(
    modules: Annotated[
        str, typer.Option(help=f"Serve only these modules, comma-separated, of: {', '.join(NAMES)}")
    ] = "",
    host: str = "127.0.0.1",
    port: int = 8000,
) -> None:
    """Serve the web application on external PostgreSQL and Redis (see docs/how-to/production.md)."""
    import uvicorn  # noqa: PLC0415 - keeps other commands quick

    from b2b_market.entrypoints.nudging import Nudger  # noqa: PLC0415
    from b2b_market.entrypoints.web import build_app  # noqa: PLC0415
    from b2b_market.infra.logging import configure_logging  # noqa: PLC0415
    from b2b_market.infra.runtime import Runtime  # noqa: PLC0415
    from b2b_market.infra.settings import Settings  # noqa: PLC0415

    settings = Settings()
    configure_logging(settings.log_level)
    try:
        manifests = load_manifests([name.strip() for name in modules.split(",") if name.strip()])
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    runtime = Runtime.open(settings, Nudger.for_broker(settings).nudge)
    uvicorn.run(build_app(runtime, manifests), host=host, port=port, timeout_graceful_shutdown=10, access_log=False)


@app.command()
def worker(concurrency: int = 2, pool: str = "prefork") -> None:
    """Run a Celery worker for background work."""
    from b2b_market.entrypoints.celery_app import app as celery  # noqa: PLC0415 - reads the settings

    celery.worker_main(
        [
            "worker",
            "--pool",
            pool,
            "--concurrency",
            str(concurrency),
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ]
    )


@app.command()
def schedule() -> None:
    """Run the schedule that asks workers for what is due; one per installation."""
    from b2b_market.entrypoints.celery_app import app as celery  # noqa: PLC0415 - reads the settings

    celery.Beat(loglevel="INFO").run()


@app.command()
def demo() -> None:
    """Fill an empty database with demo data and print who can sign in."""
    from b2b_market.entrypoints.demo_data import fill  # noqa: PLC0415 - keeps other commands quick

    fill(sys.stdout)


@app.command()
def up(
    port: int = 8000,
    data: Annotated[Path, typer.Option(help="Where the embedded servers and files keep their data.")] = Path("var"),
    demo_data: Annotated[bool, typer.Option("--demo/--no-demo", help="Fill an empty database with demo data.")] = True,  # noqa: FBT002 - a switch of the command line
) -> None:
    """Start the whole product with embedded PostgreSQL and Valkey; Ctrl-C stops it."""
    from b2b_market.entrypoints.supervisor.stack import StackOptions, run_stack  # noqa: PLC0415 - keeps others quick

    raise typer.Exit(run_stack(StackOptions(data=data, port=port, demo=demo_data)))


@app.command()
def doctor() -> None:
    """Say what is wrong with this installation and what would be right; exit code 1 where anything is."""
    from b2b_market.entrypoints.doctor import examine  # noqa: PLC0415 - keeps other commands quick
    from b2b_market.infra.runtime import Runtime  # noqa: PLC0415
    from b2b_market.infra.settings import Settings  # noqa: PLC0415

    runtime = Runtime.open(Settings())
    answers = list(examine(runtime))
    runtime.close()
    for answer in answers:
        typer.echo(f"{'ok  ' if answer.right else 'FAIL'}  {answer.subject:<20} {answer.note}")
    raise typer.Exit(0 if all(answer.right for answer in answers) else 1)


for manifest in load_manifests():
    if manifest.cli is not None:
        app.add_typer(manifest.cli)


if __name__ == "__main__":
    app()
