"""``python -m b2b_market.entrypoints.supervisor``: what ``make run`` calls, without the rest of the command line."""

import argparse
import sys
from pathlib import Path

from b2b_market.entrypoints.supervisor.stack import StackOptions, run_stack


def main() -> int:
    """Read the options and run until somebody asks to stop."""
    parser = argparse.ArgumentParser(prog="b2b-market up", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("var"), help="folder for everything that is kept")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--web-processes", type=int, default=1)
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    asked = parser.parse_args()
    return run_stack(
        StackOptions(data=asked.data, port=asked.port, web_processes=asked.web_processes, demo=not asked.no_demo)
    )


if __name__ == "__main__":
    sys.exit(main())
