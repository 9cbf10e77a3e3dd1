"""Marking sentences for translation without translating them.

The kernel never knows the reader's language. It carries the English sentence (the message id) and its facts; the edge
translates. ``N_`` is the keyword that the catalogue extractor looks for.
"""

import unicodedata


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a deferred message, known to every extractor
    """Mark ``message`` for extraction and return it unchanged."""
    return message


def is_clean(value: str) -> bool:
    """Tell whether text is NFC, without lone surrogates, bidi controls or controls other than tab and line ends.

    Bidirectional controls (Unicode TR 36, section 2) can make a stored text read as something else than it is.
    """
    if not unicodedata.is_normalized("NFC", value):
        return False
    return not any(_is_forbidden(character) for character in value)


def _is_forbidden(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES or ord(character) in _BIDI_CONTROLS


_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs"})
_BIDI_CONTROLS = frozenset({0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})
