"""What price histories are asked for with."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReadPriceHistory:
    """What a company has paid for the items of a request; ``line_ids`` limits it to some lines."""

    rfq_id: UUID
    line_ids: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What a line needs, as histories tell items apart."""

    line_id: UUID
    key: str
    unit: str


@dataclass(frozen=True, slots=True)
class ReadItemPrices:
    """What a company has paid for ``items`` in ``currency``, the request ``rfq_id`` itself left out."""

    rfq_id: UUID
    currency: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ReadLinePrices:
    """Every price paid for the item of one line."""

    rfq_id: UUID
    line_id: UUID
