"""Competitions below a framework agreement: what the linked tender may ask for, and which prices may win."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.frameworks import Room

PROCEDURE: Final = "mini-competition"
SAME: Final = ("name", "specification", "unit")
"""What an item of a competition has in common with the agreement's."""


class PricesFixed(Refusal):
    """The agreement's orders are placed at its prices."""

    code = "framework-prices-fixed"
    title = N_("Orders under this agreement are placed at its prices")
    advice = N_("Place a call-off: it is offered to the best member first.")


class CompetitionUnlinked(Refusal):
    """A mini-competition is made from a framework agreement."""

    code = "competition-unlinked"
    title = N_("A mini-competition is made from a framework agreement")
    advice = N_("Open the agreement and start the competition there, or choose another procedure.")


class CompetitionDiffers(Refusal):
    """The draft asks for other things, or of others, than its framework agreement."""

    code = "competition-differs"
    title = N_("The competition differs from its framework agreement")
    advice = N_("Settle what is named, then submit it again.")


class PriceAboveFramework(Refusal):
    """A member's bid is above its own price of the agreement."""

    code = "price-above-framework"
    title = N_("The bid is above the member's price of the framework agreement")
    advice = N_("Line {line} is priced at {price}; the agreement says {most}. Propose to disqualify the bid.")


class AwardStands(Refusal):
    """The award that a competition's order rests on is not binding yet."""

    code = "call-off-award-stands"
    title = N_("The award of the competition decides about this order")
    advice = N_("Take the award back, or cancel the order once the award binds.")


def require_same(
    given: tuple[AbstractSet[UUID], str, Sequence[Mapping[str, Any]]],
    agreed: tuple[AbstractSet[UUID], str, Sequence[Mapping[str, Any]]],
    rooms: Sequence[Room],
) -> None:
    """Raise CompetitionDiffers unless suppliers, currency and items (in order) are the agreement's; each has room."""
    errors: list[FieldError] = []
    if given[0] != agreed[0]:
        errors.append(
            FieldError("/supplier_ids", "members", N_("Invite every member of the agreement, and nobody else."))
        )
    if given[1] != agreed[1]:
        detail = N_("The agreement is in {currency}.")
        errors.append(FieldError("/currency", "currency", detail, {"currency": agreed[1]}))
    if len(given[2]) != len(agreed[2]):
        detail = N_("Keep one lot with the {count} items that the competition was started for.")
        errors.append(FieldError("/lots", "items", detail, {"count": len(agreed[2])}))
    for index, (item, own, room) in enumerate(zip(given[2], agreed[2], rooms, strict=False)):
        if any(item[name] != own[name] for name in SAME):
            detail = N_("This item is {name} in the agreement; its specification and unit stay as agreed.")
            errors.append(FieldError(f"/lots/0/items/{index}", "item", detail, {"name": own["name"]}))
        if room.left is not None and Decimal(item["quantity"]) > room.left:
            detail = N_("{left} is left of it below the ceiling.")
            errors.append(
                FieldError(f"/lots/0/items/{index}/quantity", "ceiling", detail, {"left": format(room.left, "f")})
            )
    if errors:
        raise CompetitionDiffers(errors=errors)


def require_prices(offered: Sequence[Decimal], rate: Decimal, most: Sequence[Decimal], most_rate: Decimal) -> None:
    """Raise PriceAboveFramework where a unit price, each at its rate to one currency, is above the agreement's."""
    for line, (price, agreed) in enumerate(zip(offered, most, strict=True), start=1):
        if price * rate > agreed * most_rate:
            raise PriceAboveFramework(line=line, price=format(price, "f"), most=format(agreed, "f"))


REFUSALS: Final = (PricesFixed, CompetitionUnlinked, CompetitionDiffers, PriceAboveFramework, AwardStands)
"""What the module refuses of these."""
