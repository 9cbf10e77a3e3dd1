"""Where a rate comes from."""

from enum import StrEnum


class RateOrigin(StrEnum):
    """Entered by the platform's operator, or shipped for demonstration."""

    OPERATOR = "operator"
    DEMO = "demo"
