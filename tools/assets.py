"""Bring in the browser libraries and the document font, and put them where the package reads them.

Run as ``python tools/assets.py`` with the project's virtual environment. Nothing that it makes is committed:

- ``b2b_market/ui/static/vendor/``: htmx and its SSE extension with their licence, and in ``hpke/`` the modules of
  @hpke that sealing and opening pages load, with their bare import specifiers made relative;
- ``b2b_market/infra/fonts/``: two weights of a document font with their licences: Noto Sans SC (GBK and symbols), and
  from Noto Sans the European letters and currency signs that it lacks (Škoda, Łódź, ₽);
- ``node_modules/axe-core/axe.min.js``: read by the browser tests only, never shipped.

A second run compares a stamp and ends at once. Equal inputs give equal bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "b2b_market" / "ui" / "static" / "vendor"
FONTS = ROOT / "b2b_market" / "infra" / "fonts"
STAMPS = ROOT / ".stamps"
NODE_LOCK = ROOT / "tools" / "node.lock"
AXE = MODULES / "axe-core" / "axe.min.js"

# Everything whose change must give new assets. The lock stands for the version of fontTools.
INPUTS = ("package.json", "package-lock.json", "requirements.lock", "tools/assets.py", "tools/node.lock")

COPIES = {
    MODULES / "htmx.org/dist/htmx.min.js": VENDOR / "htmx.min.js",
    MODULES / "htmx.org/dist/ext/hx-sse.min.js": VENDOR / "hx-sse.min.js",
    MODULES / "htmx.org/LICENSE": VENDOR / "htmx.LICENSE.txt",
    MODULES / "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": FONTS / "market-sans-sc.OFL.txt",
    MODULES / "@expo-google-fonts/noto-sans/LICENSE_FONT": FONTS / "market-sans-sc.letters.OFL.txt",
}
# HPKE (RFC 9180) for the pages that seal and open bids: three packages of one family that import each other by name.
HPKE = MODULES / "@hpke"
HPKE_ROOTS = ("core/esm/mod.js", "dhkem-x25519/esm/mod.js")
HPKE_LICENCE = {HPKE / "core/LICENSE": VENDOR / "hpke/LICENSE.txt"}
# An import or export of a module's text; in comments such lines begin with an asterisk.
SPECIFIER = re.compile(r'''^(?P<before>(?:import|export|\})(?:[^"\n]*?\bfrom)? ?)"(?P<name>[^"\n]+)"''', re.MULTILINE)
FAMILY = MODULES / "@expo-google-fonts"
WEIGHTS = {
    "Regular": ("400Regular", FONTS / "market-sans-sc-regular.ttf"),
    "Bold": ("700Bold", FONTS / "market-sans-sc-bold.ttf"),
}

# Blocks beside GBK that occur in names, addresses, units and amounts; what the font lacks is simply absent.
BLOCKS = (
    (0x0020, 0x007E),
    (0x00A0, 0x024F),  # Latin of the European languages
    (0x0370, 0x04FF),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Vietnamese and other Latin
    (0x2000, 0x20CF),  # punctuation, superscripts, currency signs
    (0x2100, 0x22FF),  # letter-like signs, fractions, arrows, mathematics
    (0x2460, 0x24FF),  # numbers in circles
    (0x25A0, 0x26FF),  # shapes and signs
    (0x3000, 0x33FF),  # CJK punctuation, kana, units in squares
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full-width forms
)


def main() -> int:
    """Bring everything up to date; 0 when it is, 1 with one sentence when it cannot be."""
    STAMPS.mkdir(exist_ok=True)
    with _one_at_a_time():
        if _is_current():
            return 0
        try:
            _npm_ci()
            for source, target in {**COPIES, **HPKE_LICENCE}.items():
                _replace(target, source.read_bytes())
            for target, text in _hpke_modules().items():
                _replace(target, text.encode())
            with ProcessPoolExecutor(max_workers=2) as pool:
                list(pool.map(_make_font, WEIGHTS))
        except (OSError, subprocess.CalledProcessError) as why:
            print(f"The front-end assets could not be made: {why}", file=sys.stderr)
            return 1
        _remove_leftovers()
        _write_stamp()
    print(f"Assets ready: {', '.join(str(path.relative_to(ROOT)) for path in (VENDOR, FONTS))}")
    return 0


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """`npm ci` empties node_modules first, so two runs must not overlap."""
    with (STAMPS / "assets.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _outputs() -> list[Path]:
    hpke = [*HPKE_LICENCE.values(), *_hpke_modules()]
    return [*COPIES.values(), *hpke, *(target for _, target in WEIGHTS.values()), AXE]


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in INPUTS:
        content = (ROOT / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _stamp_path() -> Path:
    return STAMPS / "assets.json"


def _is_current() -> bool:
    try:
        stamp = json.loads(_stamp_path().read_text())
        sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in _outputs()}
    except (OSError, ValueError):
        return False
    return bool(stamp == {"inputs": _fingerprint(), "sizes": sizes})


def _write_stamp() -> None:
    sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in _outputs()}
    _replace(_stamp_path(), json.dumps({"inputs": _fingerprint(), "sizes": sizes}, indent=1).encode())


def _npm_ci() -> None:
    # --ignore-scripts: code of a package never runs here, its files are only copied
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"npm ci failed:\n{done.stdout}{done.stderr}")


def _npm() -> list[str]:
    """The machine's npm, else the one that the Python package index carries (a fresh machine needs Python only)."""
    if found := shutil.which("npm"):
        return [found]
    home = ROOT / ".venv-node"
    bindir = home / ("Scripts" if os.name == "nt" else "bin")
    if not (bindir / "npm").exists():
        print("No npm on this machine: installing Node from the Python package index", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(bindir / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        subprocess.run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(NODE_LOCK)], check=True)
    return [str(bindir / "npm")]


def _hpke_modules() -> dict[Path, str]:
    """Every module that the roots reach, with the specifiers that a browser understands: relative paths."""
    found: dict[Path, str] = {}
    waiting = [HPKE / name for name in HPKE_ROOTS]
    while waiting:
        source = waiting.pop()
        target = _hpke_target(source)
        if target in found:
            continue
        text = source.read_text(encoding="utf-8")
        reached = {match["name"]: _hpke_source(source, match["name"]) for match in SPECIFIER.finditer(text)}
        found[target] = SPECIFIER.sub(_relative({n: _hpke_target(path) for n, path in reached.items()}, target), text)
        waiting += reached.values()
    return found


def _hpke_source(importer: Path, name: str) -> Path:
    if name.startswith("."):
        return Path(os.path.normpath(importer.parent / name))
    if not name.startswith("@hpke/"):
        raise OSError(f"{importer} imports {name}, which is not vendored")
    return MODULES / name / "esm/mod.js"


def _hpke_target(source: Path) -> Path:
    package, _, rest = source.relative_to(HPKE).as_posix().partition("/esm/")
    return VENDOR / "hpke" / package / rest


def _relative(targets: Mapping[str, Path], importer: Path) -> Callable[[re.Match[str]], str]:
    """What puts in place of each specifier the path from the importing file."""

    def written(match: re.Match[str]) -> str:
        path = os.path.relpath(targets[match["name"]], importer.parent)
        return f'{match["before"]}"{path if path.startswith(".") else f"./{path}"}"'

    return written


def _characters() -> set[int]:
    """Unicode points of GBK (every Chinese name in ordinary use, 喆 and 镕 included) and of the blocks above."""
    wanted = {point for first, last in BLOCKS for point in range(first, last + 1)}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            with contextlib.suppress(UnicodeDecodeError):
                wanted.update(map(ord, bytes((lead, trail)).decode("gbk")))
    return wanted


def _make_font(weight: str) -> None:
    """Write one weight as a small TrueType file under a name of its own.

    The licence reserves a name of the original, so a changed copy is renamed and its notices are written anew;
    the copyright notices themselves stand in the licence texts beside the font. Shaping tables are left out because
    the PDF writer does not read them, and the file keeps the original's times, so equal inputs give equal bytes.
    """
    from fontTools import subset  # noqa: PLC0415 - a run that finds everything current must not wait for this import
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as above

    folder, target = WEIGHTS[weight]
    wanted = _characters()
    options = subset.Options()
    options.set(layout_features=[], hinting=False, notdef_outline=True, glyph_names=False, recalc_timestamp=False)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"]
    font = subset.load_font(str(FAMILY / "noto-sans-sc" / folder / f"NotoSansSC_{folder}.ttf"), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    with TTFont(FAMILY / "noto-sans" / folder / f"NotoSans_{folder}.ttf") as letters:
        _add_missing(font, letters, wanted)
    _rename(font, weight)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "font.ttf"
        subset.save_font(font, str(made), options)
        _replace(target, made.read_bytes())


def _add_missing(font: TTFont, letters: TTFont, wanted: set[int]) -> None:
    """Copy the outlines of ``wanted`` characters that only ``letters`` has; both are drawn on 1000 units and match."""
    from fontTools.pens.recordingPen import DecomposingRecordingPen  # noqa: PLC0415 - see above
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # noqa: PLC0415 - see above

    glyphs, points = letters.getGlyphSet(), letters.getBestCmap()
    maps = [table.cmap for table in font["cmap"].tables if table.isUnicode()]
    for point in sorted((wanted & points.keys()) - font.getBestCmap().keys()):
        outline, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
        glyphs[points[point]].draw(outline)
        outline.replay(pen)
        name = f"uni{point:04X}"
        font["glyf"][name] = glyph = pen.glyph()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (glyphs[points[point]].width, getattr(glyph, "xMin", 0))
        for table in maps:
            table[point] = name


def _rename(font: TTFont, weight: str) -> None:
    names = font["name"]
    names.names = []
    for number, text in {
        0: "Copyright notices and licence: see market-sans-sc.OFL.txt and market-sans-sc.letters.OFL.txt.",
        1: "Market Sans SC",
        2: weight,
        3: f"MarketSansSC-{weight}",
        4: f"Market Sans SC {weight}",
        5: "Version 2.004; subset",
        6: f"MarketSansSC-{weight}",
        13: "SIL Open Font License, Version 1.1",
    }.items():
        names.setName(text, number, 3, 1, 0x409)


def _replace(target: Path, content: bytes) -> None:
    """A reader sees the old file or the new one, never half of one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.new")
    fresh.write_bytes(content)
    fresh.replace(target)


def _remove_leftovers() -> None:
    """What an older version of this step made must not be shipped by the next build."""
    keep = set(_outputs())
    for folder in (VENDOR, FONTS):
        for path in folder.rglob("*"):
            if path.is_file() and path not in keep:
                path.unlink()


if __name__ == "__main__":
    sys.exit(main())
