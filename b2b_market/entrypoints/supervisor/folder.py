"""The data folder: made once, locked by one supervisor, with private files inside."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TextIO

from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError

# A unix socket's path may have 107 bytes; PostgreSQL appends 14 to the folder.
LONGEST_SOCKET_FOLDER = 85
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


@dataclass(frozen=True, slots=True)
class Passwords:
    """The generated passwords of the embedded servers' logins."""

    admin: str
    owner: str
    app: str
    valkey: str


def lock_folder(folder: Path) -> TextIO:
    """Make ``folder`` where it is missing and take its lock; keep the returned file open as long as the lock is needed.

    Raises StartRefusedError when another supervisor holds the lock or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as why:
        raise unusable(folder, why) from why
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StartRefusedError(
            ExitCode.DATA_IN_USE, f"The data folder {folder} is in use by another run of b2b_market."
        ) from None
    return lock


def unusable(folder: Path, why: OSError) -> StartRefusedError:
    """Return the refusal for a data folder that cannot be written."""
    return StartRefusedError(ExitCode.FOLDER_UNUSABLE, f"The data folder {folder} cannot be written: {why.strerror}.")


def load_passwords(folder: Path) -> Passwords:
    """Read the passwords of this data folder, generating them on its first use."""
    path = folder / "secrets.json"
    if not path.exists():
        if (folder / "postgres" / "data").exists():
            raise StartRefusedError(
                ExitCode.FOLDER_UNUSABLE, f"{path} is missing, and without it the database beside it cannot be opened."
            )
        made = Passwords(**{field.name: secrets.token_urlsafe(24) for field in fields(Passwords)})
        write_private(path, json.dumps(asdict(made)))
    try:
        return Passwords(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as why:
        raise StartRefusedError(ExitCode.FOLDER_UNUSABLE, f"{path} cannot be read: {why}.") from why


def write_private(path: Path, content: str) -> None:
    """Replace ``path`` by ``content``, readable by this account only; a kill leaves the old file or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def make_private(folder: Path) -> Path:
    """Make ``folder`` with mode 0700 where it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def socket_folder(home: Path, owner: int | None = None) -> Path:
    """Return where the sockets of the server in ``home`` go: ``home``, or a short stand-in below the temporary folder.

    The stand-in serves paths that are too long for a socket or carry characters that the connection addresses would
    have to escape. Its name can be guessed, so one made by somebody else is refused.
    """
    if len(os.fsencode(home)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(home)):
        return home
    tag = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"b2b-market-{os.geteuid()}-{tag}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_mode & 0o077 or info.st_uid not in {os.geteuid(), owner}:
        raise StartRefusedError(ExitCode.FOLDER_UNUSABLE, f"{folder} is not a private folder of this account.")
    return folder
