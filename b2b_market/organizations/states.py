"""The states of a company, and the schemes of its identifiers."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class CompanyStatus(StrEnum):
    """Registered companies wait for the operator; only approved ones trade."""

    REGISTERED = "registered"
    APPROVED = "approved"
    REJECTED = "rejected"


LIFECYCLE = Lifecycle(
    CompanyStatus.REGISTERED,
    Step("approve", frozenset({CompanyStatus.REGISTERED}), CompanyStatus.APPROVED),
    Step("reject", frozenset({CompanyStatus.REGISTERED}), CompanyStatus.REJECTED),
    Step("resubmit", frozenset({CompanyStatus.REJECTED}), CompanyStatus.REGISTERED),
)


class IdentifierScheme(StrEnum):
    """Kinds of company numbers; all but ``other`` are checked by their own check digits."""

    USCC = "uscc"
    EU_VAT = "eu_vat"
    LEI = "lei"
    OTHER = "other"
