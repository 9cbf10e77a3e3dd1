"""The budgets of the design system that need no browser: weight of scripts and styles, contrast of the palette."""

import gzip
import re
from pathlib import Path

import pytest

from b2b_market import ui

STATIC = Path(ui.__file__).parent / "static"
STYLES = STATIC / "app.css"
SCRIPTS_LIMIT, STYLES_LIMIT = 15_000, 12_000
TEXT, OTHER = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""
GROUNDS = ("bg", "surface", "raised", "sunken")
TINTS = ("brand", "ok", "warn", "bad", "info", "violet")


def zipped(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in files)


def test_own_scripts_and_styles_are_light() -> None:
    scripts = list((STATIC / "js").glob("*.js"))
    assert len(scripts) >= 5
    assert zipped(*scripts) <= SCRIPTS_LIMIT
    assert 0 < zipped(STYLES) <= STYLES_LIMIT


def palette(selector: str) -> dict[str, str]:
    """Return the colours that a block of custom properties sets, as six hex digits."""
    block = STYLES.read_text(encoding="utf-8").partition(selector + " {")[2].partition("}")[0]
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6}|[0-9a-f]{3})\b", block)
    return {name: digits if len(digits) == 6 else "".join(2 * digit for digit in digits) for name, digits in found}


def luminance(digits: str) -> float:
    """Return the relative luminance of sRGB as WCAG 2.2 defines it."""
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_worked_out_as_wcag_does() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [":root", ":root[data-theme=dark]"])
def test_text_and_edges_stand_out_from_every_ground(theme: str) -> None:
    colours = palette(theme)
    pairs = [(ink, ground, TEXT) for ink in ("ink", "ink-2") for ground in GROUNDS]
    pairs += [(tint, ground, TEXT) for tint in TINTS for ground in ("surface", "raised", f"{tint}-soft")]
    pairs += [("brand-ink", "brand", TEXT)]
    pairs += [("edge", ground, OTHER) for ground in GROUNDS]
    weak = {
        (one, ground): round(contrast(colours[one], colours[ground]), 2)
        for one, ground, least in pairs
        if contrast(colours[one], colours[ground]) < least
    }
    assert weak == {}


def test_the_dark_palette_of_the_system_is_the_chosen_one() -> None:
    assert palette(":root:not([data-theme])") == palette(":root[data-theme=dark]")
    assert len(palette(":root[data-theme=dark]")) > 20
