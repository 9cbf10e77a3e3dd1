"""``bid submit``, ``withdraw``, ``confirm`` and ``reveal``: to a running platform, with a company's API key."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from b2b_market.infra.canonical import canonical
from b2b_market.infra.remote import Json, Refused, Server, Unreachable, problem_lines
from b2b_market.tendering.cli.private_files import NO_SERVER, REFUSED, WRONG_USAGE, stop, unlocked, write_public
from b2b_market.tendering.cli.sealing import KeyFile, NoticeFile, notice_in
from b2b_market.tendering.rules.sealed_confirming import sign_confirmation
from b2b_market.tendering.rules.sealed_envelope import sign_withdrawal, unpack
from b2b_market.tendering.rules.sealed_journal import Document, SignedReceipt, entry_of, is_from, read_receipt
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_reading import pack_reveal, read_reveal
from b2b_market.tendering.rules.sealed_terms import Notice, Part

T = TypeVar("T")
_NO_KEY = (
    "Set B2B_MARKET_API_KEY to an API key of your company with bid:submit; its page is Company, API keys. Who may "
    "submit bids but not make keys asks an administrator to lend that right."
)
Url = Annotated[str, typer.Option(envvar="B2B_MARKET_URL", help="The platform's address.")]
ApiKey = Annotated[
    str, typer.Option("--api-key", envvar="B2B_MARKET_API_KEY", help="Of your company; better set the variable.")
]
ReceiptOut = Annotated[Path, typer.Option("--receipt", dir_okay=False, help="Where the signed receipt is written.")]


def submit(
    sealed: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A sealed bid.")],
    notice: NoticeFile,
    receipt: ReceiptOut,
    *,
    url: Url = "http://127.0.0.1:8000",
    api_key: ApiKey = "",
) -> None:
    """Submit a sealed bid and keep its signed receipt: the proof that it was received in time.

    Its version makes a second sending harmless: it is refused as no longer the next one.

    Exit code 0: received, the receipt holds; 1: refused, or the receipt does not hold; 2: an option is wrong; 3: the
    platform does not answer or does not admit the key.
    """
    announced = notice_in(notice).notice
    try:
        packed = sealed.read_bytes()
        envelope, _ = unpack(packed, announced.terms)
    except ValueError as error:
        stop(f"{sealed}: {error}.")
    server, path = _server(url, api_key), f"/tenders/{envelope.envelope.ids.tender}/bids"
    _keep(_asked(lambda: server.send_file(path, sealed.name, packed)), announced, envelope, receipt)


def withdraw(
    notice: NoticeFile,
    lot: Annotated[UUID, typer.Option(help="The lot's id.")],
    bidder: Annotated[UUID, typer.Option(help="Your company's id.")],
    version: Annotated[int, typer.Option(min=2, help="One more than the bid's.")],
    key: KeyFile,
    *,
    receipt: ReceiptOut,
    url: Url = "http://127.0.0.1:8000",
    api_key: ApiKey = "",
) -> None:
    """Take a bid back before the deadline, signed with the key that sealed it. Exit codes as for submit."""
    announced, private, server = notice_in(notice).notice, unlocked(key), _server(url, api_key)
    try:
        found = sign_withdrawal(BidIds(announced.terms.tender, lot, bidder, version), private.signer())
    except ValueError as error:
        stop(f"Not withdrawn: {error}.")
    path = f"/tenders/{announced.terms.tender}/withdrawals"
    answer = _asked(lambda: server.send_file(path, "withdrawal.json", found.to_bytes()))
    _keep(answer, announced, found, receipt)


def reveal(
    kept: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The .keep file.")],
    part: Annotated[Part, typer.Option(help="Which part of the bid.")] = Part.WHOLE,
    *,
    attach: Annotated[list[Path] | None, typer.Option(help="A file of that part, in the order of sealing.")] = None,
    url: Url = "http://127.0.0.1:8000",
    api_key: ApiKey = "",
) -> None:
    """Reveal a bid against its commitment, in the announced window, when the officers cannot open it.

    This sends the bid in the clear; nobody sees it before the window has ended. Exit codes as for submit.
    """
    try:
        found = next(one for line in kept.read_bytes().splitlines() if (one := read_reveal(line)).part is part)
    except ValueError as error:
        stop(f"{kept}: {error}.")
    except StopIteration:
        stop(f"{kept} does not hold the part {part}.", WRONG_USAGE)
    try:
        data = pack_reveal(found, [BidFile(path.name, path.read_bytes()) for path in attach or []])
    except OSError as error:
        stop(f"{error}.", WRONG_USAGE)
    server = _server(url, api_key)
    _asked(lambda: server.send_file(f"/tenders/{found.ids.tender}/reveals", "reveal.bin", data))
    typer.echo(f"Revealed the part {part}.")


def confirm(
    sealed: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The bid that stands.")],
    notice: NoticeFile,
    version: Annotated[int, typer.Option(min=2, help="One more than what was received last.")],
    key: KeyFile,
    *,
    receipt: ReceiptOut,
    url: Url = "http://127.0.0.1:8000",
    api_key: ApiKey = "",
) -> None:
    """Confirm a sealed bid under an amended notice, without opening it, with the key that sealed it.

    NOTICE is the amended one: read what changed before. Exit codes as for submit.
    """
    announced, private, server = notice_in(notice).notice, unlocked(key), _server(url, api_key)
    try:
        envelope, _ = unpack(sealed.read_bytes(), announced.terms)
        stood = envelope.envelope.ids
        ids = BidIds(stood.tender, stood.lot, stood.bidder, version)
        found = sign_confirmation(ids, envelope.digest(), announced.digest(), private.signer())
    except ValueError as error:
        stop(f"Not confirmed: {error}.")
    path = f"/tenders/{announced.terms.tender}/confirmations"
    answer = _asked(lambda: server.send_file(path, "confirmation.json", found.to_bytes()))
    _keep(answer, announced, found, receipt)


def _server(url: str, api_key: str) -> Server:
    if not api_key:
        stop(_NO_KEY, WRONG_USAGE)
    try:
        return Server.at(url, api_key)
    except ValueError as error:
        stop(f"{error}.", WRONG_USAGE)


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Unreachable as error:
        stop(str(error), NO_SERVER)
    except Refused as refused:
        admitted = refused.status not in (401, 403)
        stop("\n".join(problem_lines(refused.problem)), REFUSED if admitted else NO_SERVER)


def _keep(answer: Json, notice: Notice, sent: Document, out: Path) -> None:
    """Write the receipt in the answer and check it: kept even where it does not hold, because it is then evidence."""
    found = answer.get("receipt")
    write_public(out, canonical(found))
    ids = entry_of(sent)[1]
    try:
        receipt: SignedReceipt = read_receipt(found)
    except ValueError as error:
        stop(f"The answer is no receipt: {error}. It is kept in {out}.")
    if not is_from(receipt, notice.receipts_key) or (receipt.receipt.digest, receipt.receipt.ids) != (
        sent.digest(),
        ids,
    ):
        stop(f"The receipt is not of this bid, or not signed with the notice's key. It is kept in {out}.")
    typer.echo(f"Received as number {receipt.receipt.sequence} at {receipt.receipt.received_at.isoformat()}: {out}")
