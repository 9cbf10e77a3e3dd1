"""Files without magic numbers: text decodes strictly and holds no controls; markup that browsers run is refused."""

import re
import unicodedata
from typing import Final

from b2b_market.files.rules.refusals import FileUnsafe

_ALLOWED_CONTROLS: Final = frozenset("\t\n\r\f")
_ACTIVE_STARTS: Final = (
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<svg",
    "<iframe",
    "<?php",
    "#!",
    "mime-version:",
)
_ENCODING: Final = re.compile(r"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ROOT: Final = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_ACTIVE_ROOTS: Final = frozenset({"html", "svg", "xsl", "stylesheet", "transform"})


def decode(content: bytes) -> str | None:
    """Return the text of UTF-8 (a mark at its start allowed), else of GB 18030; None for what is neither or no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if _is_text(text) else None
    return None


def _is_text(text: str) -> bool:
    return not any(unicodedata.category(character) == "Cc" for character in set(text) - _ALLOWED_CONTROLS)


def check_plain(content: bytes) -> None:
    """Refuse text that begins like a page, a script or a mail, whatever its name says."""
    start = (decode(content[:4096]) or content[:4096].decode("latin-1")).lstrip().lower()
    for marker in _ACTIVE_STARTS:
        if start.startswith(marker):
            raise FileUnsafe(found=marker)


def check_xml(content: bytes) -> None:
    """Refuse XML that is not UTF-8, declares a document type or entities, or is a page, a picture or a stylesheet."""
    try:
        text = content.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError as error:
        raise FileUnsafe(found="XML that is not UTF-8") from error
    encoding = _ENCODING.match(text)
    if encoding is not None and encoding[1].lower() not in {"utf-8", "us-ascii"}:
        raise FileUnsafe(found=f"XML encoding {encoding[1]}")
    for marker in ("<!DOCTYPE", "<!ENTITY", "<?xml-stylesheet"):
        if marker in text:
            raise FileUnsafe(found=marker)
    root = _ROOT.search(text)
    if root is None or root[1].lower() in _ACTIVE_ROOTS:
        raise FileUnsafe(found=f"XML root {root[1] if root else '-'}")
