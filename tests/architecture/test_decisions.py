"""What docs/adr decides: that each decision names what enforces it, and the checks that stand nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "b2b_market"
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
SEAM = {
    "entrypoints/errors.py": "turns exceptions into answers, the work of it in a thread",
    "entrypoints/middleware.py": "ASGI middleware",
    "entrypoints/web.py": "the lifespan",
    "infra/http/directory.py": "stands before the router",
    "infra/http/opening.py": "hands to the endpoint's thread what that opens and closes",
    "infra/http/requests.py": "reads a body",
    "rbac/page_edge.py": "reads a form",
    "ui/static_files.py": "an ASGI application of its own",
}
"""The only files with coroutines; none of them touches the database on the event loop."""
BUSINESS = {"api", "pages", "handlers", "schemas", "public", "service", "queries", "models", "rules", "commands"}
"""Rooms where amounts pass through; the periods of tasks are seconds."""
NOT_MONEY = {
    "identity/service/hashing.py": "seconds to wait for a slot",
    "kernel/units.py": "how alike two spellings are",
    "sourcing/rules/plan_solving.py": "the edge to the solver; what leaves it is worked out again in fractions",
}
CLOCKS = {
    "kernel/clock.py": "the one place",
    "entrypoints/doctor.py": "compares this machine's clock with the database's",
}


def trees(word: str = "") -> Iterator[tuple[str, ast.Module]]:
    """Every file of the package that holds ``word``; to parse the others would take seconds."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if word in (text := path.read_text(encoding="utf-8")):
            yield str(path.relative_to(PACKAGE)), ast.parse(text)


def test_only_the_seam_to_the_web_server_is_asynchronous() -> None:
    found = {name for name, tree in trees("async") for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    assert found == set(SEAM)


def test_no_float_comes_near_money() -> None:
    """No room of business names the type or writes a number with a point."""
    wrong: list[str] = []
    for name, tree in trees():
        parts = name.removesuffix(".py").split("/")
        if parts[0] == "kernel" or (len(parts) > 1 and parts[1] in BUSINESS):
            wrong.extend(f"{name}:{line}" for line in floats_in(tree) if name not in NOT_MONEY)
    assert wrong == []


def floats_in(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        named = isinstance(node, ast.Name) and node.id == "float"
        written = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if named or written:
            yield cast("ast.expr", node).lineno


def test_the_wall_clock_is_read_in_one_place() -> None:
    read = {
        name
        for name, tree in trees("date")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and is_datetime(node.value)
    }
    assert read == set(CLOCKS)


def is_datetime(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"datetime", "date"}


def test_there_are_decisions_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number + 1:04d}" for number in range(len(DECISIONS))]
    assert len(DECISIONS) >= 11


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_each_decision_names_what_enforces_it_and_that_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]} .+\n", text)
    assert "\n**Enforced by**" in text

    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert named
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file()
        or not re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []
