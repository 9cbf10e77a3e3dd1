"""``b2b-market bid …``: sealing, opening and checking bids where the platform's browser code is not trusted.

Everything but ``submit``, ``withdraw``, ``confirm`` and ``reveal`` works offline, with nothing but files.
"""

import typer

from b2b_market.tendering.cli import drawing, importing, keys, opening, sealing, sending, verifying

app = typer.Typer()
bid = typer.Typer(name="bid", no_args_is_help=True, help="Seal, submit, open and verify sealed bids.")
for command in (
    keys.officer_key,
    keys.bidder_key,
    keys.prove,
    sealing.seal_bid,
    sending.submit,
    sending.withdraw,
    sending.reveal,
    sending.confirm,
    verifying.verify_receipt,
    opening.open_layer,
    verifying.verify,
    drawing.verify_draw,
):
    bid.command(name={"seal_bid": "seal"}.get(command.__name__, command.__name__.replace("_", "-")))(command)
app.add_typer(bid)
app.command("import-tender")(importing.import_tender)
