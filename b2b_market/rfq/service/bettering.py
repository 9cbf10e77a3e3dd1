"""What a supplier is held to in a further round: its own quotation of before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import rounds as queries
from b2b_market.rfq.rules.alternates import name_of, own_setup
from b2b_market.rfq.rules.bundling import read_bundles
from b2b_market.rfq.rules.pricing import read_tiers
from b2b_market.rfq.rules.rounds import Held, HeldLine, NotGoingOn, require_admitted, require_no_worse
from b2b_market.rfq.states import BundleKind
from b2b_market.sourcing.public import Answered

SUPPLIER = Answered.SUPPLIER.value
Row = Mapping[str, Any]
"""Columns by name, as they are stored; a column that is not there says nothing."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A quotation with its lines as they would be stored: in the need's unit, without recoverable tax."""

    quote: Quote
    rows: Sequence[Row]


def hold_to_prior(work: Work, scope: Scope, rfq: Rfq, new: Stored, sent: Sequence[UUID]) -> None:
    """Refuse a quotation of a further round by a supplier that is not in it, or that is worse than the one before.

    ``sent`` are the lines in the order of their sender, who is told by it what is wrong. The first round asks nothing.
    """
    if rfq.round == 1:
        return
    place = request_queries.own_invitation(work.session, scope, rfq.id)
    require_admitted(place.last_round, rfq.round)
    prior = queries.prior_quote(work.session, scope, rfq.id, rfq.round)
    if prior is None:
        raise NotGoingOn(round=rfq.round)
    before = held_as_stored(prior, quote_queries.lines_of_quote(work.session, scope, prior.id))
    by_line = {row["line_id"]: row for row in new.rows}
    require_no_worse(before, held(_columns(new.quote), [by_line[line_id] for line_id in sent]))


def held_as_stored(quote: Quote, lines: Sequence[QuoteLine]) -> Held:
    """Return what a stored quotation holds its supplier to."""
    return held(_columns(quote), [_columns(line) for line in lines])


def held(head: Row, lines: Sequence[Row]) -> Held:
    """Return what the columns of a quotation and of its lines hold their supplier to."""
    bundles = read_bundles(head.get("bundles") or ())
    percent, days = head.get("early_pay_percent"), head.get("early_pay_days")
    return Held(
        currency=head["currency"],
        valid_until=head["valid_until"],
        lines={row["line_id"]: _line(row) for row in lines},
        freight=head.get("freight"),
        capacity=head.get("capacity"),
        delivery=(head.get("incoterm") or "", head.get("incoterm_place") or ""),
        instalments=tuple((one["percent"], one["event"], one["days"]) for one in head.get("instalments") or ()),
        early_pay=None if percent is None or days is None else (percent, days),
        discounts={frozenset(one.line_ids): one.percent for one in bundles if one.percent is not None},
        together=frozenset(frozenset(one.line_ids) for one in bundles if one.kind is BundleKind.TOGETHER),
        answers={one["key"]: one["value"] for one in head.get("answers") or () if one["answered"] == SUPPLIER},
    )


def _line(row: Row) -> HeldLine:
    tiers = read_tiers(row.get("tiers") or ())
    return HeldLine(
        unit_price=row["unit_price"],
        quantity=row["quantity"],
        lead_days=row["lead_days"],
        min_quantity=row["min_quantity"],
        multiple_quantity=row.get("multiple_quantity"),
        setup_cost=row.get("setup_cost"),
        capacity=row.get("capacity"),
        tiers=tuple((tier.from_quantity, tier.unit_price) for tier in tiers),
        alternates={name_of(one["alternative"]): _line(_as_row(row, one)) for one in row.get("alternates") or ()},
    )


def _as_row(line: Row, alternate: Row) -> Row:
    """Return an alternate with the columns of a line."""
    least = alternate["min_quantity"]
    return {
        "unit_price": Decimal(alternate["unit_price"]),
        "quantity": line["quantity"],
        "lead_days": alternate["lead_days"],
        "min_quantity": None if least is None else Decimal(least),
        "tiers": alternate["tiers"],
        "setup_cost": line.get("setup_cost") if "setup_cost" not in alternate else own_setup(alternate),
    }


def _columns(row: DeclarativeBase) -> Row:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
