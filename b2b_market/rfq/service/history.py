"""Price history: noted from awards that stand, read beside what is quoted now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.history import Item, ReadItemPrices, ReadLinePrices, ReadPriceHistory
from b2b_market.rfq.commands.requests import ReadAward
from b2b_market.rfq.models.history import PricePoint
from b2b_market.rfq.models.requests import Rfq, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import history as queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules.history import PriceHistory, item_key

_STEP: Final = Decimal("0.000001")
_EXACT: Final = Context(prec=60)


@dataclass(frozen=True, slots=True)
class LinePrices:
    """A line of a request with every price its company has paid for the item, the newest first."""

    rfq: Rfq
    line: RfqLine
    history: PriceHistory | None
    points: Sequence[PricePoint]

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.rfq.version


@dataclass(frozen=True, slots=True)
class RequestPrices:
    """What the company has paid for the items of a request, by line; lines without a history are left out."""

    rfq: Rfq
    by_line: Mapping[UUID, PriceHistory]

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.rfq.version


@operation(RfqPermission.COMPARE)
def read_price_history(work: Work, scope: Scope, command: ReadPriceHistory) -> RequestPrices:
    """Return what the own company has paid so far for the items of a request, or of some of its lines."""
    rfq = request_queries.own_rfq(work.session, scope, command.rfq_id)
    lines = request_queries.lines_of(work.session, scope, rfq.id)
    wanted = lines if command.line_ids is None else [line for line in lines if line.id in command.line_ids]
    return RequestPrices(rfq, histories_of(work, scope, rfq, wanted))


@operation(RfqPermission.COMPARE)
def read_item_prices(work: Work, scope: Scope, command: ReadItemPrices) -> Mapping[UUID, PriceHistory]:
    """Return what the own company has paid for items by the line that needs them, with one look at the database."""
    found = queries.histories(
        work.session, scope, sorted({item.key for item in command.items}), command.currency, command.rfq_id
    )
    return {item.line_id: found[item.key, item.unit] for item in command.items if (item.key, item.unit) in found}


@operation(RfqPermission.COMPARE)
def read_line_prices(work: Work, scope: Scope, command: ReadLinePrices) -> LinePrices:
    """Return every price that the own company has paid for the item of one line."""
    rfq = request_queries.own_rfq(work.session, scope, command.rfq_id)
    lines = request_queries.lines_of(work.session, scope, rfq.id)
    line = next((one for one in lines if one.id == command.line_id), None)
    if line is None:
        raise NotFound(line_id=str(command.line_id))
    key = item_key(line.item_code, line.item_name, line.specification)
    points = queries.points_of(work.session, scope, key, line.unit)
    return LinePrices(rfq, line, histories_of(work, scope, rfq, [line]).get(line.id), points)


@operation(system=True, reason="the relay reports that an award stands")
def note_prices(work: Work, scope: Scope, command: ReadAward) -> int:
    """Note the prices of an award that stands; twice is once. Return how many."""
    award = quote_queries.own_award(work.session, scope, command.award_id)
    if queries.is_noted(work.session, scope, award.id):
        return 0
    lines = {line.id: line for line in request_queries.lines_of(work.session, scope, award.rfq_id)}
    rates = {rate.base: rate.value for rate in request_queries.rates_of(work.session, scope, award.rfq_id)}
    rows = []
    for share in quote_queries.award_lines_of(work.session, scope, award.id):
        if not share.stands:
            continue
        line = lines[share.line_id]
        rate = rates.get(share.currency, Decimal(1)) if share.currency != award.currency else Decimal(1)
        rows.append(
            {
                "award_id": award.id,
                "position": share.position,
                "buyer_id": award.buyer_id,
                "supplier_id": share.supplier_id,
                "rfq_id": award.rfq_id,
                "line_id": share.line_id,
                "item_key": item_key(line.item_code, line.item_name, line.specification),
                "unit": line.unit,
                "quantity": share.quantity,
                "quoted": share.unit_price,
                "quoted_currency": share.currency,
                "value": _EXACT.multiply(share.unit_price, rate).quantize(_STEP, ROUND_HALF_UP, _EXACT),
                "currency": award.currency,
                "awarded_at": award.decided_at or award.changed_at,
            }
        )
    insert_rows(work.session, PricePoint, rows)
    return len(rows)


def histories_of(work: Work, scope: Scope, rfq: Rfq, lines: Sequence[RfqLine]) -> Mapping[UUID, PriceHistory]:
    """Return by line what the company has paid for its item in the request's currency, other requests only."""
    return read_item_prices(work, scope.actor, ReadItemPrices(rfq.id, rfq.currency, items_of(lines)))


def items_of(lines: Sequence[RfqLine]) -> tuple[Item, ...]:
    """Return what the items of ``lines`` are told by."""
    return tuple(
        Item(line.id, item_key(line.item_code, line.item_name, line.specification), line.unit) for line in lines
    )
