"""Saying a sentence in the languages of a document, all at once."""

from collections.abc import Callable

from b2b_market.infra.documents.model import Words, distinct
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language


class Speaker:
    """Says message ids in every language of a document."""

    def __init__(self, languages: tuple[Language, ...], catalogue: Catalogue) -> None:
        """Speak ``languages`` in their order, in the words of ``catalogue``."""
        self.languages = languages
        self._catalogue = catalogue

    def __call__(self, message: str, /, **facts: object) -> Words:
        """Return ``message`` in each language, its ``{name}`` fields filled; Words among the facts go by language."""
        said = []
        for place, language in enumerate(self.languages):
            own = {name: self._own(fact, place) for name, fact in facts.items()}
            said.append(self._catalogue.translate(language, message, **own))
        return distinct(said)

    def each(self, name: Callable[[Language], str]) -> Words:
        """Return what ``name`` says in each language."""
        return distinct(name(language) for language in self.languages)

    @staticmethod
    def _own(fact: object, place: int) -> object:
        if isinstance(fact, tuple):
            return fact[place] if place < len(fact) else fact[-1]
        return fact
