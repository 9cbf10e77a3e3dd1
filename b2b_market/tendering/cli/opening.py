"""``bid open-layer``: an officer's part in the opening, on the officer's own machine."""

from pathlib import Path
from typing import Annotated

import typer

from b2b_market.kernel.clock import SystemClock
from b2b_market.kernel.refusal import Refusal
from b2b_market.tendering.cli.keys import grouped
from b2b_market.tendering.cli.private_files import stop, unlocked, write_public
from b2b_market.tendering.cli.sealing import notice_in
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_work import closing_notice, read_work


def open_layer(
    work: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The opening's work file.")],
    key: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="Your officer's key.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="Your contribution, to be uploaded; never overwritten.")],
    notice: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="The notice as you kept it at its publication."),
    ] = None,
) -> None:
    """Remove your layer from every bid of a work file and sign what was inside; the key stays here.

    Before anything is opened, the file is checked: that the deadline is past by this machine's clock, that its bids are
    exactly those of the signed closing root, and that each ciphertext is the one that its bidder signed.

    Exit code 0: written, layers that did not open are named; 1: refused, nothing was opened; 2: an option is wrong.
    """
    private = unlocked(key)
    kept = None if notice is None else notice_in(notice).notice
    try:
        found = read_work(work.read_bytes())
        contribution = contribute(found, private.officer(), SystemClock().now(), kept)
    except Refusal as refusal:
        stop(f"{refusal.title}. {refusal.advice.format(**refusal.facts)}")
    except ValueError as error:
        stop(f"Nothing was opened: {error}.")
    write_public(out, contribution.to_bytes())
    announced = closing_notice(found)
    typer.echo(f"Tender {announced.terms.tender}, part {found.part}, layer {found.layer + 1} of {len(found.officers)}")
    typer.echo(f"Opened by {grouped(contribution.officer)}: {len(contribution.results)} bids, written to {out}")
    for sequence, inside in contribution.results.items():
        if inside is None:
            typer.echo(f"Bid {sequence}: this layer does not open to what the bidder announced; reported.")
