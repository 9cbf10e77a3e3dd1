"""axe-core in a page: what it finds against WCAG 2.2 AA and its own best practice."""

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

_SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # without it every element that passed is described too: most of the time
}
needs_axe = pytest.mark.skipif(not _SOURCE.is_file(), reason="axe-core is not there: run tools/assets.py")


@cache
def _axe() -> str:
    return _SOURCE.read_text(encoding="utf-8")


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """Return every violation: the rule and the beginnings of the elements that break it."""
    page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options)", _OPTIONS)["violations"]
    return [(item["id"], [node["html"][:200] for node in item["nodes"]]) for item in found]
