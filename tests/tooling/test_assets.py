"""What tools/assets.py makes."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tests.support.working import own_and_childrens_work

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "b2b_market" / "infra" / "fonts"
VENDOR = ROOT / "b2b_market" / "ui" / "static" / "vendor"
WEIGHTS = ("regular", "bold")
LETTERS = (
    "喆镕元年月日¥€£$°±×÷²³½‰℃①▲▼→、。《》「」【】（）０Ａａ—…äöüßéñøå"
    "čďěňřšťůžąćęłńśźżőűăâîșțğışħāēīūķļņΩμάΆώЖжЉѓҐ₽₹₺₴ậộữ"
)


def run_assets() -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "assets.py")], check=True, capture_output=True, text=True
    )


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    run_assets()


def test_a_second_run_does_nothing_and_takes_less_than_a_second() -> None:
    before = {path: path.stat().st_mtime_ns for folder in (FONTS, VENDOR) for path in folder.rglob("*.*")}
    took = []
    for _ in range(3):
        begin = own_and_childrens_work()
        done = run_assets()
        took.append(own_and_childrens_work() - begin)
        assert done.stdout == ""

    assert min(took) < 1
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_known_files_are_there_each_with_its_licence() -> None:
    assert sorted(path.name for path in FONTS.iterdir()) == [
        "market-sans-sc-bold.ttf",
        "market-sans-sc-regular.ttf",
        "market-sans-sc.OFL.txt",
        "market-sans-sc.letters.OFL.txt",
    ]
    assert sorted(path.name for path in VENDOR.iterdir()) == [
        "hpke",
        "htmx.LICENSE.txt",
        "htmx.min.js",
        "hx-sse.min.js",
    ]
    for name, holder in (("OFL", "Adobe"), ("letters.OFL", "The Noto Project Authors")):
        licence = (FONTS / f"market-sans-sc.{name}.txt").read_text()
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        assert holder in licence.splitlines()[0]
    assert "Zero-Clause BSD" in (VENDOR / "htmx.LICENSE.txt").read_text()


def test_the_copied_libraries_are_the_locked_ones() -> None:
    modules = ROOT / "node_modules"
    for name, path in (("htmx.min.js", "htmx.min.js"), ("hx-sse.min.js", "ext/hx-sse.min.js")):
        original = (modules / "htmx.org" / "dist" / path).read_bytes()
        assert hashlib.sha256((VENDOR / name).read_bytes()).digest() == hashlib.sha256(original).digest()
    installed = json.loads((modules / "htmx.org" / "package.json").read_text())["version"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/htmx.org"]["version"]
    assert installed == locked
    assert locked.startswith("4.")


def test_the_modules_for_sealing_are_whole_and_import_each_other_by_path() -> None:
    modules = sorted((VENDOR / "hpke").rglob("*.js"))
    assert {path.relative_to(VENDOR / "hpke").parts[0] for path in modules} == {"common", "core", "dhkem-x25519"}
    for path in modules:
        imported = re.findall(r'^(?:import|export|\}).*\bfrom "([^"\n]+)";$', path.read_text(), re.MULTILINE)
        assert all(name.startswith(".") and (path.parent / name).resolve() in modules for name in imported), path
    assert "MIT License" in (VENDOR / "hpke" / "LICENSE.txt").read_text()


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_fonts_hold_gbk_and_the_signs_of_trade(weight: str) -> None:
    with TTFont(FONTS / f"market-sans-sc-{weight}.ttf") as font:
        points = font.getBestCmap()
        gbk = {chr(point) for point in range(0x4E00, 0x9FA6)}
        missing = {letter for letter in gbk if ord(letter) not in points}
        assert missing == set()
        for letter in LETTERS:
            assert ord(letter) in points, letter
        assert "glyf" in font, "ReportLab reads TrueType outlines only"
        assert not {"GSUB", "GPOS", "GDEF"} & set(font.keys())
        outline, advance = font["glyf"][points[ord("č")]], font["hmtx"][points[ord("č")]]
        assert outline.numberOfContours == 2, "a c and its caron"
        assert 400 < advance[0] < 600
        assert font["OS/2"].fsType == 0, "embedding is allowed without limits"


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_fonts_do_not_bear_the_reserved_name(weight: str) -> None:
    with TTFont(FONTS / f"market-sans-sc-{weight}.ttf") as font:
        names = {record.nameID: str(record) for record in font["name"].names}
    assert names[1] == "Market Sans SC"
    assert names[6] == f"MarketSansSC-{weight.title()}"
    assert not any("Source" in text or "Noto" in text for text in names.values())
