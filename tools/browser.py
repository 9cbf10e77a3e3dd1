"""Make sure that the browser tests find a Chromium.

``B2B_MARKET_CHROMIUM`` names one; otherwise the usual names are searched on the path. Where none is found and this
process may install Debian packages, Debian's is installed, with a font for Chinese pages: the one without windows,
which needs a third less work for the same pages, or else the whole one. Where that is not possible the tests that need
it skip with a reason, but under CI (``CI=true``) this ends with status 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FONT = "fonts-noto-cjk"


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    chosen = os.environ.get("B2B_MARKET_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install_browser() -> None:
    """Install Debian's packages where that is possible without asking anybody; says why where it is not."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print("No Chromium found, and this account cannot install one.", file=sys.stderr)
        return
    print("No Chromium found: installing Debian's.", file=sys.stderr, flush=True)
    if _apt_get("update"):
        any(_apt_get("install", "--yes", "--no-install-recommends", package, FONT) for package in PACKAGES)


def _apt_get(*words: str) -> bool:
    """Tell whether Debian's tool could do it; what it said goes to the standard error where it could not."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *words], check=False, env=quiet, capture_output=True, text=True)
    if done.returncode:
        print(f"apt-get {' '.join(words)} failed: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Find or install a browser; 1 only under CI without one."""
    if find_browser() is None and not os.environ.get("B2B_MARKET_CHROMIUM"):
        install_browser()
    found = find_browser()
    if found:
        return 0
    print("The browser tests have no Chromium; name one in B2B_MARKET_CHROMIUM.", file=sys.stderr)
    return int(os.environ.get("CI", "").lower() in {"1", "true"})


if __name__ == "__main__":
    sys.exit(main())
