"""``bid seal``: a bid sealed on the bidder's own machine."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.cli.keys import grouped
from b2b_market.tendering.cli.private_files import WRONG_USAGE, stop, unlocked, write_private, write_public
from b2b_market.tendering.rules.declaring import require_answering
from b2b_market.tendering.rules.offers import require_form
from b2b_market.tendering.rules.sealed_envelope import pack
from b2b_market.tendering.rules.sealed_forms import mapping
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_reading import Reveal
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Notice, Part, SignedNotice, read_notice

NoticeFile = Annotated[
    Path, typer.Option("--notice", exists=True, dir_okay=False, readable=True, help="The tender's signed notice.")
]
KeyFile = Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, readable=True, help="The bidder's key.")]
Attached = Annotated[
    list[str] | None,
    typer.Option(help="A file of the bid: PATH, or PART=PATH for a bid of two parts; may be repeated."),
]
DocumentFile = Annotated[
    Path | None,
    typer.Option(
        "--document",
        exists=True,
        dir_okay=False,
        readable=True,
        help="The tender document: the bid is held against what its lot asks.",
    ),
]
Compared = Annotated[
    list[str] | None,
    typer.Option("--officer", help="An officer's fingerprint that you have compared; name all of them."),
]


def seal_bid(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The bid as JSON.")],
    notice: NoticeFile,
    lot: Annotated[UUID, typer.Option(help="The lot's id, as in the notice.")],
    bidder: Annotated[UUID, typer.Option(help="Your company's id.")],
    key: KeyFile,
    *,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The sealed bid to write; never overwritten.")],
    version: Annotated[int, typer.Option(min=1, help="1 for the first bid on a lot, then 2, 3 …")] = 1,
    document: DocumentFile = None,
    attach: Attached = None,
    officer: Compared = None,
) -> None:
    """Seal a bid: OUT is for the platform, OUT.keep (private, mode 0600) stays with you and can reveal the bid.

    FILE is an object of the bid's content; money and quantities are strings ("12.50"). For a tender of two envelopes
    it is {"technical": {…}, "price": {…}}. With the tender document a bid that leaves out a price, a feature or a
    life-cycle cost is not sealed. Compare the officers' fingerprints with the tender document, and with the
    officers themselves: who can change the notice could otherwise have a bid sealed to other keys.

    Exit code 0: sealed; 1: refused, and why is printed; 2: an option is wrong.
    """
    signed = notice_in(notice)
    _compare(signed.notice, officer or [])
    private = unlocked(key)
    try:
        contents = _contents(signed.notice.terms.parts, file.read_bytes(), attach or [])
        if lot not in signed.notice.lots:
            stop("The notice has no such lot.", WRONG_USAGE)
        if document is not None:
            require_answering(contents[signed.notice.terms.parts[-1]].content, _lot(signed.notice, document, lot))
        ids = BidIds(signed.notice.terms.tender, lot, bidder, version)
        sealed = seal(signed.notice.terms, ids, contents, private.signer(), notice=signed.notice.digest())
    except (TypeError, ValueError) as error:
        stop(f"Not sealed: {error}.")
    _write(out, ids, sealed)
    typer.echo(f"Sealed: {out}, SHA-256 of the envelope {sealed.envelope.digest().hex()}")
    typer.echo(f"Keep: {out}.keep; without it the bid cannot be revealed if the officers lose their keys.")


def notice_in(path: Path) -> SignedNotice:
    """Return the notice in a file, or end with why it cannot be trusted."""
    try:
        return read_notice(loose(path.read_bytes()))
    except ValueError as error:
        stop(f"{path}: {error}.")


def loose(data: bytes) -> object:
    """Return the JSON value of a saved document however it is spaced; its signature is over the canonical text."""
    value: object = json.loads(data, parse_float=_no_float)
    return value


def _lot(notice: Notice, path: Path, lot: UUID) -> Mapping[str, Any]:
    """Return a lot of the tender document, alone or as the API answers it; ValueError unless the notice names it."""
    found = mapping(loose(path.read_bytes()))
    document = mapping(found.get("document", found))
    if hashlib.sha256(canonical(document)).digest() != notice.document:
        raise ValueError("the document is not the one whose SHA-256 stands in the notice")
    lots: Sequence[Mapping[str, Any]] = document["lots"]  # type: ignore[assignment]  # its hash is the notice's
    return next(one for one in lots if one["id"] == str(lot))


def _compare(notice: Notice, compared: Sequence[str]) -> None:
    known = {found.replace(" ", "").lower() for found in compared}
    for card in notice.terms.officers:
        told = "compared" if card.fingerprint in known else "NOT compared"
        typer.echo(f"Officer {card.name}: {grouped(card.fingerprint)} ({told})")
    strangers = {card.fingerprint for card in notice.terms.officers} - known
    if compared and strangers:
        stop("Not sealed: the notice names officers whose fingerprints you did not compare.")


def _contents(parts: Sequence[Part], data: bytes, attached: Sequence[str]) -> Mapping[Part, PartContent]:
    value = mapping(json.loads(data, parse_float=_no_float))
    files = _files(parts, attached)
    if parts == (Part.WHOLE,):
        require_form(value)
        return {Part.WHOLE: PartContent(value, files[Part.WHOLE])}
    if set(value) != set(parts):
        raise ValueError(f"the bid has the parts {', '.join(parts)}")
    require_form(mapping(value[Part.PRICE]))
    return {part: PartContent(mapping(value[part]), files[part]) for part in parts}


def _files(parts: Sequence[Part], attached: Sequence[str]) -> Mapping[Part, list[BidFile]]:
    found: dict[Part, list[BidFile]] = {part: [] for part in parts}
    for option in attached:
        named, mark, path = option.partition("=")
        part, place = (Part(named), Path(path)) if mark and named in set(Part) else (parts[0], Path(option))
        if part not in found or (len(parts) > 1 and part != named) or not place.is_file():
            raise ValueError(f"{option} is no file, or names no part of this tender: {', '.join(parts)}")
        found[part].append(BidFile(place.name, place.read_bytes()))
    return found


def _no_float(text: str) -> NoReturn:
    raise ValueError(f'{text} is a floating-point number; write it as a string, "{text}"')


def _write(out: Path, ids: BidIds, sealed: SealedBid) -> None:
    reveals = (Reveal(ids, part, secret).to_bytes() for part, secret in sealed.secrets.items())
    write_private(out.with_name(out.name + ".keep"), b"".join(reveal + b"\n" for reveal in reveals))
    write_public(out, b"".join(pack(sealed.envelope, sealed.boxes)))
