"""Run measurements: ``python -m bench [name …] [--write]``; names are the modules of this folder."""

import argparse
import importlib
import sys
from pathlib import Path

from b2b_market.entrypoints.collecting import calm_collector
from bench.results import BenchResult, machine, table
from bench.stage import stage

NAMES = (
    "permissions",
    "comparison",
    "optimisation",
    "contract_documents",
    "quoting",
    "lists",
    "board",
    "recommending",
    "audit",
    "sealing",
    "tendering",
    "cycle",
    "pages",
)
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Command: `make bench` (writes this page with `ARGS=--write`). Figures are medians of one run on {machine}; read the
ratios, not the absolutes: each stands beside a limit or peer measured in the same run.

"""


def main() -> int:
    """Run what is asked for and print the table; an unknown name ends with status 2."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.names) - set(NAMES))
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(unknown)}; there are: {', '.join(NAMES)}\n")
        return 2
    results: list[BenchResult] = []
    for name in chosen.names or NAMES:
        with stage() as place:  # each on a database of its own: a million rows of one are in nobody else's way
            bench = importlib.import_module(f"bench.{name}")
            calm_collector()  # as the product's processes do
            found = bench.run(place)
        sys.stdout.write(table(found) + "\n\n")
        sys.stdout.flush()
        results.extend(found)
    if chosen.write:
        DOCUMENT.write_text(HEAD.format(machine=machine()) + table(results) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
