"""``bid verify-draw``: whoever has the record of a committee's draw makes the draw again."""

from pathlib import Path
from typing import Annotated, Any

import typer

from b2b_market.tendering.cli.private_files import stop
from b2b_market.tendering.cli.sealing import loose
from b2b_market.tendering.rules.committee import check_record
from b2b_market.tendering.rules.drawing import CommitteeShapeWrong, DrawDoesNotMatch, PoolTooSmall
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.supplements import FORM, check_supplement


def verify_draw(
    record: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The draw's record.")],
    *,
    commitment: Annotated[str, typer.Option(help="The commitment that the signed notice announced, in hex.")] = "",
    beacon: Annotated[str, typer.Option(help="The root of the close record's journal, in hex.")] = "",
) -> None:
    """Make the draw of a committee, or a supplementary draw for empty seats, again from its record.

    Take --commitment from the signed notice and --beacon from the signed close record: they show what the platform
    could otherwise rewrite as a whole.

    Exit code 0: the same committee; 2: something differs; 1: the file cannot be read.
    """
    try:
        found = loose(record.read_bytes())
        held = _record(found)
        if held.get("form") == FORM:
            committed, drawn = check_supplement(held)
        else:
            announced, drawn = check_record(held)
            committed = announced.commitment
    except (DrawDoesNotMatch, CommitteeShapeWrong, PoolTooSmall) as refusal:
        stop(f"The draw is NOT sound: {refusal.facts.get('part', refusal.code)} differs.", Fault.ALTERED)
    except (OSError, ValueError) as error:
        stop(f"The file cannot be read: {error}.")
    if commitment and commitment.strip().lower() != committed.hex():
        stop("The draw is NOT sound: another commitment was announced.", Fault.ALTERED)
    if beacon and beacon.strip().lower() != held["beacon"]:
        stop("The draw is NOT sound: bidding closed with another root.", Fault.ALTERED)
    typer.echo(f"Sound: {len(drawn.members)} members and {len(drawn.reserves)} reserves are those of seed and beacon.")


def _record(found: object) -> dict[str, Any]:
    """Return the draw in a saved answer of the platform, or the record itself."""
    held = found.get("draw", found) if isinstance(found, dict) else {}
    return held if isinstance(held, dict) else {}
