"""How a document is told its language."""

from dataclasses import dataclass
from typing import Protocol

from b2b_market.ui.language import Language


class Translate(Protocol):
    """Translates a message id and fills its ``{name}`` fields from the facts."""

    def __call__(self, msgid: str, /, **facts: object) -> str:
        """Return the sentence in the reader's language."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """The language a file is written in."""

    language: Language
    translate: Translate
