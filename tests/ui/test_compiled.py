"""What templates compile to is kept beside them, and never used for anything else than what it was made of."""

import sys
from pathlib import Path

import jinja2.environment
import pytest

from b2b_market.ui import fmt
from b2b_market.ui.compiled import KeptTemplates
from b2b_market.ui.language import Language


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were compiled."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    found: list[str] = []
    real = jinja2.Environment._parse

    def parse(self: jinja2.Environment, source: str, name: str | None, filename: str | None) -> jinja2.nodes.Template:
        found.append(source)
        return real(self, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "_parse", parse)
    return found


def shown(folder: Path, language: Language = Language.EN) -> str:
    """Render the page of ``folder`` as a process does that has just started."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, bytecode_cache=KeptTemplates(language)
    )
    environment.filters["said"] = lambda value: f"{value} in {language}"
    return environment.get_template("page.html").render()


def test_the_next_process_compiles_nothing(tmp_path: Path, compilations: list[str]) -> None:
    (tmp_path / "page.html").write_text("<p>{{ 1 + 1 }}")
    assert [shown(tmp_path), shown(tmp_path)] == ["<p>2", "<p>2"]
    assert len(compilations) == 1
    kept = list((tmp_path / "__pycache__").iterdir())
    assert [path.name.startswith("page.html.en.") for path in kept] == [True]


def test_a_changed_template_is_compiled_again(tmp_path: Path, compilations: list[str]) -> None:
    (tmp_path / "page.html").write_text("old")
    assert shown(tmp_path) == "old"
    (tmp_path / "page.html").write_text("new")
    assert [shown(tmp_path), shown(tmp_path)] == ["new", "new"]
    assert compilations == ["old", "new"]


def test_what_a_filter_says_of_a_constant_is_kept_for_its_language_alone(
    tmp_path: Path, compilations: list[str]
) -> None:
    (tmp_path / "page.html").write_text("{{ 5|said }}")
    for _ in range(2):
        assert [shown(tmp_path, language) for language in Language] == [f"5 in {language}" for language in Language]
    assert len(compilations) == len(Language)


def test_other_filters_compile_anew(tmp_path: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text("page")
    shown(tmp_path)
    other = tmp_path / "fmt.py"
    other.write_text("# other filters")
    monkeypatch.setattr(fmt, "__file__", str(other))
    shown(tmp_path)
    assert len(compilations) == 2


@pytest.mark.parametrize("broken", [b"", b"no code", b"j2"])
def test_a_broken_file_is_made_again(tmp_path: Path, compilations: list[str], broken: bytes) -> None:
    (tmp_path / "page.html").write_text("page")
    shown(tmp_path)
    (kept,) = (tmp_path / "__pycache__").iterdir()
    kept.write_bytes(broken)
    assert [shown(tmp_path), shown(tmp_path)] == ["page", "page"]
    assert len(compilations) == 2


def test_where_nothing_can_be_kept_every_process_compiles(tmp_path: Path, compilations: list[str]) -> None:
    (tmp_path / "page.html").write_text("page")
    (tmp_path / "__pycache__").write_text("a file in the folder's place")
    assert [shown(tmp_path), shown(tmp_path)] == ["page", "page"]
    assert len(compilations) == 2


def test_nothing_is_kept_where_python_keeps_nothing(
    tmp_path: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "page.html").write_text("page")
    shown(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert len(compilations) == 1
