"""Making, restoring and proving keys."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.cli.private_files import (
    WRONG_USAGE,
    passphrase,
    stop,
    unlocked,
    write_private,
    write_public,
)
from b2b_market.tendering.rules.sealed_backup import ROWS, read_backup, write_backup
from b2b_market.tendering.rules.sealed_forms import text
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key, new_key

KeyOut = Annotated[Path, typer.Argument(dir_okay=False, help="The private key file to write; it is never overwritten.")]
KeyIn = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A private key file.")]


def officer_key(
    out: KeyOut,
    name: Annotated[str, typer.Option(help="The name on the card, such as the officer's office.")],
    *,
    restore: Annotated[bool, typer.Option("--restore", help="From a printed backup; its rows are asked for.")] = False,
) -> None:
    """Make an officer's key: OUT (private, mode 0600, locked by a passphrase) and OUT.card.json (public).

    The passphrase is asked for, or taken from B2B_MARKET_KEY_PASSPHRASE. The backup is printed once: four rows of
    base32 with check characters. Write it on paper and lock it away; who has it has the key.

    Exit code 0: made; 1: refused, and why is printed; 2: an option is wrong.
    """
    key = _made(Holder.OFFICER, name, restore=restore)
    _write(out, key)
    card = key.officer().card(key.name)
    public = out.with_name(out.name + ".card.json")
    write_public(public, canonical(card.document()))
    typer.echo(f"Private key: {out}\nCard for the notice: {public}\nFingerprint: {grouped(card.fingerprint)}")
    _print_backup(key, restored=restore)


def bidder_key(
    out: KeyOut,
    name: Annotated[str, typer.Option(help="Whose key it is, such as the company.")],
    *,
    restore: Annotated[bool, typer.Option("--restore", help="From a printed backup; its rows are asked for.")] = False,
) -> None:
    """Make the key that a company signs its envelopes with; keep one key for all versions of a tender's bids.

    Exit code 0: made; 1: refused, and why is printed; 2: an option is wrong.
    """
    key = _made(Holder.BIDDER, name, restore=restore)
    _write(out, key)
    typer.echo(f"Private key: {out}\nPublic key: {key.signer().public_key().public_bytes_raw().hex()}")
    _print_backup(key, restored=restore)


def prove(
    key: KeyIn, challenge: Annotated[str, typer.Option(help="The challenge that the platform shows, in hex.")]
) -> None:
    """Answer the platform's challenge to an officer's card: it shows that this key opens what is sealed to the card.

    Exit code 0: the answer is printed; 1: the challenge is not for this key.
    """
    private = unlocked(key)
    try:
        answer = private.officer().answer(bytes.fromhex(challenge))
    except ValueError as error:
        stop(f"No answer: {error}.")
    typer.echo(answer.hex())


def grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups of four digits, as people compare it."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _made(holder: Holder, name: str, *, restore: bool) -> PrivateKey:
    try:
        return PrivateKey(holder, text(name), read_backup(_typed_rows())) if restore else new_key(holder, name)
    except ValueError as error:
        stop(f"No key was made: {error}.")


def _typed_rows() -> list[str]:
    if sys.stdin.isatty():
        return [str(typer.prompt(f"Row {number}")) for number in range(1, ROWS + 1)]
    return [line for line in sys.stdin.read().splitlines() if line.strip()]


def _write(out: Path, key: PrivateKey) -> None:
    try:
        locked = lock_key(key, passphrase(fresh=True))
    except ValueError as error:
        stop(f"No key was made: {error}.", WRONG_USAGE)
    write_private(out, locked)


def _print_backup(key: PrivateKey, *, restored: bool) -> None:
    if not restored:
        rows = "\n".join(f"    {row}" for row in write_backup(key.seed))
        typer.echo(f"\nBackup, shown this once (base32 with check characters, no shares):\n{rows}")
