"""``b2b-market import-rfq FILE``: a list of needs sent to a running server, settled at the terminal, and made a draft.

It talks to the public API with a company's API key, so it runs wherever the file is.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from b2b_market.infra.remote import Json, Refused, Server, Unreachable, problem_lines
from b2b_market.rfq.cli.session import Session, Wishes, currency_code, decisions, unit_code
from b2b_market.rfq.cli.showing import describe, open_questions
from b2b_market.rfq.intake.values import DateOrder, Decimals, Field

app = typer.Typer()

NOT_IMPORTED: Final = 1
WRONG_USAGE: Final = 2
NO_SERVER: Final = 3
_NO_KEY: Final = "Set B2B_MARKET_API_KEY to an API key of your company; its page is Company, API keys."
_OF_THE_FILE: Final = frozenset({409, 412, 413, 415, 422})
"""Statuses by which the server refuses what was sent, not who sent it."""

ListFile = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="CSV, XLSX, UBL 2.1 RequestForQuotation or OCDS 1.1 tender."
    ),
]
Url = Annotated[str, typer.Option(envvar="B2B_MARKET_URL", help="The server's address.")]
Key = Annotated[
    str, typer.Option(envvar="B2B_MARKET_API_KEY", help="An API key with rfq:draft; better set the variable.")
]
Title = Annotated[str, typer.Option(help="Of the request; else what the file calls itself, or its name.")]
Unit = Annotated[str, typer.Option(help="Where the file names none: code, sign or name, such as H87 or kg.")]
Place = Annotated[str, typer.Option(help="Where it is delivered, for rows that do not say.")]
Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="By when, for rows that do not say.")
]
InCurrency = Annotated[str, typer.Option(help="Of the request, and of prices whose own currency is not certain.")]
Meant = Annotated[list[str] | None, typer.Option(help="Say what a column is, such as C=quantity; may be repeated.")]
UnitFor = Annotated[list[str] | None, typer.Option(help="Say what a unit means, such as stk=H87; may be repeated.")]
Skip = Annotated[list[int] | None, typer.Option(help="Leave a row out, by its number; may be repeated.")]
DecimalsWay = Annotated[Decimals | None, typer.Option(help="How numbers are written where that is not certain.")]
OrderWay = Annotated[DateOrder | None, typer.Option(help="How dates are written where that is not certain.")]
ReplacePast = Annotated[bool, typer.Option("--replace-past", help="Put --date where the file's date is past.")]
OnlyReady = Annotated[bool, typer.Option("--only-ready", help="Import what is ready; leave the rest behind.")]
DropPrices = Annotated[bool, typer.Option("--drop-other-prices", help="Import prices in another currency as none.")]
Sheet = Annotated[str, typer.Option(help="Of a workbook; else the first that holds something.")]
Encoding = Annotated[str, typer.Option(help="Of a text file, such as gb18030; recognised if absent.")]
Delimiter = Annotated[str, typer.Option(help="Between cells: , ; | or tab; found if absent.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be imported and keep nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; what is open ends with exit code 1.")]


@app.command("import-rfq")
def import_rfq(
    file: ListFile,
    *,
    url: Url = "http://127.0.0.1:8000",
    api_key: Key = "",
    title: Title = "",
    unit: Unit = "",
    place: Place = "",
    day: Day = None,
    currency: InCurrency = "",
    column: Meant = None,
    unit_for: UnitFor = None,
    skip: Skip = None,
    decimals: DecimalsWay = None,
    date_order: OrderWay = None,
    replace_past: ReplacePast = False,
    only_ready: OnlyReady = False,
    drop_other_prices: DropPrices = False,
    sheet: Sheet = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Import a list of needs into a running server as a draft request.

    The file is read on the server and shown as it was understood. What it leaves out is taken from the options, or
    asked at the terminal. Nothing is stored as a request before the last question is answered with yes.

    Exit code 0: imported; 1: not imported, and why is printed; 2: an option is wrong; 3: the server does not answer or
    does not admit the key.
    """
    try:
        wishes = Wishes(
            unit=unit_code(unit) if unit else None,
            place=place or None,
            day=day.date() if day else None,
            currency=currency_code(currency) if currency else None,
            columns=_columns(column or []),
            spellings={word: unit_code(meant) for word, meant in _pairs(unit_for or [])},
            decimals=decimals,
            date_order=date_order,
            replace_past=replace_past,
            skip=skip or [],
        )
        server = Server.at(url, api_key) if api_key else _stop(_NO_KEY, WRONG_USAGE)
        ways = {"sheet": sheet, "encoding": encoding, "delimiter": {"tab": "\t"}.get(delimiter, delimiter)}
        session = Session.begin(server, file, {name: way for name, way in ways.items() if way})
        session.decide(decisions(session.preview, wishes))
        asks = not yes and not dry_run and somebody_there()
        _settle(session, only_ready=only_ready, dry_run=dry_run, asks=asks)
        request = {"title": title or _title(session, file), "currency": _currency(session, wishes)}
        rest = {"only_ready": only_ready, "drop_other_prices": drop_other_prices}
        _confirm(session, {**request, **rest}, asks=asks, yes=yes)
    except ValueError as error:
        _stop(f"{error}.", WRONG_USAGE)
    except Unreachable as error:
        _stop(str(error), NO_SERVER)
    except Refused as refused:
        known = refused.status in _OF_THE_FILE
        _stop("\n".join(problem_lines(refused.problem)), NOT_IMPORTED if known else NO_SERVER)


def somebody_there() -> bool:
    """Tell whether a person can be asked: whether the input is a terminal."""
    return sys.stdin.isatty()


def _settle(session: Session, *, only_ready: bool, dry_run: bool, asks: bool) -> None:
    """Show the import and settle what is open; end here where that is not possible or not wanted."""
    typer.echo("\n".join(describe(session)))
    if asks and session.questions():
        session.ask()
        typer.echo("\n" + "\n".join(describe(session)))
    ready = session.preview["counts"]["ready"]
    possible = session.preview["confirmable"] or (only_ready and ready > 0)
    if dry_run or not possible:
        for line in open_questions(session):
            typer.echo(f"Open: {line}")
    if dry_run:
        session.drop()
        raise typer.Exit(0 if possible else NOT_IMPORTED)
    if not possible:
        _stop(f"Not imported. Settle what is open, here or on {session.page}.", NOT_IMPORTED)


def _confirm(session: Session, request: Json, *, asks: bool, yes: bool) -> None:
    """Make the draft, after asking where somebody can be asked."""
    ready = session.preview["counts"]["ready"]
    if asks and not typer.confirm(f"Make a draft of {ready} needs in {request['currency']}?", default=True):
        _stop(f"Not imported; it waits on {session.page}.", NOT_IMPORTED)
    if not asks and not yes:
        _stop(f"Not imported: add --yes to make the draft, or confirm on {session.page}.", NOT_IMPORTED)
    made = session.confirm(request)
    typer.echo(f"\nImported {len(made['lines'])} needs into the draft {made['number']}.")
    typer.echo(f"{session.server.url}/rfqs/{made['id']}")


def _title(session: Session, file: Path) -> str:
    return str(session.preview["title"] or file.stem)[:200]


def _currency(session: Session, wishes: Wishes) -> str:
    """Return the request's currency: as told, or that of all target prices; ValueError where neither decides."""
    known = [item["currency"] for item in session.preview["target_sums"]]
    if wishes.currency is None and len(known) != 1:
        named = f"its prices are in {', '.join(known)}" if known else "the file names no price"
        raise ValueError(f"say with --currency in which currency the request is: {named}")
    return wishes.currency or known[0]


def _columns(options: list[str]) -> dict[str, str]:
    fields = {field.value for field in Field}
    found = {letter.upper(): meant.lower() for letter, meant in _pairs(options)}
    unknown = next((meant for meant in found.values() if meant not in fields), None)
    if unknown is not None:
        raise ValueError(f"--column knows no field {unknown}; write one of {', '.join(sorted(fields))}")
    return found


def _pairs(options: list[str]) -> list[tuple[str, str]]:
    pairs = [option.partition("=") for option in options]
    wrong = next(
        (option for option, (left, mark, right) in zip(options, pairs, strict=True) if not (left and right)), None
    )
    if wrong is not None:
        raise ValueError(f"write {wrong} as NAME=VALUE")
    return [(left.strip(), right.strip()) for left, _, right in pairs]


def _stop(said: str, code: int) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(code)
