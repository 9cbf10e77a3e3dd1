"""Under which account PostgreSQL runs: it refuses root, so root has to step down without widening any file's mode."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group by number."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """Return the account that root steps down to, or None when this process is not root.

    ``B2B_MARKET_PG_OS_USER`` names one; otherwise ``postgres``, else ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("B2B_MARKET_PG_OS_USER"), "postgres", "nobody"):
        if name:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid)
    raise StartRefusedError(
        ExitCode.NO_SERVER_BINARIES,
        "PostgreSQL does not run as root: name an ordinary account in B2B_MARKET_PG_OS_USER.",
    )


def can_reach(account: Account, path: Path) -> bool:
    """Whether ``account`` may walk down to ``path``."""
    for part in (*reversed(path.parents), path):
        info = part.stat()
        shift = 6 if info.st_uid == account.uid else 3 if info.st_gid == account.gid else 0
        if not (info.st_mode >> shift) & 1:
            return False
    return True


def identity_for(data: Path, home: Path, needed: tuple[Path, ...]) -> tuple[str, Account | None]:
    """Return the shim's IDENTITY for a server on ``data`` and the account that must own ``home``, if any.

    A data folder that exists keeps what its first run decided. Otherwise root drops to the service account where that
    account can reach everything ``needed``, and else enters a user namespace in which root looks like it.
    """
    account = service_account()
    if account is None:
        return "-", None
    if data.exists():
        info = data.stat()
        drop = info.st_uid != 0
        account = Account(info.st_uid, info.st_gid) if drop else account
    else:
        drop = all(can_reach(account, path) for path in (*needed, home.parent))
    words = f"{account.uid}:{account.gid}"
    return (words, account) if drop else (f"userns:{words}", None)
