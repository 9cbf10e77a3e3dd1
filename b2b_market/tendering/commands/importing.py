"""What is asked when a file of another system becomes a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PreviewTender:
    """What a file says: ``draft`` as the API takes one, what could not be taken, and what a draft still needs."""

    draft: Mapping[str, Any]
    remarks: tuple[Mapping[str, Any], ...]
    missing: tuple[str, ...]
