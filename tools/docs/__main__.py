"""``make docs`` writes the pages that come from the code, and the code that other pages quote.

``--check`` writes nothing and ends with status 1 where a page is out of date.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from b2b_market.entrypoints.modules import load_manifests
from tools.docs.generated import generated_pages
from tools.docs.quoting import ROOT, with_code

DOCS: Final = ROOT / "docs"


def pages(folder: Path = DOCS) -> dict[str, str]:
    """Return every page that depends on the code, as it should be, by its path in ``folder``."""
    made = generated_pages(load_manifests())
    written = {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))}
    quoting = {name: with_code(text) for name, text in written.items() if name not in made and "<!-- code: " in text}
    return made | quoting


def outdated(made: Mapping[str, str], folder: Path = DOCS) -> list[str]:
    """Return the names of pages that are missing in ``folder`` or say something else."""
    return [
        name
        for name, text in made.items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` only tell which are out of date."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where a page is out of date")
    options = parser.parse_args(arguments)
    made = pages()
    stale = outdated(made)
    for name in stale:
        if not options.check:
            (DOCS / name).write_text(made[name], "utf-8")
        print(f"docs/{name} is out of date: run make docs" if options.check else f"docs/{name} written")
    if not stale:
        print("Every page that comes from the code is current.")
    return int(bool(stale) and options.check)


if __name__ == "__main__":
    sys.exit(main())
