"""Catalogues: every module's Chinese sentences merged into one, and the check that none is missing.

English needs no catalogue: the message ids are the English sentences. ``locale/zh_CN/LC_MESSAGES/messages.po`` of each
module is read at start; there are no compiled files to forget.
"""

import gettext
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from b2b_market.ui.language import Language

PO_FILE: Final = "locale/zh_CN/LC_MESSAGES/messages.po"
_KEYWORDS: Final = MappingProxyType({"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)})
_TEMPLATES: Final = ("**/templates/**.html", "**/templates/**.txt")
_METHODS: Final = (("**.py", "python"), *((pattern, "jinja2") for pattern in _TEMPLATES))
_OPTIONS: Final = MappingProxyType(
    {pattern: {"silent": "false", "extensions": "jinja2.ext.do"} for pattern in _TEMPLATES}
)


class Catalogue:
    """All sentences in all languages. Safe to share between threads: nothing changes after construction."""

    def __init__(self, packages: Iterable[Path]) -> None:
        """Read and merge the catalogues of the package folders that have one; a later one wins on a conflict."""
        merged = _compiled(Catalog(locale="zh_CN"))  # brings the plural rule; without it counts fall back to English
        for folder in packages:
            po = folder / PO_FILE
            if po.is_file():
                merged.merge(_compiled(_read(po)))
        self._by_language: Mapping[Language, gettext.NullTranslations] = MappingProxyType(
            {
                Language.ZH: merged,
                Language.EN: gettext.NullTranslations(),
            }
        )

    def translations(self, language: Language) -> gettext.NullTranslations:
        """Return the gettext object of ``language``, for Jinja's i18n extension."""
        return self._by_language[language]

    def translate(self, language: Language, msgid: str, /, **facts: object) -> str:
        """Translate ``msgid`` and fill its ``{name}`` fields; a field without a fact stays as it is written."""
        text = self._by_language[language].gettext(msgid) if msgid else ""
        return fill(text, facts) if facts else text

    def translate_count(self, language: Language, one: str, many: str, n: int, /, **facts: object) -> str:
        """Translate by count and fill ``{n}`` with it, besides the other facts."""
        return fill(self._by_language[language].ngettext(one, many, n), {"n": n, **facts})


@cache
def words_of(*packages: Path) -> Catalogue:
    """Return the catalogue of these package folders alone, read once per process: what is printed says no other's."""
    return Catalogue(packages)


def fill(sentence: str, facts: Mapping[str, object]) -> str:
    """Fill ``{name}`` fields from ``facts``. Only whole names: no attributes, no indexes; unknown ones stay."""
    return "".join(
        [literal if name is None else literal + str(facts.get(name, kept)) for literal, name, kept in _parts(sentence)]
    )


@lru_cache(maxsize=4096)
def _parts(sentence: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return what ``sentence`` is made of: text, the name of the field after it if there is one, and how it reads."""
    return tuple(
        (literal, name, "{" + (name or "") + (":" + spec if spec else "") + "}")
        for literal, name, spec, _ in string.Formatter().parse(sentence)
    )


@dataclass(frozen=True, slots=True)
class CatalogueFaults:
    """What is wrong with the catalogues; each tuple holds ``module: msgid`` lines and is empty when all is well."""

    missing: tuple[str, ...]
    fuzzy: tuple[str, ...]
    unused: tuple[str, ...]
    conflicting: tuple[str, ...]
    misfilled: tuple[str, ...]


def check_catalogues(packages: Sequence[Path]) -> CatalogueFaults:
    """Compare what the packages say (Python and templates) with what their catalogues translate.

    missing: said but translated nowhere; unused: in a catalogue but said by no package; conflicting: two packages
    translate one sentence differently; misfilled: the translation names other ``{fields}`` than the sentence.
    """
    catalogs = {folder.name: _read(folder / PO_FILE) for folder in packages if (folder / PO_FILE).is_file()}
    said = {folder.name: set(extract_messages(folder)) for folder in packages}
    everything = set[str]().union(*said.values())
    done: dict[str, str] = {}
    faults: dict[str, list[str]] = {name: [] for name in CatalogueFaults.__dataclass_fields__}
    for module, catalog in catalogs.items():
        for msgid, translations, fuzzy in _entries(catalog):
            line = f"{module}: {msgid}"
            if fuzzy:
                faults["fuzzy"].append(line)
            elif all(translations):
                if done.setdefault(msgid, translations[0]) != translations[0]:
                    faults["conflicting"].append(line)
                if any(_fields(text) != _fields(msgid) for text in translations):
                    faults["misfilled"].append(line)
            if msgid not in everything:
                faults["unused"].append(line)
    faults["missing"] = [f"{module}: {msgid}" for module, ids in said.items() for msgid in ids if msgid not in done]
    return CatalogueFaults(**{name: tuple(sorted(lines)) for name, lines in faults.items()})


def extract_messages(package: Path) -> Iterator[str]:
    """Yield every message id a package marks in Python and templates: ``N_``, ``_``, ``gettext``, ``ngettext``."""
    found = extract_from_dir(package, _METHODS, _OPTIONS, keywords=dict(_KEYWORDS))
    for _file, _line, message, _comments, _context in found:
        first = message if isinstance(message, str) else message[0]
        if first:
            yield first


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def _compiled(catalog: Catalog) -> Translations:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return Translations(buffer)


def _entries(catalog: Catalog) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    for message in catalog:
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        if msgid:
            strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
            yield msgid, tuple(text or "" for text in strings), message.fuzzy


def _fields(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)
