"""Exporting a comparison: when it has to wait."""

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class ExportersBusy(Refusal):
    """Another file is being made in this process."""

    kind, code = Kind.UNAVAILABLE, "exporters-busy"
    title = N_("Too many files are being made")
    advice = N_("Try again in {retry_after} seconds.")
