"""``python -m tools.demo``: run the main job and a tender against a running server and tell what happened.

Exit status 0 where everything went as it should, 1 for a surprise, 2 where there is no server or nobody to sign in as.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx2

from tools.demo.desk import Surprise
from tools.demo.people import NoSignIns, find_cast
from tools.demo.report import Report
from tools.demo.story import Story
from tools.demo.tender import TenderStory

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = ROOT / "examples" / "needs.csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run the story, and return the exit status."""
    options = _options(arguments)
    url = options.url.rstrip("/")
    if not options.file.is_file():
        return _no(f"There is no file {options.file}.")
    if not _answers(url):
        return _no(f"Nothing answers at {url}. Start the product with `make run` first, or name it with URL=….")
    try:
        cast = find_cast(options.data)
        if options.run in ("all", "requests"):
            Story(url, cast, Report(url)).run(options.file)
        if options.run in ("all", "tender"):
            TenderStory(url, cast, Report(url)).run()
    except NoSignIns as reason:
        return _no(str(reason))
    except Surprise as surprise:
        print(f"\nSurprise: {surprise}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the product runs")
    parser.add_argument("--file", type=Path, default=FILE, help="a list of needs: CSV, XLSX or UBL RequestForQuotation")
    parser.add_argument("--data", type=Path, default=ROOT / "var", help="the server's data folder (for the sign-ins)")
    parser.add_argument("--run", choices=("all", "requests", "tender"), default="all", help="what is run; usually all")
    return parser.parse_args(arguments)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health/ready", timeout=10, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def _no(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
