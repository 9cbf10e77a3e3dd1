"""When a document of a tender can be printed."""

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class TenderPrintersBusy(Refusal):
    """Every place for printing is taken."""

    kind, code = Kind.UNAVAILABLE, "tender-printers-busy"
    title = N_("Documents are being printed for others")
    advice = N_("Try again in {retry_after} seconds.")
