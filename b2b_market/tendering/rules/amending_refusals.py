"""What amendments, documents, confirmations and corrections may be refused with."""

from typing import Final

from b2b_market.tendering.rules import amending, attaching, confirming, correcting

AMENDMENT_REFUSALS: Final = (
    attaching.TooManyTenderDocuments,
    attaching.TenderFileAttached,
    attaching.DocumentReplaced,
    amending.TenderNotAmended,
    amending.TenderAmendmentWaits,
    amending.TenderAmendmentOutdated,
    amending.TenderAmendmentAboveLimit,
    confirming.BidForEarlierEdition,
    confirming.ConfirmationNotDue,
    confirming.BidNotConfirmable,
    correcting.CorrectionNotForeseen,
    correcting.CorrectionAsked,
    correcting.CorrectionOpen,
)
