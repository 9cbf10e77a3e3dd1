"""What suppliers answer of a request's criteria with their quotations, and what an answer must hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.rules.scoring import OF_THEMSELVES, read_value
from b2b_market.sourcing.public import Answered, CriteriaUnusable, Criterion

MAX_WORDS: Final = 4_000
MAX_FILES: Final = 5


def asked_of_suppliers(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Return the criteria that suppliers answer."""
    return tuple(one for one in criteria if one.answered is not Answered.BUYER)


def require_askable(criteria: Sequence[Criterion]) -> None:
    """Refuse (CriteriaUnusable) to ask for what quotations say anyway, and to require what is not asked."""
    errors = []
    for index, one in enumerate(criteria):
        if one.key in OF_THEMSELVES and one.answered is not Answered.BUYER:
            detail = N_("The quotation itself says this; it is not asked for besides.")
            errors.append(FieldError(f"/criteria/{index}/answered", "of-itself", detail))
        if one.required and one.answered is Answered.BUYER:
            detail = N_("Only what suppliers answer can be required of them.")
            errors.append(FieldError(f"/criteria/{index}/required", "not-asked", detail))
    if errors:
        raise CriteriaUnusable(errors=errors)


def require_answers(asked: Sequence[Criterion], given: Sequence[CriterionAnswer]) -> None:
    """Raise Invalid naming every answer that cannot be accepted, and every required one that is missing."""
    known = {one.key: one for one in asked}
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, answer in enumerate(given):
        errors.extend(_answer_errors(known.get(answer.key), answer, f"/answers/{index}", seen))
        seen.add(answer.key)
    for one in asked:
        if one.required and one.key not in seen:
            detail = N_("The request asks for an answer: {criterion}.")
            errors.append(FieldError("/answers", "missing", detail, {"criterion": one.name}))
    if errors:
        raise Invalid(errors=errors)


def _answer_errors(one: Criterion | None, answer: CriterionAnswer, at: str, seen: set[str]) -> Iterable[FieldError]:
    if one is None or answer.key in seen:
        yield FieldError(f"{at}/key", "unknown", N_("Answer what the request asks for, each criterion once."))
        return
    if one.answered is Answered.WORDS:
        if not answer.value.strip() or len(answer.value) > MAX_WORDS:
            detail = N_("Answer in words, with at most {most} characters.")
            yield FieldError(f"{at}/value", "length", detail, {"most": MAX_WORDS})
    elif read_value(one, answer.value) is None:
        yield FieldError(f"{at}/value", "no-score", N_("The criterion has no score for this value."))
    if answer.file_ids and one.answered is not Answered.WORDS:
        yield FieldError(f"{at}/file_ids", "unexpected", N_("Evidence belongs to answers in words."))
    if len(answer.file_ids) > MAX_FILES or len(set(answer.file_ids)) != len(answer.file_ids):
        detail = N_("Attach at most {most} files, each once.")
        yield FieldError(f"{at}/file_ids", "too-many", detail, {"most": MAX_FILES})


def stored(
    asked: Sequence[Criterion], given: Sequence[CriterionAnswer], files: Mapping[UUID, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return sound answers as a quotation keeps them, in the order of the criteria; ``files`` by id."""
    by_key = {answer.key: answer for answer in given}
    return [
        {
            "key": one.key,
            "answered": one.answered.value,
            "value": by_key[one.key].value.strip(),
            "files": [dict(files[file_id]) for file_id in by_key[one.key].file_ids],
        }
        for one in asked
        if one.key in by_key
    ]
