"""Marking sentences for translation without translating them.

The kernel never knows the reader's language. It carries the English sentence (the message id) and its facts; the edge
translates. ``N_`` is the keyword that the catalogue extractor looks for.
"""

import re
import unicodedata
from typing import Final


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a deferred message, known to every extractor
    """Mark ``message`` for extraction and return it unchanged."""
    return message


def is_clean(value: str) -> bool:
    """Tell whether text is NFC, without lone surrogates, bidi controls or controls other than tab and line ends.

    Bidirectional controls (Unicode TR 36, section 2) can make a stored text read as something else than it is.
    """
    return unicodedata.is_normalized("NFC", value) and _FORBIDDEN.search(value) is None


_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_SURROGATES = r"\ud800-\udfff"
_BIDI_CONTROLS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_FORBIDDEN: Final = re.compile(f"[{_CONTROLS}{_SURROGATES}{_BIDI_CONTROLS}]")
