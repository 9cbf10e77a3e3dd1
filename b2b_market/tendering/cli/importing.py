"""``b2b-market import-tender FILE``: a tender of another system sent to a running server, shown, and made a draft.

It talks to the public API with a company's API key, so it runs wherever the file is.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from b2b_market.infra.remote import Json, Refused, Server, Unreachable, problem_lines
from b2b_market.kernel.units import UNITS
from b2b_market.tendering.cli.private_files import stop
from b2b_market.tendering.rules.procedures import CODES

NOT_IMPORTED: Final = 1
WRONG_USAGE: Final = 2
NO_SERVER: Final = 3
TenderPath = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="OCDS 1.1, JSON.")]
Url = Annotated[str, typer.Option(envvar="B2B_MARKET_URL", help="Where the server is.")]
Key = Annotated[str, typer.Option(envvar="B2B_MARKET_API_KEY", help="An API key of your company.")]
Unit = Annotated[str, typer.Option(help="For items that do not say theirs, a UN/ECE Rec 20 code such as H87.")]
Place = Annotated[str, typer.Option(help="Where to deliver, for items that do not say.")]
Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="By when, for items that do not say.")
]
InCurrency = Annotated[str, typer.Option(help="Of the tender, where the file does not say it.")]
Procedure = Annotated[str, typer.Option(help="The procedure that the draft follows.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be imported and store nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]


def import_tender(
    file: TenderPath,
    *,
    url: Url = "http://127.0.0.1:8000",
    api_key: Key = "",
    unit: Unit = "",
    place: Place = "",
    day: Day = None,
    currency: InCurrency = "",
    procedure: Procedure = CODES[0],
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Import a tender of another system (OCDS release, release package, record package) as a draft.

    What could not be taken is listed. Nothing is stored before the question is answered with yes.

    Exit code 0: imported, or shown; 1: not imported, and why is printed; 2: an option is wrong; 3: the server does not
    answer or does not admit the key.
    """
    if not api_key:
        stop("Set B2B_MARKET_API_KEY to an API key of your company; its page is Company, API keys.", WRONG_USAGE)
    if unit and unit not in UNITS:
        stop(f"{unit} is no unit of UN/ECE Rec 20, such as H87.", WRONG_USAGE)
    given = {"unit": unit, "delivery_place": place, "required_on": day.date().isoformat() if day else ""}
    try:
        server = Server.at(url, api_key)
        found = server.send_file("/tender-imports/preview", file.name, file.read_bytes())
        draft = {**completed(found["draft"], given, currency), "procedure": procedure}
        typer.echo("\n".join(described(draft, found)))
        open_points = missing(draft)
        if dry_run:
            return
        if open_points:
            stop("Not imported. Say what is missing with the options: " + ", ".join(open_points), NOT_IMPORTED)
        if not yes and not typer.confirm("Make the draft?", default=True):
            stop("Not imported.", NOT_IMPORTED)
        made = server.post_once("/tenders", draft)
        typer.echo(f"Imported as the draft {made['number']}.\n{server.url}/tenders/{made['id']}")
    except ValueError as error:
        stop(f"{error}.", WRONG_USAGE)
    except Unreachable as error:
        stop(str(error), NO_SERVER)
    except Refused as refused:
        admitted = refused.status not in (401, 403)
        stop("\n".join(problem_lines(refused.problem)), NOT_IMPORTED if admitted else NO_SERVER)


def completed(draft: Json, given: dict[str, str], currency: str) -> dict[str, Any]:
    """Return a draft whose items have what was given where they say nothing, without values that are none."""
    lots = [
        {
            **lot,
            "items": [{**item, **{key: item[key] or value for key, value in given.items()}} for item in lot["items"]],
        }
        for lot in draft["lots"]
    ]
    found = {**draft, "lots": lots, "currency": draft["currency"] or currency}
    return {name: value for name, value in found.items() if value is not None}


def missing(draft: dict[str, Any]) -> list[str]:
    """Return what a draft still lacks, each kind once."""
    found = [name for name in ("title", "currency") if not draft.get(name)]
    items = [item for lot in draft["lots"] for item in lot["items"]]
    needed = ("name", "quantity", "unit", "required_on", "delivery_place")
    found += [name for name in needed if any(not item[name] for item in items)]
    return found if items else [*found, "items"]


def described(draft: dict[str, Any], found: Json) -> list[str]:
    """Return the preview as lines."""
    lines = [f"{draft['title']} ({draft.get('currency') or '?'}), closes {draft.get('closes_at') or 'not set'}"]
    for number, lot in enumerate(draft["lots"], start=1):
        lines.append(f"Lot {number}: {lot['title']}" + (f", estimate {lot['estimate']}" if lot["estimate"] else ""))
        lines += [
            f"  {item['name']}: {item['quantity'] or '?'} {item['unit'] or '?'} {item['classification']}".rstrip()
            for item in lot["items"]
        ]
    lines += [f"{one['kind'].capitalize()}: {one['name']}" for one in draft["criteria"]]
    for remark in found["remarks"]:
        said = "; ".join(f"{name}: {value}" for name, value in remark["facts"].items())
        lines.append(f"Not taken ({remark['code']})" + (f" {said}" if said else ""))
    return lines
