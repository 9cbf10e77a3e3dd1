"""Names of companies as they are kept beside what is published, for readers who may not read companies themselves.

A text names the company as it goes by; beside it stand its names by language, where it has one in both.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")
Names = Mapping[str, str]


def names_of(zh: str, en: str) -> dict[str, str]:
    """Return a company's names by language; nothing where it has one name only."""
    return {"zh": zh, "en": en} if zh and en else {}


def together(companies: Iterable[tuple[str, Names]]) -> dict[str, str]:
    """Return the names of several companies in one text for each language; nothing where all have one name only."""
    found = list(companies)
    if not any(names for _, names in found):
        return {}
    return {language: ", ".join(names.get(language, own) for own, names in found) for language in LANGUAGES}


def named(own: str, names: Names, language: str) -> str:
    """Return a name in ``zh`` or ``en``; the one that the company goes by where that is not kept."""
    return names.get(language, own)


def named_in(said: Mapping[str, Any], key: str, language: str) -> str:
    """Return the name that published facts have under ``key``, with its names by language under ``<key>_names``."""
    return named(said[key], said.get(f"{key}_names", {}), language)
