"""``bid verify-receipt`` and ``bid verify``: nothing but files is needed."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Final
from zipfile import BadZipFile, ZipFile

import typer

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.cli.private_files import stop
from b2b_market.tendering.cli.sealing import NoticeFile, loose, notice_in
from b2b_market.tendering.rules.sealed_envelope import unpack
from b2b_market.tendering.rules.sealed_evidence import Kept
from b2b_market.tendering.rules.sealed_findings import Fault, Report
from b2b_market.tendering.rules.sealed_forms import octets
from b2b_market.tendering.rules.sealed_journal import Receipt, is_from, read_close, read_receipt
from b2b_market.tendering.rules.sealed_proofs import StandingProof, contradiction, read_proof, told
from b2b_market.tendering.rules.sealed_publishing import collected
from b2b_market.tendering.rules.sealed_terms import Notice
from b2b_market.tendering.rules.sealed_verification import verify_files

SHOWN: Final = 50
MOST_BYTES: Final = 1024**3
Existing = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


def verify_receipt(
    receipt: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A signed receipt.")],
    notice: NoticeFile,
    *,
    sealed: Existing = None,
    close: Existing = None,
    proof: Existing = None,
    confirmed: Existing = None,
) -> None:
    """Check a receipt against the notice.

    With --sealed it must be of that bid; with --close and --proof the proof must show how the bid stood when bidding
    closed, and a bid that was void must be so for a reason: then --notice is the one that bidding closed under, and
    --confirmed the receipt of a confirmation, where there is one.

    Exit code 0: sound; 2: it is of another bid; 3: it is not in the closing root; 4: the record contradicts what you
    hold; 5: a signature is wrong; 1: the files cannot be read.
    """
    announced = notice_in(notice).notice
    try:
        held = _receipt_in(receipt, announced)
        if sealed is not None and unpack(sealed.read_bytes(), announced.terms)[0].digest() != held.digest:
            stop("The receipt is of another bid.", Fault.ALTERED)
        stood = ""
        if close is not None and proof is not None:
            shown = read_proof(loose(proof.read_bytes()))
            stood = " " + _stood(shown, held, announced, close, confirmed)
    except ValueError as error:
        stop(f"The files cannot be read: {error}.")
    typer.echo(f"Sound: number {held.sequence}, received at {held.received_at.isoformat()}.{stood}")


def _receipt_in(path: Path, announced: Notice) -> Receipt:
    found = read_receipt(loose(path.read_bytes()))
    if not is_from(found, announced.receipts_key):
        stop("The receipt is not signed with the notice's key.", Fault.SIGNATURE)
    return found.receipt


def _stood(proof: StandingProof, held: Receipt, announced: Notice, close: Path, confirmed: Path | None) -> str:
    """Return how the bid stood; ends the command where the record does not show it or the bidder's files deny it."""
    record = read_close(loose(close.read_bytes()))
    if not is_from(record, announced.receipts_key):
        stop("The close record is not signed with the notice's key.", Fault.SIGNATURE)
    if not proof.shows(held, record.close):
        stop(f"The bid was not among the {proof.stands} ones when bidding closed.", Fault.MISSING)
    later = None if confirmed is None else _receipt_in(confirmed, announced)
    against = contradiction(proof.stands, held, announced, record.close, later)
    if against is not None:
        stop(f"The record contradicts what you hold: {against}.", Fault.CONTRADICTED)
    return told(proof.stands, held, announced)


def verify(
    source: Annotated[Path, typer.Argument(exists=True, readable=True, help="The public files: a folder, or the ZIP.")],
    *,
    receipt: Annotated[list[Path] | None, typer.Option(help="A receipt that you kept; may be repeated.")] = None,
    notice: Existing = None,
    close: Existing = None,
    key: Annotated[str, typer.Option(help="The platform's public key for receipts, in hex.")] = "",
    officer: Annotated[list[str] | None, typer.Option(help="A fingerprint that you compared; name all.")] = None,
) -> None:
    """Check everything about a tender's sealed bids afterwards: notices, receipts, closing, envelopes, opening.

    --receipt, --notice and --close are what you kept yourself: they show what the platform could otherwise rewrite as
    a whole. --key and --officer are compared from elsewhere; without them the notice's are taken, and printed.

    Exit code 0: sound; 2: something was altered; 3: a bid is missing, added or late; 4: the record contradicts what you
    kept; 5: a signature is wrong; 6: the opening record is not what the layers and commitments give; 1: the files
    cannot be read. Each finding ends with its culprit.
    """
    try:
        files = collected(*_named(source))
        kept = Kept(
            receipts=[canonical(loose(path.read_bytes())) for path in receipt or []],
            notice=None if notice is None else canonical(loose(notice.read_bytes())),
            close=None if close is None else canonical(loose(close.read_bytes())),
            key=octets(key, 32) if key else None,
            officers=frozenset(found.replace(" ", "").lower() for found in officer or []),
        )
    except (OSError, ValueError, BadZipFile) as error:
        stop(f"The files cannot be read: {error}.")
    report = verify_files(files, kept)
    typer.echo("\n".join(_lines(report)))
    raise typer.Exit(report.exit_code)


def _named(source: Path) -> tuple[Iterable[str], Callable[[str], bytes]]:
    """Return the names of a folder or of a ZIP, and what reads one; ValueError where the ZIP is too large, or twofold.

    A ZIP is read whole at once, so that what is damaged on its way is told as that before anything is judged.
    """
    if source.is_dir():
        names = [path.relative_to(source).as_posix() for path in sorted(source.rglob("*")) if path.is_file()]
        return names, lambda name: (source / name).read_bytes()
    with ZipFile(source) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise ValueError("the ZIP is larger than any that the platform gives")
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("the ZIP names a file twice")
        held = {entry.filename: archive.read(entry) for entry in entries}
    return held, held.__getitem__


def _lines(report: Report) -> Iterable[str]:
    tally = report.tally
    yield (
        f"{tally.receipts} receipts, {tally.live} live bids, {tally.envelopes} envelopes, {tally.boxes} ciphertexts, "
        f"{tally.contributions} officers' layers, {tally.payloads} opened parts and {tally.held} own receipts checked."
    )
    yield from (f"note: {notice}" for notice in report.notices)
    yield from (f"{finding.fault.name.lower()}: {finding.text()}" for finding in report.findings[:SHOWN])
    found = len(report.findings)
    if found > SHOWN:
        yield f"… and {found - SHOWN} more."
    yield f"The tender is NOT sound: {found} findings." if found else "The tender is sound."
