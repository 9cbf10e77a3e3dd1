"""Reading trade text in Chinese and English: words to index and search by, how they sound, how they sort."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from types import ModuleType
from typing import Final

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LONGEST: Final = 60
"""Characters of a token; what is longer is no word that anybody looks for."""
KEY_LENGTH: Final = 120
_RUN: Final = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[.\-/][^\W_{HAN}]+)*")
_HAN_RUN: Final = re.compile(rf"[{HAN}]+")
_TIMES: Final = re.compile(r"(?<=\d)\s*[x*×]\s*(?=\d)")
_PART: Final = re.compile(r"[.\-/]")
_PLURAL_LEAST: Final = 4
_HISSING: Final = ("ses", "xes", "zes", "ches", "shes")
_DOMAIN_WEIGHT: Final = 100_000


def runs(text: str) -> Iterator[str]:
    """Yield the runs of ``text``: Han characters that stand together, and words of other scripts, in lower case.

    Full-width forms are folded (NFKC), ``80×20`` and ``80x20`` are two numbers, plurals of English words are singular.
    """
    folded = _TIMES.sub(" ", unicodedata.normalize("NFKC", text).lower())
    for found in _RUN.finditer(folded):
        run = found[0]
        yield run if is_han(run) else singular(run[:LONGEST])


def is_han(run: str) -> bool:
    """Tell whether a run is Chinese."""
    return _HAN_RUN.fullmatch(run) is not None


def singular(word: str) -> str:
    """Return an English word without its plural ending; words with digits and short ones stay as they are."""
    if len(word) < _PLURAL_LEAST or not word.isalpha() or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_HISSING) else word[:-1]


def tokens(text: str) -> list[str]:
    """Return what ``text`` is found by, each word once: Chinese words with the words inside them, codes with parts."""
    return list(dict.fromkeys(chain.from_iterable(_indexed(run) for run in runs(text))))


def _indexed(run: str) -> Sequence[str]:
    if is_han(run):
        return [word[:LONGEST] for word in _segmenter().cut_for_search(run)]
    return [run, *parts_of(run)]


def parts_of(word: str) -> list[str]:
    """Return the parts of a code such as ``6308-2rs``; nothing for a plain word."""
    found = [singular(part) for part in _PART.split(word)]
    return found if len(found) > 1 else []


def segments(run: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a run as a search reads them, each with the words inside it."""
    if not is_han(run):
        return [(run, tuple(parts_of(run)))]
    cutter = _segmenter()
    return [(word, tuple(inner for inner in cutter.cut_for_search(word) if inner != word)) for word in cutter.cut(run)]


def sound(text: str) -> str:
    """Return the pinyin of Chinese text without tones and blanks, empty where there is no Chinese in it."""
    if not _HAN_RUN.search(text):
        return ""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 60 MB that only listing and misspelled searches need

    return "".join(lazy_pinyin(text, style=Style.NORMAL, errors="ignore"))


def sort_key(text: str) -> str:
    """Return what ``text`` sorts by: pinyin with tones for Chinese, so that 长安 stands under *chang an*."""
    folded = unicodedata.normalize("NFKC", text).lower()
    if _HAN_RUN.search(folded):
        from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 60 MB that only listing and misspelled searches need

        folded = " ".join(lazy_pinyin(folded, style=Style.TONE3, neutral_tone_with_five=True))
    return " ".join(folded.split())[:KEY_LENGTH]


def vocabulary_lines() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the vocabulary as it is written: code, category, words."""
    written = files(__package__ or "").joinpath("vocabulary.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in written.splitlines() if line and not line.startswith("#")]
    return [(code, category, tuple(word.strip() for word in words.split(","))) for code, category, words in rows]


@cache
def _segmenter() -> ModuleType:
    """Return the segmenter with the trade's own words: the library's own one, as a second would cost 30 MB more."""
    import rjieba  # noqa: PLC0415 - 60 MB that a process needs with the first Chinese text it reads

    for _, _, words in vocabulary_lines():
        for word in words:
            if is_han(word):
                rjieba.add_word(word, _DOMAIN_WEIGHT, "n")
    return rjieba
