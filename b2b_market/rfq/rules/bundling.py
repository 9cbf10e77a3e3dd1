"""What a supplier's conditions over several lines mean for a choice of quantities."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import Bundle
from b2b_market.rfq.states import BundleKind

Quantities = Mapping[UUID, Decimal]


class BundleBroken(Refusal):
    """An award takes only a part of the lines that a supplier sells together."""

    code = "bundle-broken"
    title = N_("These lines are sold together only")
    advice = N_(
        "{supplier} sells lines {lines} all or not at all. Give it each of them in the offered quantity, or none."
    )


def read_bundles(stored: Iterable[Mapping[str, Any]]) -> tuple[Bundle, ...]:
    """Return bundles as a quotation stores them."""
    return tuple(
        Bundle(
            BundleKind(one["kind"]),
            tuple(UUID(line_id) for line_id in one["line_ids"]),
            None if one["percent"] is None else Decimal(one["percent"]),
        )
        for one in stored
    )


def broken(bundles: Iterable[Bundle], offered: Quantities, taken: Quantities) -> tuple[Bundle, ...]:
    """Return the bundles of lines sold together of which only a part is taken.

    ``offered`` and ``taken`` are quantities by line; a line counts as taken when all that is offered of it is.
    """
    return tuple(
        bundle
        for bundle in bundles
        if bundle.kind is BundleKind.TOGETHER
        and not _whole(bundle, offered, taken)
        and any(taken.get(line_id, Decimal(0)) > 0 for line_id in _lines(bundle, offered))
    )


def discount(bundles: Iterable[Bundle], offered: Quantities, taken: Quantities, amounts: Quantities) -> Fraction:
    """Return what the discounts take off ``amounts`` (by line, for what is taken), exact.

    A discount counts when all of its lines are taken, each in the offered quantity. Several add up, each on the sum
    before any of them, and never to more than there is.
    """
    found = Fraction(0)
    for bundle in bundles:
        if bundle.kind is BundleKind.DISCOUNT and bundle.percent is not None and _whole(bundle, offered, taken):
            whole = sum(
                (Fraction(amounts.get(line_id, Decimal(0))) for line_id in _lines(bundle, offered)), Fraction(0)
            )
            found += whole * Fraction(bundle.percent) / 100
    return min(found, sum((Fraction(amount) for amount in amounts.values()), Fraction(0)))


def _whole(bundle: Bundle, offered: Quantities, taken: Quantities) -> bool:
    return all(taken.get(line_id, Decimal(0)) >= offered[line_id] for line_id in _lines(bundle, offered))


def _lines(bundle: Bundle, offered: Quantities) -> Sequence[UUID]:
    return bundle.line_ids or tuple(offered)
