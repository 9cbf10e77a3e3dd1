"""Saying a sentence in the languages of a printing, from this module's own catalogue."""

from functools import cache
from pathlib import Path

from b2b_market.contracts.commands import Printing
from b2b_market.infra.documents.model import Words, distinct
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language

LANGUAGES = {
    Printing.CHINESE: (Language.ZH,),
    Printing.ENGLISH: (Language.EN,),
    Printing.BOTH: (Language.ZH, Language.EN),
}


@cache
def _catalogue() -> Catalogue:
    """Read once per process; documents depend on no other module's words."""
    return Catalogue([Path(__file__).parents[1]])


class Speaker:
    """Says message ids in one or both languages."""

    def __init__(self, printing: Printing) -> None:
        """Speak the languages of ``printing``, Chinese first where there are two."""
        self.languages = LANGUAGES[printing]

    def __call__(self, message: str, /, **facts: object) -> Words:
        """Return ``message`` in each language, its ``{name}`` fields filled; Words among the facts go by language."""
        said = []
        for place, language in enumerate(self.languages):
            own = {name: self._own(fact, place) for name, fact in facts.items()}
            said.append(_catalogue().translate(language, message, **own))
        return distinct(said)

    @staticmethod
    def _own(fact: object, place: int) -> object:
        if isinstance(fact, tuple):
            return fact[place] if place < len(fact) else fact[-1]
        return fact
