"""Names in both languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """What something is called in English and in Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return the Chinese name where ``language`` begins with ``zh``, the English one otherwise."""
        return self.zh if language.lower().startswith("zh") else self.en
