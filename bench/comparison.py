"""The comparison of 50 × 8 and 1,000 × 12 offers: sourcing alone, beside serialising the same figures, and as files."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID

from b2b_market import rfq
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.requests import ExportFormat
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech
from b2b_market.rfq.documents.files import export_file
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language
from bench.results import BenchResult, cost_of
from bench.stage import Stage

CNY, EUR = Currency("CNY"), Currency("EUR")
DAY = date(2026, 11, 22)


def run(_place: Stage) -> list[BenchResult]:
    """Measure compare and best_per_line at two sizes, and the files of a comparison."""
    results = []
    for lines, suppliers, goal in ((50, 8, "≤ 1 of 40 ms for the page"), (1000, 12, "—")):
        needs, quotes, basis = market(lines, suppliers)
        compared = sourcing.compare(needs, quotes, basis)
        compare = cost_of(lambda: sourcing.compare(needs, quotes, basis), rounds=9)  # noqa: B023 - called at once
        best = cost_of(lambda: sourcing.best_per_line(compared), rounds=9)  # noqa: B023 - called at once
        writing = cost_of(lambda: _as_json(compared), rounds=9)  # noqa: B023 - called at once
        size = f"{lines} × {suppliers}"
        peer = "the same figures as JSON"
        results += [
            BenchResult(f"compare {size}, CPU", compare.cpu_ms, "ms", writing.cpu_ms, peer, goal),
            BenchResult(f"best per line {size}, CPU", best.cpu_ms, "ms", compare.cpu_ms, "comparing"),
        ]
    return [*results, *_files()]


def _files() -> list[BenchResult]:
    """Measure the files of two sizes."""
    catalogue = Catalogue([Path(rfq.__file__).parent, Path(sourcing.__file__).parent])
    speech = Speech(Language.EN, partial(catalogue.translate, Language.EN))
    results = []
    for lines, suppliers, rounds in ((50, 8, 5), (1000, 12, 1)):
        sheet = ComparisonSheet(
            number="RFQ-2026-000001",
            title="Bench",
            buyer="Bench",
            as_of=datetime(2026, 11, 22, tzinfo=UTC),
            frozen=True,
            comparison=sourcing.compare(*market(lines, suppliers)),
        )
        for kind in ExportFormat:
            cost = cost_of(lambda: export_file(sheet, speech, kind), rounds=rounds, warm=1)  # noqa: B023 - called at once
            results.append(BenchResult(f"comparison {lines} × {suppliers} as {kind}, CPU", cost.cpu_ms, "ms"))
    return results


def market(lines: int, suppliers: int) -> tuple[list[sourcing.Need], list[sourcing.Quote], sourcing.Basis]:
    """Return needs and quotes: nine of ten lines answered, every second supplier in EUR."""
    piece = unit("H87")
    needs = [
        sourcing.Need(
            line_id=UUID(int=number + 1),
            number=number + 1,
            item=f"Item {number}",
            specification="",
            quantity=Quantity(Decimal(100 + number), piece),
            target_price=Money(Decimal(10), CNY),
            required_on=DAY + timedelta(days=60),
        )
        for number in range(lines)
    ]
    return (
        needs,
        [_quote(needs, number) for number in range(suppliers)],
        sourcing.Basis(
            currency=CNY,
            judged_on=DAY,
            delivery_start=DAY,
            rates=(Rate(EUR, CNY, Decimal("8.2"), "bench", "2026-11-22"),),
        ),
    )


def _quote(needs: list[sourcing.Need], number: int) -> sourcing.Quote:
    currency = EUR if number % 2 else CNY
    factor = Decimal("8.2") if number % 2 else Decimal(1)
    return sourcing.Quote(
        supplier_id=UUID(int=1_000_000 + number),
        supplier=f"Supplier {number}",
        currency=currency,
        submitted_at=datetime(2026, 11, 20, 8, number, tzinfo=UTC),
        lines=tuple(
            sourcing.QuoteLine(
                offer_id=UUID(int=2_000_000 + number),
                line_id=need.line_id,
                unit_price=Money(
                    (Decimal(900 + (need.number * 7 + number * 13) % 200) / 100 / factor).quantize(Decimal("0.0001")),
                    currency,
                ),
                lead_days=(need.number * 5 + number) % 70,
                valid_until=DAY + timedelta(days=30),
            )
            for need in needs
            if (need.number + number) % 10
        ),
    )


def _as_json(compared: sourcing.Comparison) -> str:
    return json.dumps(
        [
            [
                str(cell.price.amount) + str(cell.converted_total.amount) if cell is not None else None
                for cell in row.cells
            ]
            for row in compared.rows
        ]
    )
