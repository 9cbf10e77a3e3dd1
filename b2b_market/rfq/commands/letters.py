"""What letters after an award are issued and taken out with."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from b2b_market.rfq.states import LetterReason


class LetterPrinting(StrEnum):
    """In which languages a letter is printed."""

    CHINESE = "zh"
    ENGLISH = "en"
    BOTH = "both"


class LetterFormat(StrEnum):
    """What kind of file a letter is printed as."""

    PDF = "pdf"
    DOCX = "docx"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why nothing of a supplier's quotation was awarded: one word, and what the buyer adds to it."""

    supplier_id: UUID
    code: LetterReason
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLetters:
    """The letters of an award, with one reason for every supplier that got nothing.

    ``expected_version`` is that of the award.
    """

    award_id: UUID
    expected_version: int | None
    reasons: tuple[WhyNot, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """A letter to be taken out as a file."""

    letter_id: UUID
    printing: LetterPrinting
    file_format: LetterFormat
