"""Contract sheets for tests: whole ones with any number of lines, and the deals they would come from."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.contracts.commands import ChargeKind, DisputeForum, Identifier, Party, Terms, Tongue
from b2b_market.contracts.documents.sheet import Sheet, SheetCharge, SheetLine
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of

CONTRACT = UUID("01938f00-0000-7000-8000-00000000c001")
BUYER = UUID("01938f00-0000-7000-8000-0000000000b1")
SUPPLIER = UUID("01938f00-0000-7000-8000-0000000000a1")
SITE = "https://market.example"

BUYER_PARTY = Party(
    org_id=BUYER,
    name_zh="上海临港精密机械有限公司",
    name_en="Shanghai Lingang Precision Machinery Co., Ltd.",
    country="CN",
    address="上海市浦东新区临港新片区云汉路 979 号",
    identifiers=(Identifier(scheme="uscc", value="91310115MA1K3XYZ7Q"),),
)
SUPPLIER_PARTY = Party(
    org_id=SUPPLIER,
    name_en="Müller Präzisionsteile GmbH & Co. KG",
    country="DE",
    address="Industriestraße 14, 70565 Stuttgart",
    identifiers=(
        Identifier(scheme="eu_vat", value="DE136695976"),
        Identifier(scheme="lei", value="529900T8BM49AURSDO55"),
    ),
)
TERMS = Terms(
    incoterm="DAP",
    incoterm_place="上海临港仓库 3 号门",
    delivery_note="木箱包装，随货附材质证明书 3.1 / wooden cases, material certificate 3.1 enclosed",
    payment_terms="收到货物和发票后 30 日内电汇 / T/T within 30 days after receipt of goods and invoice",
    governing_law="CN",
    dispute_forum=DisputeForum.ARBITRATION,
    arbitration_body="中国国际经济贸易仲裁委员会 (CIETAC)",
    prevailing_language=Tongue.CHINESE,
    notes="质保期为验收合格之日起十二个月。\nWarranty: twelve months from acceptance.",
)
GOODS = (
    ("SCR-M5-16", "内六角圆柱头螺钉 M5×16", "GB/T 70.1-2008，8.8 级，镀锌钝化，批号可追溯", "H87", "0.083500", ""),
    ("RAIL-12H", "Linear rail MGN12H", "L = 450 mm, carbon steel, preload Z0, incl. carriage", "H87", "86.400000", ""),
    ("PLT-304", "304 不锈钢板", "3.0 × 1500 × 3000 mm，2B 表面，双面覆膜", "KGM", "17.250000", "304L, same dimensions"),
    ("PRF-2020", "铝型材 2020 欧标", "6063-T5, anodised, cut to 1200 mm ± 0.5", "MTR", "21.900000", ""),
)


def sheet_line(position: int, currency: Currency) -> SheetLine:
    code, name, specification, unit, price, alternative = GOODS[(position - 1) % len(GOODS)]
    quantity = Decimal(100 + 37 * position)
    unit_price = Money(Decimal(price), currency)
    return SheetLine(
        position=position,
        item_name=name,
        item_code=f"{code}-{position:03d}",
        specification=specification,
        alternative=alternative,
        note="",
        quantity=quantity,
        unit=unit,
        unit_price=unit_price,
        amount=line_total(unit_price, quantity),
        required_on=date(2026, 12, 1 + position % 28),
        lead_days=21 if position % 3 == 0 else None,
        delivery_place="上海临港" if position % 2 else "Hangzhou",
    )


def sheet(lines: int = 5, *, currency: str = "CNY", terms: Terms = TERMS, edition: int = 1) -> Sheet:
    money = Currency(currency)
    rows = tuple(sheet_line(position, money) for position in range(1, lines + 1))
    return Sheet(
        contract_id=CONTRACT,
        number="C-2026-000123",
        edition=edition,
        edition_at=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
        rfq_number="RFQ-2026-000045",
        quote_number="Q-2026-000311",
        quote_revision=2,
        title="2026 年第四季度机械备件 / mechanical spares Q4",
        total=total_of((row.amount for row in rows), money),
        buyer=BUYER_PARTY,
        supplier=SUPPLIER_PARTY,
        terms=terms,
        lines=rows,
        site=SITE,
    )


def charged(plain: Sheet) -> Sheet:
    """Return a sheet with a set-up cost, freight and a discount beside its lines, in its total too."""
    currency = plain.total.currency
    charges = tuple(
        SheetCharge(kind=kind, lines=lines, percent=percent, amount=Money(Decimal(amount), currency))
        for kind, lines, percent, amount in (
            (ChargeKind.SETUP, (2,), None, "350"),
            (ChargeKind.FREIGHT, tuple(line.position for line in plain.lines), None, "4800"),
            (ChargeKind.DISCOUNT, tuple(line.position for line in plain.lines), Decimal("2.5"), "-120.75"),
        )
    )
    return replace(plain, charges=charges, total=total_of((plain.total, *(one.amount for one in charges)), currency))
