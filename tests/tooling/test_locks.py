"""The lock files: complete, hashed, and without the address of any host."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
INSTALLED = {str(canonicalize_name(found.name)): found for found in distributions()}
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {canonicalize_name(found): version for found, version in PIN.findall((ROOT / name).read_text())}


def wanted() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"]["embedded"]
    return [
        Requirement(line)
        for line in (*PROJECT["project"]["dependencies"], *extras, *PROJECT["dependency-groups"]["dev"])
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "tools/bootstrap.lock", "tools/node.lock", "package-lock.json"])
def test_no_lock_file_names_a_host(name: str) -> None:
    text = (ROOT / name).read_text()

    assert not re.search(r"[a-z+]+://|file:", text)


@pytest.mark.parametrize("name", ["requirements.lock", "tools/bootstrap.lock", "tools/node.lock"])
def test_every_pinned_package_has_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())

    assert [block.split(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_every_locked_file_of_npm_has_its_digest_and_an_exact_version() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    package = json.loads((ROOT / "package.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_the_lock_satisfies_what_the_project_asks_for() -> None:
    locked = pins("requirements.lock")

    unmet = [
        str(requirement)
        for requirement in wanted()
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]

    assert unmet == []


def runtime_closure() -> set[str]:
    """Everything the product needs at run time, found by walking the requirements of what is installed."""
    todo: list[str] = [canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen or name not in INSTALLED:
            continue
        seen.add(name)
        for line in INSTALLED[name].requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(canonicalize_name(requirement.name))
    return seen


def test_no_library_with_a_strong_copyleft_is_shipped() -> None:
    strong = {}
    for name in (seen := runtime_closure()):
        meta = INSTALLED[name].metadata
        words = [*(meta.get_all("License-Expression") or ()), *(meta.get_all("Classifier") or ())]
        words = [word for word in words if ("GPL" in word or "General Public" in word)]
        if any("LGPL" not in word and "Lesser" not in word for word in words):
            strong[name] = words

    assert len(seen) > 50
    assert strong == {}


def test_the_product_imports_nothing_that_production_does_not_install() -> None:
    shipped = runtime_closure()
    providers = packages_distributions()

    foreign: dict[str, str] = {}
    for path in (ROOT / "b2b_market").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"b2b_market", "_typeshed"}:
                if not shipped & {str(canonicalize_name(found)) for found in providers.get(name, ())}:
                    foreign[name] = str(path.relative_to(ROOT))

    assert foreign == {}


def test_every_library_the_product_asks_for_is_used_by_it() -> None:
    """``indirect`` ones are used through another name: servers' engines, drivers and parsers that a framework loads."""
    indirect = {"uvloop", "httptools", "python-multipart"}
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "b2b_market").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", source, re.MULTILINE))
    providers = packages_distributions()
    used = {str(canonicalize_name(found)) for name in imported for found in providers.get(name, ())}
    asked = {str(canonicalize_name(Requirement(line).name)) for line in PROJECT["project"]["dependencies"]}

    assert asked - used - indirect == set()
