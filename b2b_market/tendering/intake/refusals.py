"""Why a file cannot become the draft of a tender."""

from typing import Final

from b2b_market.infra.sandbox import FileNotReadable, FileTooHeavy
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

MOST_BYTES: Final = 10 * 1024 * 1024


class TenderFileTooLarge(Refusal):
    """The file is longer than one import may be."""

    kind, code = Kind.TOO_LARGE, "tender-file-too-large"
    title = N_("This file is too large to import")
    advice = N_("It has {megabytes} MB, at most {limit} MB are read.")


class TenderFileBroken(Refusal):
    """The file is no JSON."""

    kind, code = Kind.INVALID, "tender-file-broken"
    title = N_("This file is no sound JSON")
    advice = N_("It cannot be read beyond line {line}, column {column}. Export it anew, in UTF-8.")


class NoTenderInFile(Refusal):
    """The file is JSON, but holds no tender."""

    kind, code = Kind.INVALID, "no-tender-in-file"
    title = N_("This file holds no tender")
    advice = N_("It holds {found}; what can be imported is an OCDS 1.1 release, release package or record package.")


FILE_REFUSALS: Final[tuple[type[Refusal], ...]] = (TenderFileTooLarge, TenderFileBroken, NoTenderInFile)
INTAKE_REFUSALS: Final[tuple[type[Refusal], ...]] = (*FILE_REFUSALS, FileTooHeavy, FileNotReadable)
