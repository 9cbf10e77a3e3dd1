"""Files that hold secrets, and how every command ends when it must refuse."""

import os
import sys
from pathlib import Path
from typing import Final, NoReturn

import typer

from b2b_market.tendering.rules.sealed_keyfile import PrivateKey, unlock_key

REFUSED: Final = 1
WRONG_USAGE: Final = 2
NO_SERVER: Final = 3
PASSPHRASE: Final = "B2B_MARKET_KEY_PASSPHRASE"  # noqa: S105 - the name of the variable


def stop(said: str, code: int = REFUSED) -> NoReturn:
    """Say why nothing was done, and end."""
    typer.echo(said, err=True)
    raise typer.Exit(code)


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read (0600); an existing file is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        stop(f"{path} exists already; nothing was written.")
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def write_public(path: Path, content: bytes) -> None:
    """Write a new file; an existing one is never overwritten."""
    try:
        with path.open("xb") as out:
            out.write(content)
    except FileExistsError:
        stop(f"{path} exists already; nothing was written.")


def unlocked(path: Path) -> PrivateKey:
    """Return the key in a file, asking for its passphrase."""
    try:
        return unlock_key(path.read_bytes(), passphrase())
    except ValueError as error:
        stop(f"{path}: {error}.")


def passphrase(*, fresh: bool = False) -> str:
    """Return the passphrase from the environment, else ask for it at the terminal, twice for a new key."""
    found = os.environ.get(PASSPHRASE)
    if found is not None:
        return found
    if not sys.stdin.isatty():
        stop(f"Set {PASSPHRASE}, or run this at a terminal.", WRONG_USAGE)
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=fresh))
