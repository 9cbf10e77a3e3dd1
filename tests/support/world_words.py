"""What stands in paths of the world besides ids: the words that routes read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SPOKEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "counter_step": "accept",
        "call_off_step": "return",
        "amendment_step": "return",
        "complaint_step": "accept",
        "object_type": "rfq",
        "edition": "1",
        "file_format": "pdf",
        "decision": "approve",
        "step": "cancel",
        "code": "not-found",
        "topic": "rfq.published.v1",
    }
)
