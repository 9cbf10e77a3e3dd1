"""The shape of the house: doors between modules, rooms inside them, sizes, and what may happen at import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from b2b_market.entrypoints.modules import NAMES

PACKAGE = Path(__file__).parents[2] / "b2b_market"
DOORS = frozenset({"public", "events"})
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION, MAX_POSITIONAL = 400, 600, 40, 5
BANNED_NAMES = frozenset({"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"})


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("b2b_market")


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in NAMES else None


def test_modules_meet_only_at_their_doors(graph: grimp.ImportGraph) -> None:
    wrong = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            owner = module_of(imported)
            if owner is None or owner == module_of(importer) or imported.count(".") < 2:
                continue
            room = imported.split(".")[2]
            allowed = {"module"} if importer.startswith("b2b_market.entrypoints") else DOORS
            if room not in allowed and not (importer == "b2b_market.entrypoints.web" and room == "public"):
                wrong.append(f"{importer} imports {imported}")
    assert wrong == []


def test_the_kernel_stands_on_the_standard_library_alone() -> None:
    outside = grimp.build_graph("b2b_market", include_external_packages=True)
    wrong = [
        f"{name} imports {target}"
        for name in outside.modules
        if name.startswith("b2b_market.kernel")
        for target in outside.find_modules_directly_imported_by(name)
        if not target.startswith("b2b_market.kernel") and target.split(".")[0] not in sys.stdlib_module_names
    ]
    assert wrong == []


def test_no_room_is_a_drawer_for_everything() -> None:
    assert [str(path) for path in sources() if path.name in BANNED_NAMES] == []


def test_rooms_stay_small() -> None:
    tests = Path(__file__).parents[1]
    large = [
        f"{path.relative_to(PACKAGE.parent)}: {lines}"
        for folder, limit in ((PACKAGE, MAX_FILE), (tests, MAX_TEST_FILE))
        for path in sorted(folder.rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    ]
    assert large == []


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_functions_stay_small() -> None:
    wrong = []
    for path, node in functions():
        body = node.body[1:] if ast.get_docstring(node) else node.body
        length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
        if length > MAX_FUNCTION:
            wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name} has {length} lines")
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if len([name for name in positional if name not in ("self", "cls")]) > MAX_POSITIONAL:
            wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name} has {len(positional)} parameters")
    assert wrong == []


def test_transactions_are_committed_at_edges_only() -> None:
    edges = {"rbac/edge.py", "rbac/page_edge.py", "infra/runtime.py", "entrypoints/relay.py", "entrypoints/sweeping.py"}
    wrong = []
    for path in sources():
        name = str(path.relative_to(PACKAGE))
        text = path.read_text(encoding="utf-8")
        if name in edges or name.startswith("entrypoints/") or not ("commit" in text or "rollback" in text):
            continue
        wrong += [
            f"{name}:{node.lineno} calls {node.func.attr}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("commit", "rollback")
        ]
    assert wrong == []


def test_templates_and_catalogues_have_no_gap() -> None:
    from b2b_market.entrypoints.modules import load_manifests, packages
    from b2b_market.ui.i18n import check_catalogues

    faults = check_catalogues(packages(load_manifests()))
    assert (faults.missing, faults.fuzzy) == ((), ())


def test_templates_hold_no_han_characters() -> None:
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.html"))
        if any("\u4e00" <= character <= "\u9fff" for character in path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
