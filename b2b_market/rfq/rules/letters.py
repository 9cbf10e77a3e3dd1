"""When letters may be issued, and what they must say."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.letters import WhyNot

LONGEST_REASON = 4000


class LettersNotDue(Refusal):
    """Before the approval nobody has won or lost."""

    code = "letters-not-due"
    title = N_("This award is not approved")
    advice = N_("Letters are issued once the award is approved.")


class LettersIssuedAlready(Refusal):
    """A letter that was issued never changes."""

    code = "letters-issued"
    title = N_("The letters are issued already")
    advice = N_("A letter never changes after it was issued. Write to the supplier instead.")


def require_reasons(lost: Sequence[UUID], reasons: Sequence[WhyNot]) -> dict[UUID, WhyNot]:
    """Return the reasons by supplier; raise Invalid unless every one of ``lost``, and nobody else, has exactly one."""
    given: dict[UUID, WhyNot] = {}
    errors: list[FieldError] = []
    for number, reason in enumerate(reasons):
        at = f"/reasons/{number}"
        if reason.supplier_id not in lost:
            errors.append(FieldError(f"{at}/supplier_id", "unknown", N_("This supplier gets no letter of regret.")))
        elif reason.supplier_id in given:
            errors.append(FieldError(f"{at}/supplier_id", "repeated", N_("This supplier has a reason already.")))
        elif len(reason.text) > LONGEST_REASON:
            errors.append(FieldError(f"{at}/text", "too-long", N_("Say it shorter.")))
        given.setdefault(reason.supplier_id, reason)
    missing = [supplier_id for supplier_id in lost if supplier_id not in given]
    if missing:
        errors.append(FieldError("/reasons", "missing", N_("Give every supplier that got nothing a reason.")))
    if errors:
        raise Invalid(errors=errors)
    return given
