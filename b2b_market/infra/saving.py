"""A file that somebody saves: made, or read, while no transaction is open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A finished file with the name it is saved under."""

    name: str
    media_type: str
    content: bytes
