"""Evaluating 200 lots of 30 bids each, on price and quality, beside adding up and sorting the same figures."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules.abnormal import Threshold
from b2b_market.tendering.rules.offers import Offer, read_offer
from b2b_market.tendering.states.procedures import TieBreak
from bench.results import BenchResult, cost_of
from bench.stage import Stage

LOTS, BIDS, ITEMS = 200, 30, 5
QUANTITIES = [Decimal(10 + number) for number in range(ITEMS)]
WEIGHTS = judging.Weights(Fraction(60), {"1": Fraction(25), "2": Fraction(15)})
SEED = bytes(32)


def run(_place: Stage) -> list[BenchResult]:
    """Measure reading the offers, and placing them with the prices that must be explained."""
    contents = [[_content(lot, bid) for bid in range(BIDS)] for lot in range(LOTS)]
    texts = [json.dumps(content) for lot in contents for content in lot]
    offers = [_read(lot) for lot in contents]
    sheet = {
        (_bid_id(lot, bid), key): Fraction(40 + (lot * 7 + bid * 13 + int(key)) % 60)
        for lot in range(LOTS)
        for bid in range(BIDS)
        for key in WEIGHTS.quality
    }
    reading = cost_of(lambda: [_read(lot) for lot in contents], rounds=5, warm=1)
    parsing = cost_of(lambda: [json.loads(text) for text in texts], rounds=5, warm=1)
    placing = cost_of(lambda: _placed(offers, sheet), rounds=5, warm=1)
    sorting = cost_of(lambda: _sorted(offers, sheet), rounds=5, warm=1)
    size = f"{LOTS} lots × {BIDS} bids"
    return [
        BenchResult(
            f"read {size} of {ITEMS} items, arithmetic again, CPU",
            reading.cpu_ms,
            "ms",
            parsing.cpu_ms,
            "parsing the same JSON",
            "≤ 25",
        ),
        BenchResult(
            f"place {size}, exact, with low prices, CPU",
            placing.cpu_ms,
            "ms",
            sorting.cpu_ms,
            "exact scores sorted",
            "≤ 12",
        ),
    ]


def _read(lot: Sequence[Mapping[str, Any]]) -> list[Offer]:
    return [read_offer(content, QUANTITIES) for content in lot]


def _placed(offers: Sequence[Sequence[Offer]], sheet: Mapping[tuple[UUID, str], Fraction]) -> None:
    scores = judging.scores_by_bid(sheet)
    for number, lot in enumerate(offers):
        bids = [
            judging.Judged(_bid_id(number, place), place + 1, offer.total.amount, scores[_bid_id(number, place)])
            for place, offer in enumerate(lot)
            if offer.total is not None
        ]
        judging.placed(bids, WEIGHTS, Threshold(), TieBreak.DRAW, SEED)


def _sorted(offers: Sequence[Sequence[Offer]], sheet: Mapping[tuple[UUID, str], Fraction]) -> None:
    """The figures alone: each bid's exact score, sorted by lot."""
    for number, lot in enumerate(offers):
        totals = [Fraction(offer.total.amount) for offer in lot if offer.total is not None]
        lowest = min(totals)
        scored = [
            WEIGHTS.price * lowest / total
            + sum(weight * sheet[_bid_id(number, place), key] for key, weight in WEIGHTS.quality.items())
            for place, total in enumerate(totals)
        ]
        sorted(scored, reverse=True)


def _bid_id(lot: int, bid: int) -> UUID:
    return UUID(int=lot * 1000 + bid + 1)


def _content(lot: int, bid: int) -> dict[str, Any]:
    lines = [
        {"line": item + 1, "unit_price": f"{100 + (lot * 3 + bid * 11 + item * 5) % 80}.{bid:02}"}
        for item in range(ITEMS)
    ]
    return {"currency": "CNY", "lines": lines, "note": f"Offer {bid}"}
