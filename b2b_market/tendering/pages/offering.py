"""What an opened bid says, for people: its prices by item, answers by feature, and whatever else it holds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final, Protocol

from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageContext
from b2b_market.tendering.pages import showing
from b2b_market.ui import fmt

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "currency": N_("Currency"),
        "total": N_("Total, without tax"),
        "payment_terms": N_("Payment terms"),
        "note": N_("Note"),
    }
)
_LISTS: Final = frozenset({"lines", "features", "costs"})


class Asks(Protocol):
    """What a lot asks of a bid."""

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """Its items as they are kept."""

    @property
    def features(self) -> Sequence[Mapping[str, Any]]:
        """Its features with their answers."""

    @property
    def costs(self) -> Sequence[Mapping[str, Any]]:
        """Its life-cycle costs."""


@dataclass(frozen=True, slots=True)
class Said:
    """``lines`` are (item, quantity, unit, unit price), ``more`` (message id or the bid's own word, text)."""

    lines: Sequence[tuple[str, str, str, str]]
    more: Sequence[tuple[str, str]]


def said_in(call: PageContext, content: Mapping[str, Any], lot: Asks) -> Said:
    """Return a bid's content as its reader finds it; what has another shape than asked for is shown as it is."""
    items = showing.items_shown(lot.items, showing.language_of(call))
    lines = []
    for line in _rows(content.get("lines")):
        item = _at(items, line.get("line"))
        name, unit = (str(item["name"]), str(item["unit"])) if item else (str(line.get("line")), "")
        lines.append((name, fmt.number(item["quantity"]) if item else "", unit, _figure(line.get("unit_price"))))
    more = [
        (one["name"], _text(_at(one["answers"], said.get("answer")), "text"))
        for one, said in _pairs(content, lot.features, "features", "feature")
    ]
    more += [(one["name"], _figure(said.get("amount"))) for one, said in _pairs(content, lot.costs, "costs", "cost")]
    more += [(LABELS.get(key, key), _plain(value)) for key, value in content.items() if key not in _LISTS]
    return Said(lines, more)


def _pairs(
    content: Mapping[str, Any], asked: Sequence[Mapping[str, Any]], many: str, one: str
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    found = [(_at(asked, said.get(one)), said) for said in _rows(content.get(many))]
    return [(what, said) for what, said in found if what is not None]


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _at(rows: Sequence[Mapping[str, Any]], place: object) -> Mapping[str, Any] | None:
    return rows[place - 1] if isinstance(place, int) and 0 < place <= len(rows) else None


def _text(row: Mapping[str, Any] | None, key: str) -> str:
    return fmt.NONE if row is None else str(row[key])


def _figure(value: object) -> str:
    if value is None:
        return fmt.NONE
    try:
        return fmt.number(Decimal(str(value)), 2)
    except (InvalidOperation, ValueError):
        return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
