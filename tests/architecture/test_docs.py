"""The pages of docs/ say what the code says."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from fastapi import FastAPI

from b2b_market.entrypoints.modules import load_manifests
from tools.docs.__main__ import outdated, pages
from tools.docs.generated import lifecycles_of
from tools.docs.quoting import with_code

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")


def contract(name: str) -> list[set[str]]:
    found = [one for one in SETTINGS["tool"]["importlinter"]["contracts"] if one["id"] == name]
    return [{part.strip(" ()") for part in re.split(r"[|:]", layer)} for layer in found[0]["layers"]]


def table(heading: str) -> list[set[str]]:
    section = ARCHITECTURE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return [set(re.findall(r"`(\w+)`", cell)) for cell in cells]


def test_the_pages_made_of_the_code_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.docs", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "Every page that comes from the code is current.\n"), done.stdout


def test_a_page_that_says_something_else_is_told(tmp_path: Path) -> None:
    made = pages()
    for name, text in made.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert outdated(made, tmp_path) == []
    (tmp_path / "events.md").unlink()
    (tmp_path / "problems.md").write_text("other", encoding="utf-8")
    assert outdated(made, tmp_path) == ["events.md", "problems.md"]


def test_quoted_code_is_taken_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("LIMIT: int = 3\n\n\n@mark\ndef f() -> int:\n    return LIMIT\n", encoding="utf-8")
    page = "Before\n\n<!-- code: a.py f LIMIT -->\n```python\nold\n```\nafter\n"
    quoted = "<!-- code: a.py f LIMIT -->\n```python\n@mark\ndef f() -> int:\n    return LIMIT\n\nLIMIT: int = 3\n```\n"
    assert with_code(page, tmp_path) == f"Before\n\n{quoted}after\n"
    with pytest.raises(LookupError, match="has no gone at its top"):
        with_code(page.replace(" f LIMIT", " gone"), tmp_path)


def test_the_table_of_packages_is_the_contract() -> None:
    assert table("Packages") == contract("packages")


def test_the_table_of_rooms_is_the_contract() -> None:
    assert table("Rooms") == contract("rooms")


def test_every_route_of_the_openapi_document_is_listed(shared_app: FastAPI) -> None:
    described = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, item in shared_app.openapi()["paths"].items()
        for method in item
    }
    listed = set(re.findall(r"^\| ([A-Z]+) \| `([^`]+)`", (DOCS / "api.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == described
    assert len(listed) > 80


def test_every_lifecycle_of_the_package_is_drawn() -> None:
    drawn = (DOCS / "lifecycles.md").read_text(encoding="utf-8").count("stateDiagram-v2")
    declared = sum(
        len(re.findall(r"= Lifecycle\(", path.read_text(encoding="utf-8")))
        for pattern in ("states.py", "states/*.py")
        for path in (ROOT / "b2b_market").rglob(pattern)
    )
    assert drawn == declared == sum(len(lifecycles_of(manifest.name)) for manifest in load_manifests())


def test_links_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_page_can_be_found_from_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    decisions = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    unlisted = [
        str(path.relative_to(DOCS))
        for path in sorted(DOCS.rglob("*.md"))
        if str(path.relative_to(DOCS)) not in index and path.name not in decisions and path.name != "README.md"
    ]
    assert unlisted == []
