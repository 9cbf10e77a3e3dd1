"""Saying a sentence in the languages of a printing, from this module's own catalogue."""

from pathlib import Path

from b2b_market.contracts.commands import Printing
from b2b_market.ui import speaking
from b2b_market.ui.i18n import words_of
from b2b_market.ui.language import Language

LANGUAGES = {
    Printing.CHINESE: (Language.ZH,),
    Printing.ENGLISH: (Language.EN,),
    Printing.BOTH: (Language.ZH, Language.EN),
}


class Speaker(speaking.Speaker):
    """Says message ids in one or both languages."""

    def __init__(self, printing: Printing) -> None:
        """Speak the languages of ``printing``, Chinese first where there are two."""
        super().__init__(LANGUAGES[printing], words_of(Path(__file__).parents[1]))
