"""Joint tenders: who takes part with which quantities, and how an award is divided between the buyers.

The lead buyer takes what the others leave. Each buyer's contract is priced by its own quantities, line by line rounded;
what the rounded lines of all buyers together differ from the rounded lines of the award is the remainder, and stands in
one contract of each award as a charge of its own, so that the contracts add up to the award.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_

Quantities = Sequence[Sequence[Decimal]]
"""By lot and item in their order."""


class ParticipantsUnfit(Refusal):
    """Companies that cannot buy with the lead buyer."""

    code = "tender-participants-unfit"
    title = N_("These companies cannot take part")
    advice = N_("Name approved buyers, neither your own company nor an invited supplier: {names}.")


class ParticipationMissing(Refusal):
    """A company was asked and has not confirmed the draft as it is now."""

    code = "tender-participation-missing"
    title = N_("Not every company has confirmed the draft as it is")
    advice = N_("Wait for their answer, or leave them out: {names}.")


class SharesTooLarge(Refusal):
    """The companies together take more of an item than the tender asks for."""

    code = "tender-shares-too-large"
    title = N_("The companies together take more than the tender asks for")
    advice = N_("Lot {lot}, item {item}: {shares} of {quantity}. Raise the quantity and ask them again.")


class JointUnfit(Refusal):
    """What a joint tender cannot conclude."""

    code = "tender-joint-unfit"
    title = N_("A joint tender concludes contracts")
    advice = N_(
        "Frameworks and competitions have one buyer. Leave the other companies out, or choose another procedure."
    )


def require_quantities(given: Quantities, items: Quantities) -> None:
    """Raise Invalid unless ``given`` has a quantity for each item, none negative or above it, and one above zero."""
    if [len(lot) for lot in given] != [len(lot) for lot in items]:
        raise Invalid(errors=[FieldError("/quantities", "count", N_("Give a quantity for each item of each lot."))])
    errors = [
        FieldError(f"/quantities/{at}/{n}", "range", N_("Between 0 and {most}."), {"most": format(most, "f")})
        for at, (lot, wanted) in enumerate(zip(given, items, strict=True))
        for n, (quantity, most) in enumerate(zip(lot, wanted, strict=True))
        if not 0 <= quantity <= most
    ]
    if not errors and not any(quantity for lot in given for quantity in lot):
        errors = [FieldError("/quantities", "positive", N_("Take part with one item at least, or decline."))]
    if errors:
        raise Invalid(errors=errors)


def require_fit(asked: Mapping[UUID, str], buyers: AbstractSet[UUID], barred: AbstractSet[UUID]) -> None:
    """Raise ParticipantsUnfit unless every company asked (id to name) is a buyer and none of ``barred``."""
    unfit = [name for org_id, name in asked.items() if org_id not in buyers or org_id in barred]
    if unfit:
        raise ParticipantsUnfit(names=", ".join(unfit))


def require_room(shares: Sequence[Quantities], items: Quantities) -> None:
    """Raise SharesTooLarge where the shares of all companies are more than an item's quantity."""
    for at, lot in enumerate(items):
        for n, quantity in enumerate(lot):
            taken = sum((share[at][n] for share in shares), Decimal(0))
            if taken > quantity:
                raise SharesTooLarge(lot=at + 1, item=n + 1, shares=format(taken, "f"), quantity=format(quantity, "f"))


def divided(quantity: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return what the lead buyer and then each company takes of ``quantity``: the lead what the others leave."""
    return (quantity - sum(shares, Decimal(0)), *shares)


def remainder(lines: Sequence[tuple[Decimal, Sequence[Decimal]]], currency: Currency) -> Decimal:
    """Return the award's total less the contracts': ``lines`` are unit prices with the quantity of each buyer."""
    award = total_of((line_total(Money(price, currency), sum(parts, Decimal(0))) for price, parts in lines), currency)
    contracts = (line_total(Money(price, currency), part) for price, parts in lines for part in parts)
    return (award - total_of(contracts, currency)).amount


REFUSALS: Final = (ParticipantsUnfit, ParticipationMissing, SharesTooLarge, JointUnfit)
"""What the module refuses of these."""
