"""Start one child so that it cannot outlive the supervisor.

Run as ``python -I -S shim.py PARENT_PID SIGNAL IDENTITY -- program args...``.

IDENTITY is ``-`` (keep the caller's), ``UID:GID`` (drop root to that account), or ``userns:UID:GID``: enter a user
namespace in which root is seen as that account. The last one lets PostgreSQL, which refuses uid 0, work on files that
only root can reach (a checkout under a 0700 home) without changing any file's mode.

On Linux the kernel is asked to send SIGNAL to this process when its parent dies (PR_SET_PDEATHSIG). The request
survives exec but is cleared by a change of identity, hence the order: change identity first, then ask, then exec.
The file stands alone and imports the standard library only: it runs before anything else can be reached.
"""

import ctypes  # at the top, because after dropping root the interpreter's own files may be out of reach
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change identity, tie the life to the parent's, and become the program."""
    parent, signum, identity, _, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if identity.startswith("userns:"):
        _, uid, gid = identity.split(":")
        if libc is None or libc.unshare(CLONE_NEWUSER) != 0:
            sys.exit(f"user namespaces are not available here ({os.strerror(ctypes.get_errno())})")
        for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} 0 1"), ("gid_map", f"{gid} 0 1")):
            Path("/proc/self", name).write_text(line)
    elif identity != "-":
        uid, gid = identity.split(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.umask(0o077)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
        if os.getppid() != int(parent):  # the parent died before the request was made
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the program without a shell is this file's purpose


if __name__ == "__main__":
    main()
