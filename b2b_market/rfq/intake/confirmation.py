"""The end of an import: a preview in which nothing is open becomes the lines of a request."""

from dataclasses import dataclass
from typing import Final

from b2b_market.kernel.refusal import FieldError
from b2b_market.rfq.intake.findings import SENTENCES, Finding
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.refusals import ImportNotReady, NothingToImport
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import NeedLine

_MOST_ERRORS: Final = 200


@dataclass(frozen=True, slots=True)
class Left:
    """A row that does not become a line, and the code of the reason: an offer's, or of what is wrong with it."""

    row: int
    code: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What an import brings: the needs in the file's order with the row each comes from, and every row left behind."""

    lines: tuple[NeedLine, ...]
    rows: tuple[int, ...]
    left: tuple[Left, ...]


def confirm(preview: Preview, *, only_ready: bool = False) -> Confirmed:
    """Return the lines of a preview made on the day of the confirmation.

    All or nothing by default: ImportNotReady, with an error for each place, as long as a row is in error, waiting or
    undecided. With ``only_ready`` such rows are left behind. NothingToImport where no row is ready.
    """
    ready = [(row.number, row.line) for row in preview.rows if row.line is not None]
    open_rows = [row for row in preview.rows if row.status not in {RowStatus.READY, RowStatus.SKIPPED}]
    if open_rows and not only_ready:
        questions = [asked for asked in preview.questions if not asked.optional]
        errors = [
            _field_error(f"/questions/{asked.field}", Finding(asked.code, facts=asked.facts)) for asked in questions
        ]
        errors += [error for row in open_rows for error in _row_errors(row)]
        problems = sum(row.status != RowStatus.WAITING for row in open_rows)
        raise ImportNotReady(errors=errors[:_MOST_ERRORS], problems=str(problems), questions=str(len(questions)))
    if not ready:
        raise NothingToImport
    left = [Left(row.number, _reason(row)) for row in preview.rows if row.line is None]
    return Confirmed(tuple(line for _, line in ready), tuple(number for number, _ in ready), tuple(left))


def _row_errors(row: PreviewRow) -> list[FieldError]:
    if row.status == RowStatus.OFFERED and row.offer is not None:
        return [_field_error(f"/rows/{row.number}", row.offer)]
    return [_field_error(f"/rows/{row.number}/{error.field}", error) for error in row.errors]


def _field_error(pointer: str, finding: Finding) -> FieldError:
    sentence = SENTENCES[finding.code]
    return FieldError(pointer, finding.code, sentence.right or sentence.found, finding.facts)


def _reason(row: PreviewRow) -> str:
    findings = (row.offer, *row.errors, *row.waits)
    return next(finding.code for finding in findings if finding is not None)
