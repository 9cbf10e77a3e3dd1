"""The two languages of the product and how one of them is chosen for a reader."""

from enum import StrEnum


class Language(StrEnum):
    """A language that every page, mail and document exists in; the value is its BCP 47 tag, ready for ``lang``."""

    ZH = "zh-CN"
    EN = "en"


def parse_language(tag: str | None) -> Language | None:
    """Return the language a BCP 47 tag such as ``zh-Hans-CN`` or ``en_GB`` asks for, or None if it is not offered.

    Traditional Chinese readers get the Simplified catalogue: it is nearer to them than English.
    """
    if not tag:
        return None
    primary = tag.strip().replace("_", "-").split("-", 1)[0].lower()
    return {"zh": Language.ZH, "en": Language.EN}.get(primary)


def negotiate(
    setting: str | None = None,
    cookie: str | None = None,
    accept_language: str | None = None,
    default: Language = Language.EN,
) -> Language:
    """Choose a language: the user's setting, else the cookie, else the best of Accept-Language, else ``default``."""
    return parse_language(setting) or parse_language(cookie) or _from_header(accept_language or "") or default


def _from_header(header: str) -> Language | None:
    best: tuple[int, Language] | None = None
    for part in header[:1000].split(","):
        tag, _, parameters = part.partition(";")
        language, weight = parse_language(tag), _weight(parameters)
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameters: str) -> int:
    """Return the q value in thousandths (RFC 9110, 12.4.2: at most three decimals); malformed means 0."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1000
    whole, _, part = value.strip().partition(".")
    digits = (part + "000")[:3]
    if name.strip().lower() != "q" or whole not in {"0", "1"} or not digits.isascii() or not digits.isdigit():
        return 0
    return min(1000, int(whole) * 1000 + int(digits))
