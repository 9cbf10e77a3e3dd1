"""The states of a company, and the schemes of its identifiers."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class CompanyStatus(StrEnum):
    """Registered companies wait for the operator; only approved ones trade.

    Provisional ones are what a buyer invited by mail: they quote on that request alone, until somebody who reads the
    mailbox registers the company or an approved company takes its place over.
    """

    REGISTERED = "registered"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROVISIONAL = "provisional"
    MERGED = "merged"


LIFECYCLE = Lifecycle(
    CompanyStatus.REGISTERED,
    Step("approve", frozenset({CompanyStatus.REGISTERED}), CompanyStatus.APPROVED),
    Step("reject", frozenset({CompanyStatus.REGISTERED}), CompanyStatus.REJECTED),
    Step("claim", frozenset({CompanyStatus.PROVISIONAL}), CompanyStatus.REGISTERED),
    Step("merge", frozenset({CompanyStatus.PROVISIONAL}), CompanyStatus.MERGED),
    Step("resubmit", frozenset({CompanyStatus.REJECTED}), CompanyStatus.REGISTERED),
)


class IdentifierScheme(StrEnum):
    """Kinds of company numbers; all but ``other`` are checked by their own check digits."""

    USCC = "uscc"
    EU_VAT = "eu_vat"
    LEI = "lei"
    OTHER = "other"
