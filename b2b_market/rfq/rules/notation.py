"""How people write price tiers, quantities and line numbers into one cell: ``100: 9.5; 400: 9.4`` and ``1, 3-5``."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from b2b_market.infra.canonical import decimal_text
from b2b_market.rfq.commands.quotes import PriceTier

_NUMBER = re.compile(r"[0-9]{1,14}(\.[0-9]{1,6})?", re.ASCII)
_SPAN = re.compile(r"(?P<low>[0-9]{1,5})(?:\s*-\s*(?P<high>[0-9]{1,5}))?", re.ASCII)
MAX_SPAN = 5000


class UnreadableNotation(ValueError):
    """The text is not written so."""


def read_tier_text(text: str, asked: Collection[Decimal] = ()) -> tuple[PriceTier, ...]:
    """Return tiers written as ``from: price`` and separated by semicolons or line ends; empty text is none.

    A quantity that is ``asked`` for may stand without a price: it is left open. Full-width signs are read as their
    plain ones. Raise UnreadableNotation for anything else.
    """
    found = []
    for part in re.split(r"[;\n]", _plain(text)):
        if not part.strip():
            continue
        start, mark, price = part.partition(":")
        if not mark:
            raise UnreadableNotation
        quantity = _number(start)
        if price.strip() or quantity not in asked:
            found.append(PriceTier(quantity, _number(price)))
    return tuple(found)


def write_tiers(tiers: Iterable[PriceTier]) -> str:
    """Return tiers as :func:`read_tier_text` reads them."""
    return "; ".join(f"{decimal_text(tier.from_quantity)}: {decimal_text(tier.unit_price)}" for tier in tiers)


def write_asked(tiers: Iterable[PriceTier], asked: Iterable[Decimal]) -> str:
    """Return tiers with the quantities that are ``asked`` for among them, those without a price left open."""
    prices = {tier.from_quantity: decimal_text(tier.unit_price) for tier in tiers}
    found = sorted(prices.keys() | set(asked))
    return "; ".join(f"{decimal_text(start)}: {prices.get(start, '')}".rstrip() for start in found)


def is_unpriced(text: str) -> bool:
    """Tell whether a text of tiers names no price: it is empty, or leaves open whatever was asked for."""
    return all(
        ":" in part and not part.partition(":")[2].strip() for part in re.split(r"[;\n]", _plain(text)) if part.strip()
    )


def read_quantities(text: str) -> tuple[Decimal, ...]:
    """Return quantities separated by semicolons, slashes or line ends; UnreadableNotation for anything else."""
    return tuple(_number(part) for part in re.split(r"[;/\n]", _plain(text)) if part.strip())


def write_quantities(quantities: Iterable[Decimal]) -> str:
    """Return quantities as :func:`read_quantities` reads them."""
    return "; ".join(decimal_text(quantity) for quantity in quantities)


def read_positions(text: str) -> tuple[int, ...]:
    """Return line numbers written as ``1, 3-5``, in the order written and each once; empty text is none."""
    found: dict[int, None] = {}
    for part in re.split(r"[,;\s]+(?![-\s])", re.sub(r"\s*-\s*", "-", _plain(text)).strip()):
        if not part:
            continue
        match = _SPAN.fullmatch(part)
        if match is None:
            raise UnreadableNotation
        low = int(match["low"])
        high = int(match["high"] or low)
        if not low <= high <= low + MAX_SPAN:
            raise UnreadableNotation
        found |= dict.fromkeys(range(low, high + 1))
    return tuple(found)


def write_positions(positions: Sequence[int]) -> str:
    """Return rising line numbers as :func:`read_positions` reads them, runs of three and more as spans."""
    runs: list[list[int]] = []
    for position in sorted(set(positions)):
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return ", ".join(_run(run) for run in runs)


def _run(run: Sequence[int]) -> str:
    if len(run) < 3:  # noqa: PLR2004 - two numbers are as short as a span
        return ", ".join(map(str, run))
    return f"{run[0]}-{run[-1]}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2013", "-").replace("\u3001", ",")


def _number(text: str) -> Decimal:
    if _NUMBER.fullmatch(text.strip()) is None:
        raise UnreadableNotation
    return Decimal(text.strip())
