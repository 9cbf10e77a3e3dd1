"""Everything a comparison's files say, as plain values: equal sheets make equal bytes."""

from dataclasses import dataclass
from datetime import datetime

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.landed_sheet import LandedSheet
from b2b_market.rfq.documents.saying import Speech, Translate
from b2b_market.sourcing.public import FLAG_LABELS, Cell, Comparison

__all__ = ["ComparisonSheet", "Speech", "Translate", "remarks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSheet:
    """A request's comparison with what identifies it.

    ``as_of`` (aware) is when the youngest thing in it came: the request's last change or the last quotation. It is the
    only time a file carries, so that the same comparison always makes the same file. ``frozen`` tells that the exchange
    rates no longer move. ``landed`` is there where the buyer has stated costs.
    """

    number: str
    title: str
    buyer: str
    as_of: datetime
    frozen: bool
    comparison: Comparison
    landed: LandedSheet | None = None


def remarks(cell: Cell, translate: Translate, *, best: str, note: bool = True) -> str:
    """Return what to notice about an offer, in words: the best price first, then its flags.

    With ``note`` also its set-up cost and the supplier's note, where no column says them.
    """
    parts = [best] if cell.best and best else []
    parts += [translate(FLAG_LABELS[flag]) for flag in cell.flags]
    setup = cell.offer.setup
    if note and setup is not None:
        amount = f"{decimal_text(setup.amount)} {setup.currency.code}"
        parts.append(translate(N_("Set-up cost {amount}"), amount=amount))
    if note and cell.offer.note:
        parts.append(cell.offer.note)
    return " · ".join(parts)
