"""When the terms of a contract are whole enough to be proposed, and what makes them contradict themselves."""

from collections.abc import Sequence

from b2b_market.contracts.commands import DisputeForum, Terms
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_


class TermsIncomplete(Refusal):
    """A contract with open points cannot be proposed to the supplier."""

    code = "contract-terms-incomplete"
    title = N_("The terms are not complete")
    advice = N_("Settle the open points first: {open}.")


class NothingChanged(Refusal):
    """The terms are those of the present edition; a new edition would say the same."""

    code = "contract-unchanged"
    title = N_("Nothing was changed")
    advice = N_("The terms are the same as in edition {edition}. Change one of them, or leave the contract as it is.")


def open_points(terms: Terms, places: Sequence[str]) -> tuple[FieldError, ...]:
    """Return what is not settled yet; ``places`` are the lines' places of delivery, empty where a line names none."""
    found: list[FieldError] = []
    if not terms.incoterm and not all(places):
        detail = N_("Choose a trade term; not every line names its place of delivery.")
        found.append(FieldError("/incoterm", "missing", detail))
    if not terms.payment_terms:
        found.append(FieldError("/payment_terms", "missing", N_("Write when and how the buyer pays.")))
    if not terms.governing_law:
        found.append(FieldError("/governing_law", "missing", N_("Choose the country whose law governs the contract.")))
    return tuple(found)


def require_releasable(terms: Terms, places: Sequence[str]) -> None:
    """Raise TermsIncomplete naming every open point."""
    errors = open_points(terms, places)
    if errors:
        raise TermsIncomplete(errors=errors, open=", ".join(error.pointer.strip("/") for error in errors))


def require_sound(terms: Terms) -> None:
    """Raise Invalid where one term asks for another that is missing."""
    errors: list[FieldError] = []
    if terms.incoterm and not terms.incoterm_place:
        errors.append(FieldError("/incoterm_place", "missing", N_("Name the place that the trade term asks for.")))
    if terms.dispute_forum is DisputeForum.ARBITRATION and not terms.arbitration_body:
        errors.append(FieldError("/arbitration_body", "missing", N_("Name the institution that arbitrates.")))
    if errors:
        raise Invalid(errors=errors)


def require_change(before: Terms, after: Terms, edition: int) -> None:
    """Raise NothingChanged where the terms are the same."""
    if before == after:
        raise NothingChanged(edition=edition)


def require_reason(reason: str) -> None:
    """Raise Invalid where no reason is given."""
    if not reason.strip():
        raise Invalid(errors=(FieldError("/reason", "missing", N_("Say why.")),))
